"""Role of one column by itself: what its name and its values say together.

A column that may be a label, a clock or a counter is no channel; if only the user can tell, it is
doubtful.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from emgstream.tables.clock_column import unwrapped_clock
from emgstream.tables.column_behaviour import Behaviour, BehaviourKind, behaviour_of
from emgstream.tables.column_choice import TIME_UNITS
from emgstream.tables.column_names import NameHint, NameMeaning, meaning_of_name
from emgstream.tables.raw_columns import MISSING_WHOLE, RawRecording
from emgstream.tables.table_column import OWN_ROLES, Certainty, ColumnRole, TableColumn
from emgstream.wording import counted, rounded_in_words

__all__ = [
    "ColumnEvidence",
    "as_column",
    "as_doubt",
    "evidence_of",
    "role_by_itself",
]

_RATE_RANGE_HZ = (10.0, 20_000.0)
"""Sampling rates of EMG that a clock without a unit may mean: slow envelopes to needle EMG."""
_UNIX_UNITS = (("unix", 1.0), ("unix_ms", 1e-3), ("unix_us", 1e-6), ("unix_ns", 1e-9))
_UNIX_RANGE_S = (6.3e8, 4.1e9)
"""Years 1990 to 2100 in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class ColumnEvidence:
    """All that is known of one column by itself."""

    place: int
    """Place in the file, from 0."""
    name: str
    """Name in the header; empty if it has none."""
    meaning: NameMeaning
    """Meaning of the name."""
    behaviour: Behaviour
    """Behaviour of the values."""
    texts: tuple[str, ...] | None
    """The different texts; None for numbers."""
    unit: str
    """Unit by the name or by a line of units."""
    is_named_table: bool
    """True if columns have names in this file."""
    is_read: bool
    """False if the values were not read, as no role needs them."""
    is_trusted: bool
    """True if a column of our own recordings, ``time_s``, is beside it: then names are right."""

    @property
    def hint(self) -> NameHint:
        """The role that the name suggests."""
        return self.meaning.hint


def evidence_of(
    raw: RawRecording, place: int, has_header: bool, is_trusted: bool
) -> ColumnEvidence:
    """Return all that is known of one column by itself."""
    column = raw.columns[place]
    meaning = meaning_of_name(column.name, column.unit)
    if column.texts is None and len(column.values) == raw.n_rows:
        values = column.values
        if not np.issubdtype(values.dtype, np.floating):
            values = np.where(values == MISSING_WHOLE, np.nan, values)
        if meaning.hint is NameHint.TIME:
            values = unwrapped_clock(values)
        behaviour = behaviour_of(values)
    else:
        behaviour = Behaviour(BehaviourKind.UNKNOWN, "holds text")
    unit = meaning.unit or column.unit
    return ColumnEvidence(
        place,
        column.name,
        meaning,
        behaviour,
        column.texts,
        unit,
        has_header,
        len(column.values) == raw.n_rows,
        is_trusted,
    )


def role_by_itself(one: ColumnEvidence) -> TableColumn:
    """Return the role of a column by its name and its values alone."""
    own = OWN_ROLES.get(one.name.lower())
    is_no_index = own is ColumnRole.COUNTER and one.behaviour.kind is BehaviourKind.SIGNAL
    if own is not None and own is not ColumnRole.TIME and not is_no_index:
        return as_column(one, own, f"named {one.name!r}")
    if one.texts is not None:
        return _of_text(one)
    if not one.is_read and not one.name:
        return as_column(one, ColumnRole.IGNORED, "was not read")
    if one.behaviour.kind is BehaviourKind.EMPTY:
        return as_column(one, ColumnRole.IGNORED, "has no value")
    return _RULES[one.hint](one)


def _of_text(one: ColumnEvidence) -> TableColumn:
    if one.unit in {"clock", "date"}:
        written = "a time of day" if one.unit == "clock" else "a date and a time"
        return as_column(one, ColumnRole.TIME, f"holds {written}", unit=one.unit)
    if not one.texts:
        return as_column(one, ColumnRole.IGNORED, "has no value")
    if not one.is_read:
        return as_column(one, ColumnRole.IGNORED, f"holds texts such as {one.texts[0]!r}")
    n = counted(len(one.texts), "text")
    if one.hint in {NameHint.DESCRIPTION, NameHint.TIME, NameHint.OTHER_SENSOR}:
        return as_column(one, ColumnRole.IGNORED, f"named like {one.hint.value}, holds {n}")
    if len(one.texts) == 1 and one.hint is not NameHint.LABEL:
        return as_column(
            one, ColumnRole.IGNORED, f"holds the same text in every row, {one.texts[0]!r}"
        )
    return as_doubt(one, f"holds {n}", ColumnRole.LABEL, may_be_channel=False)


def _channel(one: ColumnEvidence) -> TableColumn:
    kind = BehaviourKind.SIGNAL if one.is_trusted else one.behaviour.kind
    if kind is BehaviourKind.COUNTING:
        return as_doubt(one, f"named like a channel, but {one.behaviour.words}", ColumnRole.COUNTER)
    if kind is BehaviourKind.RISING:
        return as_doubt(one, f"named like a channel, but {one.behaviour.words}", ColumnRole.TIME)
    return as_column(one, ColumnRole.CHANNEL, f"named like {one.hint.value}", unit=one.unit)


def _time(one: ColumnEvidence) -> TableColumn:
    kind = one.behaviour.kind
    rising = {BehaviourKind.RISING, BehaviourKind.COUNTING, BehaviourKind.STAMPED}
    if one.behaviour.step > 0.0:
        rising.add(BehaviourKind.STEPPING)  # with a restart after each trial
    if one.name.lower() == "time_s":
        return as_column(one, ColumnRole.TIME, "named 'time_s'", unit="s")
    if kind is BehaviourKind.SIGNAL:
        return as_doubt(one, "named like a clock, but varies like a signal", ColumnRole.CHANNEL)
    if kind is BehaviourKind.LABEL_LIKE and not one.behaviour.step > 0.0:
        return as_doubt(one, f"named like a clock, but {one.behaviour.words}", ColumnRole.LABEL)
    if kind not in {*rising, BehaviourKind.UNKNOWN, BehaviourKind.LABEL_LIKE}:
        return as_column(
            one, ColumnRole.IGNORED, f"named like a clock, but it {one.behaviour.words}"
        )
    return _clock(one, "named like a clock")


def _clock(one: ColumnEvidence, why: str) -> TableColumn:
    """Return a clock with its unit, as the name or the values tell it; doubtful without one."""
    unit, reason = _clock_unit(one.behaviour, one.unit)
    if unit != one.unit and one.behaviour.kind is BehaviourKind.COUNTING:
        unit, reason = "", "it counts up by 1: is that a number of samples, or milliseconds"
    if unit:
        return as_column(one, ColumnRole.TIME, f"{why}, {reason}", unit=unit)
    column = as_column(one, ColumnRole.IGNORED, f"{why}, but {reason}")
    return replace(column, certainty=Certainty.DOUBTFUL, proposal=ColumnRole.TIME)


def _clock_unit(behaviour: Behaviour, stated: str) -> tuple[str, str]:
    """Return the unit of a clock, a key of `TIME_UNITS` or empty, and the reason in words."""
    for unit, seconds in _UNIX_UNITS:
        if _UNIX_RANGE_S[0] < behaviour.first * seconds < _UNIX_RANGE_S[1]:
            return unit, f"UNIX time in {_unit_words(unit)}"
    if stated in TIME_UNITS:
        return stated, f"in {_unit_words(stated)} by its name"
    possible = [
        unit
        for unit in ("s", "ms", "us", "ns")
        if behaviour.step > 0.0
        and _RATE_RANGE_HZ[0] <= 1.0 / (behaviour.step * TIME_UNITS[unit]) <= _RATE_RANGE_HZ[1]
    ]
    if len(possible) == 1:
        steps = f"steps of {rounded_in_words(behaviour.step, 4)}"
        return possible[0], f"in {_unit_words(possible[0])} by its {steps}"
    return "", "its unit is not known"


def _unit_words(unit: str) -> str:
    return unit.removeprefix("unix_") if unit != "unix" else "s"


def _counter(one: ColumnEvidence) -> TableColumn:
    if one.behaviour.kind is BehaviourKind.COUNTING:
        return as_column(one, ColumnRole.COUNTER, one.behaviour.words, modulo=one.behaviour.modulo)
    if one.behaviour.kind is BehaviourKind.UNKNOWN:
        return as_column(one, ColumnRole.IGNORED, "named like a counter")
    if one.behaviour.kind is BehaviourKind.SIGNAL:
        return as_doubt(one, "named like a counter, but varies like a signal", ColumnRole.CHANNEL)
    return as_column(one, ColumnRole.IGNORED, f"named like a counter, but it {one.behaviour.words}")


def _marker(one: ColumnEvidence) -> TableColumn:
    if one.behaviour.kind is BehaviourKind.CONSTANT:
        return as_column(one, ColumnRole.IGNORED, f"named like a marker, {one.behaviour.words}")
    return _label(one)


def _label(one: ColumnEvidence) -> TableColumn:
    if one.behaviour.kind is BehaviourKind.SIGNAL:
        why = f"named like {one.hint.value}, but its values change nearly every row"
        return as_column(one, ColumnRole.IGNORED, why)
    why = f"named like {one.hint.value}, {one.behaviour.words}"
    return as_doubt(one, why, ColumnRole.LABEL, may_be_channel=False)


def _repetition(one: ColumnEvidence) -> TableColumn:
    if one.behaviour.kind in {BehaviourKind.SIGNAL, BehaviourKind.RISING}:
        why = f"named like a repetition, but it {one.behaviour.words}"
        return as_column(one, ColumnRole.IGNORED, why)
    return as_column(one, ColumnRole.REPETITION, "named like a repetition")


def _no_channel(one: ColumnEvidence) -> TableColumn:
    return as_column(one, ColumnRole.IGNORED, f"named like {one.hint.value}")


def _digital(one: ColumnEvidence) -> TableColumn:
    if one.behaviour.kind is BehaviourKind.SIGNAL:
        return _nameless(one)
    return as_column(one, ColumnRole.IGNORED, f"named like a digital line, {one.behaviour.words}")


_OF_NO_NAME = frozenset(
    {
        BehaviourKind.RISING,
        BehaviourKind.STAMPED,
        BehaviourKind.CONSTANT,
        BehaviourKind.UNKNOWN,
    }
)
"""Behaviour from which a column without a name, beside others with names, is no channel."""


def _nameless(one: ColumnEvidence) -> TableColumn:
    """Return the role of a column whose name tells nothing, by its values alone."""
    behaviour = one.behaviour
    if one.is_trusted and one.name:
        return as_column(one, ColumnRole.CHANNEL, "beside a clock of our own recordings")
    if not one.name and one.is_named_table and behaviour.kind in _OF_NO_NAME:
        return as_column(one, ColumnRole.IGNORED, f"has no name, {behaviour.words}")
    if behaviour.kind is BehaviourKind.COUNTING:
        return as_column(one, ColumnRole.COUNTER, behaviour.words, modulo=behaviour.modulo)
    is_unix = _clock_unit(behaviour, "")[0].startswith("unix")
    if behaviour.kind in {BehaviourKind.RISING, BehaviourKind.STAMPED} or (
        behaviour.kind is BehaviourKind.LABEL_LIKE and is_unix
    ):
        return _nameless_clock(one)
    if behaviour.kind in _DOUBTS:
        return as_doubt(one, behaviour.words, _DOUBTS[behaviour.kind])
    if behaviour.kind is BehaviourKind.SIGNAL and not one.name and one.is_named_table:
        return as_doubt(one, "has no name, but varies like a signal", ColumnRole.CHANNEL)
    return as_column(one, ColumnRole.CHANNEL, behaviour.words, unit=one.unit)


_DOUBTS = {
    BehaviourKind.CONSTANT: ColumnRole.IGNORED,
    BehaviourKind.STEPPING: ColumnRole.COUNTER,
    BehaviourKind.LABEL_LIKE: ColumnRole.LABEL,
}
"""Likely role of a column without a telling name, by its behaviour."""


def _nameless_clock(one: ColumnEvidence) -> TableColumn:
    """Return a clock whose name tells nothing: sure if it is even, or UNIX time, or has a unit."""
    column = _clock(one, one.behaviour.words)
    is_told = one.unit in TIME_UNITS or column.unit.startswith("unix")
    if column.role is not ColumnRole.TIME or one.behaviour.is_even or is_told:
        return column
    reason = f"{one.behaviour.words}, unevenly"
    return replace(
        column,
        role=ColumnRole.IGNORED,
        reason=reason,
        unit="",
        certainty=Certainty.DOUBTFUL,
        proposal=ColumnRole.TIME,
    )


_RULES: dict[NameHint, Callable[[ColumnEvidence], TableColumn]] = {
    NameHint.EMG: _channel,
    NameHint.CHANNEL: _channel,
    NameHint.MAYBE_CHANNEL: _channel,
    NameHint.LABEL: _label,
    NameHint.MARKER: _marker,
    NameHint.TIME: _time,
    NameHint.COUNTER: _counter,
    NameHint.REPETITION: _repetition,
    NameHint.OTHER_SENSOR: _no_channel,
    NameHint.DIGITAL: _digital,
    NameHint.DESCRIPTION: _no_channel,
    NameHint.NOTHING: _nameless,
}


def as_column(
    one: ColumnEvidence, role: ColumnRole, reason: str, unit: str = "", modulo: int | None = None
) -> TableColumn:
    """Return a column with a sure role."""
    return TableColumn(one.place, one.name, role, reason, unit=unit, modulo=modulo)


def as_doubt(
    one: ColumnEvidence, reason: str, proposal: ColumnRole, *, may_be_channel: bool = True
) -> TableColumn:
    """Return a column of which only the user can tell the role; ``proposal`` is the likely one."""
    return TableColumn(
        one.place,
        one.name,
        ColumnRole.IGNORED,
        reason,
        certainty=Certainty.DOUBTFUL,
        unit=one.unit if proposal is ColumnRole.CHANNEL else "",
        proposal=proposal,
        may_be_channel=may_be_channel,
    )
