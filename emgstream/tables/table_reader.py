"""Reading a recording: the steps of this package in their order, from a file to a table."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emgstream.errors import TableError, UndecidedColumnsError
from emgstream.logs import get_logger
from emgstream.tables.column_choice import ALL_GUESSED, ColumnChoice
from emgstream.tables.column_questions import apply_choice, open_questions
from emgstream.tables.column_roles import guess_roles
from emgstream.tables.emg_table import EmgTable
from emgstream.tables.formats import read_format
from emgstream.tables.memory_need import refuse_what_does_not_fit
from emgstream.tables.raw_columns import MISSING_WHOLE, RawColumn, RawRecording
from emgstream.tables.session_rate import with_session_facts
from emgstream.tables.settled_columns import with_settled
from emgstream.tables.table_assembly import TableAssembly, first_damage
from emgstream.tables.table_cells import text_of_cell
from emgstream.tables.table_column import ColumnQuestion, ColumnRole, TableColumn
from emgstream.tables.table_look import TableLook
from emgstream.tables.table_repairs import RepairLog
from emgstream.tables.text_table import read_text_table, refuse_too_many_columns
from emgstream.wording import number_in_words

__all__ = ["look_at_table", "read_table", "read_table_in_blocks", "undecided"]

_log = get_logger(__name__)

_BLOCK_BYTES = 1 << 18
"""Bytes of lines parsed at once. A choice: some 10,000 rows, so that memory stays bounded and one
damaged row sends few clean ones to the slow parser."""
_ROWS_SHOWN = 12
"""First rows in a look: a choice, one screen."""
_ROWS_PLOTTED = 2000
"""Rows in the excerpt of a look: a choice, a second or two of a signal."""


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
    read = _read(Path(path), choice, _BLOCK_BYTES)
    excerpt = _excerpt(read.raw)
    table = read.with_note(read.assembly().assemble(needs_channels=False))
    return TableLook(
        path=read.path,
        sha256=table.sha256,
        columns=read.columns,
        questions=read.questions,
        choice=read.choice,
        n_rows=table.n_rows,
        rate_hz=table.sampling_rate_hz,
        rate_reason=table.rate_words,
        notes=(*table.notes, *map(str, table.repairs)),
        first_rows=read.first_rows,
        excerpt=excerpt,
    )


def read_table(path: str | os.PathLike[str], choice: ColumnChoice = ALL_GUESSED) -> EmgTable:
    """Return the recording in a file: CSV and other text, EDF, BDF, XDF, MATLAB or numpy.

    Parameters
    ----------
    path
        The file. Fields of a text may be separated by commas, semicolons, tabs, bars or blanks and
        be quoted; a decimal comma is possible unless the separator is a comma; text may be UTF-8,
        UTF-16 or Latin-1. Lines that begin with ``#``, ``%`` or ``//`` are comments; a preamble, a
        line of units and the time stamps of a serial monitor are understood.
    choice
        What the user states about the columns; the rest is guessed from names and values, see
        `emgstream.tables.column_roles`. Channels are taken in the given order. A choice that was
        settled for this file before completes it.

    Returns
    -------
    EmgTable
        The values, and in ``repairs`` every repair. A field that is empty or no number is NaN; a
        row with too many or too few fields keeps its place and is missing as a whole; a last line
        that was cut short is dropped. Clocks that do not increase are ignored. Without a counter,
        the index is computed from the time stamps if they show lost samples.

    Raises
    ------
    TableError
        If the file does not exist, is a folder or has another format; if it has no row, no numeric
        channel, or lacks a wanted column (`NoSuchColumnError`); if only the user can tell the
        channels (`UndecidedColumnsError`).
    """
    return read_table_in_blocks(Path(path), choice, _BLOCK_BYTES)


def read_table_in_blocks(
    path: Path, choice: ColumnChoice, block_bytes: int, *, tolerant_only: bool = False
) -> EmgTable:
    """Return the table, the same for any size of the blocks and for both parsers.

    Tests set ``block_bytes`` and ``tolerant_only``; the rest is as for `read_table`.
    """
    read = _read(path, choice, block_bytes, tolerant_only=tolerant_only)
    if any(question.is_about_channels for question in read.questions):
        has_rate = read.raw.rate_hz or any(one.role is ColumnRole.TIME for one in read.columns)
        raise undecided(path, read.questions, read.choice, has_rate=bool(has_rate))
    table = read.with_note(read.assembly().assemble())
    for repair in table.repairs:
        _log.info("%s: repaired: %s", path, repair)
    for note in table.notes:
        _log.info("%s: %s", path, note)
    return table


_MOST_NAMED = 20
"""Columns that a note names at most: a choice, as many as `inspect` lists."""
_NAMED = (ColumnRole.CHANNEL, ColumnRole.LABEL)


def undecided(
    path: Path, questions: Sequence[ColumnQuestion], choice: ColumnChoice, *, has_rate: bool
) -> UndecidedColumnsError:
    """Return the error that asks open questions, with the options that answer all of them."""
    arguments: list[str] = []
    for question in questions:  # those on channels first: a channel is not the label, too
        channels = [word for text in arguments for word in text.split(",")]
        if not any(word in channels for word in question.options):
            arguments += question.options
    return UndecidedColumnsError(
        path,
        [one.text for one in questions],
        arguments,
        choice.arguments(),
        has_rate or choice.rate_hz is not None or "--time" in arguments,
        [one.alternatives for one in questions],
    )


@dataclass(eq=False)
class _ReadFile:
    """A file as columns with roles, before they become a table."""

    path: Path
    raw: RawRecording
    log: RepairLog
    has_header: bool
    choice: ColumnChoice
    first_rows: tuple[tuple[str, ...], ...]
    first_texts: tuple[str | None, ...]
    note: str
    columns: tuple[TableColumn, ...] = ()
    questions: tuple[ColumnQuestion, ...] = ()

    def decide(self) -> None:
        """Guess the roles, follow the choice, and find the questions that stay open."""
        guessed = guess_roles(self.raw, self.has_header)
        self.columns = apply_choice(self.path, guessed, self.choice)
        self._refuse_texts()
        self.questions = open_questions(self.columns, self.choice, self.has_header)
        if not self.has_header:
            named = [one.name if one.role in _NAMED else "(ignored)" for one in self.columns]
            more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
            note = f"no header line; the columns are named {', '.join(named[:_MOST_NAMED])}{more}"
            self.log.note_first(note)

    def with_note(self, table: EmgTable) -> EmgTable:
        """Return a table with the note on what was settled before, if there is one."""
        return replace(table, notes=(self.note, *table.notes)) if self.note else table

    def _refuse_texts(self) -> None:
        """Raise TableError for a channel that was named and holds no numbers."""
        for column in self.columns:
            raw = self.raw.columns[column.place]
            is_read = raw.texts is None and len(raw.values) == self.raw.n_rows
            if is_read or column.role is not ColumnRole.CHANNEL or self.choice.channels is None:
                continue
            text = self.first_texts[column.place]
            if text is not None:
                raise TableError(
                    f"{self.path}: column {column.name!r} is not numeric: it has {text!r} at its "
                    "first data row; choose another channel"
                )
            raise TableError(
                f"{self.path}: column {column.name!r} is not a channel: "
                f"{first_damage(self.log, [column.name])}"
            )

    def assembly(self) -> TableAssembly:
        """Return the assembly of the table; the columns are not kept here any longer."""
        raw, self.raw = self.raw, replace(self.raw, columns=())
        return TableAssembly(
            self.path, raw, self.log, self.columns, self.questions, self.choice, self.first_texts
        )


def _read(
    path: Path, choice: ColumnChoice, block_bytes: int, *, tolerant_only: bool = False
) -> _ReadFile:
    refuse_what_does_not_fit(path)
    choice, note = with_settled(path, choice)
    raw = read_format(path)
    if raw is not None:
        read = _of_format(path, raw, choice, note)
    else:
        text = read_text_table(path, choice, block_bytes, tolerant_only=tolerant_only)
        read = _ReadFile(
            path=path,
            raw=with_session_facts(path, text.raw),
            log=text.log,
            has_header=text.layout.has_header,
            choice=choice,
            first_rows=tuple(
                tuple(map(text_of_cell, row)) for row in text.layout.rows[:_ROWS_SHOWN]
            ),
            first_texts=text.first_texts,
            note=note,
        )
    read.decide()
    return read


def _of_format(path: Path, raw: RawRecording, choice: ColumnChoice, note: str) -> _ReadFile:
    """Return a file that is not text, before its roles are decided."""
    refuse_too_many_columns(path, len(raw.columns))
    cells = [_first_cells(column) for column in raw.columns]
    return _ReadFile(
        path=path,
        raw=raw,
        log=RepairLog(),
        has_header=any(column.name for column in raw.columns),
        choice=choice,
        first_rows=tuple(zip(*cells, strict=True)),
        first_texts=tuple(one.texts[0] if one.texts else None for one in raw.columns),
        note=note,
    )


def _first_cells(column: RawColumn) -> list[str]:
    """Return the first values of a column as texts."""
    values = column.values[:_ROWS_SHOWN].tolist()
    if column.texts is not None:
        return [column.texts[value] if value >= 0 else "" for value in values]
    return [
        "" if value == MISSING_WHOLE or math.isnan(value) else number_in_words(value)
        for value in values
    ]


def _excerpt(raw: RawRecording) -> npt.NDArray[np.float64]:
    """Return rows from the middle, shape ``(n, n_columns)``; NaN where there are no numbers."""
    first = max((raw.n_rows - _ROWS_PLOTTED) // 2, 0)
    rows = slice(first, first + _ROWS_PLOTTED)
    n_rows = min(raw.n_rows, _ROWS_PLOTTED)
    excerpt = np.full((n_rows, len(raw.columns)), np.nan)
    for place, column in enumerate(raw.columns):
        if len(column.values) == raw.n_rows and column.texts is None:
            excerpt[:, place] = column.values[rows]
    return excerpt
