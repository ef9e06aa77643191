"""A look at a file: its columns, their roles, the open questions, and an excerpt to show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emgstream.tables.column_choice import ColumnChoice
from emgstream.tables.table_column import OWN_ROLES, ColumnQuestion, ColumnRole, TableColumn

__all__ = ["TableLook"]


@dataclass(frozen=True, eq=False)
class TableLook:
    """All that is known of a file's columns, also where questions are open."""

    path: Path
    """The file."""
    sha256: str
    """SHA-256 of the file's bytes on disk, as 64 hexadecimal digits."""
    columns: tuple[TableColumn, ...]
    """Every column with its role and the reason for it."""
    questions: tuple[ColumnQuestion, ...]
    """Open questions, those on channels first; empty if nothing is doubtful."""
    choice: ColumnChoice
    """The user's statements that were followed, now or earlier."""
    n_rows: int
    """Number of data rows."""
    rate_hz: float | None
    """Sampling rate in Hz: as stated, else by the clock; None if neither is known."""
    rate_reason: str
    """Origin of the rate in words, or the reason why there is none."""
    notes: tuple[str, ...]
    """Guesses, omissions and repairs, for people, each one line."""
    first_rows: tuple[tuple[str, ...], ...]
    """Cells of the first rows, up to 12, one text for each column."""
    excerpt: npt.NDArray[np.float64]
    """Rows from the middle of the file, shape ``(up to 2000, n_columns)``; NaN for text."""

    @property
    def is_own_form(self) -> bool:
        """True if the columns are channels and those that our own recordings have, nothing else."""
        own = [
            one.name.lower() in OWN_ROLES or one.role is ColumnRole.MARKER for one in self.columns
        ]
        channels = [one.role is ColumnRole.CHANNEL for one in self.columns]
        return any(own) and all(map(any, zip(own, channels, strict=True)))

    @property
    def is_ready(self) -> bool:
        """True if the channels are known, so that `read_table` reads the file."""
        return not any(question.is_about_channels for question in self.questions)
