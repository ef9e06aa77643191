"""Ring buffer: the newest samples of a stream in memory, between its reader and its users."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from emgstream.types import Chunk, IndexArray

__all__ = ["RingBuffer"]

_Array = TypeVar("_Array", bound=npt.NDArray[np.generic])


@dataclass(frozen=True, slots=True)
class _Run:
    """Samples ``start`` to ``end - 1`` of one segment, none missing."""

    start: int
    end: int
    segment: int


class RingBuffer:
    """The newest ``capacity`` samples of one stream, addressed by absolute sample index.

    One thread appends, any thread reads. Appending never waits for a reader: the oldest samples are
    overwritten, and a reader that is too late sees this in the index it gets. If ``n_channels`` is
    not known beforehand, it is that of the first samples.
    """

    def __init__(self, capacity: int, n_channels: int | None = None) -> None:
        self._capacity = capacity
        self._samples = np.empty((capacity, n_channels or 0), dtype=np.float32)
        self._received = np.empty(capacity)
        self._sampled = np.empty(capacity)
        self._runs: deque[_Run] = deque()
        self._end = 0
        self._n_received = 0
        self._n_lost = 0
        self._closed = False
        self._awaited: list[int] = []
        self._changed = threading.Condition()

    @property
    def end_index(self) -> int:
        """Absolute index of the next sample."""
        with self._changed:
            return self._end

    @property
    def n_received(self) -> int:
        """Number of samples appended so far."""
        with self._changed:
            return self._n_received

    @property
    def n_lost(self) -> int:
        """Number of indices missing between the first sample and the newest."""
        with self._changed:
            return self._n_lost

    @property
    def closed(self) -> bool:
        """True if no more samples will be appended."""
        with self._changed:
            return self._closed

    def append(self, chunk: Chunk) -> None:
        """Add consecutive samples, oldest row first.

        Raises ValueError if they start before ``end_index``, as no index may occur twice.
        """
        with self._changed:
            if not len(chunk):
                return
            if self._runs and chunk.first_index < self._end:
                raise ValueError(f"sample {chunk.first_index} appended after {self._end - 1}")
            if not self._runs and not self._samples.shape[1]:
                self._samples = np.empty((self._capacity, chunk.samples.shape[1]), np.float32)
            self._record_run(chunk)
            kept = min(len(chunk), self._capacity)
            start = chunk.end_index - kept
            self._put(self._samples, start, chunk.samples[-kept:])
            self._put(self._received, start, chunk.received_s[-kept:])
            timed = chunk.sampled_s[-kept:] if len(chunk.sampled_s) else np.full(kept, np.nan)
            self._put(self._sampled, start, timed)
            if self._awaited and self._end > min(self._awaited):  # to wake a thread takes time
                self._changed.notify_all()

    def since(self, index: int) -> Chunk:
        """Return a copy of the samples from ``index`` on; ``first_index`` is that of the first.

        They end before the next lost sample or the end of a segment; the rest follows from their
        ``end_index`` on. Without new samples, the chunk is empty.
        """
        with self._changed:
            for run in self._runs:
                if run.end > index:
                    return self._copy(replace(run, start=max(run.start, index)))
            return self._copy(_Run(self._end, self._end, 0))

    def first_from(self, indices: IndexArray) -> IndexArray:
        """Return the first sample in the buffer at each index or after it, same shape.

        It is the index itself unless that sample was lost or overwritten, or is still to come.
        """
        with self._changed:
            bounds = [(run.start, run.end) for run in self._runs]
        if not bounds:
            return indices
        starts, ends = np.array(bounds, dtype=np.int64).T
        places = np.searchsorted(ends, indices, side="right")
        known = np.maximum(indices, starts[np.minimum(places, len(starts) - 1)])
        return np.where(places < len(starts), known, indices)

    def n_held_since(self, index: int) -> int:
        """Return the number of samples from ``index`` on that can be read."""
        with self._changed:
            return sum(max(0, run.end - max(run.start, index)) for run in self._runs)

    def wait_for(self, index: int, timeout_s: float) -> bool:
        """Wait for sample ``index`` or a later one; return whether it was appended.

        It also returns when the buffer is closed.
        """
        with self._changed:
            self._awaited.append(index)
            self._changed.wait_for(lambda: self._end > index or self._closed, timeout_s)
            self._awaited.remove(index)
            return self._end > index

    def close(self) -> None:
        """End all waiting, as no more samples will be appended."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _record_run(self, chunk: Chunk) -> None:
        """Add the chunk to the runs, and remove the samples that it overwrites."""
        newest = self._runs[-1] if self._runs else None
        if newest and newest.end == chunk.first_index and newest.segment == chunk.segment:
            self._runs[-1] = _Run(newest.start, chunk.end_index, newest.segment)
        else:
            self._n_lost += chunk.first_index - self._end if newest else 0
            self._runs.append(_Run(chunk.first_index, chunk.end_index, chunk.segment))
        self._end = chunk.end_index
        self._n_received += len(chunk)
        oldest = self._end - self._capacity
        while self._runs[0].end <= oldest:
            self._runs.popleft()
        if self._runs[0].start < oldest:
            self._runs[0] = replace(self._runs[0], start=oldest)

    def _copy(self, run: _Run) -> Chunk:
        return Chunk(
            first_index=run.start,
            samples=self._slice(self._samples, run),
            segment=run.segment,
            received_s=self._slice(self._received, run),
            sampled_s=self._slice(self._sampled, run),
        )

    def _put(self, storage: _Array, start: int, values: _Array) -> None:
        first = start % self._capacity
        n_first = min(len(values), self._capacity - first)
        storage[first : first + n_first] = values[:n_first]
        storage[: len(values) - n_first] = values[n_first:]

    def _slice(self, storage: _Array, run: _Run) -> _Array:
        first = run.start % self._capacity
        n_first = min(run.end - run.start, self._capacity - first)
        n_rest = run.end - run.start - n_first
        if n_rest == 0:
            return storage[first : first + n_first].copy()  # type: ignore[return-value]
        return np.concatenate((storage[first:], storage[:n_rest]))  # type: ignore[return-value]
