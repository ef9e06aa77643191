"""One field of a table: how a line is cut into fields, and how a field is read.

Text is handled as Latin-1 here, one character a byte, which any bytes are; a label is decoded as
UTF-8 in the end. That is also what numpy's parser sees, so both paths read a number alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

__all__ = [
    "LARGEST_SAMPLE",
    "LARGEST_WHOLE",
    "MISSING_WORDS",
    "LabelBook",
    "decode",
    "is_number_out_of_range",
    "read_sample",
    "read_time",
    "read_whole",
    "split_line",
    "with_decimal_comma",
]

LARGEST_SAMPLE = float(np.finfo(np.float32).max)
LARGEST_WHOLE = 2**53
"""Beyond it a double skips whole numbers."""
MISSING_WORDS = frozenset({"nan", "+nan", "-nan", "na", "n/a", "#n/a", "null", "none"})
_DIGITS = re.compile(r"[+-]?[0-9]{1,19}")


def split_line(line: str, separator: str) -> list[str]:
    r"""Return the fields of one line, quotes taken off; a quoted field may hold the separator.

    A quote that is not closed on its own line is an ordinary character: what is lost is one field,
    not the rest of the file.

    >>> split_line('1,"a, ""b"" c",3', ",")
    ['1', 'a, "b" c', '3']
    >>> split_line('"1,2,3', ",")
    ['"1', '2', '3']
    """
    pieces = line.split(separator)
    if '"' not in line:
        return pieces
    fields: list[str] = []
    start = 0
    while start < len(pieces):
        end = _end_of_field(pieces, start)
        field = separator.join(pieces[start:end])
        fields.append(_unquoted(field) if _is_quoted(field) else field)
        start = end
    return fields


def _end_of_field(pieces: list[str], start: int) -> int:
    if not pieces[start].lstrip().startswith('"'):
        return start + 1
    n_quotes = 0
    for end in range(start, len(pieces)):
        n_quotes += pieces[end].count('"')
        if n_quotes % 2 == 0:
            return end + 1
    return start + 1


def _is_quoted(field: str) -> bool:
    text = field.strip()
    return len(text) >= 2 and text[0] == text[-1] == '"'


def _unquoted(field: str) -> str:
    return field.strip()[1:-1].replace('""', '"')


def read_sample(text: str) -> float | None:
    """Return a finite number that single precision can hold; None where it is not plainly one."""
    value = read_time(text)
    return value if value is not None and abs(value) <= LARGEST_SAMPLE else None


def read_time(text: str) -> float | None:
    """Return a finite number; None where it is not plainly one."""
    try:
        value = float(text.strip())  # float() alone leaves \x1c to \x1f on
    except ValueError:
        return None
    # float() takes 1_000 for a number, numpy does not
    return value if value - value == 0.0 and "_" not in text else None


def is_number_out_of_range(text: str) -> bool:
    """Whether text is a number, but an infinite one, or one too large for its column."""
    try:
        return abs(float(text)) > LARGEST_SAMPLE
    except ValueError:
        return False


def read_whole(text: str) -> int | None:
    """Return a whole number of 64 bits, exactly; also from ``12.0``. None for anything else."""
    text = text.strip()
    if _DIGITS.fullmatch(text):
        whole = int(text)
        return whole if -(2**63) < whole < 2**63 else None
    value = read_time(text)
    if value is None or not value.is_integer() or abs(value) >= LARGEST_WHOLE:
        return None
    return int(value)


def with_decimal_comma(
    read: Callable[[str], float | None],
) -> Callable[[str], float | None]:
    """Return ``read`` for numbers such as ``0,5``."""
    return lambda text: read(text.replace(",", "."))


def decode(raw: bytes) -> str:
    """Return text, stripped: UTF-8 where it is that, Latin-1 where it is not."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text.strip()


class LabelBook:
    """The labels of a table, numbered in the order they first appear."""

    def __init__(self) -> None:
        self._code_of_text: dict[str, int] = {}
        self._code_of_raw: dict[bytes, int] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The labels so far."""
        return tuple(self._code_of_text)

    def code(self, raw: bytes) -> int:
        """Return the number of a label as it stands in the file, -1 for an empty one."""
        known = self._code_of_raw.get(raw)
        if known is None:
            text = decode(raw)
            known = self._code_of_text.setdefault(text, len(self._code_of_text)) if text else -1
            self._code_of_raw[raw] = known
        return known
