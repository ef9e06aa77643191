"""What is written to the log, and where."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from emgstream.app.verb_process import VerbProcess
from emgstream.cli import main
from emgstream.cli.verb_parsers import VERBS
from emgstream.data import DEMO_RECORDING
from emgstream.errors import ChildFailedError, OutputError, UsageError
from emgstream.log_output import bug_message, log_output, log_path, user_log, user_log_path
from tests.processes import board_process, run
from tests.simulation.boards import wait_for

RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Z]+ \[[\w-]+\] emgstream[\w.]*: ")
TO_STDOUT = "import sys; from emgstream.cli import main; sys.exit(main(sys.argv[1:]))"
A_BUG = (
    "from emgstream.cli import ports_verb; ports_verb.run = lambda _: {}['nowhere'];" + TO_STDOUT
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's log, which is not there yet."""
    folder = tmp_path / "user" / "logs"
    monkeypatch.setenv("EMGSTREAM_LOG_FOLDER", str(folder))
    return folder


def log(text: str, *values: object) -> None:
    logging.getLogger("emgstream.test").info(text, *values)


@pytest.mark.parametrize("verb", [None, *VERBS])
def test_every_verb_has_the_options_of_the_log(
    verb: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"] if verb is None else [verb, "--help"])
    printed = capsys.readouterr().out
    assert "-v, --verbose" in printed
    assert "--log FILE" in printed


def test_a_log_tells_which_program_ran_and_each_thread_of_it_but_no_decision(
    tmp_path: Path,
) -> None:
    path = tmp_path / "replay.log"
    words = ["replay", "demo", "--headless", "--speed", "max", "--jsonl", str(tmp_path / "d.jsonl")]
    assert main([*words, "--log", str(path)]) == 0
    records = path.read_text(encoding="utf-8").splitlines()
    assert all(RECORD.match(record) for record in records), records
    assert "emgstream replay demo --headless" in records[0]
    for name in ("emg-reader", "emg-inference", "emg-output-1"):
        told = [record.split(f"[{name}] ")[1] for record in records if f"[{name}]" in record]
        assert told[0] == "emgstream.worker: thread started"
        assert told[-1] == "emgstream.worker: thread ended"
    n_decisions = len((tmp_path / "d.jsonl").read_bytes().splitlines())
    assert len(records) < 30 < n_decisions


def test_without_options_nothing_is_logged_and_with_v_it_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["replay", "demo", "--headless", "--speed", "max"]
    assert main(words) == 0
    assert capsys.readouterr().err == ""
    assert main(["-v", *words]) == 0
    printed = capsys.readouterr().err.splitlines()
    assert all(RECORD.match(line) for line in printed)
    assert any("[emg-reader] emgstream.worker: thread started" in line for line in printed)


def test_the_reason_of_a_failure_is_in_the_log_and_printed_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "failed.log"
    assert main(["inspect", str(tmp_path / "nowhere.csv"), "-v", "--log", str(path)]) == 1
    assert capsys.readouterr().err.count("does not exist") == 1
    assert path.read_text(encoding="utf-8").count("does not exist") == 1


def test_a_log_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "two.log"
    for _ in range(2):
        assert main(["inspect", "demo.emgmodel", "--log", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert text.count("emgstream inspect demo.emgmodel") == 2


def test_no_other_file_is_taken_for_a_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "arm.csv"
    table.write_text("biceps,label\n512,rest\n", encoding="utf-8")
    before = table.read_bytes()
    assert main(["inspect", "demo", "--log", str(table)]) == 1
    assert "not a log of emgstream" in capsys.readouterr().err
    assert main(["inspect", str(table), "--log", str(table)]) == 1
    assert "read or written already" in capsys.readouterr().err
    assert table.read_bytes() == before
    new = str(tmp_path / "new.json")
    assert main(["inspect", "demo", "--json", new, "--log", new]) == 1
    assert "read or written already" in capsys.readouterr().err
    assert not Path(new).exists()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="cannot write the log"),
        log_output(0, tmp_path / "nowhere" / "x.log"),
    ):
        pass


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")  # noqa: PTH110
def test_a_full_disk_is_told_once_and_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with log_output(0, Path("/dev/full")):
        log("one")
        log("two")
    assert capsys.readouterr().err.count("cannot write the log /dev/full") == 1


def test_no_text_can_forge_a_record_or_steer_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pytest would capture the records, too, and hand them to another process as UTF-8
    monkeypatch.setattr(logging.getLogger("emgstream"), "propagate", False)
    path = tmp_path / "hostile.log"
    with log_output(0, path):
        log("port %s", "tty\x1b[2J\n2026-01-01 00:00:00.000 INFO [x] emgstream: forged")
        log("file %s, µV, %s", "caf\udce9.csv", "\u202egnp.csv")
    text = path.read_bytes().decode("utf-8")
    assert len(text.splitlines()) == 4  # the start, these two, the end
    assert all(RECORD.match(line) for line in text.splitlines())
    assert r"tty\x1b[2J\n2026-01-01" in text
    assert r"caf\udce9.csv, µV, \u202egnp.csv" in text


def test_a_traceback_stands_indented_below_its_record(tmp_path: Path) -> None:
    path = tmp_path / "bug.log"
    with log_output(0, path):
        try:
            raise ValueError("first\nsecond")
        except ValueError as error:
            message = bug_message(error)
        assert log_path() == path
    assert str(path) in message
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if "Traceback" in line)
    assert lines[start].startswith("    ")
    assert RECORD.match(lines[start - 1])
    assert "    ValueError: first" in lines
    assert "    second" in lines


def test_a_bug_is_one_line_that_names_the_file_with_its_traceback(folder: Path) -> None:
    ended = run("ports", program=A_BUG)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    path = folder / "emgstream.log"
    assert line.startswith("emgstream: met a bug of its own (KeyError: 'nowhere')")
    assert str(path) in line
    text = path.read_text(encoding="utf-8")
    assert "    Traceback (most recent call last):" in text
    assert "    KeyError: 'nowhere'" in text


def test_a_bug_with_a_log_of_its_own_goes_there(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.log"
    ended = run("ports", "--log", str(path), program=A_BUG)
    assert str(path) in ended.stderr
    assert "KeyError: 'nowhere'" in path.read_text(encoding="utf-8")
    assert not folder.exists()


def test_the_traceback_of_a_bug_is_printed_where_no_file_can_be_written(folder: Path) -> None:
    folder.parent.write_text("a file, and no folder", encoding="utf-8")
    ended = run("ports", program=A_BUG)
    assert ended.returncode == 1
    assert "Traceback (most recent call last):" in ended.stderr
    assert "the details are above" in ended.stderr.splitlines()[-1]


def test_the_log_of_the_user_rotates(folder: Path) -> None:
    with user_log() as path:
        assert path == user_log_path() == folder / "emgstream.log"
        for number in range(30):
            log("%d %s", number, 100_000 * "x")
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["emgstream.log", *(f"emgstream.log.{number}" for number in (1, 2, 3))]
    assert all(file.stat().st_size <= 1_000_000 for file in folder.iterdir())


def test_a_second_log_of_the_user_is_the_one_there_is(folder: Path, tmp_path: Path) -> None:
    with log_output(0, tmp_path / "own.log"), user_log() as path:
        assert path == tmp_path / "own.log"
    assert not folder.exists()


def test_a_log_file_of_somebody_else_is_not_written(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "emgstream.log").write_text("notes of mine\n", encoding="utf-8")
    with user_log() as path:
        assert path is None
    assert (folder / "emgstream.log").read_text(encoding="utf-8") == "notes of mine\n"
    with pytest.raises(UsageError, match="not a log of emgstream"), log_output(0, user_log_path()):
        pass


def test_help_does_not_import_logging() -> None:
    program = f"{TO_STDOUT.replace('sys.exit(main(sys.argv[1:]))', '')}\ntry: main(['--help'])\n"
    program += "except SystemExit: print('logging' in sys.modules)"
    assert run(program=program).stdout.splitlines()[-1] == "False", sys.version


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_trace_of_a_child_that_crashes_is_in_the_log_and_the_message_names_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "window.log"
    with log_output(0, path):
        child = VerbProcess(["train", str(DEMO_RECORDING), "--out", str(tmp_path / "m.emgmodel")])
        libraries = Path(f"/proc/{child.pid}/maps")
        wait_for(lambda: "numpy" in libraries.read_text(), libraries.read_text)
        os.kill(child.pid, signal.SIGSEGV)
        wait_for(lambda: not child.running, child.events)
        with pytest.raises(ChildFailedError, match=re.escape(f"see {path}")):
            child.check()
        child.close()
    text = path.read_text(encoding="utf-8")
    assert "train: Fatal Python error: Segmentation fault" in text
    assert f"process {child.pid} ended with code -11" in text


@pytest.mark.realtime
def test_a_board_that_was_unplugged_is_told_with_its_reconnect(tmp_path: Path) -> None:
    path = tmp_path / "live.log"
    with board_process(tmp_path, "--faults", "unplug=0.5@1.5", tcp=True) as board:
        words = ["live", "--headless", "--port", board.port, "--seconds", "4"]
        assert main([*words, "--log", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    told = ("connected to socket://", "answered at", "streaming from socket://", "first samples: ")
    for words_told in (*told, "board: unplugged: reconnecting", "reconnected"):
        assert words_told in text
