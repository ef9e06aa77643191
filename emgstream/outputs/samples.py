"""Outputs of samples, and the feeds that read the ring buffer for them."""

from __future__ import annotations

import math
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from emgstream.latency import LatencyHistogram
from emgstream.outputs.delivery import OutputFigures
from emgstream.outputs.output import Output
from emgstream.ringbuffer import RingBuffer
from emgstream.sources.source import Source
from emgstream.types import Chunk, StreamInfo, TimeArray
from emgstream.worker import Worker

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["AnyOutput", "SampleBlock", "SampleFeed", "SampleOutput"]

_POLL_S = 0.05
_LINGER_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class SampleBlock:
    """Consecutive samples with their times."""

    chunk: Chunk
    """The samples, as the source gave them."""
    time_s: TimeArray
    """Time of each sample since the start of the stream in seconds; NaN if not known.

    Shape ``(n_samples,)``."""
    info: StreamInfo
    """Name, channels, rate and unit of the stream."""


class SampleOutput(ABC):
    """Passes samples on to another program; it has a thread of its own.

    Its owner enters and leaves it; by default, entering does nothing.
    """

    name = "samples"
    """Name and target, for people."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:  # noqa: B027 - many have nothing to close
        """Close what was opened on entering."""

    @abstractmethod
    def write_samples(self, block: SampleBlock) -> None:
        """Pass on new samples without waiting; raises OutputError if it cannot any more."""


AnyOutput: TypeAlias = Output | SampleOutput
"""An output of decisions or of samples."""


class SampleFeed:
    """Brings the samples of a ring to one output, on a thread named ``emg-samples-NUMBER``.

    It begins with the next sample, and nobody waits for it: samples that the ring has overwritten
    are counted as dropped.

    Parameters
    ----------
    moved
        Notified when the feed makes progress: the reader of a source that can wait waits for it.
    """

    def __init__(
        self,
        output: SampleOutput,
        ring: RingBuffer,
        source: Source,
        moved: threading.Condition,
        number: int,
    ) -> None:
        self.output = output
        self.cursor, self._n_before = _start_of(ring)
        self._ring = ring
        self._source = source
        self._moved = moved
        self._end_index = math.inf
        self._n_written = 0
        self._worker = Worker(f"emg-samples-{number}", self._run)

    def start(self) -> None:
        """Start the thread."""
        self._worker.start()

    def join(self, timeout_s: float) -> bool:
        """Wait until the ring is closed and all is passed on; return True if it is."""
        return self._worker.join(timeout_s)

    def stop(self) -> None:
        """End the thread once all that came is passed on; raises StuckThreadError if it cannot.

        Waits for at most one second for the output, then for one call of it.
        """
        self._end_index = self._ring.end_index
        self._worker.join(_LINGER_S)
        self._worker.stop()

    @property
    def failure(self) -> BaseException | None:
        """The error that ended the output; None if it works."""
        return self._worker.failure

    def check(self) -> None:
        """Raise the error that ended the output, if any."""
        self._worker.check()

    def figures(self) -> OutputFigures:
        """Return the counts so far."""
        n_waiting = self._ring.n_held_since(self.cursor)
        return OutputFigures(
            name=self.output.name,
            n_written=self._n_written,
            n_dropped=self._ring.n_received - self._n_before - self._n_written - n_waiting,
            latency=LatencyHistogram(),
        )

    def _run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set() and self.cursor < self._end_index:
                if self._ring.wait_for(self.cursor, _POLL_S):
                    self._pass_on(self._ring.since(self.cursor))
                elif self._ring.closed:
                    return
        finally:
            self._move(2**62)  # who waits for it shall not wait for ever

    def _pass_on(self, chunk: Chunk) -> None:
        indices = np.arange(chunk.first_index, chunk.end_index)
        block = SampleBlock(chunk, self._source.time_at(indices), self._source.info)
        self.output.write_samples(block)
        self._n_written += len(chunk)
        self._move(chunk.end_index)

    def _move(self, cursor: int) -> None:
        with self._moved:
            self.cursor = cursor
            self._moved.notify_all()


def _start_of(ring: RingBuffer) -> tuple[int, int]:
    """Return the index of the next sample, and the number of samples before it."""
    while True:
        index, n_before = ring.end_index, ring.n_received
        if ring.end_index == index:  # none came between the two
            return index, n_before
