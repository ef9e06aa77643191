"""Several boards in one process: each its own stream, model and summary."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from emgstream.bundle import Model, write_model
from emgstream.cli import main
from tests.processes import board_process, run

on_a_pty = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")


@pytest.mark.realtime
@on_a_pty
def test_every_board_has_its_own_model_lines_and_summary(tmp_path: Path, demo_model: Model) -> None:
    out, summary = tmp_path / "out.jsonl", tmp_path / "summary.json"
    mine = tmp_path / "mine.emgmodel"
    write_model(mine, demo_model)
    (tmp_path / "left").mkdir()
    (tmp_path / "right").mkdir()
    with board_process(tmp_path / "left") as left, board_process(tmp_path / "right") as right:
        words = ["--port", left.port, "--port", right.port, "--model", "demo", "--model", str(mine)]
        told = ["--jsonl", str(out), "--summary", str(summary), "--seconds", "1.5", "--force"]
        done = run("live", "--headless", *words, *told)
        ledgers = [left.end(), right.end()]
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    streams = json.loads(summary.read_text())["streams"]
    assert [stream["stream"] for stream in streams] == [left.port, right.port]
    for stream, ledger in zip(streams, ledgers, strict=True):
        indices = [line["index"] for line in lines if line["stream"] == stream["stream"]]
        assert indices == [199 + 20 * number for number in range(stream["decisions"])]
        assert stream["lost"] == 0
        assert 1000 < stream["samples"] <= ledger["n_instants"]
        (output,) = stream["outputs"]
        assert (output["written"], output["dropped"]) == (stream["decisions"], 0)


@pytest.mark.realtime
@on_a_pty
def test_one_that_fails_is_told_and_does_not_end_the_others(tmp_path: Path) -> None:
    summary = tmp_path / "summary.json"
    with board_process(tmp_path) as board:
        ports = ["--port", "/dev/ttyNONE", "--port", board.port]
        told = ["--seconds", "1", "--summary", str(summary), "--force"]
        done = run("live", "--headless", *ports, *told)
    assert done.returncode == 1
    assert "note: /dev/ttyNONE: ended: no port /dev/ttyNONE" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("emgstream: no port /dev/ttyNONE")
    failed, streamed = json.loads(summary.read_text())["streams"]
    assert failed["failure"].startswith("no port /dev/ttyNONE")
    assert (failed["samples"], failed["decisions"]) == (0, 0)
    assert streamed["samples"] > 900
    assert "failure" not in streamed


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--port", "a", "--port", "a"], "--port a is given twice"),
        (["--port", "a", "--port", "auto"], "name the port of each"),
        (["--port", "a", "--port", "b", *["--model", "demo"] * 3], "3 times --model for 2"),
        (["--model", "demo", "--model", "demo"], "2 times --model for 1"),
        (["--port", "a", "--port", "b", "--model", "no.emgmodel"], "no.emgmodel: no such file"),
    ],
)
def test_a_mistake_is_one_line(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["live", "--headless", *words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line


def test_the_window_is_for_one_board(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["live", "--port", "simulated", "--port", "simulated"]) == 1
    assert "add --headless" in capsys.readouterr().err


@pytest.mark.realtime
@on_a_pty
def test_a_pipe_that_nobody_reads_loses_no_sample_and_its_decisions_are_counted(
    tmp_path: Path,
) -> None:
    summary = tmp_path / "summary.json"
    program = (
        "import os, sys\n"
        "from emgstream.cli import main\n"
        "reader, writer = os.pipe()\n"  # never read
        "os.dup2(writer, 1)\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    words = ["live", "--port", "simulated", "--seconds", "6", "--jsonl", "-", "--force"]
    done = run(*words, "--summary", str(summary), program=program)
    assert done.returncode == 0, done.stderr
    told = json.loads(summary.read_text())
    assert told["samples"] > 5900
    assert (told["lost"], told["skipped"]) == (0, 0)
    (output,) = told["outputs"]
    assert output["dropped"] > 0
    assert output["written"] + output["dropped"] == told["decisions"]
