"""Killing a recording at a moment, and holding its file to what the board had sent by then."""

from __future__ import annotations

import os
import subprocess
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from emgstream.clock import MonotonicClock
from emgstream.recording import put_in_order, read_sidecar
from emgstream.simulation.board import SimulatedBoard
from emgstream.tables import read_table
from emgstream.types import FloatArray
from tests.processes import EMGSTREAM
from tests.simulation.boards import PATIENCE_S

__all__ = ["Killed", "kill_on_any_source", "kill_once"]

MOST_LOST_S = 0.2


@dataclass(frozen=True)
class Killed:
    """What was left of one recording."""

    n_kept: int
    """Samples in the mended file."""
    lost_s: float
    """Age of the newest sample kept, at the kill, against the newest the board had sent."""
    starved_s: float
    """Time that the machine, busy with others, let the recording wait for a processor."""
    found: tuple[str, ...]
    """What mending found."""


def kill_once(board: SimulatedBoard, path: Path, after_s: float) -> Killed:
    """Record from a board, kill the process ``after_s`` seconds after its first line, and mend.

    Asserts that every sample is byte by byte what the board sent, none missing in between, and
    that none sent earlier than 200 ms before the kill is missing. A process that gets no processor
    reads nothing: on Linux, the time its threads stood in line for one is added to those 200 ms.
    """
    board.take_writes()
    cues = ["--script", "rest:0.4,fist:0.4," * 50 + "rest:0.4", "--no-countdown"]
    killed_s, starved_s = _record_and_kill(board.port, path, after_s, cues)
    return _hold_to_ledger(board, path, killed_s, starved_s)


def kill_on_any_source(port: str, path: Path, after_s: float) -> Killed:
    """Record from any source, kill the process as `kill_once` does, and mend.

    Asserts that every row is whole and in order, and that the newest was taken at most 200 ms
    before the kill, by its time; the time without a processor is added to that.
    """
    killed_s, starved_s = _record_and_kill(port, path, after_s, ["--free"])
    killed = datetime.now().astimezone() - timedelta(seconds=MonotonicClock().now() - killed_s)
    recovered = put_in_order(path)
    table = read_table(path)
    assert table.repairs == (), table.repairs
    assert table.index is not None
    assert table.time_s is not None
    assert table.index[0] == 0
    assert (np.diff(table.index) > 0).all()
    started = datetime.fromisoformat(read_sidecar(path)["started"])
    lost_s = (killed - started).total_seconds() - float(table.time_s[-1])
    assert lost_s <= MOST_LOST_S + starved_s, (lost_s, starved_s)
    return Killed(recovered.n_samples, lost_s, starved_s, recovered.found)


def _record_and_kill(port: str, path: Path, after_s: float, what: list[str]) -> tuple[float, float]:
    """Kill a recording some time after its first line.

    Returns the host time of the kill, and how long its threads stood in line for a processor.
    """
    words = ["record", "--port", port, "--out", str(path), "--unattended", "--no-check", *what]
    with subprocess.Popen([*EMGSTREAM, *words], stdout=subprocess.DEVNULL) as process:
        try:
            deadline_s = time.monotonic() + 6 * PATIENCE_S  # a process of its own is slow to start
            while not _has_lines(path):
                assert process.poll() is None, f"it ended with {process.poll()}"
                assert time.monotonic() < deadline_s, "no line came"
                time.sleep(0.005)
            starved_s = _starved_s(process.pid)
            time.sleep(after_s)
            starved_s = _starved_s(process.pid) - starved_s
        finally:
            killed_s = MonotonicClock().now()
            process.kill()
        process.wait(PATIENCE_S)
    return killed_s, starved_s


def _has_lines(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 100


def _starved_s(pid: int) -> float:
    """Return how long the threads of a process have waited for a processor; 0 where untold."""
    told = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(float(thread.read_text().split()[1]) for thread in told) * 1e-9


def _hold_to_ledger(board: SimulatedBoard, path: Path, killed_s: float, starved_s: float) -> Killed:
    recovered = put_in_order(path)
    table = read_table(path)
    assert table.repairs == (), table.repairs
    assert table.index is not None
    np.testing.assert_array_equal(table.index, np.arange(table.n_rows))
    run = board.ledger().runs[-1]
    sent = board.ledger().true_samples(run.run, 0, run.n_instants)
    first = _place_of(table.samples, sent)
    writes = deque(write for write in board.take_writes() if write.run == run.run)
    due = [write.index for write in writes if write.host_s <= killed_s - MOST_LOST_S - starved_s]
    newest_kept = first + table.n_rows - 1
    assert newest_kept >= max(due, default=0), (newest_kept, due[-1:], starved_s)
    newest_sent = max(write.index for write in writes if write.host_s <= killed_s)
    lost_s = (newest_sent - newest_kept) / run.rate_hz
    return Killed(recovered.n_samples, lost_s, starved_s, recovered.found)


def _place_of(samples: FloatArray, among: FloatArray) -> int:
    starts = np.flatnonzero((among[: len(among) - len(samples) + 1] == samples[0]).all(axis=1))
    for start in starts.tolist():
        if np.array_equal(among[start : start + len(samples)], samples):
            return int(start)
    raise AssertionError(f"{len(samples)} samples of the file are not what the board sent")


if os.name == "nt":
    raise ImportError("the board of this rig is on a pty")
