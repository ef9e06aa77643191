"""The tolerant path: a block read field by field, repaired and told by row."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.tables._blocks import MISSING_WHOLE, Block
from emgstream.tables._columns import Column
from emgstream.tables._fields import (
    MISSING_WORDS,
    LabelBook,
    decode,
    is_number_out_of_range,
    read_sample,
    read_time,
    read_whole,
    split_line,
    with_decimal_comma,
)
from emgstream.tables._layout import Layout, is_comment
from emgstream.tables._repairs import RepairKind, RepairLog

__all__ = ["TolerantParser"]

_BYTE_ORDER_MARK = codecs.BOM_UTF8.decode("latin-1")

Read: TypeAlias = Callable[[str], float | None]
Rows: TypeAlias = list[list[str] | None]  # None for a row whose fields cannot be told apart


class TolerantParser:
    """Reads any block of lines, and writes to the log what it made of the damage.

    A row with too many or too few fields keeps its place, so that time stays right, but nobody
    knows which field is which, so all of it is missing.
    """

    def __init__(self, layout: Layout, labels: LabelBook, log: RepairLog) -> None:
        self._layout = layout
        self._labels = labels
        self._log = log

    def parse(self, block: bytes, first_row: int) -> Block:
        """Return the values of a block of lines whose first data row has number ``first_row``."""
        rows: Rows = []
        for line in self._data_lines(block, first_row, rows):
            rows.append(self._split(line, first_row + len(rows)))
        values = {
            place: self._values(rows, place, column, first_row)
            for place, column in enumerate(self._layout.columns)
            if column.role != "ignored"
        }
        return Block(len(rows), values)

    def parse_last(self, line: bytes, row: int) -> Block:
        """Return the row of a last line without newline, or none where it was cut short.

        It was when fields are missing at its end, when its last field is no number, and when its
        label is the beginning of another and comes nowhere else.
        """
        text = line.decode("latin-1")
        if not text.strip() or is_comment(text):
            return Block(0)
        fields = split_line(text, self._layout.separator)
        if not self._is_header(text) and self._is_cut_short(fields):
            self._log.note(RepairKind.CUT_SHORT, None, row)
            return Block(0)
        return self.parse(line, row)

    def _is_cut_short(self, fields: list[str]) -> bool:
        columns = self._layout.columns
        if len(fields) < len(columns):
            return True
        last = fields[len(columns) - 1]
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
        """Whether files were joined here, each with its header line and byte order mark."""
        return line.removeprefix(_BYTE_ORDER_MARK).strip() == self._layout.header

    def _split(self, line: str, row: int) -> list[str] | None:
        fields = split_line(line, self._layout.separator)
        n_columns = len(self._layout.columns)
        if len(fields) == n_columns:
            return fields
        if len(fields) > n_columns and not "".join(fields[n_columns:]).strip():
            return fields[:n_columns]
        self._log.note(RepairKind.MISFIT, None, row, f"{len(fields)} instead of {n_columns}")
        return None

    def _values(self, rows: Rows, place: int, column: Column, first_row: int) -> npt.NDArray[Any]:
        if column.role == "label":
            codes = [
                -1 if row is None else self._code(row[place], column, first_row + at)
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

    def _reader(self, column: Column) -> Read:
        if column.role == "channel":
            read: Read = read_sample
        else:
            read = read_time if column.role == "time_s" else read_whole
        return with_decimal_comma(read) if self._layout.has_decimal_comma else read

    def _code(self, field: str, column: Column, row: int) -> int:
        if "\0" in field:
            self._log.note(RepairKind.NUL_CUT, column.name, row)
            field = field.split("\0")[0]
        return self._labels.code(field.encode("latin-1"))

    def _repaired(self, field: str, column: Column, row: int) -> float | None:
        """Return the number of a field that is not plainly one, and note what was wrong."""
        if "\0" not in field:
            self._log.note(*self._damage(field, column, row))
            return None
        text = field.split("\0")[0]
        if not text.strip():
            self._log.note(RepairKind.NUL_FIRST, column.name, row)
            return None
        self._log.note(RepairKind.NUL_CUT, column.name, row)
        number = self._reader(column)(text)
        if number is None:
            self._log.note(*self._damage(text, column, row))
        return number

    def _damage(self, field: str, column: Column, row: int) -> tuple[RepairKind, str, int, str]:
        text = decode(field.encode("latin-1"))
        if not text:
            return RepairKind.EMPTY, column.name, row, ""
        if text.lower() in MISSING_WORDS:
            return RepairKind.SAYS_MISSING, column.name, row, ""
        plain = text.replace(",", ".") if self._layout.has_decimal_comma else text
        kind = RepairKind.OUT_OF_RANGE if is_number_out_of_range(plain) else RepairKind.UNREADABLE
        return kind, column.name, row, repr(text[:20])
