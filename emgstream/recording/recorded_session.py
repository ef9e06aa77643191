"""A recorded session: its table and its sidecar, read from disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from emgstream.errors import RecordingError
from emgstream.recording.sidecar import SidecarEntries, read_sidecar, sidecar_path
from emgstream.schema import checked
from emgstream.tables import ALL_GUESSED, ColumnChoice, EmgTable, read_table
from emgstream.types import IndexArray
from emgstream.wording import command_line

__all__ = ["LabelledStretch", "RecordedSession", "read_session"]


@dataclass(frozen=True, slots=True)
class LabelledStretch:
    """Consecutive rows of one label, repetition and segment."""

    label: str
    """The label."""
    repetition: int
    """Number of the repetition; 0 if the table does not count them."""
    first_index: int
    """Sample index of the first row, from 0 at the first sample of the table."""
    end_index: int
    """Sample index behind the last row."""


@dataclass(frozen=True)
class RecordedSession:
    """A recorded session."""

    table: EmgTable
    """Its samples and labels."""
    sidecar: Mapping[str, Any]
    """The content of its sidecar."""
    rate_hz: float
    """Sampling rate in Hz: as the user states, else by the time column of the table."""

    @property
    def path(self) -> Path:
        """The path of the table."""
        return self.table.path

    @property
    def started(self) -> datetime | None:
        """Date and time of the first sample, with its UTC offset; None if not known."""
        return checked(self.sidecar, SidecarEntries).started

    @property
    def index(self) -> IndexArray:
        """Sample index of each row, from 0, ``(n_rows,)``; it jumps where samples were lost."""
        index = self.table.index
        return np.arange(self.table.n_rows) if index is None else index - index[0]

    def markers(self) -> Iterator[tuple[int, str]]:
        """Yield sample index and text of each marker, in order, as it was set."""
        noted = self.sidecar.get("markers", ())
        if len(noted) == len(self.table.markers):
            last = int(self.index[-1])
            for marker in noted:
                index = marker.get("index")
                yield (last if index is None else min(index, last)), marker["text"]
        else:  # one of the two files was changed; the table counts
            for marker in self.table.markers:
                yield int(self.index[marker.row]), marker.text

    def stretches(self) -> Iterator[LabelledStretch]:
        """Yield each stretch with a label, in order."""
        table, index = self.table, self.index
        if table.labels is None:
            return
        none = np.zeros(table.n_rows, np.int64)
        repetitions = none if table.repetitions is None else table.repetitions
        segments = none if table.segments is None else table.segments
        keys = np.column_stack([table.labels, repetitions, segments])
        starts = [0, *(np.flatnonzero(np.any(np.diff(keys, axis=0) != 0, axis=1)) + 1).tolist()]
        for start, end in zip(starts, [*starts[1:], table.n_rows], strict=True):
            if table.labels[start] >= 0:
                label = table.label_names[table.labels[start]]
                first, last = int(index[start]), int(index[end - 1])
                yield LabelledStretch(label, int(repetitions[start]), first, last + 1)


def read_session(path: Path, columns: ColumnChoice = ALL_GUESSED) -> RecordedSession:
    """Read a recorded session; ``columns`` is what the user states on its columns.

    Raises TableError if the table cannot be read, and RecordingError if the sidecar is missing or
    not that of a session, or if the table has no usable time column.
    """
    table = read_table(path, columns)
    sidecar = read_sidecar(path)
    if sidecar.get("state") == "recording":
        raise RecordingError(
            f"{path} was interrupted and not repaired; run first: "
            f"{command_line('emgstream', 'recover', path)}"
        )
    rate_hz = table.sampling_rate_hz
    if rate_hz is None:
        raise RecordingError(
            f"the time in the column time_s of {path} does not always increase; expected the clock "
            f"of a recorded session; was it changed? {sidecar_path(path)} names what it was "
            "recorded from"
        )
    return RecordedSession(table, sidecar, rate_hz)
