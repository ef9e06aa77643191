"""Assembly of a table: the parsed blocks joined, and the checks that need a whole column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.errors import TableError
from emgstream.tables.column_roles import NO_CHANNELS, Column
from emgstream.tables.emg_table import EmgTable
from emgstream.tables.table_cells import LabelCodes
from emgstream.tables.table_clock import index_by_clock
from emgstream.tables.table_columns import MISSING_WHOLE, ColumnBlock
from emgstream.tables.table_layout import TableLayout
from emgstream.tables.table_repairs import IGNORED, RepairKind, RepairLog
from emgstream.types import FloatArray, IndexArray, TimeArray

__all__ = ["TableAssembly"]


@dataclass(frozen=True, eq=False)
class TableAssembly:
    """Everything that was read of a file, and the assembly of the table from it."""

    path: Path
    """The file."""
    layout: TableLayout
    """Its layout."""
    blocks: list[ColumnBlock]
    """Its values; they are removed while the table is assembled."""
    labels: LabelCodes
    """Its labels."""
    log: RepairLog
    """The repairs so far."""
    damage: str | None
    """The reason why reading ended early; None if it did not."""
    are_channels_wanted: bool
    """True if channels were asked for by name; then each of them must hold numbers."""

    def assemble(self, sha256: str) -> EmgTable:
        """Return the table.

        Raises TableError if there is no row, if a channel that was asked for holds no numbers, or
        if no channel does.
        """
        if self._n_rows == 0:
            why = f", {self.damage}" if self.damage is not None else ""
            raise TableError(
                f"{self.path} has 0 rows below its header line{why}; "
                "record again, or give a table with one row a sample"
            )
        names, samples = self._channels()
        segments = self._whole("segment")
        codes = self._column("label")
        index, time_s = self._index(), self._time(segments)
        if index is None and time_s is not None:
            index = index_by_clock(time_s, segments)
        return EmgTable(
            path=self.path,
            channel_names=names,
            samples=samples,
            labels=codes,
            label_names=self.labels.names,
            repetitions=self._whole("repetition"),
            segments=segments,
            index=index,
            time_s=time_s,
            repairs=self.log.repairs(self._n_rows),
            sha256=sha256,
            text_columns=self._text_columns,
        )

    @property
    def _text_columns(self) -> tuple[str, ...]:
        unread = [one for one in self.layout.columns if one.role == "ignored" and one.is_text]
        return tuple(one.name for one in unread if one.name.lower() not in NO_CHANNELS)

    @property
    def _n_rows(self) -> int:
        return sum(block.n_rows for block in self.blocks)

    def _column(self, role: str) -> npt.NDArray[Any] | None:
        for place, column in enumerate(self.layout.columns):
            if column.role == role:
                return self._joined(place)
        return None

    def _joined(self, place: int) -> npt.NDArray[Any]:
        """Return one whole column and free its parts, so that memory holds one column twice."""
        return np.concatenate([block.values.pop(place) for block in self.blocks if block.n_rows])

    def _channels(self) -> tuple[tuple[str, ...], FloatArray]:
        readable = [
            (place, column)
            for place, column in enumerate(self.layout.columns)
            if column.role == "channel" and self._is_readable(place, column)
        ]
        if not readable:
            raise TableError(f"{self.path} has no numeric channel: {self._first_damage()}")
        readable.sort(key=lambda one: one[1].channel)
        samples = np.empty((self._n_rows, len(readable)), dtype=np.float32)
        for channel, (place, _) in enumerate(readable):
            samples[:, channel] = self._joined(place)
        return tuple(column.name for _, column in readable), samples

    def _is_readable(self, place: int, column: Column) -> bool:
        """Return whether a column is a channel: it has numbers, and text in half its rows at most.

        Half is a choice: beyond it, text is the rule and not the damage.
        """
        n_unreadable = self.log.count(RepairKind.UNREADABLE, column.name)
        blocks = (block for block in self.blocks if block.n_rows)
        has_numbers = any(not np.isnan(block.values[place]).all() for block in blocks)
        if has_numbers and n_unreadable <= self._n_rows / 2:
            return True
        if self.are_channels_wanted:
            raise TableError(
                f"{self.path}: column {column.name!r} is no channel: {self._first_damage(column)}"
            )
        what = f"text in {n_unreadable} of {self._n_rows} rows" if has_numbers else "no number"
        self.log.note_general(f"{what}; not taken for a channel", column.name)
        return False

    def _first_damage(self, *columns: Column) -> str:
        for column in columns or self.layout.columns:
            if first := self.log.first(RepairKind.UNREADABLE, column.name):
                return (
                    f"its first text is {first[1]} at data row {first[0]}, column "
                    f"{column.name!r}; expected numbers"
                )
        if first := self.log.first(RepairKind.MISFIT, None):
            row, counts = first
            return f"data row {row} has {counts} fields; make the header line and the rows agree"
        return "every field is empty; record again, or choose other columns"

    def _whole(self, role: str) -> IndexArray | None:
        """Return a column of whole numbers; a missing one repeats that of the row before."""
        whole = self._column(role)
        if whole is None or not self._is_mostly_present(role, whole != MISSING_WHOLE):
            return None
        is_present = whole != MISSING_WHOLE
        if not is_present.all():
            self.log.note_all(RepairKind.CARRIED, role, np.flatnonzero(~is_present).tolist())
            rows = np.where(is_present, np.arange(len(whole)), int(np.argmax(is_present)))
            whole = whole[np.maximum.accumulate(rows)]
        return whole

    def _index(self) -> IndexArray | None:
        index = self._column("index")
        if index is None or not self._is_mostly_present("index", index != MISSING_WHOLE):
            return None
        is_present = index != MISSING_WHOLE
        if not is_present.all():
            index[~is_present] = np.floor(self._interpolated("index", index, is_present))
        return index if self._increases("index", np.diff(index) > 0) else None

    def _time(self, segments: IndexArray | None) -> TimeArray | None:
        time_s = self._column("time_s")
        if time_s is None or not self._is_mostly_present("time_s", ~np.isnan(time_s)):
            return None
        is_present = ~np.isnan(time_s)
        if not is_present.all():
            time_s[~is_present] = self._interpolated("time_s", time_s, is_present)
        increases = np.diff(time_s) > 0.0
        if segments is not None:
            increases |= np.diff(segments) != 0
        return time_s if self._increases("time_s", increases) else None

    def _is_mostly_present(self, name: str, is_present: npt.NDArray[np.bool_]) -> bool:
        if is_present.sum() > len(is_present) / 2:
            return True
        self.log.note_general(f"mostly no numbers{IGNORED}", name)
        return False

    def _interpolated(
        self, name: str, values: npt.NDArray[Any], is_present: npt.NDArray[np.bool_]
    ) -> TimeArray:
        """Return values for the missing rows of a clock, interpolated linearly by row.

        Before the first and after the last known row they continue by the median step.
        """
        rows = np.flatnonzero(is_present)
        missing = np.flatnonzero(~is_present)
        self.log.note_all(RepairKind.INTERPOLATED, name, missing.tolist())
        between = np.interp(missing, rows, values[rows])
        step = np.median(np.diff(values[rows]) / np.diff(rows)) if len(rows) > 1 else 1.0
        before, after = np.minimum(missing - rows[0], 0), np.maximum(missing - rows[-1], 0)
        return np.asarray(between + step * (before + after), dtype=np.float64)

    def _increases(self, name: str, increases: npt.NDArray[np.bool_]) -> bool:
        wrong: Sequence[int] = (np.flatnonzero(~increases) + 1).tolist()
        self.log.note_all(RepairKind.NOT_INCREASING, name, wrong)
        return not wrong
