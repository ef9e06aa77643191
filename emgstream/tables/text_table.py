"""A text table read to columns: layout, storage, and its blocks of lines parsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.errors import TableError
from emgstream.tables.clock_cells import has_date
from emgstream.tables.column_choice import ColumnChoice
from emgstream.tables.column_storage import stored_columns
from emgstream.tables.growing_columns import GrowingColumns
from emgstream.tables.other_formats import refuse_other_formats
from emgstream.tables.raw_columns import RawColumn, RawRecording
from emgstream.tables.session_rate import own_channel_places
from emgstream.tables.table_cells import LabelCodes
from emgstream.tables.table_columns import (
    ColumnBlock,
    StoredColumn,
    StrictParser,
    TolerantParser,
)
from emgstream.tables.table_layout import (
    HEAD_BYTES,
    HEAD_LINES,
    LONGEST_HEAD,
    TableLayout,
    detect_layout,
)
from emgstream.tables.table_preamble import rate_in_units
from emgstream.tables.table_repairs import RepairKind, RepairLog
from emgstream.tables.table_text import TableFile, cut_into_blocks
from emgstream.wording import counted

__all__ = ["TextTable", "read_text_table", "refuse_too_many_columns"]

_MOST_COLUMNS = 2048
"""Most columns of a table: a choice, four times those of the largest grids of electrodes. Each is
looked at for what it may be, which takes 0.5 ms."""
_MOST_MISFITS = 0.5
"""Share of rows with another number of fields from which the header is taken to be wrong."""


@dataclass(frozen=True, eq=False)
class TextTable:
    """A text table as columns, and the repairs made so far."""

    raw: RawRecording
    """Its columns."""
    layout: TableLayout
    """Its layout."""
    log: RepairLog
    """The repairs."""
    first_texts: tuple[str | None, ...]
    """The first text of each column that has no number in the first rows."""


def read_text_table(
    path: Path, choice: ColumnChoice, block_bytes: int, *, tolerant_only: bool = False
) -> TextTable:
    """Return a text table as columns, the same for any size of the blocks and for both parsers.

    Columns that the choice makes dispensable are not read. Raises TableError if the file cannot be
    read, has no row, or if most rows do not fit the header.
    """
    with TableFile(path) as file:
        pieces = file.text()
        head, is_whole = _head(pieces)
        refuse_other_formats(path, head)
        layout = detect_layout(path, _whole_lines(file, head, is_whole))
        refuse_too_many_columns(path, len(layout.names))
        columns = stored_columns(layout, choice, own_channel_places(path, layout.names))
        texts = {place: LabelCodes() for place, one in enumerate(columns) if one.storage == "text"}
        log = RepairLog()
        for note in layout.notes:
            log.note_general(note)
        tolerant = TolerantParser(layout, columns, texts, log)
        strict = None if tolerant_only else StrictParser(layout, columns, texts)
        body = cut_into_blocks(path, chain((head[layout.body_at :],), pieces), block_bytes)
        values = GrowingColumns()
        for block in _parsed(body, layout, strict, tolerant, log, file):
            values.add(block)
        if file.damage is not None:
            log.note_general(f"{file.damage}; what came before was kept")
        n_rows = values.n_rows
        _check_rows(path, n_rows, layout, log, file.damage)
        raw = RawRecording(
            tuple(_raw_columns(layout, columns, values, texts, log)),
            n_rows,
            file.sha256,
            *_stated_rate(layout),
        )
    firsts = tuple(layout.first_text(place) for place in range(len(columns)))
    return TextTable(raw, layout, log, firsts)


def refuse_too_many_columns(path: Path, n_columns: int) -> None:
    """Raise TableError for more columns than any recording has."""
    if n_columns > _MOST_COLUMNS:
        raise TableError(
            f"{path} has {n_columns:,} columns; expected at most {_MOST_COLUMNS:,}, one for each "
            "channel; if each row is a channel, exchange rows and columns, else leave columns out"
        )


def _head(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """Return the beginning of the text, and whether it is the whole text."""
    head = b""
    for piece in pieces:
        head += piece
        enough = len(head) >= HEAD_BYTES and head.count(b"\n") >= HEAD_LINES
        if enough or len(head) >= LONGEST_HEAD:
            return head, False
    return head, True


def _whole_lines(file: TableFile, head: bytes, is_whole: bool) -> bytes:
    """Return the lines of the head, the same for any size of the pieces read."""
    if not head.strip():
        why = "is empty" if file.damage is None else f"holds no row, {file.damage}"
        raise TableError(
            f"{file.path} {why}; record again, or give a table with one row per sample"
        )
    if is_whole and len(head) <= HEAD_BYTES:
        return head
    end = head.rfind(b"\n", 0, HEAD_BYTES) + 1
    if head.count(b"\n", 0, end) < HEAD_LINES:
        end = _end_of_lines(head, HEAD_LINES)
    if not end:
        raise TableError(
            f"{file.path} has a first line longer than {LONGEST_HEAD:,} bytes; "
            "is this a table with one row per line?"
        )
    return head[:end]


def _end_of_lines(head: bytes, n_lines: int) -> int:
    """Return the place behind the first lines, up to a number of them."""
    end = 0
    for _ in range(n_lines):
        following = head.find(b"\n", end)
        if following < 0:
            return end
        end = following + 1
    return end


def _parsed(
    blocks: Iterator[bytes],
    layout: TableLayout,
    strict: StrictParser | None,
    tolerant: TolerantParser,
    log: RepairLog,
    file: TableFile,
) -> Iterator[ColumnBlock]:
    n_rows = 0
    for block in blocks:
        plain = layout.form.plain(block)
        if not block.endswith(b"\n"):
            parsed = _last_row(plain, n_rows, tolerant, log, is_damaged=file.damage is not None)
        else:
            parsed = (strict and strict.parse(plain)) or tolerant.parse(plain, n_rows)
        n_rows += parsed.n_rows
        yield parsed


def _last_row(
    line: bytes, row: int, tolerant: TolerantParser, log: RepairLog, *, is_damaged: bool
) -> ColumnBlock:
    if not is_damaged:
        return tolerant.parse_last(line, row)
    log.note(RepairKind.CUT_SHORT, None, row)
    return ColumnBlock(0)


def _check_rows(
    path: Path, n_rows: int, layout: TableLayout, log: RepairLog, damage: str | None
) -> None:
    if n_rows == 0:
        why = f", {damage}" if damage is not None else ""
        raise TableError(
            f"{path} has 0 rows below its header line{why}; "
            "record again, or give a table with one row per sample"
        )
    misfits = log.count(RepairKind.MISFIT, None)
    if misfits > _MOST_MISFITS * n_rows:
        row, counts = log.first(RepairKind.MISFIT, None) or (0, "")
        names = ", ".join(layout.names[:3]) + (" …" if len(layout.names) > 3 else "")
        raise TableError(
            f"{path}: {misfits:,} of {counted(n_rows, 'row')} do not fit the header line "
            f"({names}): data row "
            f"{row} has {counts} fields; make the header line and the rows agree"
        )


def _raw_columns(
    layout: TableLayout,
    columns: tuple[StoredColumn, ...],
    read: GrowingColumns,
    texts: dict[int, LabelCodes],
    log: RepairLog,
) -> Iterator[RawColumn]:
    """Yield each column as it was stored; one that holds no numbers is left empty, and told."""
    for place, column in enumerate(columns):
        name = layout.names[place]
        unit = _unit(layout, place)
        if column.storage == "skipped":
            text = layout.first_text(place)
            yield RawColumn(name, np.zeros(0), None if text is None else (text,), unit)
            continue
        values = read.take(place)
        if column.storage == "text":
            yield RawColumn(name, values, texts[place].names, unit)
        elif column.storage == "clock":
            first = layout.first_text(place) or ""
            yield RawColumn(name, values, (), "date" if has_date(first) else "clock")
        elif column.storage == "whole" or _is_readable(values, name, column.name, log, read.n_rows):
            yield RawColumn(name, values, unit=unit)
        else:
            yield RawColumn(name, np.zeros(0), (), unit)


def _unit(layout: TableLayout, place: int) -> str:
    """Return the unit of a column in the line of units; a rate is none."""
    unit = layout.units[place] if len(layout.units) == len(layout.names) else ""
    return "" if rate_in_units([unit]) is not None else unit


def _is_readable(
    values: npt.NDArray[Any], name: str, shown: str, log: RepairLog, n_rows: int
) -> bool:
    """Return whether a column has numbers, and text in half its rows at most.

    Half is a choice: beyond it, text is the rule and not the damage.
    """
    if name.lower() == "time_s":
        return True
    n_unreadable = log.count(RepairKind.UNREADABLE, shown)
    has_numbers = not np.isnan(values).all()
    if has_numbers and n_unreadable <= n_rows / 2:
        return True
    if not has_numbers and not n_unreadable and not name:
        return False  # behind a separator at the end of each row
    what = f"text in {n_unreadable:,} of {counted(n_rows, 'row')}" if has_numbers else "no number"
    log.note_general(f"{what}; not read as a channel", shown)
    return False


def _stated_rate(layout: TableLayout) -> tuple[float | None, str]:
    """Return the rate in the preamble, else in the line of units below channels of EMG."""
    if layout.stated.rate_hz is not None:
        return layout.stated.rate_hz, layout.stated.rate_reason
    rate_hz = rate_in_units(layout.units)
    return rate_hz, "the line below the names" if rate_hz is not None else ""
