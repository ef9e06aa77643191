"""Roles of a recording's columns: guessed from names and values, then settled by the user.

`guess_roles` looks at every column by itself and beside the others. A column that may be a label, a
clock or a counter is no channel; if only the user can tell, it is doubtful and a question is asked.
`column_questions.apply_choice` puts the user's statements in the place of guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from emgstream.tables.column_behaviour import (
    MIN_ROWS,
    BehaviourKind,
    has_many_values,
    is_computed_from,
    is_one_to_one,
    is_scaled_copy,
)
from emgstream.tables.column_names import (
    NameHint,
    meaning_of_name,
    signal_words,
)
from emgstream.tables.raw_columns import RawRecording
from emgstream.tables.single_column import (
    ColumnEvidence,
    as_column,
    as_doubt,
    evidence_of,
    role_by_itself,
)
from emgstream.tables.table_column import (
    MARKER_COLUMN,
    OWN_ROLES,
    Certainty,
    ColumnRole,
    TableColumn,
    has_own_form,
    name_in_header,
)

__all__ = ["guess_roles", "is_channel_of_ours"]

_CHANNEL_HINTS = frozenset({NameHint.EMG, NameHint.CHANNEL, NameHint.MAYBE_CHANNEL})
_MOST_COMPARED = 16
"""Columns up to which each is compared with each other one: a choice, 240 fits of 0.3 ms."""
_CLOCK_HINT_ORDER = ("unix", "s", "ms", "us", "ns", "min", "h", "date", "clock")


@np.errstate(over="ignore", invalid="ignore")  # samples may be as large as single precision
def guess_roles(raw: RawRecording, has_header: bool = True) -> tuple[TableColumn, ...]:
    """Return every column of a recording with the role that its name and its values suggest."""
    lower = [column.name.lower() for column in raw.columns]
    if has_own_form(lower):
        return tuple(
            _own(place, column.name, raw.own_channels) for place, column in enumerate(raw.columns)
        )
    is_trusted = "time_s" in lower
    evidence = [
        evidence_of(raw, place, has_header, is_trusted) for place in range(len(raw.columns))
    ]
    columns = [role_by_itself(one) for one in evidence]
    _settle_label(raw, evidence, columns, has_header)
    _settle_one_of(ColumnRole.TIME, columns, evidence, _clock_rank, "another clock")
    _settle_one_of(ColumnRole.COUNTER, columns, evidence, _counter_rank, "another counter")
    _settle_one_of(
        ColumnRole.REPETITION, columns, evidence, _repetition_rank(columns), "another repetition"
    )
    _leave_out_maybe_channels(evidence, columns)
    _doubt_unknown_beside_emg(evidence, columns)
    _doubt_states(raw, evidence, columns)
    _doubt_copies(raw, evidence, columns)
    _doubt_last_chance(evidence, columns)
    return _named(columns, has_header)


def is_channel_of_ours(name: str) -> bool:
    """Return whether a column of this name is a channel in a recording of our own form."""
    return _own(0, name).role is ColumnRole.CHANNEL


_NO_CHANNEL_OF_OURS = frozenset(
    {
        NameHint.DESCRIPTION,
        NameHint.TIME,
        NameHint.LABEL,
        NameHint.MARKER,
        NameHint.COUNTER,
        NameHint.OTHER_SENSOR,
    }
)
"""Names of columns that somebody added to a recording of ours."""


def _own(place: int, name: str, channels: frozenset[int] = frozenset()) -> TableColumn:
    """Return a column of our own form, in which nothing is doubtful.

    ``channels`` are the places of those that the sidecar lists, which may have any name.
    """
    if place in channels:
        return TableColumn(place, name, ColumnRole.CHANNEL, "a column of our own recordings")
    own_name = (name_in_header(name) if channels else name).lower()
    role = OWN_ROLES.get(own_name)
    if role is not None:
        unit = "s" if role is ColumnRole.TIME else ""
        return TableColumn(place, name, role, "its name in our own recordings", unit=unit)
    if own_name == MARKER_COLUMN:
        return TableColumn(place, name, ColumnRole.MARKER, "its name in our own recordings")
    if not name:
        return TableColumn(place, name, ColumnRole.IGNORED, "has no name")
    hint = meaning_of_name(name).hint
    if hint in _NO_CHANNEL_OF_OURS:
        return TableColumn(place, name, ColumnRole.IGNORED, f"named like {hint.value}")
    return TableColumn(place, name, ColumnRole.CHANNEL, "a column of our own recordings")


def _label_codes(raw: RawRecording, place: int) -> npt.NDArray[np.int32]:
    """Return a number for each row's label, shape ``(n_rows,)``; -1 for none."""
    column = raw.columns[place]
    if column.texts is not None:
        return column.values.astype(np.int32)
    _, codes = np.unique(column.values, return_inverse=True)
    return np.where(np.isnan(column.values), -1, codes).astype(np.int32)


def _settle_label(
    raw: RawRecording,
    evidence: Sequence[ColumnEvidence],
    columns: list[TableColumn],
    has_header: bool,
) -> None:
    """Compare every column with the label, or with the column that is most likely the label."""
    own = [one.place for one in columns if one.role is ColumnRole.LABEL]
    proposed = sorted(
        (one.place for one in columns if one.proposal is ColumnRole.LABEL),
        key=lambda place: _label_rank(evidence[place]),
    )
    texts = [one.place for one in evidence if one.texts]  # times of day and dates have none
    if not own and not has_header and len(texts) == 1 and _may_be_labels(raw, texts[0]):
        own = texts
        columns[texts[0]] = replace(
            columns[texts[0]],
            role=ColumnRole.LABEL,
            reason="the only column of texts",
            certainty=Certainty.SURE,
            proposal=None,
        )
    if not own and not proposed:
        return
    label = own[0] if own else proposed[0]
    if len(raw.columns[label].values) != raw.n_rows:
        return  # the user left it out, so that it was not read
    codes = _label_codes(raw, label)
    for column in [one for one in columns if one.place != label]:
        one = evidence[column.place]
        values = raw.columns[one.place].values
        if one.texts is None and len(values) == raw.n_rows and is_one_to_one(values, codes):
            columns[one.place] = _same_as_label(one, column, columns[label])
        elif own and column.proposal is ColumnRole.LABEL and one.hint is not NameHint.NOTHING:
            reason = f"{column.reason}; the label is {_shown(columns[label])}"
            columns[one.place] = replace(
                column, reason=reason, certainty=Certainty.SURE, proposal=None
            )


def _may_be_labels(raw: RawRecording, place: int) -> bool:
    """Return whether a column of texts has several, and each of them often; few rows may do."""
    n_texts = len(raw.columns[place].texts or ())
    return 1 < n_texts <= raw.n_rows / 4 or raw.n_rows < MIN_ROWS


def _same_as_label(one: ColumnEvidence, column: TableColumn, label: TableColumn) -> TableColumn:
    reason = f"one-to-one with {_shown(label)}: it would tell a model the label"
    if column.role is ColumnRole.CHANNEL and one.hint in _CHANNEL_HINTS:
        return as_doubt(one, f"named like a channel, but {reason}", ColumnRole.IGNORED)
    if column.role is ColumnRole.CHANNEL or column.certainty is Certainty.DOUBTFUL:
        return as_column(one, ColumnRole.IGNORED, reason)
    return column


def _label_rank(one: ColumnEvidence) -> tuple[int, bool, str]:
    """Return the rank among columns that may be the label: corrected ones first, markers last."""
    words = one.name.lower()
    if one.hint is NameHint.LABEL:
        rank = 0 if words.startswith("re") else 1
    elif one.texts is not None:
        rank = 2
    else:
        rank = 3 if one.hint is NameHint.NOTHING else 4
    return rank, one.texts is None, words


def _settle_one_of(
    role: ColumnRole,
    columns: list[TableColumn],
    evidence: Sequence[ColumnEvidence],
    rank: Callable[[ColumnEvidence, TableColumn], tuple[object, ...]],
    why_not: str,
) -> None:
    """Leave the best column of a role, and ignore the others."""
    found = [one for one in columns if one.role is role]
    best = min(found, key=lambda one: rank(evidence[one.place], one), default=None)
    if best is None:
        return
    for column in found:
        if column is not best:
            reason = f"{why_not}; {_shown(best)} is used"
            is_guess = evidence[column.place].hint is NameHint.NOTHING
            columns[column.place] = (
                as_doubt(evidence[column.place], column.reason, role)
                if is_guess and role is ColumnRole.COUNTER
                else replace(column, role=ColumnRole.IGNORED, reason=reason)
            )
    if role is ColumnRole.TIME:
        for column in [one for one in columns if one.proposal is role and not one.may_be_channel]:
            columns[column.place] = replace(column, certainty=Certainty.SURE, proposal=None)


def _clock_rank(one: ColumnEvidence, column: TableColumn) -> tuple[object, ...]:
    """Return the rank of a clock: ours, then numbers that rise in every row, then texts."""
    is_own = one.name.lower() == "time_s"
    rises = one.behaviour.kind in {BehaviourKind.RISING, BehaviourKind.COUNTING}
    unit = column.unit if column.unit in _CLOCK_HINT_ORDER else "unix"
    return (
        not is_own,
        one.texts is not None,
        not rises,
        one.hint is not NameHint.TIME,
        _CLOCK_HINT_ORDER.index(unit),
        one.name.lower(),
    )


def _counter_rank(one: ColumnEvidence, column: TableColumn) -> tuple[object, ...]:
    is_own = one.name.lower() == "index"
    return (not is_own, one.hint is not NameHint.COUNTER, -(column.modulo or 1 << 62), one.name)


def _repetition_rank(
    columns: Sequence[TableColumn],
) -> Callable[[ColumnEvidence, TableColumn], tuple[object, ...]]:
    """Return a rank that prefers the repetition of the corrected label, if that is the label."""
    is_corrected = any(
        one.name.lower().startswith("restim") and ColumnRole.LABEL in {one.role, one.proposal}
        for one in columns
    )

    def rank(one: ColumnEvidence, _: TableColumn) -> tuple[object, ...]:
        name = one.name.lower()
        return (name.startswith("rerep") != is_corrected, name != "repetition", name)

    return rank


def _leave_out_maybe_channels(
    evidence: Sequence[ColumnEvidence], columns: list[TableColumn]
) -> None:
    """Ignore analog inputs and other biosignals beside columns that are named as EMG."""
    if not any(
        one.hint is NameHint.EMG and columns[one.place].role is ColumnRole.CHANNEL
        for one in evidence
    ):
        return
    for one in evidence:
        if one.hint is NameHint.MAYBE_CHANNEL and columns[one.place].role is ColumnRole.CHANNEL:
            reason = "an analog input beside channels that are named as EMG"
            columns[one.place] = as_column(one, ColumnRole.IGNORED, reason)


def _doubt_unknown_beside_emg(
    evidence: Sequence[ColumnEvidence], columns: list[TableColumn]
) -> None:
    """Doubt signals whose names tell nothing, beside columns that are named as EMG."""
    if not any(
        one.hint is NameHint.EMG and columns[one.place].role is ColumnRole.CHANNEL
        for one in evidence
    ):
        return
    for one in evidence:
        is_guess = one.hint is NameHint.NOTHING and not one.is_trusted
        if is_guess and columns[one.place].role is ColumnRole.CHANNEL and one.name:
            reason = f"{one.behaviour.words}, but is not named as the EMG channels are"
            columns[one.place] = as_doubt(one, reason, ColumnRole.IGNORED)


def _doubt_states(
    raw: RawRecording, evidence: Sequence[ColumnEvidence], columns: list[TableColumn]
) -> None:
    """Doubt a column of a handful of values whose name tells nothing, beside rich signals."""
    channels = [one for one in evidence if columns[one.place].role is ColumnRole.CHANNEL]
    states = [one for one in channels if one.behaviour.kind is BehaviourKind.FEW_VALUES]
    rich = [one for one in channels if one not in states]
    if not any(has_many_values(raw.columns[one.place].values) for one in rich[:_MOST_COMPARED]):
        return
    for one in states:
        if one.hint is NameHint.NOTHING and not one.is_trusted:
            columns[one.place] = as_doubt(one, one.behaviour.words, ColumnRole.LABEL)


def _doubt_copies(
    raw: RawRecording, evidence: Sequence[ColumnEvidence], columns: list[TableColumn]
) -> None:
    """Doubt channels that are computed from another channel: a filtered or rectified copy."""
    channels = [one.place for one in columns if one.role is ColumnRole.CHANNEL]
    originals = channels[:_MOST_COMPARED]
    if len(channels) > _MOST_COMPARED:
        channels = [place for place in channels if evidence[place].meaning.is_filtered]
    for place, other in _copies_by_name(evidence, columns):
        why = f"named like a filtered copy of {_shown(columns[other])}"
        columns[place] = as_doubt(evidence[place], why, ColumnRole.IGNORED)
    for place in channels:
        # rather of a channel; but the rectified of a filtered column is computed from that one only
        others = sorted(originals, key=lambda one: columns[one].role is not ColumnRole.CHANNEL)
        original = _original(raw, evidence, place, others)
        if original is not None:
            why = f"computed from {_shown(columns[original])}, as a filter or a scale does"
            columns[place] = as_doubt(evidence[place], why, ColumnRole.IGNORED)


def _copies_by_name(
    evidence: Sequence[ColumnEvidence], columns: Sequence[TableColumn]
) -> Iterator[tuple[int, int]]:
    channels = [one for one in evidence if columns[one.place].role is ColumnRole.CHANNEL]
    originals = {
        signal_words(one.name): one.place for one in channels if not one.meaning.is_filtered
    }
    for one in channels:
        other = originals.get(signal_words(one.name))
        if one.meaning.is_filtered and other is not None:
            yield one.place, other


def _doubt_last_chance(evidence: Sequence[ColumnEvidence], columns: list[TableColumn]) -> None:
    """Doubt counters and clocks without a telling name, if the file has no channel otherwise."""
    if any(one.role is ColumnRole.CHANNEL or one.may_be_channel for one in columns):
        return
    for one in evidence:
        if one.hint is NameHint.NOTHING and one.behaviour.kind in _COUNTS_OR_RISES:
            columns[one.place] = as_doubt(one, one.behaviour.words, columns[one.place].role)


_COUNTS_OR_RISES = frozenset({BehaviourKind.COUNTING, BehaviourKind.RISING, BehaviourKind.STAMPED})


def _original(
    raw: RawRecording, evidence: Sequence[ColumnEvidence], place: int, others: Sequence[int]
) -> int | None:
    """Return the place of the first other column that a column is computed from; None for none."""
    meaning, name = evidence[place].meaning, evidence[place].name
    is_nameless = meaning.hint is NameHint.NOTHING
    values = raw.columns[place].values
    for other in others:
        if other == place:
            continue
        other_values = raw.columns[other].values
        if meaning.is_filtered > evidence[other].meaning.is_filtered:
            is_copy = is_computed_from(values, other_values)
        elif is_nameless:
            is_copy = is_computed_from(values, other_values) and not (
                other > place and is_computed_from(other_values, values)
            )
        else:
            is_same = signal_words(name) == signal_words(evidence[other].name)
            is_copy = other < place and is_same and is_scaled_copy(values, other_values)
        if is_copy:
            return other
    return None


def _shown(column: TableColumn) -> str:
    return (
        f"column {column.place + 1} {column.name!r}"
        if column.name
        else (f"column {column.place + 1}")
    )


def _named(columns: Sequence[TableColumn], has_header: bool) -> tuple[TableColumn, ...]:
    """Return the columns with made-up names where they have none."""
    if has_header:
        return tuple(
            one if one.name else replace(one, name=f"column {one.place + 1}") for one in columns
        )
    named, n_channels = [], 0
    for one in columns:
        is_channel = one.role is ColumnRole.CHANNEL
        n_channels += is_channel
        made_up = f"channel_{n_channels}" if is_channel else f"column {one.place + 1}"
        if one.role is ColumnRole.LABEL:
            made_up = "label"
        named.append(replace(one, name=one.name or made_up))
    return tuple(named)
