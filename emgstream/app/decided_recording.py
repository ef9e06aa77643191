"""Reading of a recording of which the channels, the label and the clock must be known."""

from __future__ import annotations

from pathlib import Path

from emgstream.errors import StreamMismatchError
from emgstream.manifest import Manifest
from emgstream.opening import read_recording, refuse_open_questions
from emgstream.tables import ALL_GUESSED, ColumnChoice, EmgTable, look_at_table
from emgstream.tables.table_reader import undecided

__all__ = ["read_decided"]


def read_decided(
    path: Path, manifest: Manifest | None, columns: ColumnChoice = ALL_GUESSED
) -> EmgTable:
    """Return a recording as `read_recording` does, if no question on its columns is open.

    Raises
    ------
    UndecidedColumnsError
        A question is open; it comes first, as a model fits only columns that are known.
    StreamMismatchError, TableError, UsageError
        As `read_recording` does.
    """
    try:
        table = read_recording(path, manifest, columns)
    except StreamMismatchError:
        look = look_at_table(path, columns)
        if look.questions:
            has_rate = look.rate_hz is not None
            raise undecided(path, look.questions, look.choice, has_rate=has_rate) from None
        raise
    refuse_open_questions(table)
    return table
