"""The columns of one file with the user's changes, and the choice that states them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from emgstream.app.column_words import listed_columns
from emgstream.app.list_choice import ListChoice
from emgstream.tables import Certainty, ColumnChoice, ColumnRole, TableColumn, TableLook
from emgstream.tables.column_choice import column_references, place_of_column
from emgstream.tables.column_questions import split_choice, unlabelled_value
from emgstream.tables.table_cells import says_no_label
from emgstream.translation import tr, tr_n

__all__ = ["ColumnDraft"]

_MODULOS = tuple(1 << n_bits for n_bits in range(3, 17))
"""Numbers at which the counters of boards begin again: those of 3 to 16 bits."""
_MOST_LABELS = 50
"""Largest number of different values offered as the one that means unlabelled. A choice: more are
no labels."""
_UNITS = {
    "s": tr("in seconds"),
    "ms": tr("in milliseconds"),
    "us": tr("in microseconds"),
    "ns": tr("in nanoseconds"),
    "min": tr("in minutes"),
    "h": tr("in hours"),
    "unix": tr("UNIX time in s"),
    "unix_ms": tr("UNIX time in ms"),
    "unix_us": tr("UNIX time in µs"),
    "unix_ns": tr("UNIX time in ns"),
    "clock": tr("time of day"),
    "date": tr("date and time"),
}
"""Words for the units of a clock, `TIME_UNITS`."""
_STATED = (
    ColumnRole.CHANNEL,
    ColumnRole.LABEL,
    ColumnRole.TIME,
    ColumnRole.COUNTER,
    ColumnRole.IGNORED,
)
"""Roles that a `ColumnChoice` can give to any column, in the order of the list."""
_ONCE = {
    ColumnRole.LABEL: tr("the label"),
    ColumnRole.TIME: tr("the clock"),
    ColumnRole.COUNTER: tr("the counter"),
}
"""Roles that one column of a file can have."""


class ColumnDraft:
    """Roles of a file's columns: as guessed, with the changes of the user. Pure; no thread.

    A doubtful column has the role that it most likely has, for the user to confirm; without such a
    role it is undecided, which is a problem.

    Parameters
    ----------
    look
        The look at the file.
    """

    def __init__(self, look: TableLook) -> None:
        self._guessed = _proposed(look)
        self._columns = list(self._guessed)
        self._references = column_references([column.name for column in look.columns])
        self._undecided = {
            column.place
            for column in look.columns
            if column.certainty is Certainty.DOUBTFUL and column.proposal is None
        }
        self._look = look
        self.revision = 0
        """Number of changes."""
        self.rate_hz: float | None = look.choice.rate_hz
        """Sampling rate in Hz that the user states; None for that of the file."""
        self.label_from_name = look.choice.label_from_name
        """True if the name of the file is its label."""
        self.unlabelled = _unlabelled_value(look)
        """Value of the label column in rows without a label; None if every value is a label."""

    @property
    def columns(self) -> Sequence[TableColumn]:
        """The columns with their present roles."""
        return self._columns

    def first_values(self, place: int) -> tuple[str, ...]:
        """Return the first values of a column, as they stand in the file."""
        return tuple(row[place] for row in self._look.first_rows)

    def signal(self, place: int) -> npt.NDArray[np.float64]:
        """Return a stretch of a column to draw, shape ``(n,)``; NaN for what is no number.

        Of a column that was not read, as it is ignored, it is the first values.
        """
        excerpt: npt.NDArray[np.float64] = self._look.excerpt[:, place]
        if np.isfinite(excerpt).any():
            return excerpt
        return np.array([_number(value) for value in self.first_values(place)])

    def is_undecided(self, place: int) -> bool:
        """Return whether the user must say what a column is."""
        return place in self._undecided

    def roles(self, place: int) -> tuple[ColumnRole, ...]:
        """Return the roles that a column can be given."""
        guessed = self._guessed[place].role
        return _STATED if guessed in _STATED else (*_STATED, guessed)

    def set_role(
        self, place: int, role: ColumnRole, unit: str | None = None, modulo: int | None = None
    ) -> None:
        """Give a column a role; by default with the unit or modulo that was guessed for it.

        Parameters
        ----------
        place
            Place of the column, from 0.
        role
            Its role, one of `roles`.
        unit
            Unit of a clock, a key of `TIME_UNITS`.
        modulo
            Number at which a counter begins again.
        """
        guess = self._guessed[place]
        is_guess = guess.role is role and place not in self._undecided
        keeps_unit = guess.role is role or role is ColumnRole.CHANNEL
        self._columns[place] = replace(
            guess,
            role=role,
            reason=guess.reason if is_guess else self._reason_to_change(guess),
            certainty=Certainty.SETTLED,
            unit=unit if unit is not None else guess.unit if keeps_unit else "",
            modulo=modulo or (guess.modulo if guess.role is role else None),
            proposal=None,
        )
        self._undecided.discard(place)
        if role is ColumnRole.LABEL:
            self.label_from_name = False
            self.unlabelled = _unlabelled_value(self._look) if is_guess else None
        self.revision += 1

    def details(self, place: int) -> tuple[ListChoice, ...]:
        """Return what can be chosen besides the role: a unit, a modulo, the unlabelled value."""
        role = self._columns[place].role
        if place in self._undecided:
            return ()
        if role is ColumnRole.TIME:
            return tuple(ListChoice(words, unit) for unit, words in _UNITS.items())
        if role is ColumnRole.COUNTER:
            modulos = sorted({*_MODULOS, self._columns[place].modulo or _MODULOS[0]})
            again = [
                ListChoice(tr("restarts at {number}", number=one), str(one)) for one in modulos
            ]
            return ListChoice(tr("never restarts"), ""), *again
        if role is ColumnRole.LABEL:
            values = self._label_values(place)
            missing = [one for one in values if says_no_label(one) and one != self.unlabelled]
            others = [one for one in values if one not in missing]
            usual = _said_unlabelled(", ".join(missing)) if missing else tr("all rows labelled")
            return ListChoice(usual, ""), *(
                ListChoice(_said_unlabelled(one), one) for one in others
            )
        return ()

    def detail(self, place: int) -> str:
        """Return the value that is chosen among `details`; empty for none."""
        column = self._columns[place]
        if column.role is ColumnRole.LABEL:
            return self.unlabelled or ""
        return column.unit if column.role is ColumnRole.TIME else str(column.modulo or "")

    def set_detail(self, place: int, value: str) -> None:
        """Choose one of `details`, by its value."""
        column = self._columns[place]
        if column.role is ColumnRole.LABEL:
            self.set_unlabelled(value or None)
        elif column.role is ColumnRole.TIME:
            self._columns[place] = replace(column, unit=value, certainty=Certainty.SETTLED)
        else:
            modulo = int(value) if value else None
            self._columns[place] = replace(column, modulo=modulo, certainty=Certainty.SETTLED)
        self.revision += 1

    def set_rate(self, rate_hz: float | None) -> None:
        """State the sampling rate in Hz; None for that of the file."""
        self.rate_hz = rate_hz
        self.revision += 1

    def set_unlabelled(self, value: str | None) -> None:
        """State the value of rows without a label; None if there is none."""
        self.unlabelled = value
        self.revision += 1

    def set_label_from_name(self, is_named: bool) -> None:
        """State that the name of the file is its label, or not."""
        self.label_from_name = is_named
        self.revision += 1

    @property
    def problems(self) -> tuple[str, ...]:
        """Reasons why the file cannot be used so, each one sentence; empty if it can."""
        found = []
        if self._undecided:
            named = listed_columns([self._columns[place] for place in sorted(self._undecided)])
            found.append(
                tr_n(
                    "say what {columns} is",
                    "say what {columns} are",
                    len(self._undecided),
                    columns=named,
                )
            )
        elif not self._with(ColumnRole.CHANNEL):
            found.append(tr("no column is a channel; choose at least one"))
        for role, words in _ONCE.items():
            columns = self._with(role)
            if len(columns) > 1:
                found.append(
                    tr(
                        "{columns} are all {words}; keep one",
                        columns=listed_columns(columns),
                        words=words,
                    )
                )
        found += [
            tr(
                "{column} is the clock; choose its unit",
                column=listed_columns([column]),
            )
            for column in self._with(ColumnRole.TIME)
            if not column.unit
        ]
        labels = self._with(ColumnRole.LABEL)
        if labels and self.label_from_name:
            found.append(
                tr(
                    "the label is {column} and the file's name; keep one",
                    column=listed_columns(labels[:1]),
                )
            )
        return tuple(found)

    @property
    def choice(self) -> ColumnChoice:
        """All of it as statements, complete; of several labels, clocks or counters the first."""
        label = None if self.label_from_name else self._only(ColumnRole.LABEL)
        time, counter = self._only(ColumnRole.TIME), self._only(ColumnRole.COUNTER)
        ignored = [
            column
            for column, guess in zip(self._columns, self._look.columns, strict=True)
            if column.role is ColumnRole.IGNORED
            and (guess.role is not ColumnRole.IGNORED or guess.certainty is not Certainty.SURE)
        ]
        return ColumnChoice(
            channels=tuple(map(self._named, self._with(ColumnRole.CHANNEL))),
            label=self._stated(label, self.unlabelled),
            time=self._stated(time, time and time.unit),
            counter=self._stated(counter, counter and counter.modulo),
            ignore=tuple(map(self._named, ignored)),
            rate_hz=self.rate_hz,
            label_from_name=self.label_from_name,
        )

    @property
    def summary(self) -> str:
        """The outcome in one line, without the rate."""
        parts = [tr_n("{n:,} channel", "{n:,} channels", len(self._with(ColumnRole.CHANNEL)))]
        label = self._only(ColumnRole.LABEL)
        if self.label_from_name:
            parts.append(tr("the file's name as the label"))
        elif label is None:
            parts.append(tr("no label"))
        else:
            without = (
                ""
                if self.unlabelled is None
                else tr(" ({value} for unlabelled)", value=self.unlabelled)
            )
            parts.append(
                tr(
                    "label from {column}{without}",
                    column=listed_columns([label]),
                    without=without,
                )
            )
        for role, words in ((ColumnRole.TIME, tr("clock")), (ColumnRole.COUNTER, tr("counter"))):
            column = self._only(role)
            if column is not None:
                parts.append(
                    tr(
                        "{words} from {column}",
                        words=words,
                        column=listed_columns([column]),
                    )
                )
        return ", ".join(parts)

    def _label_values(self, place: int) -> tuple[str, ...]:
        """Return values that may mean unlabelled, as far as the look shows them."""
        values = self.signal(place)
        shown = [f"{one:.12g}" for one in np.unique(values[~np.isnan(values)])[:_MOST_LABELS]]
        shown = shown or [value for value in self.first_values(place) if value]
        stated = [] if self.unlabelled is None else [self.unlabelled]
        return tuple(dict.fromkeys([*stated, *shown]))

    def _reason_to_change(self, guess: TableColumn) -> str:
        if guess.place in self._undecided or guess.certainty is Certainty.DOUBTFUL:
            return guess.reason
        return tr(
            "your choice; it was read as {role}: {reason}",
            role=tr(guess.role.value),
            reason=guess.reason,
        )

    def _with(self, role: ColumnRole) -> list[TableColumn]:
        return [
            column
            for column in self._columns
            if column.role is role and column.place not in self._undecided
        ]

    def _only(self, role: ColumnRole) -> TableColumn | None:
        return next(iter(self._with(role)), None)

    def _stated(self, column: TableColumn | None, detail: object) -> str | None:
        """Return ``COL`` or ``COL:DETAIL``; None without a column."""
        if column is None:
            return None
        name = self._named(column)
        return name if detail in (None, "") else f"{name}:{detail}"

    def _named(self, column: TableColumn) -> str:
        return self._references[column.place]


def _proposed(look: TableLook) -> tuple[TableColumn, ...]:
    """Return the columns with the roles that they most likely have; each of `_ONCE` once.

    Of several columns that may be the label, the one is taken that a question names.
    """
    names = [column.name for column in look.columns]
    taken = {column.role for column in look.columns}
    found = list(look.columns)
    for role in _ONCE:
        option = _option(look, f"--{role.value}")
        asked = option and place_of_column(names, split_choice(names, option, role)[0])
        maybe = [column.place for column in look.columns if column.proposal is role]
        chosen = asked if asked in maybe else next(iter(maybe), None)
        for place in maybe:
            is_taken = role in taken or place != chosen
            found[place] = replace(
                found[place], role=ColumnRole.IGNORED if is_taken else role, proposal=None
            )
    return tuple(one if one.proposal is None else replace(one, role=one.proposal) for one in found)


def _option(look: TableLook, name: str) -> str | None:
    """Return the value of an option that a question proposes."""
    for question in look.questions:
        if name in question.options[:-1]:
            return question.options[question.options.index(name) + 1]
    return None


def _said_unlabelled(value: str) -> str:
    return tr("{value} = unlabelled", value=value)


def _unlabelled_value(look: TableLook) -> str | None:
    """Return the value of unlabelled rows as it was stated, or as a question proposes it."""
    stated = look.choice.label or _option(look, "--label")
    return unlabelled_value(look.columns, ColumnChoice(label=stated))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan
