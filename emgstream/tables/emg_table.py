"""One recording as a table: samples, labels, repetitions, segments, sample index and time."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emgstream.tables.column_choice import ALL_GUESSED, ColumnChoice
from emgstream.tables.table_clock import rate_by_clock
from emgstream.tables.table_column import ColumnQuestion, ColumnRole, TableColumn
from emgstream.tables.table_repairs import IGNORED, Repair
from emgstream.types import FloatArray, IndexArray, TimeArray

__all__ = ["EmgTable", "TableMarker"]


@dataclass(frozen=True, slots=True)
class TableMarker:
    """One marker of a recording."""

    row: int
    """Its row."""
    text: str
    """Its text, as it is in the table."""


@dataclass(frozen=True, eq=False)
class EmgTable:
    """One recording, column by column; row ``i`` of every array is data row ``i`` of the file.

    Data rows are counted from 0 after the header line; blank and comment lines are not counted.
    """

    path: Path
    """The file that was read."""
    channel_names: tuple[str, ...]
    """Name of each channel, in the order of the columns of ``samples``."""
    samples: FloatArray
    """Shape ``(n_rows, n_channels)``, in the file's unit; NaN for a missing value."""
    labels: npt.NDArray[np.int32] | None
    """Place in ``label_names``, shape ``(n_rows,)``, -1 for an empty label; None without a label
    column."""
    label_names: tuple[str, ...]
    """The labels, in the order in which they first appear."""
    repetitions: IndexArray | None
    """Number of the repetition, shape ``(n_rows,)``; None without such a column."""
    segments: IndexArray | None
    """Number of the stretch of continuous time, shape ``(n_rows,)``; None without such a column."""
    index: IndexArray | None
    """Absolute sample index, strictly increasing, shape ``(n_rows,)``: as recorded, else computed
    from the time stamps if they show lost samples, else None."""
    time_s: TimeArray | None
    """Recorded time in seconds, strictly increasing within a segment, shape ``(n_rows,)``; None
    without such a column."""
    repairs: tuple[Repair, ...]
    """All repairs: those of the whole file first, then by row; empty for a clean file."""
    sha256: str
    """SHA-256 of the file's bytes on disk, as 64 hexadecimal digits."""
    text_columns: tuple[str, ...] = ()
    """Names of the text columns that were not read; one may hold labels under another name."""

    columns: tuple[TableColumn, ...] = ()
    """Every column of the file with its role and the reason for it."""
    questions: tuple[ColumnQuestion, ...] = ()
    """Questions on the label or the clock that the file leaves open; never on a channel."""
    stated_rate_hz: float | None = None
    """Sampling rate in Hz that the user or the file states; None if nobody does."""
    rate_reason: str = ""
    """Origin of the stated rate, in words."""
    choice: ColumnChoice = ALL_GUESSED
    """The user's statements that were followed, now or earlier."""
    notes: tuple[str, ...] = ()
    """Guesses and omissions, for people, each one line."""
    markers: tuple[TableMarker, ...] = ()
    """The markers of a recording of our own, by row; consecutive rows of one text are one."""

    @property
    def n_rows(self) -> int:
        """Number of data rows."""
        return len(self.samples)

    @property
    def sampling_rate_hz(self) -> float | None:
        """Samples per second: as the user states, else as the file states, else by its clock.

        A clock that is more than 5 % off the rate that the file states is believed instead; 5 % is
        a choice, ten times the error of a board's resonator. None if nothing tells the rate.
        """
        stated, by_clock = self.stated_rate_hz, self.clock_rate_hz
        if stated is None or (self.choice.rate_hz is None and self.is_rate_doubtful):
            return by_clock
        return stated

    @property
    def clock_rate_hz(self) -> float | None:
        """Samples per second by the file's time stamps; None without a time column.

        Counted over all steps within segments: index steps (rows, if there is no index) divided by
        seconds. Lost samples and pauses do not lower the rate.
        """
        if self.time_s is None:
            return None
        return rate_by_clock(self.time_s, self.index, self.segments)

    @property
    def is_rate_doubtful(self) -> bool:
        """True if the clock is more than 5 % off the rate that the file states."""
        stated, by_clock = self.stated_rate_hz, self.clock_rate_hz
        return stated is not None and by_clock is not None and abs(by_clock / stated - 1.0) > 0.05

    @property
    def rate_words(self) -> str:
        """Origin of the sampling rate in words, or the reason why there is none."""
        rate_hz = self.sampling_rate_hz
        if rate_hz is None:
            return f"{self.path.name} {self.why_no_time}; give --rate HZ"
        if self.choice.rate_hz is not None:
            return "stated by the user"
        if self.stated_rate_hz == rate_hz:
            return f"stated by {self.rate_reason}"
        clock = next((one for one in self.columns if one.role is ColumnRole.TIME), None)
        by = "by its time stamps"
        if clock is not None:
            by = f"by the clock in column {clock.place + 1} {clock.name!r}"
        off = f"; {self.rate_reason} says {self.stated_rate_hz:.6g} Hz" if self.rate_reason else ""
        return by + off

    @property
    def remarks(self) -> tuple[str, ...]:
        """Repairs, guesses and open questions, for people, each one line."""
        asked = (
            f"{one.words} Add {shlex.join(one.options)} if that is right." for one in self.questions
        )
        return (*map(str, self.repairs), *self.notes, *asked)

    @property
    def why_no_time(self) -> str:
        """Reason why there is no time, to follow the file's name; empty if there is time."""
        if self.time_s is not None:
            return ""
        for repair in self.repairs:
            if repair.column == "time_s" and repair.what.endswith(IGNORED):
                reason = replace(repair, what=repair.what.removesuffix(IGNORED), column=None)
                return f"has a time_s column with {reason}"
        return "has no clock"

    def label_names_by_row(self) -> npt.NDArray[np.str_]:
        """Return the label of every row as text, shape ``(n_rows,)``; empty for no label."""
        if self.labels is None:
            return np.zeros(self.n_rows, dtype=np.str_)
        return np.array((*self.label_names, ""))[self.labels]

    def movement_numbers(self) -> IndexArray:
        """Return the number of each row's held movement, from 0 in order of time, ``(n_rows,)``.

        A movement is one repetition as the recording counts them; without such a column it is an
        unbroken run of one label. Lost samples do not end a movement. Rows without a label are
        numbered as if they had a label of their own.
        """
        labels = np.full(self.n_rows, -1) if self.labels is None else self.labels
        segments = np.zeros(self.n_rows, np.int64) if self.segments is None else self.segments
        keys = [segments, labels]
        if self.repetitions is not None:
            keys.append(self.repetitions)
        changes = np.any([np.diff(key) != 0 for key in keys], axis=0)
        runs: IndexArray = np.concatenate(([0], np.cumsum(changes)))
        return runs if self.repetitions is None else _joined(runs, np.column_stack(keys))


def _joined(runs: IndexArray, keys: npt.NDArray[np.int64]) -> IndexArray:
    """Return run numbers with one number for all runs of the same row of ``keys``, by time."""
    starts = np.flatnonzero(np.diff(runs, prepend=-1))
    _, first, places = np.unique(keys[starts], axis=0, return_index=True, return_inverse=True)
    in_order_of_time: IndexArray = np.argsort(np.argsort(first))[places]
    return in_order_of_time[runs]
