"""``emgstream live`` as a user runs it, held to the ledger of the board it reads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emgstream.bundle import Model, write_model
from emgstream.cli.status_notifier import StatusNotifier
from emgstream.simulation.board import SimulatedBoard
from emgstream.sources.serial_board.holders import holders
from emgstream.sources.source_status import SourceState, SourceStatus
from tests.processes import EMGSTREAM, board_process, run
from tests.simulation.boards import PATIENCE_S, SCRIPT, opened, wait_for

KEYS = {"samples", "lost", "gaps", "reconnects", "decisions", "rate_hz", "ppm", "latency_ms"}
on_a_pty = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
PORTS = [pytest.param(None, id="pty", marks=on_a_pty), pytest.param(0, id="tcp")]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a port")


def live(port: str, folder: Path, *words: str) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """Run it to its end; return the summary, the decisions and what it said on stderr."""
    summary, decisions = folder / "summary.json", folder / "decisions.jsonl"
    told = ["--summary", str(summary), "--jsonl", str(decisions)]
    done = run("live", "--headless", "--port", port, *told, *words)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in decisions.read_text().splitlines()]
    return json.loads(summary.read_text()), lines, done.stderr


@pytest.mark.realtime
@pytest.mark.parametrize("tcp", [pytest.param(False, id="pty", marks=on_a_pty), True])
def test_the_summary_and_the_decisions_are_those_of_the_ledger(tmp_path: Path, tcp: bool) -> None:
    faults = "loss=0.002,burst=2,duplicate=0.01"
    with board_process(tmp_path, "--faults", faults, "--seed", "3", tcp=tcp) as board:
        summary, decisions, _ = live(board.port, tmp_path, "--seconds", "3")
        ledger = board.end()
    (of,) = ledger["runs"]
    assert of["ended_by"] == "stop"
    received = np.delete(np.arange(of["n_instants"]), of["lost"])[: summary["samples"]]
    steps = np.diff(received)
    assert set(summary) >= KEYS
    assert summary["samples"] == len(received)
    assert summary["lost"] == summary["lost_on_line"] == int((steps - 1).sum()) > 0
    assert summary["gaps"] == int(np.count_nonzero(steps > 1)) > 0
    assert summary["counters"]["n_duplicated"] > 0
    assert (summary["reconnects"], summary["missed"], summary["skipped"]) == (0, 0, 0)
    assert summary["decisions"] == len(decisions) > 0
    assert summary["latency_ms"]["p50"] <= summary["latency_ms"]["p99"]
    assert summary["rate_hz"] == pytest.approx(1000.0, rel=0.01)
    told = [(received[0] + one["index"], one["filled"]) for one in decisions]
    assert all(status != "gap" for status in (one["status"] for one in decisions))
    windows = [end + np.arange(-199, 1) for end, _ in told]
    lost = [np.count_nonzero(~np.isin(window, received)) / 200 for window in windows]
    assert [filled for _, filled in told] == lost  # each gap is short, and told as filled
    assert any(lost)


@pytest.mark.realtime
def test_a_simulated_board_needs_no_other_and_is_said_to_be_synthetic(tmp_path: Path) -> None:
    summary, decisions, said = live("simulated", tmp_path, "--seconds", "3")
    assert "synthetic EMG from a simulated board: no person, no electrodes" in said
    assert summary["synthetic"] is True
    assert summary["source"] == "synthetic EMG, simulated board"
    assert summary["accuracy"] is not None, "the simulated person's movements are known"
    assert (summary["lost"], summary["gaps"], summary["reconnects"]) == (0, 0, 0)
    assert [decision["index"] for decision in decisions] == [
        199 + 20 * number for number in range(summary["decisions"])
    ]


@contextmanager
def started(port: str, *told: str) -> Iterator[subprocess.Popen[str]]:
    """Give a running ``live`` whose decisions and complaints are pipes."""
    words = [*EMGSTREAM, "live", "--headless", "--port", port, "--jsonl", "-", *told]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def next_index(process: subprocess.Popen[str]) -> int:
    """Return the index of the next decision."""
    assert process.stdout is not None
    return int(json.loads(process.stdout.readline())["index"])


def hear(process: subprocess.Popen[str], words: str) -> None:
    """Wait until it says so on stderr."""
    assert process.stderr is not None
    while words not in process.stderr.readline():
        assert process.poll() is None


@pytest.mark.realtime
@pytest.mark.parametrize("tcp", PORTS)
def test_an_unplugged_board_is_told_and_counted(tmp_path: Path, tcp: int | None) -> None:
    out = tmp_path / "summary.json"
    with (
        SimulatedBoard(SCRIPT, tcp=tcp) as board,
        started(board.port, "--summary", str(out)) as process,
    ):
        decided = next_index(process)
        board.unplug()
        out_s = time.perf_counter()
        hear(process, f"{board.port}: unplugged: reconnecting")
        board.replug()
        hear(process, f"{board.port}: streaming again")
        again_s = time.perf_counter()
        first, second = board.ledger().runs
        at_least, at_most = second.host_s - out_s, again_s - first.host_s - decided * 1e-3
        while next_index(process) < decided + 1e3 * at_least:
            pass
        assert_ctrl_c_ends(process)
    summary = json.loads(out.read_text())
    assert (summary["reconnects"], summary["gaps"]) == (1, 1)
    assert summary["lost"] == summary["missed"]
    assert 1e3 * at_least - 2 < summary["missed"] < 1e3 * at_most


@pytest.mark.realtime
@on_a_pty
def test_without_reconnect_an_unplugged_board_is_the_end_and_what_came_is_kept(
    tmp_path: Path,
) -> None:
    out = tmp_path / "summary.json"
    told = ["--no-reconnect", "--summary", str(out)]
    with SimulatedBoard(SCRIPT) as board, started(board.port, *told) as process:
        decided = next_index(process)
        board.unplug()
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "--no-reconnect" in errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert json.loads(out.read_text())["samples"] > decided


NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


def assert_ctrl_c_ends(
    process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT
) -> None:
    process.send_signal(number)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert errors.splitlines()[-1] == f"emgstream: stopped by {NAMES[number]}"
    assert "Traceback" not in errors


@pytest.mark.realtime
@on_linux
def test_ctrl_c_while_the_board_boots_lets_go_of_the_port(tmp_path: Path) -> None:
    with board_process(tmp_path, "--faults", "boot=50") as board, started(board.port) as process:
        wait_for(lambda: board.is_opened_by(process.pid), process.poll)
        assert_ctrl_c_ends(process)
        assert holders(board.port) == []
        assert board.end()["runs"] == []


@pytest.mark.realtime
@on_a_pty
@pytest.mark.parametrize("number", NAMES)
def test_ctrl_c_and_a_polite_kill_stop_the_board_and_let_go_of_the_port(
    tmp_path: Path, number: signal.Signals
) -> None:
    with board_process(tmp_path) as board, started(board.port) as process:
        assert next_index(process) == 199
        assert_ctrl_c_ends(process, number)
        assert holders(board.port) == []
        assert [of["ended_by"] for of in board.end()["runs"]] == ["stop"]


@pytest.mark.realtime
@on_a_pty
def test_ctrl_c_ends_it_while_the_board_is_away(tmp_path: Path) -> None:
    with board_process(tmp_path) as board, started(board.port) as process:
        next_index(process)
        board.end()
        hear(process, "unplugged: reconnecting")
        assert_ctrl_c_ends(process)


@pytest.mark.realtime
@on_a_pty
def test_a_model_of_another_rate_is_refused_and_the_way_out_works(
    tmp_path: Path, demo_model: Model
) -> None:
    path = tmp_path / "fast.emgmodel"
    faster = replace(demo_model.manifest, sampling_rate_hz=4000.0)
    write_model(path, replace(demo_model, manifest=faster))
    with board_process(tmp_path) as board:
        words = ["live", "--headless", "--port", board.port, "--model", str(path)]
        done = run(*words)
        forced = run(*words, "--force", "--seconds", "0.5")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()[-1:]
    assert "2000 Hz" in line
    assert "4000 Hz" in line
    assert "--force" in line
    assert forced.returncode == 0
    assert "alarm: the board samples at 2000 Hz" in forced.stderr


def test_notes_alarms_and_breaks_are_said_once_each_as_they_come() -> None:
    said: list[str] = []
    teller = StatusNotifier(said.append)
    streaming = SourceStatus(SourceState.STREAMING, port="COM3")
    for status in (
        SourceStatus(SourceState.CONNECTING, "waiting for the board to start", port="COM3"),
        replace(streaming, notes=("a note",)),
        replace(streaming, notes=("a note",), alarms=("lossy",)),
        SourceStatus(SourceState.STALLED, "stalled 1.0 s", port="COM3"),
        SourceStatus(SourceState.STALLED, "stalled 1.1 s", port="COM3"),
        SourceStatus(SourceState.UNPLUGGED, "unplugged: reconnecting", port="COM3"),
        streaming,
        streaming,
    ):
        teller.tell(status)
    assert said == [
        "a note",
        "alarm: lossy",
        "COM3: stalled 1.0 s",
        "COM3: unplugged: reconnecting",
        "COM3: streaming again",
    ]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--port", "/dev/ttyNONE"], "no port /dev/ttyNONE"),
        (["--port", "socket://127.0.0.1:1"], "nothing answers at socket://127.0.0.1:1"),
        (["--port", "socket://nonsense:port"], "expected socket://HOST:PORT"),
        (["--port", "simulated", "--channels", "biceps,triceps"], "--channels names 2"),
        (["--port", "simulated", "--channels", "a,b,c"], "no channel 'a'"),
        (["--port", "simulated", "--model", "no.emgmodel"], "no.emgmodel"),
        (["--baud", "fast"], "'fast' is not a baud rate"),
        (["--seconds", "-1"], "--seconds"),
        (["--port", "auto", "--seconds", "1"], "no board found"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_1(words: list[str], reason: str) -> None:
    done = run("live", "--headless", *words)
    assert done.returncode == 1
    last = [line for line in done.stderr.splitlines() if not line.startswith("note:")]
    assert len(last) == 1, done.stderr
    assert last[0].startswith("emgstream: ")
    assert reason in last[0]


@pytest.mark.realtime
@on_a_pty
def test_a_port_that_another_process_reads_is_named_and_not_disturbed(tmp_path: Path) -> None:
    with board_process(tmp_path) as board, opened(board.port) as host:
        host.read_until(lambda host: host.has("id"))
        host.say("start")
        host.read_until(lambda host: host.decoder.counters.n_frames > 50)
        done = run("live", "--headless", "--port", board.port)
        before = host.decoder.counters.n_frames
        host.read_until(lambda host: host.decoder.counters.n_frames > before + 100)
        assert host.decoder.counters.n_lost == 0
        assert len(board.end()["runs"]) == 1
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"{board.port} is in use: held by " in line
    assert f"({os.getpid()})" in line
