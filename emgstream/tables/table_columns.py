"""Columns of a table: blocks of lines parsed to one array per column, by one of two parsers.

`StrictParser` uses numpy's C parser and refuses every block that is not clean; `TolerantParser`
reads such a block cell by cell and reports the damage by row. Both give the same values for a clean
block.
"""

from __future__ import annotations

import codecs
import io
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.tables.column_roles import Column
from emgstream.tables.table_cells import (
    LARGEST_SAMPLE,
    LARGEST_WHOLE,
    MISSING_WORDS,
    LabelCodes,
    decode,
    is_number_out_of_range,
    read_sample,
    read_time,
    read_whole,
    split_line,
    with_decimal_comma,
)
from emgstream.tables.table_layout import COMMENT, TableLayout, is_comment
from emgstream.tables.table_repairs import RepairKind, RepairLog

__all__ = ["MISSING_WHOLE", "ColumnBlock", "StrictParser", "TolerantParser"]

MISSING_WHOLE = -(2**63)
"""Placeholder of a missing value in a column of whole numbers until the table is assembled."""

_COMMENT = re.compile(b"^" + COMMENT.pattern.encode(), re.MULTILINE)
_LABEL_WIDTHS = (16, 64, 256)
"""Bytes of a label column, tried in this order, as numpy needs a fixed width. A choice: most labels
have under 16 letters; longer ones than 256 go to the tolerant parser."""
_FORMATS = {"channel": "f4", "time_s": "f8", "ignored": "S1"}
_LIMITS = {"channel": LARGEST_SAMPLE, "time_s": math.inf}
_BYTE_ORDER_MARK = codecs.BOM_UTF8.decode("latin-1")

ReadNumber: TypeAlias = Callable[[str], float | None]
Rows: TypeAlias = list[list[str] | None]
"""Cells of each row; None for a row with the wrong number of cells."""


@dataclass(frozen=True, eq=False)
class ColumnBlock:
    """Values of consecutive rows, column by column."""

    n_rows: int
    """Number of rows."""
    values: dict[int, npt.NDArray[Any]] = field(default_factory=dict)
    """Array of each column that is not ignored, by its place in the file, shape ``(n_rows,)``:
    float32 for a channel, float64 for time, int32 codes for labels, else int64."""


class _NotCleanError(ValueError):
    """Raised for a block that needs the tolerant parser."""


class StrictParser:
    """Parser of blocks in which every cell is valid for its column; it refuses all other blocks.

    It checks for everything that numpy's parser would read differently from the tolerant one:
    comments, blank lines, NUL bytes, most quotes, text cut at the width of its column, nan and inf,
    whole numbers beyond 2**53.
    """

    def __init__(self, layout: TableLayout, labels: LabelCodes) -> None:
        self._layout = layout
        self._labels = labels
        self._label_width = _LABEL_WIDTHS[0]
        separator = re.escape(layout.separator.encode("latin-1"))
        # begins with the quote itself, so that the engine can search for it
        self._simple_quotes = re.compile(
            rb'"(?<![^\n%b]")([^"\n%b]*)"(?![^\n%b])' % (separator, separator, separator)
        )

    def parse(self, block: bytes) -> ColumnBlock | None:
        """Return the values of a block of whole lines; None if it is not clean."""
        try:
            records = self._records(self._prepared(block))
            columns = enumerate(self._layout.columns)
            values = {
                place: self._values(records[f"f{place}"], column)
                for place, column in columns
                if column.role != "ignored"
            }
        except ValueError:
            return None
        return ColumnBlock(len(records), values)

    def _prepared(self, block: bytes) -> bytes:
        if b"\0" in block or (b"#" in block and _COMMENT.search(block)):
            raise _NotCleanError
        if b'"' in block:
            block = self._simple_quotes.sub(rb"\1", block)
            if b'"' in block:
                raise _NotCleanError
        if self._layout.has_decimal_comma:
            block = block.replace(b",", b".")
        return block

    def _records(self, block: bytes) -> npt.NDArray[Any]:
        if block.isspace():
            raise _NotCleanError  # numpy warns of a block without data
        for width in _LABEL_WIDTHS:
            if width < self._label_width:
                continue
            self._label_width = width
            records = self._parsed(block)
            if not self._may_have_cut_labels(records):
                return records
        raise _NotCleanError

    def _parsed(self, block: bytes) -> npt.NDArray[Any]:
        dtype = np.dtype(
            [(f"f{place}", self._format(one)) for place, one in enumerate(self._layout.columns)]
        )
        records: npt.NDArray[Any] = np.loadtxt(
            io.BytesIO(block),
            dtype=dtype,
            delimiter=self._layout.separator,
            comments=None,
            encoding="latin-1",
            ndmin=1,
        )
        if len(records) != block.count(b"\n"):
            raise _NotCleanError  # numpy skips blank lines, and row numbers would be wrong
        return records

    def _format(self, column: Column) -> str:
        if column.role == "label":
            return f"S{self._label_width}"
        return _FORMATS.get(column.role, "f8")

    def _may_have_cut_labels(self, records: npt.NDArray[Any]) -> bool:
        return any(
            bool((_bytes_of(records[f"f{place}"])[:, -1] != 0).any())
            for place, column in enumerate(self._layout.columns)
            if column.role == "label"
        )

    def _values(self, cells: npt.NDArray[Any], column: Column) -> npt.NDArray[Any]:
        if column.role == "label":
            return self._label_codes(np.ascontiguousarray(cells))
        _refuse_beyond(_LIMITS.get(column.role, LARGEST_WHOLE), cells)
        if column.role in {"channel", "time_s"}:
            return np.ascontiguousarray(cells)
        whole = cells.astype(np.int64)
        if (whole != cells).any():
            raise _NotCleanError
        return whole

    def _label_codes(self, labels: npt.NDArray[np.bytes_]) -> npt.NDArray[np.int32]:
        if self._layout.has_decimal_comma and (_bytes_of(labels) == ord(".")).any():
            raise _NotCleanError  # it may have been a comma
        starts = np.flatnonzero(np.r_[True, labels[1:] != labels[:-1]])
        names, firsts, places = np.unique(labels[starts], return_index=True, return_inverse=True)
        codes = np.empty(len(names), dtype=np.int32)
        for place in np.argsort(firsts):
            codes[place] = self._labels.code(bytes(names[place]))
        return np.repeat(codes[places], np.diff(np.r_[starts, len(labels)]))


def _bytes_of(texts: npt.NDArray[np.bytes_]) -> npt.NDArray[np.uint8]:
    return np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), -1)


def _refuse_beyond(limit: float, numbers: npt.NDArray[np.floating[Any]]) -> None:
    """Raise _NotCleanError unless every number is below the limit; NaN never is."""
    if not (np.abs(numbers) < limit).all():
        raise _NotCleanError


class TolerantParser:
    """Parser of any block of lines; it writes every repair to the log.

    A row with too many or too few cells keeps its place, so that time stays right. All its values
    are missing, as it is not known which cell belongs to which column.
    """

    def __init__(self, layout: TableLayout, labels: LabelCodes, log: RepairLog) -> None:
        self._layout = layout
        self._labels = labels
        self._log = log

    def parse(self, block: bytes, first_row: int) -> ColumnBlock:
        """Return the values of a block of lines whose first data row has number ``first_row``."""
        rows: Rows = []
        for line in self._data_lines(block, first_row, rows):
            rows.append(self._split(line, first_row + len(rows)))
        values = {
            place: self._values(rows, place, column, first_row)
            for place, column in enumerate(self._layout.columns)
            if column.role != "ignored"
        }
        return ColumnBlock(len(rows), values)

    def parse_last(self, line: bytes, row: int) -> ColumnBlock:
        """Return the values of a last line without newline; no row if it was cut short.

        It was cut short if cells are missing at its end, if its last cell is not a number, or if
        its label is the beginning of another label and appears nowhere else.
        """
        text = line.decode("latin-1")
        if not text.strip() or is_comment(text):
            return ColumnBlock(0)
        cells = split_line(text, self._layout.separator)
        if not self._is_header(text) and self._is_cut_short(cells):
            self._log.note(RepairKind.CUT_SHORT, None, row)
            return ColumnBlock(0)
        return self.parse(line, row)

    def _is_cut_short(self, cells: list[str]) -> bool:
        columns = self._layout.columns
        if len(cells) < len(columns):
            return True
        last = cells[len(columns) - 1]
        if columns[-1].role == "ignored":
            return False
        if columns[-1].role != "label":
            return self._reader(columns[-1])(last) is None
        name = decode(last.encode("latin-1"))
        known = self._labels.names
        return name not in known and any(one.startswith(name) for one in known)

    def _data_lines(self, block: bytes, first_row: int, rows: Rows) -> Iterator[str]:
        for line in block.decode("latin-1").removesuffix("\n").split("\n"):
            if not line or line.isspace():
                self._log.note(RepairKind.BLANK, None, first_row + len(rows))
            elif self._is_header(line):
                self._log.note(RepairKind.HEADER, None, first_row + len(rows))
            elif not is_comment(line):
                yield line

    def _is_header(self, line: str) -> bool:
        """Return whether files were joined here, each with its header and byte order mark."""
        return line.removeprefix(_BYTE_ORDER_MARK).strip() == self._layout.header

    def _split(self, line: str, row: int) -> list[str] | None:
        cells = split_line(line, self._layout.separator)
        n_columns = len(self._layout.columns)
        if len(cells) == n_columns:
            return cells
        if len(cells) > n_columns and not "".join(cells[n_columns:]).strip():
            return cells[:n_columns]
        self._log.note(RepairKind.MISFIT, None, row, f"{len(cells)} instead of {n_columns}")
        return None

    def _values(self, rows: Rows, place: int, column: Column, first_row: int) -> npt.NDArray[Any]:
        if column.role == "label":
            codes = [
                -1 if row is None else self._label_code(row[place], column, first_row + at)
                for at, row in enumerate(rows)
            ]
            return np.array(codes, dtype=np.int32)
        read = self._reader(column)
        is_real = column.role in {"channel", "time_s"}
        missing = np.nan if is_real else MISSING_WHOLE
        numbers = []
        for at, row in enumerate(rows):
            number = None if row is None else read(row[place])
            if number is None and row is not None:
                number = self._repaired(row[place], column, first_row + at)
            numbers.append(missing if number is None else number)
        doubles = np.array(numbers, dtype=np.float64 if is_real else np.int64)
        return doubles.astype(np.float32) if column.role == "channel" else doubles

    def _reader(self, column: Column) -> ReadNumber:
        if column.role == "channel":
            read: ReadNumber = read_sample
        else:
            read = read_time if column.role == "time_s" else read_whole
        return with_decimal_comma(read) if self._layout.has_decimal_comma else read

    def _label_code(self, cell: str, column: Column, row: int) -> int:
        if "\0" in cell:
            self._log.note(RepairKind.NUL_CUT, column.name, row)
            cell = cell.split("\0")[0]
        return self._labels.code(cell.encode("latin-1"))

    def _repaired(self, cell: str, column: Column, row: int) -> float | None:
        """Return the number before a NUL byte, None if there is none; log the damage."""
        if "\0" not in cell:
            self._log.note(*self._damage(cell, column, row))
            return None
        text = cell.split("\0")[0]
        if not text.strip():
            self._log.note(RepairKind.NUL_FIRST, column.name, row)
            return None
        self._log.note(RepairKind.NUL_CUT, column.name, row)
        number = self._reader(column)(text)
        if number is None:
            self._log.note(*self._damage(text, column, row))
        return number

    def _damage(self, cell: str, column: Column, row: int) -> tuple[RepairKind, str, int, str]:
        text = decode(cell.encode("latin-1"))
        if not text:
            return RepairKind.EMPTY, column.name, row, ""
        if text.lower() in MISSING_WORDS:
            return RepairKind.SAYS_MISSING, column.name, row, ""
        plain = text.replace(",", ".") if self._layout.has_decimal_comma else text
        kind = RepairKind.OUT_OF_RANGE if is_number_out_of_range(plain) else RepairKind.UNREADABLE
        return kind, column.name, row, repr(text[:20])
