"""Seconds of a clock column: units, midnight, and stamps that several samples share."""

from __future__ import annotations

import numpy as np

from emgstream.tables.column_choice import TIME_UNITS
from emgstream.types import TimeArray

__all__ = ["even_bursts", "seconds_of_clock"]

_DAY_S = 86400.0


def seconds_of_clock(values: TimeArray, unit: str) -> TimeArray:
    """Return seconds since the first stamp, shape ``(n_rows,)``; NaN stays NaN.

    ``unit`` is a key of `TIME_UNITS`. A time of day goes on over midnight.

    >>> seconds_of_clock(np.array([86399.5, 0.5]), "clock").tolist()
    [0.0, 1.0]
    """
    present = values[~np.isnan(values)]
    # the first stamp goes first: a UNIX time in ns has no digits left for the difference
    seconds: TimeArray = (values - present[0]) * TIME_UNITS[unit]
    if unit == "clock":
        is_present = ~np.isnan(seconds)
        days = np.cumsum(np.diff(seconds[is_present], prepend=0.0) < -_DAY_S / 2)
        seconds[is_present] += _DAY_S * days
    return seconds


def even_bursts(time_s: TimeArray) -> tuple[TimeArray, float]:
    """Return stamps spread evenly where consecutive rows share one, and the rows of a stamp.

    The rows of a stamp are spread up to the next one; those of the last by the mean of all. Both
    arrays have shape ``(n_rows,)``.

    >>> even_bursts(np.array([0.0, 0.0, 0.2, 0.2]))
    (array([0. , 0.1, 0.2, 0.3]), 2.0)
    """
    first = np.flatnonzero(np.diff(time_s, prepend=np.nan) != 0.0)
    if len(first) < 2:
        return time_s, 1.0
    rows_per_stamp = (first[-1] - first[0]) / (len(first) - 1)
    period_s = (time_s[first[-1]] - time_s[first[0]]) / (first[-1] - first[0])
    rows = np.arange(len(time_s), dtype=np.float64)
    spread = np.interp(rows, first, time_s[first])
    last = first[-1]
    spread[last:] = time_s[last] + (rows[last:] - last) * period_s
    return spread, float(rows_per_stamp)
