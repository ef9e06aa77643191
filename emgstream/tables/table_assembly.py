"""Assembly of a table: columns with roles to samples, labels, index and time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.errors import TableError
from emgstream.tables.clock_column import even_bursts, seconds_of_clock
from emgstream.tables.column_behaviour import MOST_RESTARTS, RESTART_STEPS
from emgstream.tables.column_choice import HIGHEST_HZ, ColumnChoice, place_of_column
from emgstream.tables.column_questions import unlabelled_value
from emgstream.tables.emg_table import EmgTable, TableMarker
from emgstream.tables.raw_columns import MISSING_WHOLE, RawColumn, RawRecording
from emgstream.tables.sample_counter import counter_note, index_of_counter
from emgstream.tables.table_cells import LARGEST_SAMPLE, says_no_label
from emgstream.tables.table_clock import index_by_clock
from emgstream.tables.table_column import (
    OWN_ROLES,
    Certainty,
    ColumnQuestion,
    ColumnRole,
    TableColumn,
)
from emgstream.tables.table_repairs import IGNORED, RepairKind, RepairLog
from emgstream.types import FloatArray, IndexArray, TimeArray
from emgstream.wording import counted, number_in_words, rounded_in_words

__all__ = ["TableAssembly", "first_damage", "label_of_name"]

_DAMAGE = (RepairKind.UNREADABLE, RepairKind.EMPTY, RepairKind.SAYS_MISSING)
_LONGEST_S = 1e19
"""Largest time in seconds. A choice: a UNIX time in nanoseconds that is taken for seconds has
1.8e18, and is told; a stamp beyond it is damaged."""
_MOST_LISTED = 8
"""Columns that a note lists by name: a choice, one line."""


class TableAssembly:
    """Everything that was read of a file, and the assembly of the table from it.

    Parameters
    ----------
    path
        The file.
    raw
        Its columns. Each is given up once it is in the table, so that memory holds few twice.
    log
        The repairs so far.
    columns
        The roles.
    questions
        The open questions.
    choice
        The user's statements.
    first_texts
        The first text of each column that begins with no number.
    """

    def __init__(
        self,
        path: Path,
        raw: RawRecording,
        log: RepairLog,
        columns: Sequence[TableColumn],
        questions: Sequence[ColumnQuestion],
        choice: ColumnChoice,
        first_texts: Sequence[str | None],
    ) -> None:
        self._path = path
        self._first_texts = first_texts
        self._raw = replace(raw, columns=())  # else it would keep what is given up
        self._arrays: list[RawColumn | None] = list(raw.columns)
        self._log = log
        self._columns = tuple(columns)
        self._questions = tuple(questions)
        self._choice = choice
        self._notes: list[str] = list(raw.notes)
        self._restarts: IndexArray | None = None

    def assemble(self, *, needs_channels: bool = True) -> EmgTable:
        """Return the table.

        Raises TableError if no channel holds numbers, unless it needs none, as for a look.
        """
        raw = self._raw
        names, samples = self._channels(raw.n_rows, needs_channels)
        segments = self._whole(ColumnRole.SEGMENT)
        codes, label_names = self._labels(raw.n_rows)
        time_s = self._time(segments)
        segments = segments if self._restarts is None else self._restarts
        index = self._index(time_s)
        if index is None and time_s is not None:
            index = index_by_clock(time_s, segments)
        self._note_roles()
        return EmgTable(
            path=self._path,
            channel_names=names,
            samples=samples,
            labels=codes,
            label_names=label_names,
            repetitions=self._repetitions(codes),
            segments=segments,
            index=index,
            time_s=time_s,
            repairs=self._repairs(raw.n_rows),
            sha256=raw.sha256,
            text_columns=self._text_columns(),
            columns=self._columns,
            questions=self._questions,
            stated_rate_hz=self._choice.rate_hz or raw.rate_hz,
            rate_reason=raw.rate_reason,
            choice=self._choice,
            notes=tuple(self._notes),
            markers=tuple(self._markers()),
        )

    def _repairs(self, n_rows: int) -> tuple[Any, ...]:
        """Return the repairs but for those of columns that are not used."""
        unused = {one.name for one in self._columns if one.role is ColumnRole.IGNORED}
        return tuple(
            repair
            for repair in self._log.repairs(n_rows)
            if repair.column not in unused or not repair.rows
        )

    def _text_columns(self) -> tuple[str, ...]:
        return tuple(
            one.name
            for one in self._columns
            if one.role is ColumnRole.IGNORED and self._holds_text(one.place)
        )

    def _holds_text(self, place: int) -> bool:
        raw = self._arrays[place]
        return raw is not None and bool(raw.texts)

    def _of(self, role: ColumnRole) -> TableColumn | None:
        return next((one for one in self._columns if one.role is role), None)

    def _taken(self, column: TableColumn) -> RawColumn:
        """Return a column and give it up."""
        raw, self._arrays[column.place] = self._arrays[column.place], None
        assert raw is not None, "each column has one role"
        return raw

    def _channels(self, n_rows: int, is_needed: bool) -> tuple[tuple[str, ...], FloatArray]:
        channels = [one for one in self._columns if one.role is ColumnRole.CHANNEL]
        channels = [one for one in channels if len(self._values(one)) == n_rows]
        if self._choice.channels is not None:
            channels = self._in_order(channels, self._choice.channels)
        if not channels and is_needed:
            raise TableError(f"{self._path} has no numeric channel{self._why_no_channel()}")
        samples = np.empty((n_rows, len(channels)), dtype=np.float32)
        for channel, column in enumerate(channels):
            samples[:, channel] = self._in_range(column.name, self._taken(column).values)
        return self._channel_names(channels), samples

    def _in_range(self, name: str, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values that single precision can hold; a larger one is missing, and told."""
        if values.dtype == np.float32:
            return values
        beyond = np.abs(values) > LARGEST_SAMPLE
        if not beyond.any():
            return values
        self._log.note_all(RepairKind.OUT_OF_RANGE, name, np.flatnonzero(beyond).tolist())
        return np.where(beyond, np.nan, values)

    def _values(self, column: TableColumn) -> npt.NDArray[Any]:
        raw = self._arrays[column.place]
        assert raw is not None, "not taken yet"
        return raw.values

    def _in_order(
        self, channels: Sequence[TableColumn], wanted: Sequence[str]
    ) -> list[TableColumn]:
        names = [one.name for one in self._columns]
        places = [place_of_column(names, name) for name in wanted]
        by_place = {one.place: one for one in channels}
        return [by_place[place] for place in places if place in by_place]

    def _channel_names(self, channels: Sequence[TableColumn]) -> tuple[str, ...]:
        """Return the names in the header; as they were asked for, if that is by name."""
        wanted = self._choice.channels
        names = [one.name for one in channels]
        if wanted is not None and len(wanted) == len(names):
            names = [
                ask if ask.strip().lower() == name.lower() else name
                for ask, name in zip(wanted, names, strict=True)
            ]
        return tuple(names)

    def _why_no_channel(self) -> str:
        unread = [one for one in self._columns if one.role is ColumnRole.IGNORED]
        for column, text in ((one, self._first_texts[one.place]) for one in unread):
            if text is not None and column.name.lower() not in OWN_ROLES:
                return (
                    f": column {column.name!r} holds {text!r} at its first data row; expected "
                    "numbers, with commas, semicolons or tabs between them"
                )
        has_damage = any(self._log.first(kind, one.name) for one in unread for kind in _DAMAGE)
        if has_damage or self._log.first(RepairKind.MISFIT, None) or self._has_empty(unread):
            return f": {first_damage(self._log, [one.name for one in unread])}"
        listed = ", ".join(one.name for one in self._columns[:_MOST_LISTED])
        return f", only {listed}; add one column per channel, or name the channels with --channels"

    def _has_empty(self, columns: Sequence[TableColumn]) -> bool:
        return any(one.reason == "has no value" for one in columns)

    def _labels(self, n_rows: int) -> tuple[npt.NDArray[np.int32] | None, tuple[str, ...]]:
        if self._choice.label_from_name:
            return np.zeros(n_rows, np.int32), (self._label_of_name(),)
        column = self._of(ColumnRole.LABEL)
        if column is None:
            return None, ()
        raw = self._taken(column)
        codes, names = raw.values, raw.texts
        if names is None:
            codes, names = _texts_of_numbers(raw.values)
        left_out = self._unlabelled(names, codes)
        if not left_out:
            return codes.astype(np.int32, copy=False), names
        kept = [name for name in names if name not in left_out]
        places = [kept.index(name) if name in kept else -1 for name in names]
        return np.array([*places, -1], np.int32)[codes], tuple(kept)

    def _label_of_name(self) -> str:
        label = label_of_name(self._path)
        if says_no_label(label):
            raise TableError(
                f"{self._path}: its name, {label!r}, says that a label is missing; expected the "
                "movement; rename the file"
            )
        return label

    def _unlabelled(self, names: tuple[str, ...], codes: npt.NDArray[Any]) -> set[str]:
        """Return the labels that stand for none: the value stated, and words for a missing one."""
        stated = unlabelled_value(self._columns, self._choice)
        left_out = {name for name in names if stated is not None and _is_value(name, stated)}
        if stated is not None and not left_out and not says_no_label(stated):
            self._notes.append(f"no row has the value {stated!r} in the label column")
        for place, name in enumerate(names):
            if says_no_label(name) and name not in left_out:
                n_rows = int(np.count_nonzero(codes == place))
                self._notes.append(
                    f"{counted(n_rows, 'row')} of label {name!r} taken as without a label; if that "
                    "is a movement, give it another name"
                )
                left_out.add(name)
        return left_out

    def _markers(self) -> Iterator[TableMarker]:
        """Yield the markers by row."""
        column = self._of(ColumnRole.MARKER)
        raw = None if column is None else self._taken(column)
        if raw is None or raw.texts is None:
            return
        begins = np.diff(raw.values, prepend=-1) != 0
        for row in np.flatnonzero(begins & (raw.values >= 0)).tolist():
            yield TableMarker(row, raw.texts[raw.values[row]])

    def _repetitions(self, codes: npt.NDArray[np.int32] | None) -> IndexArray | None:
        """Return the repetition of each row; runs of 0 count as repetitions, too, if not our own.

        Other programs number the repetitions of movements from 1 and leave 0 for all rest, so that
        rest would be one movement over the whole file.
        """
        column = self._of(ColumnRole.REPETITION)
        whole = self._whole(ColumnRole.REPETITION)
        if whole is None or column is None or codes is None:
            return whole
        if column.name.lower() in OWN_ROLES and not self._is_foreign:
            return whole
        begins = np.concatenate(([True], (np.diff(whole) != 0) | (np.diff(codes) != 0)))
        run: IndexArray = np.cumsum(begins & (whole <= 0))
        return np.where(whole <= 0, np.negative(run), whole)

    @property
    def _is_foreign(self) -> bool:
        """True if the label is not in a column that has the name of our own recordings."""
        label = self._of(ColumnRole.LABEL)
        return label is not None and label.name.lower() != "label"

    def _whole(self, role: ColumnRole) -> IndexArray | None:
        """Return a column of whole numbers; a missing one repeats that of the row before."""
        column = self._of(role)
        if column is None:
            return None
        whole = _as_whole(self._taken(column))
        is_present = whole != MISSING_WHOLE
        if not self._is_mostly_present(column.name, is_present):
            return None
        if not is_present.all():
            missing = np.flatnonzero(~is_present).tolist()
            self._log.note_all(RepairKind.CARRIED, column.name, missing)
            rows = np.where(is_present, np.arange(len(whole)), int(np.argmax(is_present)))
            whole = whole[np.maximum.accumulate(rows)]
        return whole

    def _index(self, time_s: TimeArray | None) -> IndexArray | None:
        column = self._of(ColumnRole.COUNTER)
        if column is None:
            return None
        index = _as_whole(self._taken(column))
        is_present = index != MISSING_WHOLE
        if not self._is_mostly_present(column.name, is_present):
            return None
        if column.modulo is not None:
            counted = index_of_counter(index, is_present, column.modulo, time_s)
            self._notes.append(counter_note(column.name, column.modulo, counted))
            return counted
        if not is_present.all():
            index = index.copy()
            index[~is_present] = np.floor(self._interpolated(column.name, index, is_present))
        return index if self._increases(column.name, np.diff(index) > 0) else None

    def _time(self, segments: IndexArray | None) -> TimeArray | None:
        column = self._of(ColumnRole.TIME)
        stamps = None if column is None else self._stamps(column)
        if column is None or stamps is None:
            return None
        if column.name.lower() != "time_s":
            stamps, segments = self._settled_stamps(column, stamps, segments)
        increases = np.diff(stamps) > 0.0
        if segments is not None:
            increases |= np.diff(segments) != 0
        return stamps if self._increases(column.name, increases) else None

    def _stamps(self, column: TableColumn) -> TimeArray | None:
        """Return the stamps in seconds, missing ones interpolated; None if most are missing."""
        values = self._taken(column).values
        if not len(values):
            return None
        is_present = ~np.isnan(values)
        if np.issubdtype(values.dtype, np.integer):
            is_present = values != MISSING_WHOLE
            values = _since_first(values, is_present)
        if not self._is_mostly_present(column.name, is_present):
            return None
        time_s = values.astype(np.float64)
        if column.name.lower() != "time_s":
            time_s = seconds_of_clock(time_s, column.unit)
        beyond = np.abs(time_s) > _LONGEST_S
        if beyond.any():
            self._log.note_all(
                RepairKind.OUT_OF_RANGE, column.name, np.flatnonzero(beyond).tolist()
            )
            is_present &= ~beyond
            if not self._is_mostly_present(column.name, is_present):
                return None
        if not is_present.all():
            time_s[~is_present] = self._interpolated(column.name, time_s, is_present)
        return time_s

    def _settled_stamps(
        self, column: TableColumn, time_s: TimeArray, segments: IndexArray | None
    ) -> tuple[TimeArray, IndexArray | None]:
        """Return the stamps of another program's clock, and the segments between its restarts.

        Stamps that several samples share are spread evenly.
        """
        steps = np.diff(time_s)
        self._refuse_absurd_unit(column, steps)
        if segments is None:
            segments = self._restarts = self._segments_by_restarts(column.name, steps)
        if segments is None and (steps == 0.0).any():
            time_s, rows = even_bursts(time_s)
            if rows > 1.0:
                self._notes.append(
                    f"{column.name}: {rounded_in_words(rows)} samples share a time stamp on "
                    "average; they are spread evenly"
                )
        return time_s, segments

    def _segments_by_restarts(self, name: str, steps: TimeArray) -> IndexArray | None:
        """Return segments of a clock that starts anew now and then; None if it does not.

        A restart goes back by far more than one step; all other steps are forward.
        """
        back, forward = steps < 0.0, steps > 0.0
        if not back.any() or not (back | forward).all() or back.mean() > MOST_RESTARTS:
            return None
        if (-steps[back] < RESTART_STEPS * np.median(steps[forward])).any():
            return None
        n_segments = int(back.sum()) + 1
        self._notes.append(f"{name}: starts again; read as {counted(n_segments, 'segment')}")
        return np.concatenate(([0], np.cumsum(back))).astype(np.int64)

    def _refuse_absurd_unit(self, column: TableColumn, steps: TimeArray) -> None:
        """Raise TableError if a unit that the user stated gives a rate beyond all devices."""
        usual = float(np.median(steps[steps > 0.0])) if (steps > 0.0).any() else 1.0
        if column.certainty is Certainty.SETTLED and usual < 1.0 / HIGHEST_HZ:
            raise TableError(
                f"{self._path}: column {column.place + 1} {column.name!r} in {column.unit} has "
                f"{rounded_in_words(1.0 / usual)} rows per second; expected up to "
                f"{HIGHEST_HZ:,.0f}; state another unit with --time"
            )

    def _is_mostly_present(self, name: str, is_present: npt.NDArray[np.bool_]) -> bool:
        if is_present.sum() > len(is_present) / 2:
            return True
        self._log.note_general(f"mostly no numbers{IGNORED}", name)
        return False

    def _interpolated(
        self, name: str, values: npt.NDArray[Any], is_present: npt.NDArray[np.bool_]
    ) -> TimeArray:
        """Return values for the missing rows of a clock, interpolated linearly by row.

        Before the first and after the last known row they continue by the median step.
        """
        rows = np.flatnonzero(is_present)
        missing = np.flatnonzero(~is_present)
        self._log.note_all(RepairKind.INTERPOLATED, name, missing.tolist())
        between = np.interp(missing, rows, values[rows])
        step = np.median(np.diff(values[rows]) / np.diff(rows)) if len(rows) > 1 else 1.0
        before, after = np.minimum(missing - rows[0], 0), np.maximum(missing - rows[-1], 0)
        return np.asarray(between + step * (before + after), dtype=np.float64)

    def _increases(self, name: str, increases: npt.NDArray[np.bool_]) -> bool:
        wrong: Sequence[int] = (np.flatnonzero(~increases) + 1).tolist()
        self._log.note_all(RepairKind.NOT_INCREASING, name, wrong)
        return not wrong

    def _note_roles(self) -> None:
        """Note the roles that were guessed in one line, unless the columns are our own."""
        guessed = [one for one in self._columns if one.name.lower() not in OWN_ROLES]
        told = [
            f"{role.value} {one.name!r}"
            for role in (ColumnRole.LABEL, ColumnRole.TIME, ColumnRole.COUNTER)
            for one in guessed
            if one.role is role
        ]
        left_out = [
            one
            for one in guessed
            if one.role is ColumnRole.IGNORED and one.certainty is not Certainty.SETTLED
        ]
        if left_out:
            told.append(f"left out {_list_of_columns(left_out)}")
        if told:
            self._notes.append(f"columns: {'; '.join(told)}")


def _list_of_columns(columns: Sequence[TableColumn]) -> str:
    names = [repr(one.name) for one in columns[:_MOST_LISTED]]
    more = len(columns) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _since_first(values: IndexArray, is_present: npt.NDArray[np.bool_]) -> TimeArray:
    """Return whole numbers since the first of them, which float64 holds exactly; NaN if missing."""
    if not is_present.any():
        return np.full(len(values), np.nan)
    first = values[np.argmax(is_present)]
    with np.errstate(over="ignore"):
        since = values - first
    is_wrapped = np.abs(values.astype(np.float64) - float(first)) > 2.0**62
    since = np.where(is_wrapped, values.astype(np.float64) - float(first), since)
    return np.where(is_present, since, np.nan)


def _as_whole(raw: RawColumn) -> IndexArray:
    """Return a column as whole numbers, `MISSING_WHOLE` for each that is missing or a fraction."""
    values = raw.values
    if np.issubdtype(values.dtype, np.integer):
        return values.astype(np.int64, copy=False)
    is_whole = np.isfinite(values) & (np.rint(values) == values) & (np.abs(values) < 2.0**63)
    return np.where(is_whole, np.where(is_whole, values, 0.0).astype(np.int64), MISSING_WHOLE)


def _texts_of_numbers(
    values: npt.NDArray[Any],
) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Return numbers as labels: places in the texts, in the order of their first rows."""
    is_missing = np.isnan(values)
    numbers, firsts, codes = np.unique(
        np.where(is_missing, np.inf, values), return_index=True, return_inverse=True
    )
    order = np.argsort(firsts)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    if not is_missing.any():
        return rank[codes], tuple(number_in_words(numbers[at]) for at in order)
    missing_at = len(numbers) - 1
    kept = [at for at in order if at != missing_at]
    rank[kept] = np.arange(len(kept), dtype=np.int32)
    rank[missing_at] = -1
    return rank[codes], tuple(number_in_words(numbers[at]) for at in kept)


def _is_value(name: str, value: str) -> bool:
    """Return whether a label is the value, also where both are one number: ``0`` and ``0.0``."""
    try:
        return name == value or float(name) == float(value)
    except ValueError:
        return False


def label_of_name(path: Path) -> str:
    """Return the label that a file's name states: its stem without a number at its end.

    >>> label_of_name(Path("rock_1.csv")), label_of_name(Path("hand open (2).csv.gz"))
    ('rock', 'hand open')
    """
    name = path.name
    for suffix in (".gz", *_suffixes(path)):
        name = name.removesuffix(suffix)
    bare = re.sub(r"[\s_\-.]*(?:\(\d+\)|\d+)$", "", name)
    return bare or name


def _suffixes(path: Path) -> Iterable[str]:
    return [one for one in reversed(path.suffixes) if not re.fullmatch(r"\.\d+", one)][:2]


def first_damage(log: RepairLog, names: Iterable[str]) -> str:
    """Return the first text that stands in the place of a number, in words."""
    for name in names:
        if first := log.first(RepairKind.UNREADABLE, name):
            return (
                f"its first text is {first[1]} at data row {first[0]}, column {name!r}; "
                "expected numbers"
            )
    if misfit := log.first(RepairKind.MISFIT, None):
        row, counts = misfit
        return f"data row {row} has {counts} fields; make the header line and the rows agree"
    return "every field is empty; record again, or choose other columns"
