"""Sample index, time and segments of the rows of a recorded table."""

from __future__ import annotations

import numpy as np

from emgstream.tables import EmgTable
from emgstream.types import IndexArray, TimeArray

__all__ = ["indices_of", "run_starts", "segment_begins", "times_of"]


def indices_of(table: EmgTable) -> IndexArray:
    """Return the absolute sample index of each row, shape ``(n_rows,)``."""
    return np.arange(table.n_rows) if table.index is None else table.index


def times_of(table: EmgTable, sampling_rate_hz: float | None) -> TimeArray:
    """Return seconds since the first row, from the given rate, a stated one, or the recorded time.

    Shape ``(n_rows,)``; NaN if neither is known. If the time of a segment starts anew, the segment
    begins one sample after the end of the segment before.
    """
    if sampling_rate_hz is None and table.sampling_rate_hz == table.stated_rate_hz:
        sampling_rate_hz = table.stated_rate_hz
    times_s: TimeArray = np.full(table.n_rows, np.nan)
    if sampling_rate_hz is not None:
        indices = indices_of(table)
        times_s = (indices - indices[0]) / sampling_rate_hz
    elif table.time_s is not None:
        steps_s = np.diff(table.time_s)
        steps_s[steps_s <= 0.0] = 1.0 / (table.sampling_rate_hz or np.inf)
        times_s = np.concatenate(([0.0], np.cumsum(steps_s)))
    return times_s


def segment_begins(table: EmgTable) -> IndexArray:
    """Return 1 for each row that begins a new segment, except the first; else 0."""
    begins = np.zeros(table.n_rows, dtype=np.int64)
    if table.segments is not None:
        begins[1:] = table.segments[1:] != table.segments[:-1]
    return begins


def run_starts(table: EmgTable) -> IndexArray:
    """Return the rows before which samples are missing or a new segment begins."""
    breaks = segment_begins(table) == 1
    breaks[1:] |= np.diff(indices_of(table)) != 1
    return np.flatnonzero(breaks)
