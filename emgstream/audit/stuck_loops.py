"""Stuck loops: stretches in which a recorder repeated the same few rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.types import FloatArray

__all__ = ["StuckLoop", "find_stuck_loops", "rows_in", "stuck_rows"]

_MAX_PERIOD = 8
"""Longest period in rows. A choice: those of the published recording have 2 and 3 rows."""
_MIN_LENGTH = 100
"""Shortest loop in rows. A choice: those of the published recording have 449 to 607 rows."""


@dataclass(frozen=True, order=True)
class StuckLoop:
    """A stretch in which the same few rows repeat exactly."""

    start: int
    """First row."""
    length: int
    """Number of rows."""
    period: int
    """Number of rows that repeat; 1 for a constant row."""

    @property
    def rows(self) -> slice:
        """The rows of the stretch."""
        return slice(self.start, self.start + self.length)


def find_stuck_loops(
    samples: FloatArray, max_period: int = _MAX_PERIOD, min_length: int = _MIN_LENGTH
) -> list[StuckLoop]:
    """Return the stuck loops in samples of shape ``(n_rows, n_channels)``, in order.

    Periods have up to ``max_period`` rows, loops at least ``min_length``. A missing value equals a
    missing value. Each loop has its shortest period.

    >>> rows = np.tile(np.array([[1.0], [2.0], [3.0]], dtype=np.float32), (50, 1))
    >>> find_stuck_loops(rows)
    [StuckLoop(start=0, length=150, period=3)]
    """
    found: list[StuckLoop] = []
    for period in range(1, max_period + 1):
        for start, stop in _runs(_repeats(samples, period)):
            loop = StuckLoop(start, stop - start + period, period)
            if loop.length >= min_length and not any(_holds(one, loop) for one in found):
                found.append(loop)
    return sorted(found)


def stuck_rows(samples: FloatArray) -> npt.NDArray[np.bool_]:
    """Return a mask of the rows in stuck loops, shape ``(n_rows,)``."""
    return rows_in(find_stuck_loops(samples), len(samples))


def rows_in(loops: Iterable[StuckLoop], n_rows: int) -> npt.NDArray[np.bool_]:
    """Return a mask of the rows in loops, shape ``(n_rows,)``; loops may share a row.

    >>> int(rows_in([StuckLoop(0, 4, 1), StuckLoop(3, 4, 2)], 9).sum())
    7
    """
    inside = np.zeros(n_rows, dtype=np.bool_)
    for loop in loops:
        inside[loop.rows] = True
    return inside


def _repeats(samples: FloatArray, period: int) -> npt.NDArray[np.bool_]:
    """Return a mask of the rows that repeat ``period`` rows later."""
    now, later = samples[:-period], samples[period:]
    same: npt.NDArray[np.bool_] = ((now == later) | (np.isnan(now) & np.isnan(later))).all(axis=1)
    return same


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return start and end of every run of true flags."""
    edges = np.flatnonzero(np.diff(flags, prepend=False, append=False))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _holds(outer: StuckLoop, inner: StuckLoop) -> bool:
    return outer.start <= inner.start and inner.start + inner.length <= outer.start + outer.length
