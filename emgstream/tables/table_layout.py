"""Layout of a table's text: separator, decimal comma, header line and columns.

It is detected in the first 64 KiB, so that it does not depend on the size of later blocks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emgstream.errors import TableError
from emgstream.tables.column_roles import ROLES, Column, assign_roles
from emgstream.tables.table_cells import MISSING_WORDS, decode, read_time, split_line

__all__ = ["COMMENT", "HEAD_BYTES", "TableLayout", "detect_layout", "is_comment"]

HEAD_BYTES = 1 << 16
"""Bytes in which the layout is detected. A choice: more than 500 rows of 16 channels."""
COMMENT = re.compile(r"[^\S\n]*#(?!N/A)", re.ASCII)
"""Beginning of a comment line; ``#N/A`` is a missing value of spreadsheets."""
_SEPARATORS = ("\t", ";", ",")  # the first wins a tie
_EXCEL_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*")
_N_SAMPLED = 500
"""Rows in which the layout is detected. A choice: enough to outvote damaged rows."""


@dataclass(frozen=True)
class TableLayout:
    """The layout of one table's text."""

    separator: str
    """The character between two cells."""
    has_decimal_comma: bool
    """True if ``0,5`` is a number."""
    columns: tuple[Column, ...]
    """Every column of the file, in its order."""
    body_at: int
    """Beginning of the data, in bytes from the beginning of the text."""
    header: str | None = None
    """The header line, stripped; None if there is none or if it could be a row of data as well."""
    guess: str | None = None
    """A note for people on what had to be guessed; None if the header line tells everything."""


@dataclass(frozen=True)
class _NumberFormat:
    """Separator and kind of decimal point."""

    separator: str
    has_decimal_comma: bool = False

    def split(self, line: str) -> list[str]:
        return split_line(line, self.separator)

    def is_number(self, text: str) -> bool:
        return read_time(text.replace(",", ".") if self.has_decimal_comma else text) is not None


def is_comment(line: str) -> bool:
    """Return whether a line begins with ``#``, except for the ``#N/A`` of spreadsheets."""
    return COMMENT.match(line) is not None


def detect_layout(path: Path, head: bytes, wanted: Sequence[str] | None) -> TableLayout:
    """Return the layout of a table.

    Parameters
    ----------
    path
        The file, for messages.
    head
        The first lines of the file, each whole.
    wanted
        The channels to read, as for `assign_roles`.

    Raises
    ------
    TableError
        If there is no line of data, or `assign_roles` refuses the columns.
    """
    lines = head.decode("latin-1").split("\n")
    excel = _EXCEL_SEPARATOR.fullmatch(lines[0])
    first = 1 if excel else 0
    while first < len(lines) and (not lines[first].strip() or is_comment(lines[first])):
        first += 1
    if first == len(lines):
        raise TableError(
            f"{path} has 0 rows; give a table with the column names in its first line and one row "
            "a sample below"
        )
    body = [line for line in lines[first:] if line.strip() and not is_comment(line)][:_N_SAMPLED]
    numbers = _number_format(body, excel.group(1) if excel else None)
    if _is_header(numbers.split(body[0]), numbers):
        names, rows = numbers.split(body[0]), [numbers.split(line) for line in body[1:]]
        body_at, guess = _offset(lines, first + 1), None
    else:
        rows = [numbers.split(line) for line in body]
        commented = [line.lstrip()[1:] for line in lines[:first] if is_comment(line)]
        names, guess = _names_without_header(rows, commented, numbers)
        body_at = _offset(lines, first)
    names, rows_guess = _with_unnamed_column([_name(name) for name in names], rows)
    columns = assign_roles(path, names, _first_texts(len(names), rows, numbers), wanted)
    is_header = guess is None and _cannot_be_row(names, columns, numbers)
    return TableLayout(
        separator=numbers.separator,
        has_decimal_comma=numbers.has_decimal_comma,
        columns=columns,
        body_at=body_at,
        header=body[0].strip() if is_header else None,
        guess=guess or rows_guess,
    )


def _cannot_be_row(names: Sequence[str], columns: Sequence[Column], numbers: _NumberFormat) -> bool:
    """Return whether one of the names is text where the column holds numbers."""
    return any(
        column.role not in {"label", "ignored"} and not numbers.is_number(name)
        for name, column in zip(names, columns, strict=True)
    )


def _offset(lines: Sequence[str], n: int) -> int:
    return sum(len(line) + 1 for line in lines[:n])


def _name(cell: str) -> str:
    return decode(cell.replace("\0", "").encode("latin-1"))


def _number_format(body: Sequence[str], separator: str | None) -> _NumberFormat:
    """Choose the separator that cuts most lines into as many cells as the first line."""
    best = separator or max(_SEPARATORS, key=lambda one: _n_agreeing(body, one))
    if separator is None and _n_agreeing(body, best) == 0:
        best = ","
    if best == ",":
        return _NumberFormat(best)
    names = [_name(cell).lower() for cell in split_line(body[0], best)]
    # a file with 0.5 in it may write 1,000 for a thousand; a label such as 0.5 is no number
    has_points = any(
        name != "label" and "." in cell and read_time(cell) is not None
        for line in body
        for name, cell in zip(names, split_line(line, best), strict=False)
    )
    return _NumberFormat(best, has_decimal_comma=not has_points)


def _n_agreeing(body: Sequence[str], separator: str) -> int:
    counts = [len(split_line(line, separator)) for line in body]
    return counts.count(counts[0]) if counts[0] > 1 else 0


def _is_header(cells: Sequence[str], numbers: _NumberFormat) -> bool:
    if any(_name(cell).lower() in ROLES for cell in cells):
        return True
    return not any(numbers.is_number(cell.split("\0")[0]) for cell in cells)


def _names_without_header(
    rows: Sequence[Sequence[str]], commented: Sequence[str], numbers: _NumberFormat
) -> tuple[list[str], str]:
    """Return names from the comment above the data, else made-up ones, and a note on them."""
    if commented:
        names = numbers.split(commented[-1])
        if len(names) == len(rows[0]) and _is_header(names, numbers):
            return names, "column names taken from the comment line above the data"
    texts = _first_texts(len(rows[0]), rows, numbers)
    n_texts = sum(text is not None for text in texts)
    names, n_channels = [], 0
    for text in texts:
        n_channels += text is None
        only_text = "label" if n_texts == 1 else ""
        names.append(f"channel_{n_channels}" if text is None else only_text)
    listed = ", ".join(name or "(ignored)" for name in names)
    return names, f"no header line; the columns are named {listed}"


def _with_unnamed_column(
    names: list[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str], str | None]:
    """Add the column that most rows have and the header line lacks; return a note on it.

    It is the first one if R wrote row names, the last one if each row ends in a separator.
    """
    longer = [row for row in rows if len(row) == len(names) + 1]
    if len(longer) <= len(rows) / 2:
        return names, None
    if all(not row[-1].strip() for row in longer):
        return [*names, ""], None
    return ["", *names], (
        "the rows have one field more than the header line; the first is taken as the row's name"
    )


def _first_texts(
    n_columns: int, rows: Sequence[Sequence[str]], numbers: _NumberFormat
) -> list[str | None]:
    """Return for each column its first text, or None if it has a number or nothing at all."""
    fitting = [row for row in rows if len(row) == n_columns]
    return [_first_text([row[place] for row in fitting], numbers) for place in range(n_columns)]


def _first_text(cells: Sequence[str], numbers: _NumberFormat) -> str | None:
    first = None
    for cell in cells:
        text = cell.split("\0")[0].strip()
        if numbers.is_number(text):
            return None
        if first is None and text and text.lower() not in MISSING_WORDS:
            first = decode(text.encode("latin-1"))
    return first
