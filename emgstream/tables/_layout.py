"""How a table is written: its separator, its header line, its columns.

All is told from the first 64 KiB, whatever the blocks that are read later.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emgstream.errors import TableError
from emgstream.tables._columns import ROLES, Column, assign_roles
from emgstream.tables._fields import MISSING_WORDS, decode, read_time, split_line

__all__ = ["COMMENT", "HEAD_BYTES", "Layout", "is_comment", "read_layout"]

HEAD_BYTES = 1 << 16
COMMENT = re.compile(r"[^\S\n]*#(?!N/A)", re.ASCII)
_SEPARATORS = ("\t", ";", ",")
_EXCEL_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*")
_N_SAMPLED = 500


@dataclass(frozen=True)
class Layout:
    """How a table is written."""

    separator: str
    """What stands between two fields, one character."""
    has_decimal_comma: bool
    """Whether ``0,5`` is a number."""
    columns: tuple[Column, ...]
    """Every column of the file, in its order."""
    body_at: int
    """Where the data begin, in bytes from the beginning of the text."""
    header: str | None = None
    """The header line, stripped; None without one, and where it could as well be a row."""
    guess: str | None = None
    """What had to be guessed, for people; None where the header line says it all."""


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
    """Whether a line opens with ``#``, but for the ``#N/A`` that spreadsheets write."""
    return COMMENT.match(line) is not None


def read_layout(path: Path, head: bytes, wanted: Sequence[str] | None) -> Layout:
    """Return how the table is written that begins with ``head``, whole lines.

    Raises TableError where there is no line of data, or `assign_roles` finds no fitting columns.
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
    writing = _writing(body, excel.group(1) if excel else None)
    if _is_header(writing.split(body[0]), writing):
        names, rows = writing.split(body[0]), [writing.split(line) for line in body[1:]]
        body_at, guess = _offset(lines, first + 1), None
    else:
        rows = [writing.split(line) for line in body]
        commented = [line.lstrip()[1:] for line in lines[:first] if is_comment(line)]
        names, guess = _names_without_header(rows, commented, writing)
        body_at = _offset(lines, first)
    names, of_rows = _with_unnamed([_name(name) for name in names], rows)
    columns = assign_roles(path, names, _first_texts(len(names), rows, writing), wanted)
    return Layout(
        separator=writing.separator,
        has_decimal_comma=writing.has_decimal_comma,
        columns=columns,
        body_at=body_at,
        header=body[0].strip() if guess is None and _is_no_row(names, columns, writing) else None,
        guess=guess or of_rows,
    )


def _is_no_row(names: Sequence[str], columns: Sequence[Column], writing: _NumberFormat) -> bool:
    """Whether a line of the names cannot be a row: one stands where a number is to be read."""
    return any(
        column.role not in {"label", "ignored"} and not writing.is_number(name)
        for name, column in zip(names, columns, strict=True)
    )


def _offset(lines: Sequence[str], n: int) -> int:
    return sum(len(line) + 1 for line in lines[:n])


def _name(field: str) -> str:
    return decode(field.replace("\0", "").encode("latin-1"))


def _writing(body: Sequence[str], separator: str | None) -> _NumberFormat:
    """Take the separator that cuts most lines into as many fields as the first."""
    best = separator or max(_SEPARATORS, key=lambda one: _n_agreeing(body, one))
    if separator is None and _n_agreeing(body, best) == 0:
        best = ","
    if best == ",":
        return _NumberFormat(best)
    names = [_name(field).lower() for field in split_line(body[0], best)]
    # a file that writes 0.5 may write 1,000 for a thousand; a label 0.5 says nothing of numbers
    has_points = any(
        name != "label" and "." in field and read_time(field) is not None
        for line in body
        for name, field in zip(names, split_line(line, best), strict=False)
    )
    return _NumberFormat(best, has_decimal_comma=not has_points)


def _n_agreeing(body: Sequence[str], separator: str) -> int:
    counts = [len(split_line(line, separator)) for line in body]
    return counts.count(counts[0]) if counts[0] > 1 else 0


def _is_header(fields: Sequence[str], writing: _NumberFormat) -> bool:
    if any(_name(field).lower() in ROLES for field in fields):
        return True
    return not any(writing.is_number(field.split("\0")[0]) for field in fields)


def _names_without_header(
    rows: Sequence[Sequence[str]], commented: Sequence[str], writing: _NumberFormat
) -> tuple[list[str], str]:
    """Return names and where they are from: a comment above the data, or numbers."""
    if commented:
        names = writing.split(commented[-1])
        if len(names) == len(rows[0]) and _is_header(names, writing):
            return names, "column names taken from the comment line above the data"
    texts = _first_texts(len(rows[0]), rows, writing)
    n_texts = sum(text is not None for text in texts)
    names, n_channels = [], 0
    for text in texts:
        n_channels += text is None
        only_text = "label" if n_texts == 1 else ""
        names.append(f"channel_{n_channels}" if text is None else only_text)
    listed = ", ".join(name or "(ignored)" for name in names)
    return names, f"no header line; the columns are named {listed}"


def _with_unnamed(names: list[str], rows: Sequence[Sequence[str]]) -> tuple[list[str], str | None]:
    """Add the column that most rows have and the header line does not name, and tell of it.

    It is the first where R wrote row names, the last where each row ends in a separator.
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
    n_columns: int, rows: Sequence[Sequence[str]], writing: _NumberFormat
) -> list[str | None]:
    """Return a text of every column that has texts and no number in the first rows."""
    fitting = [row for row in rows if len(row) == n_columns]
    return [_text_of([row[place] for row in fitting], writing) for place in range(n_columns)]


def _text_of(fields: Sequence[str], writing: _NumberFormat) -> str | None:
    first = None
    for field in fields:
        text = field.split("\0")[0].strip()
        if writing.is_number(text):
            return None
        if first is None and text and text.lower() not in MISSING_WORDS:
            first = decode(text.encode("latin-1"))
    return first
