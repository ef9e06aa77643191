"""Markers of a take: when each was set, by whom, and the row of the table that holds it.

A marker belongs to the first sample at its time or after it. One that comes late, as over a
network, finds that sample written already: it goes into the next row, its true sample is noted in
the sidecar, and the last step of the recording moves it there. A row holds one marker, so that the
second of two at one sample goes one row further.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from emgstream.tables.marker_cells import in_cell, placed_markers
from emgstream.types import TimeArray

__all__ = ["MarkerTrack", "RecordedMarker"]

_REMEMBERED_S = 5.0
"""Seconds of written samples whose times are known. A choice: a marker that is later by more was
kept back by a network that stood still, and belongs to the oldest of these samples."""


@dataclass(slots=True)
class RecordedMarker:
    """One marker of a take."""

    host_s: float
    """Host time at which it was set."""
    text: str
    """Its text as it was set."""
    origin: str
    """The one who set it: ``key``, or the address of the stream of another program."""
    index: int | None = None
    """Its sample, from 0 at the first of the table; None until that sample has come."""

    def document(self) -> dict[str, Any]:
        """Return it as the sidecar states it."""
        return {"text": self.text, "index": self.index, "origin": self.origin}


class MarkerTrack:
    """Finds the row of each marker while samples are written. The recorder's lock guards it."""

    def __init__(self) -> None:
        self._waiting: list[RecordedMarker] = []
        self._left_over: list[tuple[int, str]] = []
        self._known: deque[tuple[int, TimeArray]] = deque()

    def add(self, marker: RecordedMarker) -> None:
        """Add a marker; its sample may be written already, or still to come."""
        self._waiting.append(marker)

    def place(self, first_index: int, host_s: TimeArray) -> dict[int, str]:
        """Return the markers for the next rows as texts of cells, by row from 0.

        Parameters
        ----------
        first_index
            Sample of the first row, from 0 at the first of the table.
        host_s
            Host time of each row, shape ``(n_rows,)``.
        """
        self._remember(first_index, host_s)
        n_rows = len(host_s)
        due = [one for one in self._waiting if one.host_s <= host_s[-1]]
        self._waiting = [one for one in self._waiting if one.host_s > host_s[-1]]
        wanted = self._left_over
        for marker in due:
            marker.index = self._index_at(marker.host_s)
            wanted.append((max(marker.index - first_index, 0), in_cell(marker.text)))
        cells = placed_markers(wanted, None)
        self._left_over = [(row - n_rows, text) for row, text in cells.items() if row >= n_rows]
        return {row: text for row, text in cells.items() if row < n_rows}

    def _index_at(self, host_s: float) -> int:
        """Return the first sample at a time or after it, of those whose times are known."""
        for first_index, times_s in self._known:
            if times_s[-1] >= host_s:
                return first_index + int(np.argmax(times_s >= host_s))
        raise AssertionError("a marker is placed once a later sample has come")

    def _remember(self, first_index: int, host_s: TimeArray) -> None:
        self._known.append((first_index, host_s))
        while self._known[0][1][-1] < host_s[-1] - _REMEMBERED_S:
            self._known.popleft()
