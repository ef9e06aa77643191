"""Time stamps written as text: a time of day, or a date with a time."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.types import TimeArray

__all__ = ["CLOCK_BYTES", "has_date", "read_clock", "read_clocks"]

CLOCK_BYTES = 40
"""Longest time stamp in bytes: a date with nanoseconds and an offset has 35."""

_TIME = r"(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,:]\d{1,9})?))?\s*([AaPp]\.?[Mm]\.?)?"
_ZONE = r"\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_TIME_OF_DAY = re.compile(rf"\s*{_TIME}\s*", re.ASCII)
_DATE_FIRST = re.compile(
    rf"\s*(\d{{1,4}})([-./])(\d{{1,2}})\2(\d{{1,4}})[T ,_]+{_TIME}{_ZONE}\s*", re.ASCII
)
_DAY_S = 86400
_SECOND_NS = 1_000_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_PLAIN = rb"\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?"
_ISO = rb" *(?:1[7-9]|2[01])\d{2}-\d{2}-\d{2}[T ]" + _PLAIN + b" *"
"""Years that 64 bits of nanoseconds can hold; numpy gives others as another date."""
_ALL_PLAIN, _ALL_ISO = (re.compile(rb"(?:%s\n)+" % form) for form in (_PLAIN, _ISO))


def read_clock(text: str) -> float | None:
    """Return a time stamp in seconds, of the day or since 1970; None if it is none.

    A date is read as it stands, without its time zone. Two numbers first are month and day with
    slashes, day and month with dots, unless that is impossible.

    >>> read_clock("12:00:00.010"), read_clock("2023-11-14 22:13:20.005"), read_clock("512")
    (43200.01, 1700000000.005, None)
    """
    if match := _TIME_OF_DAY.fullmatch(text):
        return _seconds(*match.groups())
    if match := _DATE_FIRST.fullmatch(text):
        one, mark, two, three, *time = match.groups()
        day, seconds = _day(one, mark, two, three), _seconds(*time)
        return None if day is None or seconds is None else day * _DAY_S + seconds
    return None


def has_date(text: str) -> bool:
    """Return whether a time stamp begins with a date."""
    return _DATE_FIRST.fullmatch(text) is not None


def _seconds(hour: str, minute: str, second: str | None, half: str | None) -> float | None:
    hours = int(hour)
    if half:
        hours = hours % 12 + (12 if half[0] in "Pp" else 0)
    elif second is None:
        return None  # "12:30" may be anything
    whole, _, part = re.sub("[,:]", ".", second or "0").partition(".")
    if hours > 23 or int(minute) > 59 or int(whole) > 60:
        return None
    seconds = (hours * 60 + int(minute)) * 60 + int(whole)
    # whole nanoseconds, as `_many` counts them: the number is rounded once, and both round alike
    return (seconds * _SECOND_NS + int(part.ljust(9, "0"))) / _SECOND_NS


def _day(one: str, mark: str, two: str, three: str) -> int | None:
    first, second, third = int(one), int(two), int(three)
    if len(one) == 4:
        year, month, day = first, second, third
    else:
        year = third if third > 99 else 2000 + third
        is_month_first = (mark == "/" and first <= 12) or second > 12
        month, day = (first, second) if is_month_first else (second, first)
    try:
        return date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None


def read_clocks(texts: npt.NDArray[np.bytes_]) -> TimeArray:
    """Return many time stamps in seconds, shape ``(n,)``; NaN for each that is none.

    ``12:00:00.010`` and ISO dates are read at once by numpy, others one by one. Numpy also takes
    ``now``, a date without a time, and a time zone, which it subtracts: so all are looked at first.
    """
    lines = b"\n".join([*texts.tolist(), b""])
    prefix = b"1970-01-01T" if _ALL_PLAIN.fullmatch(lines) else b""
    if prefix or _ALL_ISO.fullmatch(lines):
        try:
            return _many(np.char.add(prefix, texts) if prefix else texts)
        except ValueError:
            pass  # one of them is none, as the 31st of June
    read = (read_clock(bytes(text).decode("latin-1")) for text in texts)
    return np.array([math.nan if seconds is None else seconds for seconds in read])


def _many(texts: npt.NDArray[Any]) -> TimeArray:
    stamps = texts.astype(np.str_).astype("datetime64[ns]")
    if np.isnat(stamps).any():
        raise ValueError
    # the day apart: nanoseconds since 1970 are more than a double holds
    days, of_day_ns = np.divmod(stamps.astype(np.int64), _DAY_S * _SECOND_NS)
    return np.asarray(days * _DAY_S + of_day_ns / _SECOND_NS, dtype=np.float64)
