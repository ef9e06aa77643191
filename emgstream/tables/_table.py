"""What a table file holds, and what had to be repaired to read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emgstream.tables._holes import rate_by_clock
from emgstream.types import FloatArray, IndexArray, TimeArray

__all__ = ["IGNORED", "EmgTable", "Repair"]

IGNORED = "; column ignored"
"""How a repair ends that leaves its whole column out."""


@dataclass(frozen=True)
class Repair:
    """One kind of damage in one column, and the rows it was met in.

    >>> print(Repair("5 empty fields taken as missing", "biceps", (3, 4, 5, 6, 9)))
    biceps: 5 empty fields taken as missing (data rows 3, 4, 5, ... 9)
    """

    what: str
    """What was found, how often, and what was made of it."""
    column: str | None = None
    """The column it was found in; None where it concerns the file or whole rows."""
    rows: tuple[int, ...] = ()
    """Data rows, 0-based, in order; empty where no row can be named."""

    def __str__(self) -> str:
        where = f"{self.column}: " if self.column is not None else ""
        return f"{where}{self.what}{self._rows_for_people()}"

    def _rows_for_people(self) -> str:
        if not self.rows:
            return ""
        if len(self.rows) <= 4:
            listed = ", ".join(map(str, self.rows))
        else:
            listed = f"{', '.join(map(str, self.rows[:3]))}, ... {self.rows[-1]}"
        return f" (data row{'s' if len(self.rows) > 1 else ''} {listed})"


@dataclass(frozen=True, eq=False)
class EmgTable:
    """A recorded table, column by column; row ``i`` of every array is data row ``i`` of the file.

    Data rows are counted from 0 after the header line; blank and comment lines are not counted.
    """

    path: Path
    """The file that was read."""
    channel_names: tuple[str, ...]
    """One name a channel, in the order of the columns of ``samples``."""
    samples: FloatArray
    """Shape ``(n_rows, n_channels)``, in the file's unit; NaN where a value is missing."""
    labels: npt.NDArray[np.int32] | None
    """Place in ``label_names``, shape ``(n_rows,)``, -1 where the label is empty; None without a
    label column."""
    label_names: tuple[str, ...]
    """The labels, in the order they first appear."""
    repetitions: IndexArray | None
    """Number of the held movement, shape ``(n_rows,)``; None without such a column."""
    segments: IndexArray | None
    """Number of the unbroken stretch of time, shape ``(n_rows,)``; None without such a column."""
    index: IndexArray | None
    """Absolute sample index, strictly increasing, shape ``(n_rows,)``: as recorded, or, where time
    shows that samples are lost, as time tells it. None without either."""
    time_s: TimeArray | None
    """Time as recorded, strictly increasing within a segment, shape ``(n_rows,)``; None without."""
    repairs: tuple[Repair, ...]
    """What had to be repaired, in the order it was met; empty for a clean file."""
    sha256: str
    """Hash of the file's bytes as they are on disk, as 64 hexadecimal digits."""
    text_columns: tuple[str, ...] = ()
    """Names of columns of text that were not read: one may be what should be called ``label``."""

    @property
    def n_rows(self) -> int:
        """Number of data rows."""
        return len(self.samples)

    @property
    def sampling_rate_hz(self) -> float | None:
        """Samples a second, from the file's own clock; None without a time column.

        Counted over all steps that stay within a segment: index steps (rows, where no index is
        known) over seconds. Neither a lost sample nor a pause slows the rate down.
        """
        if self.time_s is None:
            return None
        return rate_by_clock(self.time_s, self.index, self.segments)

    @property
    def why_no_time(self) -> str:
        """Why there is no time, to be read after the file's name; empty where there is."""
        if self.time_s is not None:
            return ""
        for repair in self.repairs:
            if repair.column == "time_s" and repair.what.endswith(IGNORED):
                told = replace(repair, what=repair.what.removesuffix(IGNORED), column=None)
                return f"has a time_s column with {told}"
        return "has no time_s column"

    def label_names_by_row(self) -> npt.NDArray[np.str_]:
        """Return the label of every row as text, shape ``(n_rows,)``; empty where there is none."""
        if self.labels is None:
            return np.zeros(self.n_rows, dtype=np.str_)
        return np.array((*self.label_names, ""))[self.labels]

    def movement_numbers(self) -> IndexArray:
        """Return the number of the held movement of each row, from 0 on in the order of time.

        As the recording counts them; where it does not, each unbroken run of one label is one.
        Lost samples do not end a movement. Shape ``(n_rows,)``; rows without a label are numbered
        as if that were a label.
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
    """Give runs of the same key, shape ``(n_rows, n_keys)``, one number, in the order of time."""
    starts = np.flatnonzero(np.diff(runs, prepend=-1))
    _, first, places = np.unique(keys[starts], axis=0, return_index=True, return_inverse=True)
    in_order_of_time: IndexArray = np.argsort(np.argsort(first))[places]
    return in_order_of_time[runs]
