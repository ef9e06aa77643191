"""Reading of a recording whose columns must be decided: the channels, the label and the clock."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from emgstream.errors import StreamMismatchError, UndecidedColumnsError
from emgstream.manifest import Manifest
from emgstream.opening import read_recording
from emgstream.tables import ColumnQuestion, EmgTable, look_at_table

__all__ = ["check_decided", "read_decided"]


def read_decided(
    path: Path, manifest: Manifest | None, channels: tuple[str, ...] | None = None
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
        table = read_recording(path, manifest, channels)
    except StreamMismatchError:
        if channels is None:
            check_decided(path, look_at_table(path).questions)
        raise
    check_decided(path, table.questions)
    return table


def check_decided(path: Path, questions: Sequence[ColumnQuestion]) -> None:
    """Raise UndecidedColumnsError if a question on the columns of a file is open."""
    if questions:
        arguments = tuple(chain.from_iterable(question.options for question in questions))
        raise UndecidedColumnsError(path, [question.text for question in questions], arguments)
