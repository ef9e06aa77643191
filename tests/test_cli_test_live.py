"""``emgstream test-live`` as a user meets it."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from emgstream.cli import main
from emgstream.data import DEMO_MODEL
from emgstream.trial import history_path
from tests.processes import EMGSTREAM, board_process, run
from tests.simulation.boards import PATIENCE_S
from tests.terminals import Terminal, on_a_terminal

SHORT = ["--no-countdown", "--hold", "1.5", "--rest", "2"]
ON_A_BOARD = ["--port", "simulated", *SHORT]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model that may have a history."""
    return Path(shutil.copy(DEMO_MODEL, tmp_path / "arm.emgmodel"))


def history(model: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(history_path(model).read_text(encoding="utf-8"))
    return entries


@pytest.mark.realtime
def test_nobody_need_be_there_and_the_simulated_person_does_as_asked(model: Path) -> None:
    words = ["--movements", "elbow_bend,wrist_left", "--repetitions", "1", "--unattended"]
    done = run("test-live", "--model", str(model), *ON_A_BOARD, *words)
    assert done.returncode == 0, done.stderr
    assert "synthetic EMG from a simulated board" in done.stdout
    assert re.search(r"completed +\d+ % of 2 movements: named for 0.5 s", done.stdout)
    assert re.search(r"time to correct +\d\.\d\d s from the cue, median", done.stdout)
    assert re.search(r"active errors +<?\d+ % of [\d,]+ decisions", done.stdout)
    assert re.search(
        r"false activations +[\d,]+ per hour of settled rest: \d+ in \d s", done.stdout
    )
    assert re.search(r"not counted +the first 0.8 s of every cue", done.stdout)
    assert re.search(r"elbow_bend +\d of 1 +\d\.\d\d s", done.stdout), done.stdout
    (entry,) = history(model)
    assert entry["source"]["kind"] == "live"
    assert entry["source"]["synthetic"] is True
    assert entry["protocol"]["kind"] == "guided"
    assert len(entry["protocol"]["cues"]) == 5
    assert (entry["attempts"], entry["dwell_s"], entry["reaction_s"]) == (2, 0.5, 0.8)
    assert entry["completion_rate"] >= 0.5
    assert 0.1 < entry["to_correct_s"] < 1.5  # people take 180 ms at least, and a window is 200 ms
    assert set(entry["by_class"]) == {"elbow_bend", "wrist_left"}
    assert f"kept  {history_path(model)}" in done.stdout


def test_what_was_never_named_for_long_enough_has_no_time_from_anywhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["test-live", "--replay", "demo", "--dwell", "100", "--no-history"]) == 0
    assert re.search(r"time to correct +never$", capsys.readouterr().out, re.MULTILINE)


def test_a_recording_gives_the_same_figures_and_the_history_grows(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["test-live", "--model", str(model), "--replay", "demo"]
    assert main([*words, "--no-history"]) == 0
    assert not history_path(model).exists()
    assert main(words) == 0
    assert main([*words, "--reaction", "0.3"]) == 0
    assert "from the start of the label" in capsys.readouterr().out
    plain, reacted = history(model)
    assert plain["source"]["kind"] == "replay"
    assert plain["source"]["name"] == "demo_recording.csv.gz"
    assert (plain["reaction_s"], reacted["reaction_s"]) == (0.0, 0.3)
    assert plain["to_correct_s"] == reacted["to_correct_s"]
    assert reacted["n_decisions"] < plain["n_decisions"]
    assert plain["network_sha256"] == reacted["network_sha256"]


@pytest.mark.realtime
@on_a_terminal
def test_space_begins_and_ctrl_c_tells_what_it_came_to_and_keeps_nothing(model: Path) -> None:
    words = ["--movements", "hand_close,wrist_left", "--repetitions", "2"]
    terminal = Terminal("test-live", "--model", str(model), *ON_A_BOARD, *words)
    try:
        terminal.wait_for("press Space to begin")
        terminal.press(" ")
        terminal.wait_for("the model says")
        terminal.wait_for("movement 2 of 4")
        terminal.press(" ")
        terminal.wait_for("press Space to go on")
        terminal.press(" ")
        terminal.wait_for("movement 2 of 4")
        terminal.shown = ""
        terminal.process.send_signal(signal.SIGINT)
        errors = terminal.end()
        assert terminal.process.returncode == 1
        assert terminal.is_as_before()
        assert "of 1 movement:" in terminal.shown
    finally:
        terminal.close()
    assert errors.splitlines() == [
        "emgstream: stopped by Ctrl-C after 1 of 4 movements; a test that was not finished is not "
        "kept"
    ]
    assert [path.name for path in model.parent.iterdir()] == [model.name]


@pytest.mark.realtime
@on_a_terminal
def test_esc_before_the_start_leaves_nothing(model: Path) -> None:
    terminal = Terminal("test-live", "--model", str(model), *ON_A_BOARD)
    try:
        terminal.wait_for("press Space to begin")
        terminal.press("\x1b")
        assert "ended after 0 of 18 movements" in terminal.end()
    finally:
        terminal.close()
    assert [path.name for path in model.parent.iterdir()] == [model.name]


@pytest.mark.realtime
def test_an_unplugged_board_is_waited_for_and_its_movement_asked_for_again(model: Path) -> None:
    words = ["--movements", "hand_close", "--repetitions", "2", "--unattended"]
    with board_process(model.parent, "--faults", "unplug=1@6") as board:
        done = run("test-live", "--model", str(model), "--port", board.port, *SHORT, *words)
    assert done.returncode == 0, done.stderr
    assert "unplugged: " in done.stdout
    assert "streaming again" in done.stdout
    (entry,) = history(model)
    assert entry["attempts"] == 2
    assert entry["source"]["reconnects"] >= 1
    assert entry["source"]["missed"] > 0
    assert re.search(r"lost +0 samples on the line +and [\d,]+ while the board", done.stdout)


@pytest.mark.realtime
def test_a_board_that_stays_away_can_be_given_up(model: Path) -> None:
    words = ["--movements", "hand_close", "--unattended", *SHORT]
    with board_process(model.parent) as board:
        command = [*EMGSTREAM, "test-live", "--model", str(model), "--port", board.port, *words]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with process:
            hear(process, "hand close")
            board.end()
            hear(process, "no signal")
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE_S)
    (line,) = errors.splitlines()
    assert line.startswith("emgstream: stopped by Ctrl-C after 0 of 3 movements")
    assert not history_path(model).exists()


def hear(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    said = []
    while words not in (line := process.stdout.readline()):
        said.append(line)
        assert line, f"it ended before it said {words!r}: {said}"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "add --unattended"),
        (["--unattended", "--movements", "juggle"], "the model has no movement 'juggle'"),
        (["--unattended", "--movements", "rest"], "the test has no movement"),
        (["--unattended", "--hold", "0.7"], "hold it longer"),
        (["--unattended", "--hold", "-1"], "not a positive number"),
        (["--unattended", "--reaction", "x"], "not a number from 0 on"),
        (["--unattended", "--seed", "-1"], "from 0 on"),
        (["--unattended", "--rate", "200"], "--rate is for a recording"),
        (["--unattended", "--port", "/dev/ttyNONE"], "no port /dev/ttyNONE"),
        (["--unattended", "--model", "none.emgmodel"], "none.emgmodel"),
        (["--replay", "demo", "--port", "COM3"], "not allowed with"),
        (["--replay", "demo", "--hold", "2"], "--hold is for a test on a board"),
        (["--replay", "none.csv"], "none.csv"),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(
    words: list[str], reason: str, model: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    where = [] if "--replay" in words or "--port" in words else ["--port", "simulated"]
    assert main(["test-live", "--model", str(model), *where, *words]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("emgstream: ")
    assert reason in line
    assert [path.name for path in model.parent.iterdir()] == [model.name]


def test_a_history_that_is_none_is_told_before_the_test(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history_path(model).write_text("{}", encoding="utf-8")
    words = ["--unattended", *ON_A_BOARD]
    assert main(["test-live", "--model", str(model), *words]) == 1
    out, err = capsys.readouterr()
    assert "is not a history of tests" in err
    assert out == ""
    assert history_path(model).read_text(encoding="utf-8") == "{}"
