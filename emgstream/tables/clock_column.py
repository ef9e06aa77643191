"""Seconds of a clock column: units, midnight, and stamps that several samples share."""

from __future__ import annotations

import numpy as np

from emgstream.tables.column_choice import TIME_UNITS
from emgstream.types import TimeArray

__all__ = ["even_bursts", "seconds_of_clock", "unwrapped_clock"]

_CLOCK_WRAP = float(1 << 32)
"""Number at which ``millis()`` and ``micros()`` of a board begin again."""

_DAY_S = 86400.0


def seconds_of_clock(values: TimeArray, unit: str) -> TimeArray:
    """Return seconds since the first stamp, shape ``(n_rows,)``; NaN stays NaN.

    ``unit`` is a key of `TIME_UNITS`. A time of day goes on over midnight.

    >>> seconds_of_clock(np.array([86399.5, 0.5]), "clock").tolist()
    [0.0, 1.0]
    """
    values = unwrapped_clock(values)
    present = values[~np.isnan(values)]
    # the first stamp goes first: a UNIX time in ns has no digits left for the difference
    seconds: TimeArray = (values - present[0]) * TIME_UNITS[unit]
    if unit == "clock":
        is_present = ~np.isnan(seconds)
        days = np.cumsum(np.diff(seconds[is_present], prepend=0.0) < -_DAY_S / 2)
        seconds[is_present] += _DAY_S * days
    return seconds


def unwrapped_clock(values: TimeArray) -> TimeArray:
    """Return the values of a clock that goes on where it began again at 2^32, ``(n_rows,)``.

    >>> unwrapped_clock(np.array([4294967295.0, 4.0])).tolist()
    [4294967295.0, 4294967300.0]
    """
    is_present = ~np.isnan(values)
    steps = np.diff(values[is_present], prepend=np.nan)
    wraps = (steps < -0.5 * _CLOCK_WRAP) & (steps > -_CLOCK_WRAP)  # of 32 bits, none is longer
    if not wraps.any():
        return values
    unwrapped = values.copy()
    unwrapped[is_present] += _CLOCK_WRAP * np.cumsum(wraps)
    return unwrapped


def even_bursts(time_s: TimeArray) -> tuple[TimeArray, float]:
    """Return stamps spread evenly where consecutive rows share one, and the rows of a stamp.

    The rows of a stamp are spread up to the next one; those of the first, which may have begun
    before the recording, and of the last by the mean of the others. Both arrays have shape
    ``(n_rows,)``.

    >>> even_bursts(np.array([0.0, 0.0, 0.2, 0.2]))
    (array([0. , 0.1, 0.2, 0.3]), 2.0)
    """
    first = np.flatnonzero(np.diff(time_s, prepend=np.nan) != 0.0)
    if len(first) < 2:
        return time_s, 1.0
    whole = first[1:] if len(first) > 2 else first
    rows_per_stamp = (whole[-1] - whole[0]) / (len(whole) - 1)
    period_s = (time_s[whole[-1]] - time_s[whole[0]]) / (whole[-1] - whole[0])
    rows = np.arange(len(time_s), dtype=np.float64)
    spread = np.interp(rows, whole, time_s[whole])
    last, begin = whole[-1], whole[0]
    spread[last:] = time_s[last] + (rows[last:] - last) * period_s
    spread[:begin] = time_s[begin] + (rows[:begin] - begin) * period_s
    return spread, float(rows_per_stamp)
