"""Reading a table: the fast path where a block is clean, the tolerant one where it is not."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from emgstream.errors import TableError
from emgstream.logs import get_logger
from emgstream.tables._blocks import Block, cut_into_blocks
from emgstream.tables._fields import LabelBook
from emgstream.tables._file import TableFile
from emgstream.tables._finish import TableParts
from emgstream.tables._foreign import refuse_foreign
from emgstream.tables._layout import HEAD_BYTES, read_layout
from emgstream.tables._repairs import RepairKind, RepairLog
from emgstream.tables._strict import StrictParser
from emgstream.tables._table import EmgTable
from emgstream.tables._tolerant import TolerantParser

__all__ = ["read_table", "read_table_in_blocks"]

_log = get_logger(__name__)

_BLOCK_BYTES = 1 << 18


def read_table(path: str | os.PathLike[str], channels: Sequence[str] | None = None) -> EmgTable:
    """Return the table in a CSV file, plain or gzipped.

    Parameters
    ----------
    path
        The file. Fields may be separated by commas, semicolons or tabs and be quoted; a decimal
        comma is understood where the separator is another; text may be UTF-8, UTF-16 or Latin-1.
        Lines that open with ``#`` are comments.
    channels
        The channels to read, in this order, as the header line names them (whatever their case,
        where that is unambiguous). By default every numeric column that is not known to be
        something else: ``label``, ``repetition``, ``segment``, ``index`` and ``time_s`` in any
        case, a column without a name, and clocks and counters such as ``time``, ``timestamp``,
        ``sample`` or ``subject``. A file without header line has ``channel_1``, ``channel_2``,
        ..., and, where one column is text, ``label``.

    Returns
    -------
    EmgTable
        Its values, and in ``repairs`` what had to be repaired. A field that is empty or no number
        is NaN; a row with too many or too few fields keeps its place and is missing as a whole;
        a last line that was cut short is dropped. Clocks that do not increase are ignored.
        Where time jumps for good and there is no index column, the index is as time tells it.

    Raises
    ------
    TableError
        For what cannot be read: no such file, a folder, another kind of file, no row, no numeric
        channel, two columns of one name, a wanted channel that is not there (NoSuchColumnError).
    """
    return read_table_in_blocks(Path(path), channels, _BLOCK_BYTES)


def read_table_in_blocks(
    path: Path, channels: Sequence[str] | None, block_bytes: int, *, tolerant_only: bool = False
) -> EmgTable:
    """Return the table, the same whatever the size of the blocks and the path they take."""
    with TableFile(path) as file:
        pieces = file.text()
        head, is_whole = _head(pieces)
        refuse_foreign(path, head)
        layout = read_layout(path, _whole_lines(file, head, is_whole), channels)
        labels, log = LabelBook(), RepairLog()
        if layout.guess is not None:
            log.note_general(layout.guess)
        tolerant = TolerantParser(layout, labels, log)
        strict = None if tolerant_only else StrictParser(layout, labels)
        body = cut_into_blocks(path, chain((head[layout.body_at :],), pieces), block_bytes)
        parsed = list(_parsed(body, strict, tolerant, log, file))
        if file.damage is not None:
            log.note_general(f"{file.damage}; what came before was kept")
        parts = TableParts(path, layout, parsed, labels, log, file.damage, channels is not None)
        table = parts.table(file.sha256)
    for repair in table.repairs:
        _log.info("%s: repaired: %s", path, repair)
    return table


def _head(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """Return the beginning of the text, and whether that is all."""
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
) -> Iterator[Block]:
    n_rows = 0
    for block in blocks:
        if not block.endswith(b"\n"):
            parsed = _last(block, n_rows, tolerant, log, is_damaged=file.damage is not None)
        else:
            parsed = (strict and strict.parse(block)) or tolerant.parse(block, n_rows)
        n_rows += parsed.n_rows
        yield parsed


def _last(
    line: bytes, row: int, tolerant: TolerantParser, log: RepairLog, *, is_damaged: bool
) -> Block:
    if not is_damaged:
        return tolerant.parse_last(line, row)
    log.note(RepairKind.CUT_SHORT, None, row)
    return Block(0)


def _whole_lines(file: TableFile, head: bytes, is_whole: bool) -> bytes:
    """Return the lines of the first 64 KiB, the same whatever the pieces it came in."""
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
