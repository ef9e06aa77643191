"""What the lines of a text stream look like: separators, names, a time column; and one line read.

The slow and exact reader. `emgstream.wire.text` reads most lines in bulk and falls back on it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["MAX_FIELDS", "TextLayout", "learn_layout", "read_fields", "read_header"]

MAX_FIELDS = 32
_LARGEST = 1e13

_SEPARATOR = re.compile(r"[ \t]*[,;][ \t]*|[ \t]+")
_FIELD = re.compile(
    r"(?:(?P<name>[A-Za-z_][\w .-]{0,31}?)[ \t]*[:=][ \t]*)?"
    r"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?)",
    re.ASCII,
)
_TIME_UNITS_US = {
    **dict.fromkeys(("us", "micros", "time_us", "t_us", "timestamp_us"), 1.0),
    **dict.fromkeys(("ms", "millis", "time_ms", "t_ms", "timestamp_ms"), 1e3),
    **dict.fromkeys(("s", "sec", "seconds", "time_s", "t_s"), 1e6),
    **dict.fromkeys(("t", "time", "timestamp"), 0.0),
}
"""Names of a time column and its unit; 0 where the name does not tell it."""


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How to read a line."""

    names: tuple[str, ...]
    """Name of every field as the line writes it, time included; empty where lines have no names."""
    n_fields: int
    """Numbers in a line."""
    time_unit_us: float
    """Microseconds in one unit of the leading time column; 0 where there is none."""

    @property
    def has_time(self) -> bool:
        """Whether the first number of a line is a time."""
        return self.time_unit_us > 0.0

    @property
    def n_channels(self) -> int:
        """Numbers in a line that are samples."""
        return self.n_fields - self.has_time

    def fits(self, names: tuple[str, ...], values: Sequence[float]) -> bool:
        """Whether a line with these names and numbers is one of the stream's."""
        return names == self.names and len(values) == self.n_fields

    def channel_names(self, header: Sequence[str] = ()) -> tuple[str, ...]:
        """Return one name a channel: the line's own, else a header line's, else ``ch1``, ..."""
        for names in (self.names, tuple(header)):
            if len(names) in (self.n_channels, self.n_fields) and names:
                return tuple(names[-self.n_channels :])
        return tuple(f"ch{number}" for number in range(1, self.n_channels + 1))


def read_fields(line: str) -> tuple[tuple[str, ...], list[float]] | None:
    """Return the names (none, or one a number) and numbers of a line, or None if it is no such.

    >>> read_fields("biceps:512, triceps:3")
    (('biceps', 'triceps'), [512.0, 3.0])
    >>> read_fields("512;3.5;")
    ((), [512.0, 3.5])
    >>> read_fields("512,,3") is None
    True
    """
    fields = _split(line.strip())
    matches = [_FIELD.fullmatch(field) for field in fields]
    if not 1 <= len(fields) <= MAX_FIELDS:
        return None
    found = [match.group("name", "number") for match in matches if match]
    names = tuple(name for name, _ in found if name is not None)
    if len(found) < len(fields) or len(names) not in (0, len(fields)):
        return None
    values = [float(number) for _, number in found]
    return (names, values) if max(map(abs, values)) < _LARGEST else None


def read_header(line: str) -> tuple[str, ...]:
    """Return the names a line of names holds, as sketches print one before the first samples."""
    names = tuple(_split(line.strip()))
    is_header = 2 <= len(names) <= MAX_FIELDS and all(name.isidentifier() for name in names)
    return names if is_header else ()


def learn_layout(
    lines: Sequence[tuple[tuple[str, ...], list[float]]], n_channels: int | None = None
) -> TextLayout:
    """Return the layout most of some lines (as `read_fields` gives them, at least one) agree on.

    A leading time column is told by its name, where lines have names; else by never falling and
    being one number more than the channels expected; else, where nobody said how many those are, by
    rising in even steps from line to line.
    """
    kinds = Counter((names, len(values)) for names, values in lines)
    names, n_fields = kinds.most_common(1)[0][0]
    first = [values[0] for own, values in lines if (own, len(values)) == (names, n_fields)]
    unit_us = _TIME_UNITS_US.get(names[0].lower()) if names else None
    if unit_us is not None:
        return TextLayout(names, n_fields, unit_us or _guess_unit_us(first))
    if n_channels is None:
        has_time = n_fields > 1 and _looks_like_time(first)
    else:
        has_time = n_fields == n_channels + 1 and _may_be_time(first)
    is_timed = has_time and not names
    return TextLayout(names, n_fields, _guess_unit_us(first) if is_timed else 0.0)


def _split(line: str) -> list[str]:
    # spaces around a colon belong to the label, not between two fields
    line = re.sub(r"\s*[:=]\s*", ":", line)
    return _SEPARATOR.split(line.rstrip(",;")) if line else []


def _steps(values: Sequence[float]) -> list[float]:
    return sorted(b - a for a, b in pairwise(values))


def _looks_like_time(values: Sequence[float]) -> bool:
    steps = _steps(values)
    return len(steps) >= 7 and steps[0] > 0.0 and steps[-1] <= 2.0 * steps[len(steps) // 2]


def _may_be_time(values: Sequence[float]) -> bool:
    steps = _steps(values)
    return not steps or (steps[0] >= 0.0 and steps[-1] > 0.0)


def _guess_unit_us(values: Sequence[float]) -> float:
    """Return the unit by the step: EMG comes at 5 to 5000 lines a second."""
    steps = _steps(values)
    step = steps[len(steps) // 2] if steps else 1.0
    if step >= 200.0:
        return 1.0
    return 1e3 if all(value.is_integer() for value in values) else 1e6
