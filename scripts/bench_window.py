"""Frame rate and processor time of the window, and delay of decisions while it draws.

Off screen, 1280 x 800. Boards are simulated, on a pty, at 1 kHz; at 5 kHz it is a recording.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from bench_live import headless_latencies_s, since_written_s
from bench_rows import Row, table
from boards import board_of_its_own
from window_runs import first_signal, opened, pace, pictures_s, spin, spin_until

from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import PortRequest, ReplayRequest
from emgstream.bundle import read_model, write_model
from emgstream.data import DEMO_MODEL
from emgstream.gui.window import Window
from emgstream.outputs.output import Update
from emgstream.simulation.board import SimulatedBoard
from emgstream.tables import ColumnChoice
from emgstream.types import TimeArray

FILL_S, RUN_S = 11.0, 20.0
LATENCY_S = 30.0
FAST_HZ, LONG_S = 5000.0, 60.0


def measure() -> Iterator[Row]:
    """Measure the window at the usual rate, at the highest, and the decisions under it."""
    yield from _usual()
    yield _fast()
    yield _latency()


def _usual() -> Iterator[Row]:
    with board_of_its_own() as port, opened(PortRequest(port)) as window:
        first_signal(window)
        spin(FILL_S)
        ran, took_s = pace(window, RUN_S), pictures_s(window)
    yield Row("3 channels x 10 s at 1 kHz, live", _drawn(ran.frames_per_s, took_s), wanted="60/s")
    yield Row(
        "processor of that window, whole process without the board",
        f"{ran.cpu_share:.1%} of a core",
        wanted="under 40 %",
    )


def _fast() -> Row:
    """Draw a minute at 5 kHz: more than the line of a board carries, so from a recording."""
    with tempfile.TemporaryDirectory() as folder:
        recording, model = Path(folder, "fast.csv"), Path(folder, "fast.emgmodel")
        _write_recording(recording)
        demo = read_model(DEMO_MODEL)
        write_model(model, replace(demo, manifest=replace(demo.manifest, sampling_rate_hz=FAST_HZ)))
        request = ReplayRequest(recording, columns=ColumnChoice(rate_hz=FAST_HZ), speed=None)
        with opened(request, model, LONG_S) as window:
            first_signal(window)
            _let_a_minute_pass(window)
            ran, took_s = pace(window, RUN_S), pictures_s(window)
    return Row(
        f"3 channels x {LONG_S:g} s at 5 kHz, replayed",
        _drawn(ran.frames_per_s, took_s),
        wanted="30/s",
    )


def _write_recording(path: Path) -> None:
    n_rows = round((LONG_S + RUN_S + 20.0) * FAST_HZ)
    counts = np.random.default_rng(0).normal(512.0, 80.0, (n_rows, 3)).clip(0, 1023).astype(int)
    names = ",".join(read_model(DEMO_MODEL).manifest.channel_names)
    np.savetxt(path, counts, "%d", delimiter=",", header=names, comments="")


def _let_a_minute_pass(window: Window) -> None:
    """Play a minute as fast as it goes, then go on at its own pace."""
    replay = _session(window).replay
    if replay is None:
        raise RuntimeError("a recording is played by something else than a replay")
    spin_until(lambda: replay.position_s >= LONG_S, "minute of the recording")
    replay.seek(LONG_S)
    replay.set_speed(1.0)
    spin(1.0)


def _latency() -> Row:
    """Measure from the board's write to the decision, both in the process that draws."""
    with SimulatedBoard() as board:
        with opened(PortRequest(board.port)) as window:
            first_signal(window)
            spin(FILL_S)
            board.take_writes()
            decided_s = _decisions(_session(window), LATENCY_S)
        writes = board.take_writes()
    return Row(
        "board's write to decision at 1 kHz under the open window, p50 / p99",
        _percentiles_ms(since_written_s(decided_s, writes)),
        f"no window: {_percentiles_ms(headless_latencies_s(read_model(DEMO_MODEL)))}",
        wanted="p99 under 15 ms",
    )


def _percentiles_ms(latencies_s: TimeArray) -> str:
    p50, p99 = np.percentile(1e3 * latencies_s, [50, 99])
    return f"{p50:.2f} / {p99:.2f} ms ({len(latencies_s)} decisions)"


def _decisions(session: LiveSession, seconds: float) -> dict[int, float]:
    """Let Qt run; return the host time at which each sample was decided on, by its index."""
    decided_s: dict[int, float] = {}
    write = session.log.observe

    def write_and_note(update: Update) -> None:
        write(update)
        now_s = time.perf_counter()
        decided_s.update((int(index), now_s) for index in update.decisions.indices)

    session.log.observe = write_and_note  # type: ignore[method-assign]
    spin(seconds)
    session.log.observe = write  # type: ignore[method-assign]
    return decided_s


def _session(window: Window) -> LiveSession:
    session = window.connection.session
    if session is None:
        raise RuntimeError("the window is not connected")
    return session


def _drawn(frames_per_s: float, took_s: TimeArray) -> str:
    p50, p99 = np.percentile(1e3 * took_s, [50, 99])
    return f"{frames_per_s:.0f} frames/s; a picture: {p50:.1f} ms of processor (p99 {p99:.1f})"


if __name__ == "__main__":
    print(table(measure()))
