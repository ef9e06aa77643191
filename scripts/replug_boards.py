"""Pull and plug sources again at random moments: ``python3 scripts/replug_boards.py``.

A simulated board on a pty is unplugged, and every fourth time the sender of an LSL stream is killed
and started again. The stream must go on each time; every sample of the board is held to what it
sent, and every one of LSL to its number, and the time away must be missed in the index.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from boards import LslStream, lsl_stream_of_its_own

from emgstream.simulation.board import SimulatedBoard
from emgstream.sources.source import Source
from emgstream.sources.source_kind import SourceOptions
from emgstream.sources.source_registry import open_source
from emgstream.sources.source_status import SourceState
from tests.serial_board.reader import Reader, assert_is_the_truth, reading
from tests.simulation.boards import SCRIPT

PATIENCE_S = 60.0


def main() -> None:
    """Pull, plug, compare; print how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replugs", type=int, default=100)
    parser.add_argument("--longest", type=float, default=2.0, help="seconds unplugged")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    back_s: dict[str, list[float]] = {"serial": [], "LSL": []}
    with (
        SimulatedBoard(SCRIPT, seed=arguments.seed) as board,
        reading(board.port) as reader,
        lsl_stream_of_its_own() as sender,
        open_source(sender.address, SourceOptions()) as stream,
    ):
        numbers = LslNumbers(stream)
        for number in range(arguments.replugs):
            away_s = chance.uniform(0.1, arguments.longest)
            kind = "LSL" if number % 4 == 3 else "serial"
            if kind == "LSL":
                took_s = numbers.restart(sender, away_s)
            else:
                took_s = replug(board, reader, away_s)
            back_s[kind].append(took_s)
            print(f"{number + 1:4}  {kind}: away for {away_s:.2f} s, back after {took_s:.2f} s")
            sys.stdout.flush()
        reader.settled()
        ledger = board.ledger()
    for segment in reader.segments:
        assert_is_the_truth(reader, ledger, segment)
    for kind, took in back_s.items():
        if took:
            print(
                f"{kind}: {len(took)} replugs, every sample as sent; back after "
                f"{sorted(took)[len(took) // 2]:.1f} s (median), at most {max(took):.1f} s"
            )


def replug(board: SimulatedBoard, reader: Reader, away_s: float) -> float:
    """Unplug a board for some seconds; return the seconds from plugging to the next sample."""
    reader.take(300)
    n_missed = reader.source.status().n_missed
    board.unplug()
    pulled_s = time.monotonic()
    reader.until(lambda: time.monotonic() >= pulled_s + away_s)
    assert reader.source.status().state is SourceState.UNPLUGGED
    board.replug()
    plugged_s = time.monotonic()
    reader.take(1)
    took_s = time.monotonic() - plugged_s
    reader.take(100)  # those held back for the time of the segment, too
    n_away = reader.source.status().n_missed - n_missed
    assert n_away >= 1000.0 * (away_s - 0.2), (n_away, away_s)
    return took_s


class LslNumbers:
    """The numbers in the samples of an LSL stream, which begin at 0 with each sender."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._segment = -1
        self._newest: tuple[int, float] | None = None  # index and number of the newest sample
        self._n_samples = 0

    def restart(self, sender: LslStream, away_s: float) -> float:
        """Kill the sender for some seconds; return the seconds until samples came again."""
        n_wanted = self._n_samples + 300
        self._until(lambda: self._n_samples >= n_wanted)
        sender.kill()
        killed_s = time.monotonic()
        self._until(lambda: time.monotonic() >= killed_s + away_s)
        sender.start()
        started_s, n_reconnects = time.monotonic(), self._source.status().n_reconnects
        self._until(lambda: self._source.status().n_reconnects > n_reconnects)
        n_wanted = self._n_samples + 1
        self._until(lambda: self._n_samples >= n_wanted)
        return time.monotonic() - started_s

    def _until(self, claim: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not claim():
            assert time.monotonic() < deadline_s, f"in vain: {self._source.status()}"
            chunk = self._source.read()
            if len(chunk):
                self._n_samples += len(chunk)
                numbers = chunk.samples[:, 0]
                np.testing.assert_array_equal(np.diff(numbers), 1)
                if chunk.segment == self._segment and self._newest is not None:
                    index, number = self._newest
                    assert numbers[0] - number == chunk.first_index - index
                self._segment = chunk.segment
                self._newest = chunk.end_index - 1, float(numbers[-1])


if __name__ == "__main__":
    main()
