"""Read a stream for a while, by emgstream or by another library, and print what it cost.

    python scripts/peer_readers.py KIND ADDRESS RATE_HZ SECONDS

KIND is ``emgstream`` (any address that it knows), ``inlet`` or ``inlet processed`` (pylsl, the name
of the stream), or ``brainflow`` (its synthetic board, at 250 Hz). Prints JSON: processor time of
the whole process for each sample in microseconds, the deviation of the time stamps from a straight
line (root mean square, in ms; every sender here samples evenly), and samples received and lost.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

PULL_S = 0.02
"""Seconds for which each reader gathers samples."""
SETTLE_S = 3.0
"""Seconds before anything is measured: clock fits begin with the first samples."""


def by_emgstream(address: str, rate_hz: float) -> Iterator[Any]:
    """Give the stamps of each read, as for a decision every 20 ms."""
    from emgstream.sources import PacedSource, SourceOptions, open_source

    n_step, end = round(rate_hz * PULL_S), 0
    with open_source(address, SourceOptions(force=True)) as source:
        while True:
            if isinstance(source, PacedSource):
                source.expect(end - end % n_step + n_step - 1)
            chunk = source.read()
            end = chunk.end_index
            yield chunk.sampled_s


def by_inlet(name: str, processed: bool) -> Iterator[Any]:
    """Give the stamps of each read of an inlet."""
    import pylsl

    (found,) = pylsl.resolve_byprop("name", name, timeout=10.0)
    flags = pylsl.proc_ALL if processed else pylsl.proc_none
    inlet = pylsl.StreamInlet(found, processing_flags=flags)
    while True:
        _, stamps_s = inlet.pull_chunk(timeout=PULL_S)
        yield np.array(stamps_s)


def by_brainflow() -> Iterator[Any]:
    """Give the stamps of each read of the synthetic board, as its examples read it."""
    from emgstream.sources.brainflow_library import brainflow_library

    brainflow_library()  # which loads with the packages of today
    from brainflow.board_shim import BoardIds, BoardShim, BrainFlowInputParams

    BoardShim.disable_board_logger()
    board = BoardShim(BoardIds.SYNTHETIC_BOARD, BrainFlowInputParams())
    board.prepare_session()
    board.start_stream()
    row = BoardShim.get_timestamp_channel(BoardIds.SYNTHETIC_BOARD)
    while True:
        time.sleep(PULL_S)
        yield board.get_board_data()[row]


def measure(stamps: Iterator[Any], rate_hz: float, seconds: float) -> dict[str, float]:
    """Read for a while and return the figures."""
    for one in stamps:
        if len(one):
            break
    began_s = time.monotonic()
    for _ in stamps:
        if time.monotonic() >= began_s + SETTLE_S:
            break
    kept = []
    used_s, began_s = time.process_time(), time.monotonic()
    for one in stamps:
        kept.append(one)
        if time.monotonic() >= began_s + seconds:
            break
    used_s = time.process_time() - used_s
    times_s = np.concatenate(kept)
    steps = np.round(np.diff(times_s) * rate_hz)
    n_lost = int(np.sum(np.maximum(steps - 1, 0)[steps > 3]))  # a jump, not jitter
    places = np.concatenate(([0.0], np.cumsum(np.where(steps > 3, steps, 1.0))))
    line = np.polynomial.Polynomial.fit(places, times_s, 1)
    off_s = times_s - line(places)
    return {
        "cpu_us": 1e6 * used_s / len(times_s),
        "jitter_ms": 1e3 * float(np.sqrt(np.mean(off_s**2))),
        "n_samples": len(times_s),
        "n_lost": n_lost,
    }


def main() -> None:
    """Measure one reader."""
    kind, address, rate, seconds = sys.argv[1:]
    rate_hz = float(rate)
    stamps = {
        "emgstream": lambda: by_emgstream(address, rate_hz),
        "inlet": lambda: by_inlet(address, processed=False),
        "inlet processed": lambda: by_inlet(address, processed=True),
        "brainflow": by_brainflow,
    }[kind]()
    print(json.dumps(measure(stamps, rate_hz, float(seconds))))


if __name__ == "__main__":
    main()
