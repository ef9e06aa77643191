"""A reader of a source that keeps what it got, and compares it with the truth."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from emgstream.clock import ManualClock
from emgstream.simulation.board import Faults, Ledger, SimulatedBoard
from emgstream.sources.serial_board import SerialBoardSource
from emgstream.sources.source_status import SourceStatus
from emgstream.types import Chunk, FloatArray, IndexArray
from tests.simulation.boards import PATIENCE_S, SCRIPT
from tests.simulation.virtual_board import VirtualBoard, VirtualDevice

__all__ = [
    "Reader",
    "assert_is_the_truth",
    "reading",
    "reading_virtually",
    "streaming",
    "streaming_on_a_port",
]

_MOST_AHEAD = 200


class Reader:
    """Reads an entered source in the test's own thread."""

    def __init__(self, source: SerialBoardSource) -> None:
        self.source = source
        self.chunks: list[Chunk] = []
        self.n_samples = 0
        self.states: list[str] = []

    def read(self) -> None:
        """Read once, and look at the status."""
        chunk = self.source.read()
        if len(chunk):
            self.chunks.append(chunk)
            self.n_samples += len(chunk)
        state = self.source.status().words
        if not self.states or self.states[-1] != state:
            self.states.append(state)

    def until(self, claim: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Read until something is so; fails, with how the stream is doing, where it never is."""
        deadline_s = time.monotonic() + patience_s
        while not claim():
            assert time.monotonic() < deadline_s, f"in vain: {self.source.status()}"
            self.read()

    def leave(self) -> None:
        """Leave the source, as its reader does at the end, and be able to look at it still."""
        self.source.__exit__(None, None, None)

    def take(self, n_samples: int) -> None:
        """Read so many more samples."""
        n_wanted = self.n_samples + n_samples
        self.until(lambda: self.n_samples >= n_wanted, PATIENCE_S + n_samples / 50)

    def settled(self) -> SourceStatus:
        """Read until all that the source has counted was given out; return its status then."""
        self.until(lambda: self.source.status().n_received == self.n_samples)
        return self.source.status()

    def take_segment(self, segment: int, n_samples: int = 200) -> None:
        """Read until so many samples of a segment came."""
        self.until(lambda: len(self.samples(segment)) >= n_samples)

    @property
    def segments(self) -> list[int]:
        """The segments seen, in order."""
        return sorted({chunk.segment for chunk in self.chunks})

    def samples(self, segment: int = 0) -> FloatArray:
        parts = [chunk.samples for chunk in self.chunks if chunk.segment == segment]
        return np.concatenate(parts) if parts else np.empty((0, 3), np.float32)

    def index(self, segment: int | None = None) -> IndexArray:
        """Return the absolute index of every sample, of one segment or of all."""
        chosen = [c for c in self.chunks if segment in (None, c.segment)]
        parts = [np.arange(chunk.first_index, chunk.end_index) for chunk in chosen]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)


def assert_is_the_truth(reader: Reader, ledger: Ledger, segment: int = 0) -> IndexArray:
    """Every sample is what the board took at that index of its run; returns those indices.

    The index of the stream is the run's but for one offset, found by trying.
    """
    run = ledger.runs[segment]
    truth = ledger.true_samples(segment, 0, run.n_instants)
    samples, index = reader.samples(segment), reader.index(segment)
    relative = index - index[0]
    for first in range(_MOST_AHEAD):
        indices: IndexArray = relative + first
        if indices[-1] < len(truth) and np.array_equal(truth[indices], samples):
            return indices
    raise AssertionError(f"{len(samples)} samples are not those of run {segment}")


@contextmanager
def streaming(
    faults: str = "", *, board: dict[str, Any] | None = None, **source: Any
) -> Iterator[tuple[VirtualBoard, Reader]]:
    """Give a simulated board in memory and a reader on it, who has not read yet.

    Both live in one virtual time, which passes as the reader reads.
    """
    clock = ManualClock(50.0)
    virtual = VirtualBoard(clock, faults, **(board or {}))
    with reading_virtually(virtual, clock, **source) as reader:
        yield virtual, reader


@contextmanager
def reading_virtually(device: VirtualDevice, clock: ManualClock, **source: Any) -> Iterator[Reader]:
    """Give a reader on a device in memory, who has not read yet."""
    with device.in_place(), reading(device.port, clock=clock, **source) as reader:
        yield reader


@contextmanager
def streaming_on_a_port(
    faults: str = "", *, board: dict[str, Any] | None = None, **source: Any
) -> Iterator[tuple[SimulatedBoard, Reader]]:
    """Give a simulated board on a real port, in real time, and a reader who has not read yet."""
    told = {"seed": 5, "tcp": 0 if os.name == "nt" else None, **(board or {})}
    with (
        SimulatedBoard(SCRIPT, faults=Faults.parse(faults), **told) as simulated,
        reading(simulated.port, **source) as reader,
    ):
        yield simulated, reader


@contextmanager
def reading(port: str, **source: Any) -> Iterator[Reader]:
    """Give a reader on a port, who has not read yet."""
    with SerialBoardSource(port, **source) as entered:
        yield Reader(entered)
