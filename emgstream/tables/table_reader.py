"""Reading a table: the steps of this package in their order, one block of lines after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np

from emgstream.errors import TableError
from emgstream.logs import get_logger
from emgstream.tables.column_choice import ALL_GUESSED, ColumnChoice
from emgstream.tables.emg_table import EmgTable
from emgstream.tables.table_assembly import TableAssembly
from emgstream.tables.table_cells import LabelCodes
from emgstream.tables.table_columns import ColumnBlock, StrictParser, TolerantParser
from emgstream.tables.table_layout import HEAD_BYTES, detect_layout
from emgstream.tables.table_look import TableLook
from emgstream.tables.table_repairs import RepairKind, RepairLog
from emgstream.tables.table_text import TableFile, cut_into_blocks, refuse_other_formats

__all__ = ["look_at_table", "read_table", "read_table_in_blocks"]

_log = get_logger(__name__)

_BLOCK_BYTES = 1 << 18
"""Bytes of lines parsed at once. A choice: some 10,000 rows, so that memory stays bounded and one
damaged row sends few clean ones to the slow parser."""


def look_at_table(path: str | os.PathLike[str], choice: ColumnChoice = ALL_GUESSED) -> TableLook:
    """Return the columns of a file with their roles, and the questions that it leaves open.

    Parameters
    ----------
    path
        The file, of any format that `read_table` reads.
    choice
        What the user states about the columns.

    Raises
    ------
    TableError
        If the file cannot be read, or lacks a column that is named (`NoSuchColumnError`).
    """
    table = read_table(path, choice)
    return TableLook(
        path=table.path,
        sha256=table.sha256,
        columns=(),
        questions=(),
        choice=ALL_GUESSED,
        n_rows=table.n_rows,
        rate_hz=table.rate_hz,
        rate_reason="",
        notes=(),
        first_rows=(),
        excerpt=np.zeros((0, 0)),
    )


def read_table(path: str | os.PathLike[str], choice: ColumnChoice = ALL_GUESSED) -> EmgTable:
    """Return the table in a CSV file, plain or gzipped.

    Parameters
    ----------
    path
        The file. Fields may be separated by commas, semicolons or tabs and be quoted; a decimal
        comma is possible unless the separator is a comma; text may be UTF-8, UTF-16 or Latin-1.
        Lines that begin with ``#`` are comments.
    channels
        The channels to read, in this order, by their names in the header line (in any case, if
        that is unambiguous). By default every numeric column except ``label``, ``repetition``,
        ``segment``, ``index`` and ``time_s`` in any case, columns without a name, and clocks and
        counters such as ``time``, ``timestamp``, ``sample`` or ``subject``. The columns of a file
        without header line are ``channel_1``, ``channel_2``, ..., and the only text column
        ``label``.

    Returns
    -------
    EmgTable
        The values, and in ``repairs`` every repair. A field that is empty or no number is NaN; a
        row with too many or too few fields keeps its place and is missing as a whole; a last line
        that was cut short is dropped. Clocks that do not increase are ignored. Without an index
        column, the index is computed from the time stamps if they show lost samples.

    Raises
    ------
    TableError
        If the file does not exist, is a folder or has another format; if it has no row, no numeric
        channel, two columns of one name, or lacks a wanted channel (`NoSuchColumnError`).
    """
    table = read_table_in_blocks(Path(path), choice.channels, _BLOCK_BYTES)
    return replace(table, stated_rate_hz=choice.rate_hz, choice=choice)


def read_table_in_blocks(
    path: Path, channels: Sequence[str] | None, block_bytes: int, *, tolerant_only: bool = False
) -> EmgTable:
    """Return the table, the same for any size of the blocks and for both parsers.

    Tests set ``block_bytes`` and ``tolerant_only``; the rest is as for `read_table`.
    """
    with TableFile(path) as file:
        pieces = file.text()
        head, is_whole = _head(pieces)
        refuse_other_formats(path, head)
        layout = detect_layout(path, _whole_lines(file, head, is_whole), channels)
        labels, log = LabelCodes(), RepairLog()
        if layout.guess is not None:
            log.note_general(layout.guess)
        tolerant = TolerantParser(layout, labels, log)
        strict = None if tolerant_only else StrictParser(layout, labels)
        body = cut_into_blocks(path, chain((head[layout.body_at :],), pieces), block_bytes)
        parsed = list(_parsed(body, strict, tolerant, log, file))
        if file.damage is not None:
            log.note_general(f"{file.damage}; what came before was kept")
        assembly = TableAssembly(
            path, layout, parsed, labels, log, file.damage, channels is not None
        )
        table = assembly.assemble(file.sha256)
    for repair in table.repairs:
        _log.info("%s: repaired: %s", path, repair)
    return table


def _head(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """Return the beginning of the text, and whether it is the whole text."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= HEAD_BYTES:
            return head, False
    return head, True


def _parsed(
    blocks: Iterator[bytes],
    strict: StrictParser | None,
    tolerant: TolerantParser,
    log: RepairLog,
    file: TableFile,
) -> Iterator[ColumnBlock]:
    n_rows = 0
    for block in blocks:
        if not block.endswith(b"\n"):
            parsed = _last_row(block, n_rows, tolerant, log, is_damaged=file.damage is not None)
        else:
            parsed = (strict and strict.parse(block)) or tolerant.parse(block, n_rows)
        n_rows += parsed.n_rows
        yield parsed


def _last_row(
    line: bytes, row: int, tolerant: TolerantParser, log: RepairLog, *, is_damaged: bool
) -> ColumnBlock:
    if not is_damaged:
        return tolerant.parse_last(line, row)
    log.note(RepairKind.CUT_SHORT, None, row)
    return ColumnBlock(0)


def _whole_lines(file: TableFile, head: bytes, is_whole: bool) -> bytes:
    """Return the lines of the first 64 KiB, the same for any size of the pieces read."""
    if not head.strip():
        why = "is empty" if file.damage is None else f"holds no row, {file.damage}"
        raise TableError(f"{file.path} {why}; record again, or give a table with one row a sample")
    if is_whole and len(head) <= HEAD_BYTES:
        return head
    end = head.rfind(b"\n", 0, HEAD_BYTES) + 1
    if not end:
        raise TableError(
            f"{file.path} has a first line longer than {HEAD_BYTES:,} bytes; "
            "is this a table with one row a line?"
        )
    return head[:end]
