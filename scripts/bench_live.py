"""Delay of live decisions, processor time of live streaming, and a hundred unplugged cables.

The board is simulated, on a pty, at 1 kHz; what reads it is the product's own serial source.

    python scripts/bench_live.py [board] [sources]

``sources`` sets LSL and BrainFlow against the serial board, see `bench_sources`.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from bench_rows import Row, table
from bench_sources import measure_sources
from boards import board_of_its_own

from emgstream.bundle import Model, read_model
from emgstream.data import DEMO_MODEL
from emgstream.engine import Engine
from emgstream.opening import model_options
from emgstream.outputs.output import Output, Update
from emgstream.simulation.board import BoardRun, BoardWrite, SimulatedBoard
from emgstream.sources.serial_board import SerialBoardSource, open_board
from emgstream.types import Chunk, TimeArray

LATENCY_S = 30.0
CPU_SHORT_S, CPU_LONG_S = 5, 25
N_CYCLES = 100
SAMPLES_A_CYCLE = 100


def measure() -> Iterator[Row]:
    """Time decisions, processor and reconnects."""
    updates, writes, run = _streamed(read_model(DEMO_MODEL))
    latencies_ms = 1e3 * since_written_s(_decided_s(updates), writes)
    p50, p99 = np.percentile(latencies_ms, [50, 99])
    yield Row(
        "board's write to decision on a pty at 1 kHz, a decision every step, p50 / p99",
        f"{p50:.2f} / {p99:.2f} ms ({len(latencies_ms)} decisions)",
        wanted="3 / 10 ms",
    )
    p1, p50, p99 = np.percentile(1e3 * _untold_s(updates, run), [1, 50, 99])
    yield Row(
        "board's instant to the output, less line, queue, compute and output as told, p1 / 50 / 99",
        f"{p1:.2f} / {p50:.2f} / {p99:.2f} ms",
        wanted="the quickest arrival's delay: the same for all, within 1 ms",
    )
    yield Row(
        "processor at 1 kHz, headless, whole process, start-up aside",
        f"{_cpu_share():.1%} of a core",
        wanted="under 15 %",
    )
    n_resumed, worst, longest_s = _cycles()
    yield Row(
        f"{N_CYCLES} times unplugged and replugged, worst gap in the index against the truth",
        f"{n_resumed} resumed, {worst} samples off, {longest_s * 1e3:.0f} ms to the next sample",
        wanted="all resume, gaps match",
    )
    n_resumed, n_false, n_missed = _cycles_on_battery()
    yield Row(
        "the same with a board that kept its power, samples at a false index",
        f"{n_resumed} resumed, {n_false} false, {n_missed:,} missed",
        wanted="all resume, gaps match",
    )


class _Kept(Output):
    """An output that keeps what it was handed."""

    def __init__(self) -> None:
        self.updates: list[Update] = []

    def write(self, update: Update) -> None:
        self.updates.append(update)


def _source(port: str, model: Model) -> SerialBoardSource:
    return open_board(port, model_options(model.manifest))


def headless_latencies_s(model: Model) -> TimeArray:
    """Return the time from the write of a window's last frame to its decision."""
    updates, writes, _ = _streamed(model)
    return since_written_s(_decided_s(updates), writes)


def _streamed(model: Model) -> tuple[list[Update], list[BoardWrite], BoardRun]:
    """Return all decisions of a stream, and when the board took and wrote every sample."""
    kept = _Kept()
    with SimulatedBoard() as board:
        with Engine(_source(board.port, model), model, [kept]) as engine:
            engine.wait(LATENCY_S)
        (run,) = board.ledger().runs
        return kept.updates, board.take_writes(), run


def _decided_s(updates: list[Update]) -> dict[int, float]:
    """Return the host time of each decision by the index of its sample."""
    return {
        index: update.decided_s for update in updates for index in update.decisions.indices.tolist()
    }


def since_written_s(decided_s: Mapping[int, float], writes: Sequence[BoardWrite]) -> TimeArray:
    """Return how long after its sample was written each decision was there.

    ``decided_s`` are host times by the index of the sample; those before the first write are
    left out.
    """
    newest = np.array([write.index for write in writes])
    written_s = np.array([write.host_s for write in writes])
    indices = np.array([index for index in sorted(decided_s) if index > newest[0]])
    times_s = np.array([decided_s[index] for index in indices.tolist()])
    latencies_s: TimeArray = times_s - written_s[np.searchsorted(newest, indices)]
    return latencies_s


def _untold_s(updates: list[Update], run: BoardRun) -> TimeArray:
    """Return by how much each decision's delay, from the board's instant on, exceeds what is told.

    What cannot be told is the time that even the quickest arrivals took.
    """
    untold_s = []
    for update in updates:
        taken_s = run.host_s + update.decisions.indices / run.rate_hz
        told_s = update.stages.line_s + update.latency_s + (update.handed_s - update.decided_s)
        untold_s.append(update.handed_s - taken_s - told_s)
    return np.concatenate(untold_s)


def _cpu_share() -> float:
    """Return processor seconds per second of a process that streams from a board of another."""
    with board_of_its_own() as port:
        used_s = [_cpu_s(port, seconds) for seconds in (CPU_SHORT_S, CPU_LONG_S)]
    return (used_s[1] - used_s[0]) / (CPU_LONG_S - CPU_SHORT_S)


def _cpu_s(port: str, seconds: int) -> float:
    words = ("live", "--headless", "--port", port, "--seconds", str(seconds))
    process = subprocess.Popen(
        [sys.executable, "-m", "emgstream", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    used_s = math.nan
    if sys.platform != "win32":
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        used_s = float(usage.ru_utime + usage.ru_stime)
    if process.returncode:
        raise RuntimeError(f"emgstream live ended with {process.returncode}")
    return used_s


def _cycles() -> tuple[int, int, float]:
    """Return reconnects, the worst error of the index over a break, and the longest resumption."""
    spans: dict[int, list[int]] = {}
    longest_s = 0.0
    with SimulatedBoard() as board, SerialBoardSource(board.port) as source:
        for segment in range(N_CYCLES + 1):
            began_s = time.perf_counter()
            _read_segment(source, segment, spans, 1)
            longest_s = max(longest_s, time.perf_counter() - began_s)
            _read_segment(source, segment, spans, SAMPLES_A_CYCLE)
            if segment < N_CYCLES:
                board.unplug()
                board.replug()
        runs = board.ledger().runs
        n_reconnects = source.status().n_reconnects
    if len(runs) != len(spans):
        raise RuntimeError(f"{len(runs)} starts became {len(spans)} segments")
    worst = 0
    for segment in range(N_CYCLES):
        (first, end), (next_first, _) = spans[segment], spans[segment + 1]
        before, after = runs[segment], runs[segment + 1]
        last_s = before.host_s + (end - first - 1) / before.rate_hz
        truth = round((after.host_s - last_s) * before.rate_hz) - 1
        worst = max(worst, abs(next_first - end - truth))
    return n_reconnects, worst, longest_s


def _cycles_on_battery() -> tuple[int, int, int]:
    """Return reconnects, samples that are not what the board took at their index, and missed."""
    spans: dict[int, list[int]] = {}
    chunks: list[Chunk] = []
    with SimulatedBoard(has_battery=True) as board, SerialBoardSource(board.port) as source:
        for segment in range(N_CYCLES + 1):
            chunks += _read_segment(source, segment, spans, SAMPLES_A_CYCLE)
            if segment < N_CYCLES:
                board.unplug()
                board.replug()
        ledger, status = board.ledger(), source.status()
    truth = ledger.true_samples(0, 0, chunks[-1].end_index)
    n_false = sum(
        int(np.any(truth[chunk.first_index : chunk.end_index] != chunk.samples, axis=1).sum())
        for chunk in chunks
    )
    return status.n_reconnects, n_false, status.n_missed


def _read_segment(
    source: SerialBoardSource, segment: int, spans: dict[int, list[int]], n_samples: int
) -> list[Chunk]:
    """Read until so many samples of a segment came; note where each segment starts and ends."""
    chunks = []
    while segment not in spans or spans[segment][1] - spans[segment][0] < n_samples:
        chunk = source.read()
        if len(chunk):
            chunks.append(chunk)
            spans.setdefault(chunk.segment, [chunk.first_index, 0])[1] = chunk.end_index
    return chunks


SUBJECTS: dict[str, Callable[[], Iterable[Row]]] = {"board": measure, "sources": measure_sources}
"""Name of the measured quantity."""


def main() -> None:
    """Measure what is named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("subjects", nargs="*", metavar="subject", help=", ".join(SUBJECTS))
    chosen = parser.parse_args().subjects or list(SUBJECTS)
    unknown = [name for name in chosen if name not in SUBJECTS]
    if unknown:
        parser.error(f"no subject {', '.join(unknown)}; choose from {', '.join(SUBJECTS)}")
    for name in chosen:
        print(f"{name}\n\n{table(SUBJECTS[name]())}\n", flush=True)


if __name__ == "__main__":
    main()
