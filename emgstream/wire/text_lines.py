"""Lines of a text stream: their layout, one line read exactly, many lines read in bulk.

`read_fields` reads any line. `read_alike` reads many lines that differ only in their numbers: with
the numbers deleted, a block of ``n`` such lines must be ``n`` times the same *template*, the texts
between the numbers. All other lines go to `read_fields`, so that both give the same numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "LONGEST_LINE",
    "MAX_FIELDS",
    "TextLayout",
    "has_decimal_commas",
    "learn_layout",
    "read_alike",
    "read_fields",
    "read_header",
    "template_of",
]

Doubles: TypeAlias = npt.NDArray[np.float64]

LONGEST_LINE = 256
"""Longest line in bytes. A choice: 32 numbers of 7 digits, and a separator each."""
MAX_FIELDS = 32
"""Most numbers of a line. A choice: EMG armbands have 8 to 16 channels."""
_LARGEST = 9e12
"""Limit of a number. A choice: 104 days in microseconds; double precision is exact to 9e15, and so
many seconds are still a time in microseconds of 64 bits."""
_MIN_TIME_STEPS = 7
"""Steps from which even ones are taken for a time. A choice: half of the lines held back."""
_MAX_TIME_STEP_RATIO = 2.0
"""Longest step of a time column, in median steps. A choice: a board is late by one period at
most."""
_SHORTEST_STEP_US = 200.0
"""Step from which a time is in microseconds: at 5,000 lines per second. In milliseconds, it would
be 5 lines per second; EMG lies between."""

_SEPARATOR = re.compile(r"[ \t]*[,;][ \t]*|[ \t]+")
_FIELD = re.compile(
    r"(?:(?P<name>[A-Za-z_][\w .-]{0,31}?)[ \t]*[:=][ \t]*)?"
    r"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?)",
    re.ASCII,
)
_FIELD_WITH_COMMA = re.compile(
    r"(?P<name>[A-Za-z_][\w -]{0,31}?:)?[+-]?\d+(?P<comma>,\d+(?:[eE][+-]?\d{1,2})?)?", re.ASCII
)
_SEPARATOR_BESIDE_COMMAS = re.compile(r"[ \t]*;[ \t]*|[ \t]+")
_TIME_UNITS_US = {
    **dict.fromkeys(("us", "micros", "time_us", "t_us", "timestamp_us"), 1.0),
    **dict.fromkeys(("ms", "millis", "time_ms", "t_ms", "timestamp_ms"), 1e3),
    **dict.fromkeys(("s", "sec", "seconds", "time_s", "t_s"), 1e6),
    **dict.fromkeys(("t", "time", "timestamp"), 0.0),
}
"""Unit in microseconds of each name of a time column; 0 if the name has no unit."""

_DIGITS, _NUMERIC = b"0123456789", b"0123456789+-."
_TO_SPACE = bytes(value if value in _NUMERIC else 0x20 for value in range(256))
_NUMBER = rb"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_NUMBER_IN_LINE = re.compile(rb"(?:^|(?<=[,;:= \t]))" + _NUMBER + rb"(?=[,; \t]|$)")
_DIGIT = re.compile(rb"\d")
_NUMBERS = re.compile(rb"(?: *" + _NUMBER + rb"(?= ))* *")


@dataclass(frozen=True, slots=True)
class TextLayout:
    """The layout of the lines of one stream."""

    names: tuple[str, ...]
    """Name of every number in a line, time included; empty if lines have no names."""
    n_fields: int
    """Numbers in a line."""
    time_unit_us: float
    """Microseconds in one unit of the time column, the first; 0 if there is none."""

    @property
    def has_time(self) -> bool:
        """True if the first number of a line is a time."""
        return self.time_unit_us > 0.0

    @property
    def n_channels(self) -> int:
        """Number of samples in a line."""
        return self.n_fields - self.has_time

    def fits(self, names: tuple[str, ...], values: Sequence[float]) -> bool:
        """Return whether a line with these names and numbers has this layout."""
        return names == self.names and len(values) == self.n_fields

    def channel_names(self, header: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the channel names: those in each line, else the header's, else ``ch1``, ..."""
        for names in (self.names, tuple(header)):
            if len(names) in (self.n_channels, self.n_fields) and names:
                return tuple(names[-self.n_channels :])
        return tuple(f"ch{number}" for number in range(1, self.n_channels + 1))


def read_fields(
    line: str, *, decimal_comma: bool = False
) -> tuple[tuple[str, ...], list[float]] | None:
    """Return the names (none, or one per number) and numbers of a line; None for any other line.

    With ``decimal_comma`` a comma is a decimal mark, and separates no numbers.

    >>> read_fields("biceps:512, triceps:3")
    (('biceps', 'triceps'), [512.0, 3.0])
    >>> read_fields("512;3.5;")
    ((), [512.0, 3.5])
    >>> read_fields("512,,3") is None
    True
    >>> read_fields("512,5;3,25", decimal_comma=True)
    ((), [512.5, 3.25])
    """
    fields = _split((line.replace(",", ".") if decimal_comma else line).strip())
    matches = [_FIELD.fullmatch(field) for field in fields]
    if not 1 <= len(fields) <= MAX_FIELDS:
        return None
    found = [match.group("name", "number") for match in matches if match]
    names = tuple(name for name, _ in found if name is not None)
    if len(found) < len(fields) or len(names) not in (0, len(fields)):
        return None
    values = [float(number) for _, number in found]
    return (names, values) if max(map(abs, values)) < _LARGEST else None


def has_decimal_commas(line: str) -> bool:
    r"""Return whether the commas of a line can only be decimal marks, as in ``515,74;509,89``.

    The numbers must be separated by semicolons, tabs or spaces. Each has at most one comma, between
    digits, none has a point, and two numbers or more have a comma: ``18230;512,300`` may as well be
    a time and two samples, and stays three numbers. In ``emg:515,74`` one comma is enough, as each
    number would have a name.

    >>> has_decimal_commas("515,74;509,89"), has_decimal_commas("0\t515,74\t-0,5")
    (True, True)
    >>> has_decimal_commas("1,2,3"), has_decimal_commas("515, 509"), has_decimal_commas("1,2;")
    (False, False, False)
    """
    line = re.sub(r"\s*[:=]\s*", ":", line.strip()).rstrip("; \t")
    fields = _SEPARATOR_BESIDE_COMMAS.split(line)
    found = [match for field in fields if (match := _FIELD_WITH_COMMA.fullmatch(field))]
    n_commas = sum(match["comma"] is not None for match in found)
    is_named = all(match["name"] for match in found)
    return len(found) == len(fields) and n_commas >= (1 if is_named else 2)


def read_header(line: str) -> tuple[str, ...]:
    """Return the names in a header line, as sketches print before the samples; empty if none."""
    names = tuple(_split(line.strip()))
    is_header = 2 <= len(names) <= MAX_FIELDS and all(name.isidentifier() for name in names)
    return names if is_header else ()


def learn_layout(
    lines: Sequence[tuple[tuple[str, ...], list[float]]], n_channels: int | None = None
) -> TextLayout:
    """Return the layout that most lines agree on.

    The first column is a time if its name says so; in lines without names, if they have one number
    more than ``n_channels`` and the first never falls; if the channels are not known, if the first
    number rises in even steps.

    Parameters
    ----------
    lines
        Names and numbers as `read_fields` returns them, of at least one line.
    n_channels
        Number of channels, if known.
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
    return _SEPARATOR.split(line.rstrip(",; \t")) if line else []


def _steps(values: Sequence[float]) -> list[float]:
    return sorted(b - a for a, b in pairwise(values))


def _looks_like_time(values: Sequence[float]) -> bool:
    steps = _steps(values)
    if len(steps) < _MIN_TIME_STEPS or steps[0] <= 0.0:
        return False
    return steps[-1] <= _MAX_TIME_STEP_RATIO * steps[len(steps) // 2]


def _may_be_time(values: Sequence[float]) -> bool:
    steps = _steps(values)
    return not steps or (steps[0] >= 0.0 and steps[-1] > 0.0)


def _guess_unit_us(values: Sequence[float]) -> float:
    """Return the unit in microseconds, from the median step at 5 to 5,000 lines per second."""
    steps = _steps(values)
    step = steps[len(steps) // 2] if steps else 1.0
    if step >= _SHORTEST_STEP_US:
        return 1.0
    return 1e3 if all(value.is_integer() for value in values) else 1e6


def template_of(line: bytes) -> tuple[bytes, ...]:
    r"""Return the texts before, between and after the numbers of a line.

    >>> template_of(b"emg1:512, emg2:3\r")
    (b'emg1:', b', emg2:', b'')
    """
    return tuple(_NUMBER_IN_LINE.split(line.rstrip(b"\r")))


def read_alike(block: bytes, template: tuple[bytes, ...]) -> Doubles | None:
    """Return the numbers of some lines; None unless every line has the template.

    Parameters
    ----------
    block
        ASCII lines, each ended by a line feed alone.
    template
        As `template_of` returns it.

    Returns
    -------
    numbers
        Shape ``(n_lines, n_fields)``.
    """
    n_lines, n_fields = block.count(b"\n"), len(template) - 1
    if n_lines == 0 or n_fields == 0 or _longest_line(block) > LONGEST_LINE:
        return None
    marked, texts = _mark(block, template)
    if _has_number_outside(marked, texts[0], texts[-1], n_lines):
        return None
    values = _numbers(marked, (b"".join(texts) + b"\n") * n_lines)
    if values is None or values.size != n_lines * n_fields or np.abs(values).max() >= _LARGEST:
        return None
    return values.reshape(n_lines, n_fields)


def _mark(block: bytes, template: tuple[bytes, ...]) -> tuple[bytes, list[bytes]]:
    """Replace each text between numbers that is long or numeric by one byte beyond ASCII."""
    marks = {text: text for text in template}
    for number, text in enumerate(sorted(marks, key=len, reverse=True)):
        if len(text) > 1 or (text and text in _NUMERIC):
            marks[text] = bytes([0x80 + number])
            block = block.replace(text, marks[text])
    return block, [marks[text] for text in template]


def _has_number_outside(marked: bytes, first: bytes, last: bytes, n_lines: int) -> bool:
    """Return whether a number precedes a line's first text or follows its last one.

    ``0,0,,0`` has as many numbers as ``0,0,0,``, and the same texts.
    """
    n_starts = (b"\n" + marked).count(b"\n" + first) if first else n_lines
    n_ends = marked.count(last + b"\n") if last else n_lines
    return min(n_starts, n_ends) < n_lines


def _numbers(marked: bytes, between: bytes) -> Doubles | None:
    if not _DIGIT.search(marked):  # numpy reads a number in blanks alone
        return None
    if marked.translate(None, _DIGITS) == between:
        # numpy parses 64-bit integers three times as fast; too large a one becomes the largest
        spaced = marked.translate(_TO_SPACE)
        return np.fromstring(spaced, np.int64, sep=" ").astype(np.float64)
    if marked.translate(None, _NUMERIC) == between:
        spaced = marked.translate(_TO_SPACE)
        if _NUMBERS.fullmatch(spaced):
            return np.fromstring(spaced, np.float64, sep=" ")
    return None


def _longest_line(block: bytes) -> int:
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == 0x0A)
    return int(np.diff(ends, prepend=-1).max()) - 1
