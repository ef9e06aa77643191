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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.tables.clock_cells import CLOCK_BYTES, read_clock, read_clocks
from emgstream.tables.raw_columns import MISSING_WHOLE
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
from emgstream.tables.table_layout import TableLayout
from emgstream.tables.table_repairs import RepairKind, RepairLog

__all__ = [
    "ColumnBlock",
    "Storage",
    "StoredColumn",
    "StrictParser",
    "TextCodes",
    "TolerantParser",
]

Storage: TypeAlias = Literal["sample", "real", "whole", "text", "clock", "skipped"]
"""Kind of array: float32 samples, float64 numbers, whole numbers of 64 bits, places among texts,
seconds of time stamps that are texts, or nothing."""
TextCodes: TypeAlias = dict[int, LabelCodes]
"""The texts of each text column, by its place in the file."""

_LABEL_WIDTHS = (16, 64, 256)
"""Bytes of a label column, tried in this order, as numpy needs a fixed width. A choice: most labels
have under 16 letters; longer ones than 256 go to the tolerant parser."""
_FORMATS = {
    "sample": "f4",
    "real": "f8",
    "whole": "f8",
    "clock": f"S{CLOCK_BYTES}",
    "skipped": "S1",
}
_LIMITS = {"sample": LARGEST_SAMPLE, "real": math.inf, "whole": LARGEST_WHOLE}
_BYTE_ORDER_MARK = codecs.BOM_UTF8.decode("latin-1")

ReadNumber: TypeAlias = Callable[[str], float | None]
Rows: TypeAlias = list[list[str] | None]
"""Cells of each row; None for a row with the wrong number of cells."""


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """Name and storage of one column of the file."""

    name: str
    """The name, for messages."""
    storage: Storage
    """The kind of array that its values become."""


@dataclass(frozen=True, eq=False)
class ColumnBlock:
    """Values of consecutive rows, column by column."""

    n_rows: int
    """Number of rows."""
    values: dict[int, npt.NDArray[Any]] = field(default_factory=dict)
    """Array of each column that is not skipped, by its place in the file, shape ``(n_rows,)``."""


_READERS: dict[str, ReadNumber] = {"sample": read_sample, "real": read_time, "whole": read_whole}


class _NotCleanError(ValueError):
    """Raised for a block that needs the tolerant parser."""


class StrictParser:
    """Parser of blocks in which every cell is valid for its column; it refuses all other blocks.

    It checks for everything that numpy's parser would read differently from the tolerant one:
    comments, blank lines, NUL bytes, most quotes, text cut at the width of its column, nan and inf,
    whole numbers beyond 2**53.
    """

    def __init__(
        self, layout: TableLayout, columns: Sequence[StoredColumn], texts: TextCodes
    ) -> None:
        self._layout = layout
        self._columns = columns
        self._texts = texts
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
            values = {
                place: self._values(records[f"f{place}"], place, column)
                for place, column in enumerate(self._columns)
                if column.storage != "skipped"
            }
        except ValueError:
            return None
        return ColumnBlock(len(records), values)

    def _prepared(self, block: bytes) -> bytes:
        if b"\0" in block or self._layout.form.has_comments(block):
            raise _NotCleanError
        if len(self._columns) == 1 and (b"\xa0" in block or b"\x85" in block):
            raise _NotCleanError  # blank lines for the tolerant parser, texts for numpy
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
            [(f"f{place}", self._format(one)) for place, one in enumerate(self._columns)]
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

    def _format(self, column: StoredColumn) -> str:
        return f"S{self._label_width}" if column.storage == "text" else _FORMATS[column.storage]

    def _may_have_cut_labels(self, records: npt.NDArray[Any]) -> bool:
        return any(
            bool((_bytes_of(records[f"f{place}"])[:, -1] != 0).any())
            for place, column in enumerate(self._columns)
            if column.storage == "text"
        )

    def _values(
        self, cells: npt.NDArray[Any], place: int, column: StoredColumn
    ) -> npt.NDArray[Any]:
        if column.storage == "text":
            return self._label_codes(np.ascontiguousarray(cells), self._texts[place])
        if column.storage == "clock":
            return self._clock_seconds(np.ascontiguousarray(cells))
        _refuse_beyond(_LIMITS[column.storage], cells)
        if column.storage != "whole":
            return np.ascontiguousarray(cells)
        whole = cells.astype(np.int64)
        if (whole != cells).any():
            raise _NotCleanError
        return whole

    def _clock_seconds(self, stamps: npt.NDArray[np.bytes_]) -> npt.NDArray[np.float64]:
        seconds = read_clocks(stamps)
        if np.isnan(seconds).any():
            raise _NotCleanError
        return seconds

    def _label_codes(
        self, labels: npt.NDArray[np.bytes_], texts: LabelCodes
    ) -> npt.NDArray[np.int32]:
        if self._layout.has_decimal_comma and (_bytes_of(labels) == ord(".")).any():
            raise _NotCleanError  # it may have been a comma
        starts = np.flatnonzero(np.r_[True, labels[1:] != labels[:-1]])
        names, firsts, places = np.unique(labels[starts], return_index=True, return_inverse=True)
        codes = np.empty(len(names), dtype=np.int32)
        for place in np.argsort(firsts):
            codes[place] = texts.code(bytes(names[place]))
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

    def __init__(
        self,
        layout: TableLayout,
        columns: Sequence[StoredColumn],
        texts: TextCodes,
        log: RepairLog,
    ) -> None:
        self._layout = layout
        self._columns = columns
        self._texts = texts
        self._log = log

    def parse(self, block: bytes, first_row: int) -> ColumnBlock:
        """Return the values of a block of lines whose first data row has number ``first_row``."""
        rows: Rows = []
        for line in self._data_lines(block, first_row, rows):
            rows.append(self._split(line, first_row + len(rows)))
        values = {
            place: self._values(rows, place, column, first_row)
            for place, column in enumerate(self._columns)
            if column.storage != "skipped"
        }
        return ColumnBlock(len(rows), values)

    def parse_last(self, line: bytes, row: int) -> ColumnBlock:
        """Return the values of a last line without newline; no row if it was cut short.

        It was cut short if cells are missing at its end, if its last cell is not a number, or if
        its label is the beginning of another label and appears nowhere else.
        """
        text = line.decode("latin-1")
        if not text.strip() or self._layout.form.is_comment(text):
            return ColumnBlock(0)
        cells = split_line(text, self._layout.separator)
        if not self._is_header(text) and self._is_cut_short(cells):
            self._log.note(RepairKind.CUT_SHORT, None, row)
            return ColumnBlock(0)
        return self.parse(line, row)

    def _is_cut_short(self, cells: list[str]) -> bool:
        columns = self._columns
        if len(cells) < len(columns):
            return True
        last = cells[len(columns) - 1]
        if columns[-1].storage == "skipped":
            return False
        if columns[-1].storage != "text":
            return self._reader(columns[-1])(last) is None
        name = decode(last.encode("latin-1"))
        known = self._texts[len(columns) - 1].names
        return name not in known and any(one.startswith(name) for one in known)

    def _data_lines(self, block: bytes, first_row: int, rows: Rows) -> Iterator[str]:
        for line in block.decode("latin-1").removesuffix("\n").split("\n"):
            if not line or line.isspace():
                self._log.note(RepairKind.BLANK, None, first_row + len(rows))
            elif self._is_header(line):
                self._log.note(RepairKind.HEADER, None, first_row + len(rows))
            elif not self._layout.form.is_comment(line):
                yield line

    def _is_header(self, line: str) -> bool:
        """Return whether files were joined here, each with its header and byte order mark."""
        return line.removeprefix(_BYTE_ORDER_MARK).strip() == self._layout.header

    def _split(self, line: str, row: int) -> list[str] | None:
        cells = split_line(line, self._layout.separator)
        n_columns = len(self._columns)
        if len(cells) == n_columns:
            return cells
        if len(cells) > n_columns and not "".join(cells[n_columns:]).strip():
            return cells[:n_columns]
        self._log.note(RepairKind.MISFIT, None, row, f"{len(cells)} instead of {n_columns}")
        return None

    def _values(
        self, rows: Rows, place: int, column: StoredColumn, first_row: int
    ) -> npt.NDArray[Any]:
        if column.storage == "text":
            texts = self._texts[place]
            codes = [
                -1 if row is None else self._label_code(row[place], texts, column, first_row + at)
                for at, row in enumerate(rows)
            ]
            return np.array(codes, dtype=np.int32)
        read = self._reader(column)
        is_real = column.storage != "whole"
        missing = np.nan if is_real else MISSING_WHOLE
        numbers = []
        for at, row in enumerate(rows):
            number = None if row is None else read(row[place])
            if number is None and row is not None:
                number = self._repaired(row[place], column, first_row + at)
            numbers.append(missing if number is None else number)
        doubles = np.array(numbers, dtype=np.float64 if is_real else np.int64)
        return doubles.astype(np.float32) if column.storage == "sample" else doubles

    def _reader(self, column: StoredColumn) -> ReadNumber:
        if column.storage == "clock":
            return read_clock
        read = _READERS[column.storage]
        return with_decimal_comma(read) if self._layout.has_decimal_comma else read

    def _label_code(self, cell: str, texts: LabelCodes, column: StoredColumn, row: int) -> int:
        if "\0" in cell:
            self._log.note(RepairKind.NUL_CUT, column.name, row)
            cell = cell.split("\0")[0]
        return texts.code(cell.encode("latin-1"))

    def _repaired(self, cell: str, column: StoredColumn, row: int) -> float | None:
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

    def _damage(
        self, cell: str, column: StoredColumn, row: int
    ) -> tuple[RepairKind, str, int, str]:
        text = decode(cell.encode("latin-1"))
        if not text:
            return RepairKind.EMPTY, column.name, row, ""
        if text.lower() in MISSING_WORDS:
            return RepairKind.SAYS_MISSING, column.name, row, ""
        plain = text.replace(",", ".") if self._layout.has_decimal_comma else text
        kind = RepairKind.OUT_OF_RANGE if is_number_out_of_range(plain) else RepairKind.UNREADABLE
        return kind, column.name, row, repr(text[:20])
