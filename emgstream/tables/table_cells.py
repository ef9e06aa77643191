"""Cells of a table: a line cut into cells, and a cell read as a number or a label.

Messages to users call a cell a field. Text is handled as Latin-1, one character per byte, which any
bytes can be; a label is decoded as UTF-8 in the end. Numpy's parser sees the same characters, so
that both parsers of `table_columns` read a number alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

__all__ = [
    "LARGEST_SAMPLE",
    "LARGEST_WHOLE",
    "MISSING_WORDS",
    "LabelCodes",
    "decode",
    "is_number_out_of_range",
    "is_text",
    "read_sample",
    "read_time",
    "read_whole",
    "says_no_label",
    "split_line",
    "text_of_cell",
    "with_decimal_comma",
]

LARGEST_SAMPLE = float(np.finfo(np.float32).max)
"""Largest sample that single precision can hold."""
LARGEST_WHOLE = 2**53
"""Largest whole number below which double precision holds every one."""
MISSING_WORDS = frozenset({"nan", "+nan", "-nan", "na", "n/a", "#n/a", "null", "none"})
"""Words for a missing value, in lower case, as spreadsheets, R, pandas and databases write it."""
_NO_LABEL = MISSING_WORDS - {"none", "null"}
"""Words for a missing label. None and null may be the name of a class, that of no movement."""
_DIGITS = re.compile(r"[+-]?[0-9]{1,19}")  # 2**63 has 19 digits


def split_line(line: str, separator: str) -> list[str]:
    r"""Return the cells of one line without their quotes; a quoted cell may hold the separator.

    A quote that is not closed on its own line is an ordinary character: one cell is lost, not the
    rest of the file.

    >>> split_line('1,"a, ""b"" c",3', ",")
    ['1', 'a, "b" c', '3']
    >>> split_line('"1,2,3', ",")
    ['"1', '2', '3']
    """
    pieces = line.split(separator)
    if '"' not in line:
        return pieces
    cells: list[str] = []
    start = 0
    while start < len(pieces):
        end = _end_of_cell(pieces, start)
        cell = separator.join(pieces[start:end])
        cells.append(_unquoted(cell) if _is_quoted(cell) else cell)
        start = end
    return cells


def _end_of_cell(pieces: list[str], start: int) -> int:
    if not pieces[start].lstrip().startswith('"'):
        return start + 1
    n_quotes = 0
    for end in range(start, len(pieces)):
        n_quotes += pieces[end].count('"')
        if n_quotes % 2 == 0:
            return end + 1
    return start + 1


def _is_quoted(cell: str) -> bool:
    text = cell.strip()
    return len(text) >= 2 and text[0] == text[-1] == '"'


def _unquoted(cell: str) -> str:
    return cell.strip()[1:-1].replace('""', '"')


def read_sample(text: str) -> float | None:
    """Return a finite number within the range of single precision; None for any other text."""
    value = read_time(text)
    return value if value is not None and abs(value) <= LARGEST_SAMPLE else None


def read_time(text: str) -> float | None:
    """Return a finite number; None for any other text."""
    try:
        value = float(text.strip())  # float() alone does not strip \x1c to \x1f
    except ValueError:
        return None
    # float() accepts 1_000 as a number, numpy does not
    return value if value - value == 0.0 and "_" not in text else None


def is_number_out_of_range(text: str) -> bool:
    """Return whether text is a number, but infinite or beyond the range of single precision."""
    try:
        return abs(float(text)) > LARGEST_SAMPLE
    except ValueError:
        return False


def read_whole(text: str) -> int | None:
    """Return an exact whole number of 64 bits, also from ``12.0``; None for any other text."""
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
    """Return a version of ``read`` for numbers such as ``0,5``."""
    return lambda text: read(text.replace(",", "."))


def decode(raw: bytes) -> str:
    """Return stripped text, decoded as UTF-8, or as Latin-1 if it is not valid UTF-8."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text.strip()


def text_of_cell(cell: str) -> str:
    """Return a cell or a line for people: decoded and stripped, without NUL bytes."""
    return decode(cell.replace("\0", "").encode("latin-1"))


def is_text(cell: str) -> bool:
    """Return whether a cell holds something other than a word for a missing value."""
    return bool(cell) and cell.lower() not in MISSING_WORDS


def says_no_label(text: str) -> bool:
    """Return whether a label is a word for a missing one, as R and pandas write it.

    >>> says_no_label("NA"), says_no_label("none")
    (True, False)
    """
    return text.lower() in _NO_LABEL


class LabelCodes:
    """Numbers of a table's labels, counted in the order in which they first appear."""

    def __init__(self) -> None:
        self._code_of_text: dict[str, int] = {}
        self._code_of_raw: dict[bytes, int] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The labels so far; a label's number is its place here."""
        return tuple(self._code_of_text)

    def code(self, raw: bytes) -> int:
        """Return the number of a label, given as its bytes in the file; -1 for an empty one."""
        known = self._code_of_raw.get(raw)
        if known is None:
            text = decode(raw)
            known = self._code_of_text.setdefault(text, len(self._code_of_text)) if text else -1
            self._code_of_raw[raw] = known
        return known
