"""Mapping from the sample indices of a replay to the rows of its recording."""

from __future__ import annotations

import threading
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from emgstream.types import IndexArray, TimeArray

__all__ = ["ReplayLap", "ReplayLaps"]

_MOST_LAPS = 2**17  # half of them are dropped at a time: at least 65,536 are left


@dataclass(frozen=True, slots=True)
class ReplayLap:
    """Rows played without a jump: from the start, from a new round or from a seek on."""

    first_index: int
    """Stream index of its first sample."""
    index_offset: int = 0
    """Stream index less recorded index."""
    segment_offset: int = 0
    """Stream segment less recorded segment."""
    time_offset_s: float = 0.0
    """Stream time less recorded time in seconds: the duration of the rounds before it."""


class ReplayLaps:
    """The laps of a replay, in order. One thread adds laps; any thread may ask.

    At least the newest 65,536 laps are kept. The ring buffer of the engine holds as many samples,
    so that no sample in it belongs to an older lap.
    """

    def __init__(self, first: ReplayLap) -> None:
        self._laps = [first]
        self._lock = threading.Lock()

    def add(self, lap: ReplayLap) -> None:
        """Begin another lap; a lap without samples is dropped."""
        with self._lock:
            if self._laps[-1].first_index == lap.first_index:
                self._laps.pop()
            if len(self._laps) >= _MOST_LAPS:
                del self._laps[: _MOST_LAPS // 2]
            self._laps.append(lap)

    def to_recorded(self, indices: IndexArray) -> tuple[IndexArray, TimeArray]:
        """Return the recorded index and the time offset of each sample, of the same shape.

        ``indices`` are stream indices of samples that were played, of any shape.
        """
        if not indices.size:
            return indices, np.zeros(indices.shape)
        laps = self._between(int(indices.min()), int(indices.max()))
        numbers = np.searchsorted([lap.first_index for lap in laps[1:]], indices, side="right")
        index_offsets = np.array([lap.index_offset for lap in laps], dtype=np.int64)
        time_offsets_s = np.array([lap.time_offset_s for lap in laps])
        return indices - index_offsets[numbers], time_offsets_s[numbers]

    def stretches(self, first: int, end: int) -> list[tuple[int, int, int]]:
        """Return the recorded indices that were played between two stream indices.

        Each is the first, the end, and what is to be added for the stream index.
        """
        laps = self._between(first, end - 1)
        begins = [max(first, lap.first_index) for lap in laps]
        ends = [*begins[1:], end]
        return [
            (begin - lap.index_offset, stop - lap.index_offset, lap.index_offset)
            for lap, begin, stop in zip(laps, begins, ends, strict=True)
        ]

    def _between(self, first: int, last: int) -> list[ReplayLap]:
        with self._lock:
            start = bisect_right(self._laps, first, key=_first_index) - 1
            return self._laps[max(start, 0) : bisect_right(self._laps, last, key=_first_index)]


def _first_index(lap: ReplayLap) -> int:
    return lap.first_index
