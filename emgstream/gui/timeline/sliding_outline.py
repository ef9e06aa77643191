"""The outline of the signals in view, of which only new columns are computed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from emgstream.app.signal_history import DrawnHistory, Outline
from emgstream.gui.timeline.time_view import TimeView
from emgstream.types import FloatArray

__all__ = ["SlidingOutline"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """Everything an outline was computed from."""

    history: DrawnHistory
    samples_per_column: float
    n_columns: int
    first_column: int
    left: int
    """Absolute index of the sample at its left edge."""
    start_index: int
    end_index: int


class SlidingOutline:
    """Follows a view along a history.

    While the view moves on at the same zoom, columns that had all their samples are kept. It has
    one column more than the view, left of it: lines touch the column before them at the edge too.
    """

    def __init__(self) -> None:
        self._seen: _Seen | None = None
        nothing = np.empty((0, 0), dtype=np.float32)
        self._outline = Outline(nothing, nothing)

    @property
    def low(self) -> FloatArray:
        """Least value of each column, shape ``(n_channels, 1 + n_columns)``; NaN where none."""
        return self._outline.low

    @property
    def high(self) -> FloatArray:
        """Greatest value of each column, shape ``(n_channels, 1 + n_columns)``; NaN where none."""
        return self._outline.high

    def follow(self, history: DrawnHistory, view: TimeView) -> int:
        """Compute the outline in view; return the first column that may have changed.

        That is 0 where any of them may be.
        """
        was, now = self._seen, _seen(history, view)
        self._seen = now
        fresh = _first_fresh(was, now)
        if was is None or not fresh:
            self._outline = history.outline(view.edges(-1), view.samples_per_column)
            return 0
        moved = now.first_column - was.first_column
        kept = np.s_[:, moved : moved + 1 + fresh]
        new = history.outline(view.edges(fresh), view.samples_per_column)
        self._outline = Outline(
            np.concatenate((self.low[kept], new.low), axis=1),
            np.concatenate((self.high[kept], new.high), axis=1),
        )
        return fresh


def _seen(history: DrawnHistory, view: TimeView) -> _Seen:
    return _Seen(
        history,
        view.samples_per_column,
        view.n_columns,
        view.first_column,
        view.index_at(-1),
        history.start_index,
        history.end_index,
    )


def _first_fresh(was: _Seen | None, now: _Seen) -> int:
    if (
        was is None
        or was.history is not now.history
        or was.samples_per_column != now.samples_per_column
        or was.n_columns != now.n_columns
        or was.first_column > now.first_column
        or was.start_index < now.start_index > now.left
    ):
        return 0
    # The last column is not kept: where columns are wide, it had samples of the one after it.
    newest = math.floor(was.end_index / was.samples_per_column)
    last = min(newest, was.first_column + was.n_columns - 1)
    return max(last - 1 - now.first_column, 0)
