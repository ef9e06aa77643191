"""The markers of a session by sample: those of the recording that plays, or those that were set."""

from __future__ import annotations

from bisect import bisect_left, insort

import numpy as np

from emgstream.ringbuffer import RingBuffer
from emgstream.sources.replay_source import ReplaySource

__all__ = ["MarkerLog"]


class MarkerLog:
    """Markers with their samples, for drawing. Only the owner's thread calls it.

    Parameters
    ----------
    ring
        The newest samples, by which the sample of a host time is found.
    replay
        The recording that plays, with markers of its own; None for a live source.
    """

    def __init__(self, ring: RingBuffer, replay: ReplaySource | None) -> None:
        self._ring = ring
        self._replay = replay
        self._placed: list[tuple[int, str]] = []
        self._waiting: list[tuple[float, str]] = []

    def add(self, host_s: float, text: str) -> None:
        """Add a marker at a host time; its sample may still be to come."""
        self._waiting.append((host_s, text))

    def between(self, first: int, end: int) -> list[tuple[int, str]]:
        """Return index and text of each marker from sample ``first`` on, before ``end``."""
        if self._replay is not None:
            return self._replay.markers_between(first, end)
        self._place()
        return self._placed[bisect_left(self._placed, (first,)) : bisect_left(self._placed, (end,))]

    def _place(self) -> None:
        """Find the samples of markers that wait for theirs."""
        still_waiting = []
        for host_s, text in self._waiting:
            index = self._index_at(host_s)
            if index is None:
                still_waiting.append((host_s, text))
            else:
                insort(self._placed, (index, text))
        self._waiting = still_waiting

    def _index_at(self, host_s: float) -> int | None:
        """Return the first sample at a host time or after it; None if it has not come."""
        newest = self._ring.since(self._ring.end_index - 1)
        if not len(newest) or newest.host_s[-1] < host_s:
            return None
        index = 0
        while len(chunk := self._ring.since(index)):
            if chunk.host_s[-1] >= host_s:
                return chunk.first_index + int(np.argmax(chunk.host_s >= host_s))
            index = chunk.end_index
        return None
