"""``emgstream record``, ``recover`` and the keys, as a user meets them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from emgstream.cli import main
from emgstream.cli.letters import HEIGHT, large
from emgstream.cli.session_screen import guided_page
from emgstream.cue_schedule import MOVEMENTS, REST, CueSchedule
from emgstream.recording import GuidedProtocol, SessionDescription, read_sidecar
from emgstream.tables import read_table
from tests.changing_sketch import changing_sketch
from tests.processes import EMGSTREAM, board_process, run
from tests.recording.streams import recorded
from tests.simulation.boards import PATIENCE_S, wait_for
from tests.terminals import Terminal, on_a_terminal

SHORT = ["--port", "simulated", "--no-check", "--no-countdown", "--hold", "1.2", "--rest", "1.2"]


@pytest.mark.realtime
def test_a_session_without_anyone_there_is_recorded_reviewed_and_can_be_relabelled(
    tmp_path: Path,
) -> None:
    path = tmp_path / "arm.csv"
    words = ["--movements", "hand_close,wrist_left", "--repetitions", "1", "--subject", "S1"]
    who = ["--placement", "biceps=muscle belly", "--notes", "first"]
    done = run("record", *SHORT, *words, *who, "--out", str(path), "--unattended")
    assert done.returncode == 0, done.stderr
    assert "synthetic EMG from a simulated board" in done.stdout
    assert re.search(r"hand_close +1 +\+\d{3} ms", done.stdout), done.stdout
    table = read_table(path)
    assert set(table.label_names) == {"rest", "transition", "hand_close", "wrist_left"}
    sidecar = read_sidecar(path)
    assert (sidecar["state"], sidecar["subject"], sidecar["notes"]) == ("complete", "S1", "first")
    assert sidecar["source"]["is_synthetic"] is True
    assert sidecar["protocol"]["seed"] == 0
    assert len(sidecar["protocol"]["cues"]) == 5
    assert sidecar["channels"][0] == {"name": "biceps", "placement": "muscle belly"}
    as_cued = run("recover", str(path), "--no-trim")
    assert re.search(r"hand_close +1 +\+0 ms", as_cued.stdout), as_cued.stdout
    assert "transition" not in read_table(path).label_names


def test_the_order_is_shuffled_by_a_seed_and_rest_comes_between() -> None:
    one, other = (
        [cue.label for cue in CueSchedule.shuffled(MOVEMENTS, seed=seed).cues] for seed in (0, 1)
    )
    assert sorted(one) == sorted(other)
    assert one != other
    assert set(one[::2]) == {REST}


@pytest.mark.realtime
@on_a_terminal
def test_space_begins_and_pauses_r_repeats_esc_ends_and_the_terminal_is_as_before(
    tmp_path: Path,
) -> None:
    path = tmp_path / "arm.csv"
    terminal = Terminal(
        "record", *SHORT, "--movements", "hand_close", "--repetitions", "3", "--out", str(path)
    )
    try:
        terminal.wait_for("press Space to begin")
        terminal.press(" ")
        terminal.wait_for("movement 2 of 3")
        terminal.press("r")
        terminal.wait_for("movement 1 of 3")
        terminal.press("\x1b[A")  # an arrow is no Esc
        terminal.wait_for("movement 2 of 3")
        terminal.press(" ")
        terminal.wait_for("press Space to go on")
        terminal.press("\x1b")
        assert terminal.end() == ""
        assert terminal.process.returncode == 0
        assert terminal.is_as_before()
    finally:
        terminal.close()
    entries = [e for e in read_sidecar(path)["repetitions"] if e["label"] == "hand_close"]
    assert [entry["outcome"] for entry in entries] == ["discarded", "held"]


@pytest.mark.realtime
@on_a_terminal
@pytest.mark.parametrize(
    ("name", "by"), [("SIGINT", "Ctrl-C"), ("SIGTERM", "SIGTERM"), ("SIGHUP", "SIGHUP")]
)
def test_ctrl_c_and_a_polite_kill_keep_everything(tmp_path: Path, name: str, by: str) -> None:
    path = tmp_path / "arm.csv"
    terminal = Terminal("record", *SHORT, "--out", str(path))
    try:
        terminal.wait_for("press Space to begin")
        terminal.press(" ")
        wait_for(lambda: path.stat().st_size > 50_000, path.stat)
        terminal.process.send_signal(getattr(signal, name))
        errors = terminal.end()
        assert terminal.process.returncode == 1
        assert terminal.is_as_before()
    finally:
        terminal.close()
    assert errors.splitlines() == [f"emgstream: stopped by {by}; {path} keeps what was recorded"]
    assert read_table(path).n_rows > 1000
    assert read_sidecar(path)["state"] == "complete"


@pytest.mark.realtime
@on_a_terminal
def test_number_keys_set_labels_in_a_free_recording(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    words = ["--port", "simulated", "--no-check", "--free", "--movements", "hand_close,hand_open"]
    terminal = Terminal("record", *words, "--out", str(path))
    try:
        terminal.wait_for("press a number")
        terminal.press("2")
        terminal.wait_for("no. 1")
        terminal.wait_for("0.5 s")
        terminal.press("1")
        terminal.wait_for("0.5 s")
        terminal.press("0")
        terminal.wait_for("press a number")
        terminal.press("\x1b")
        assert terminal.end() == ""
    finally:
        terminal.close()
    labels = read_table(path).label_names_by_row()
    assert set(labels) == {"", "rest", "hand_close"}
    assert sum(labels == "hand_close") > 400


@pytest.mark.realtime
@on_a_terminal
def test_leaving_before_the_start_leaves_no_file(tmp_path: Path) -> None:
    terminal = Terminal("record", *SHORT, "--out", str(tmp_path / "arm.csv"))
    try:
        terminal.wait_for("press Space to begin")
        terminal.press("\x1b")
        assert "ended before anything was recorded" in terminal.end()
    finally:
        terminal.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.realtime
@on_a_terminal
def test_a_board_that_goes_away_for_good_keeps_what_was_recorded(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    words = ["--no-check", "--unattended", "--out", str(path), "--no-countdown"]
    with board_process(tmp_path) as board:
        process = subprocess.Popen(
            [*EMGSTREAM, "record", "--port", board.port, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            wait_for(lambda: path.exists() and path.stat().st_size > 30_000, process.poll)
            board.end()
            assert process.stdout is not None
            while "no signal" not in (line := process.stdout.readline()):
                assert line, "it ended before it said that the board is away"
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in errors
    assert "keeps what was recorded" in errors
    assert read_table(path).n_rows > 500
    outcomes = [entry["outcome"] for entry in read_sidecar(path)["repetitions"]]
    assert outcomes[-1] == "interrupted"


@pytest.mark.realtime
def test_a_board_that_comes_back_as_another_ends_it_with_what_was_recorded(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    words = ["--free", "--no-check", "--unattended", "--out", str(path)]
    with changing_sketch([3, 2]) as port:
        done = run("record", "--port", port, *words)
    assert done.returncode == 1
    assert "came back with 2 channels" in done.stderr.splitlines()[-1]
    facts = dict(re.findall(r"^(\w+) {2,}(.*)$", done.stdout, re.MULTILINE))
    assert facts["recording"] == str(path)
    assert facts["samples"].startswith(f"{read_table(path).n_rows} in ")
    assert read_sidecar(path)["state"] == "complete"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "add --unattended"),
        (["--unattended", "--out", "arm.csv.gz"], "does not end in .csv"),
        (["--unattended", "--out", "no/arm.csv"], "folder that exists"),
        (["--unattended", "--out", "taken.csv"], "taken.csv exists"),
        (["--unattended", "--movements", "a,,b"], "is not a name for a movement"),
        (["--unattended", "--movements", "transition"], "is not a name for a movement"),
        (["--unattended", "--movements", "fist,NA"], "'NA' is not a name for a movement"),
        (["--unattended", "--script", "rest:1,nan:1"], "'nan' is not a name for a movement"),
        (["--unattended", "--script", "rest:1,transition:1"], "is not a name for a movement"),
        (["--unattended", "--movements", "juggle"], "no simulated movement is called 'juggle'"),
        (["--unattended", "--script", "rest"], "has no duration"),
        (["--unattended", "--script", "rest:1", "--movements", "rest"], "not allowed with"),
        (["--unattended", "--repetitions", "0"], "from 1 to 10000"),
        (["--unattended", "--placement", "biceps"], "CHANNEL=WHERE"),
        (["--unattended", "--port", "/dev/ttyNONE"], "no port /dev/ttyNONE"),
        (["--unattended", "--channels", "biceps,wrist"], "no channel 'wrist'"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_no_file(
    words: list[str], reason: str, tmp_path: Path
) -> None:
    (tmp_path / "taken.csv").write_text("precious")
    done = subprocess.run(
        [*EMGSTREAM, "record", "--port", "simulated", "--no-check", *words],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=PATIENCE_S * 6,
    )  # fmt: skip
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("emgstream: ")
    assert reason in line
    assert [path.name for path in tmp_path.iterdir()] == ["taken.csv"]
    assert (tmp_path / "taken.csv").read_text() == "precious"


def test_a_session_that_is_there_already_is_not_even_touched(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    recorded(path, [("rest", 3000)], about=SessionDescription(is_trimmed=True))
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    done = run("record", *SHORT, "--unattended", "--out", str(path))
    assert "arm.csv exists" in done.stderr or "arm.json exists" in done.stderr
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_recover_says_what_it_cannot_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "arm.csv").write_text("biceps,label\n1,rest\n")
    assert main(["recover", str(tmp_path / "arm.csv")]) == 1
    assert "arm.json does not exist" in capsys.readouterr().err
    (tmp_path / "arm.json").write_text(json.dumps({"format": "emgstream session", "version": 1}))
    assert main(["recover", str(tmp_path / "arm.csv")]) == 1
    assert "is not a recorded session" in capsys.readouterr().err


def test_every_default_movement_can_be_written_large_in_eighty_columns() -> None:
    for label in (*MOVEMENTS, "no signal", "connecting"):
        lines = large(label.replace("_", " "), 76)
        assert lines is not None, label
        assert len(lines) in (HEIGHT, 2 * HEIGHT + 1)
        assert max(map(len, lines)) <= 76
    assert large("ångström", 76) is None
    assert large("a" * 40, 76) is None


def test_a_page_of_every_phase_can_be_drawn() -> None:
    protocol = GuidedProtocol(CueSchedule.of([(REST, 1), ("fist", 1)]), 1.0)
    assert guided_page(protocol.view(0.0)).below == "press Space to begin"
    protocol.start(0.0)
    assert guided_page(protocol.view(0.5)).below == "in 1"
    protocol.advance(1.0)
    assert guided_page(protocol.view(1.5)).share == pytest.approx(0.5)
    protocol.lose_board(1.6)
    assert "plug it in again" in guided_page(protocol.view(1.7)).below
    protocol.end(2.0)
    assert guided_page(protocol.view(2.0)).cue == "done"
