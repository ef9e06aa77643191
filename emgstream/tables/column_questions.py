"""The user's statements put in the place of guessed roles, and the questions that stay open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from emgstream.errors import NoSuchColumnError, TableError
from emgstream.tables.column_choice import (
    TIME_UNITS,
    ColumnChoice,
    column_references,
    place_of_column,
)
from emgstream.tables.sample_counter import LARGEST_MODULO
from emgstream.tables.table_column import (
    OWN_ROLES,
    Certainty,
    ColumnQuestion,
    ColumnRole,
    TableColumn,
)
from emgstream.wording import command_line, did_you_mean, number_up_to, shortened

__all__ = ["apply_choice", "open_questions", "split_choice", "unlabelled_value"]

_MOST_LISTED = 12
"""Names that a message lists at most: a choice, one line of a terminal."""


def apply_choice(
    path: Path, columns: Sequence[TableColumn], choice: ColumnChoice
) -> tuple[TableColumn, ...]:
    """Return the columns with the roles that the user states.

    Raises NoSuchColumnError if a column that is named does not exist, and TableError if a role does
    not fit a column.
    """
    settled = list(columns)
    if choice.channels is not None:
        _settle_channels(settled, _channel_places(path, columns, choice.channels))
    for wanted in choice.ignore:
        place = _place(path, columns, wanted, "--ignore")
        _refuse_second_role(path, settled[place], ColumnRole.IGNORED)
        _settle(settled, place, ColumnRole.IGNORED)
    names = [one.name for one in columns]
    for role, text in (
        (ColumnRole.LABEL, choice.label),
        (ColumnRole.TIME, choice.time),
        (ColumnRole.COUNTER, choice.counter),
    ):
        if text is not None:
            name, suffix = split_choice(names, text, role)
            place = _place(path, columns, name, f"--{role.value}")
            _refuse_second_role(path, settled[place], role)
            _make_room(settled, role, place)
            _settle(settled, place, role)
            settled[place] = _with_suffix(path, settled[place], name, suffix)
    if choice.label_from_name:
        _make_room(settled, ColumnRole.LABEL, -1)
    return tuple(settled)


def _refuse_second_role(path: Path, column: TableColumn, role: ColumnRole) -> None:
    """Raise TableError if the user has already stated another role of this column."""
    is_left_out = column.reason == _NOT_NAMED
    if column.certainty is Certainty.SETTLED and not is_left_out and column.role is not role:
        raise TableError(
            f"{path}: column {column.place + 1} {column.name!r} is given two roles, "
            f"{column.role.value} and {role.value}; expected one for each column; leave one out"
        )


_NOT_NAMED = "not among the channels that were named"


def _settle(
    settled: list[TableColumn], place: int, role: ColumnRole, reason: str | None = None
) -> None:
    settled[place] = replace(
        settled[place],
        role=role,
        reason=reason or f"settled by the user: {role.value}",
        certainty=Certainty.SETTLED,
        proposal=None,
        may_be_channel=False,
    )


def _settle_channels(settled: list[TableColumn], places: Sequence[int]) -> None:
    for one in tuple(settled):
        if one.place in places:
            _settle(settled, one.place, ColumnRole.CHANNEL)
        elif one.proposal in {ColumnRole.LABEL, ColumnRole.TIME}:
            settled[one.place] = replace(one, may_be_channel=False)
        elif one.role is ColumnRole.CHANNEL or one.may_be_channel:
            _settle(settled, one.place, ColumnRole.IGNORED, _NOT_NAMED)


def _with_suffix(path: Path, column: TableColumn, name: str, suffix: str) -> TableColumn:
    """Return a column with the unit of a clock or the modulo of a counter, as stated or guessed.

    ``name`` is what the user calls the column.
    """
    if column.role is ColumnRole.TIME:
        return replace(column, unit=_stated_unit(path, column, name, suffix))
    if column.role is ColumnRole.COUNTER and suffix:
        return replace(column, modulo=int(suffix))
    return column


def split_choice(names: Sequence[str], text: str, role: ColumnRole) -> tuple[str, str]:
    """Return the column and the suffix of ``COL:UNIT``, ``COL:MODULO`` or ``COL:VALUE``.

    A column whose name is the whole text comes first, as a name may hold a colon.

    >>> split_choice(["t", "a:b"], "t:ms", ColumnRole.TIME)
    ('t', 'ms')
    >>> split_choice(["t", "a:b"], "a:b", ColumnRole.LABEL)
    ('a:b', '')
    """
    name, colon, suffix = text.rpartition(":")
    if not colon or not name or place_of_column(names, text) is not None:
        return text, ""
    fits = {
        ColumnRole.TIME: suffix.strip().lower() in TIME_UNITS,
        ColumnRole.COUNTER: (number_up_to(suffix.strip(), LARGEST_MODULO) or 0) > 1,
    }.get(role, True)
    return (name, suffix.strip()) if fits else (text, "")


def unlabelled_value(columns: Sequence[TableColumn], choice: ColumnChoice) -> str | None:
    """Return the value of rows without a label, as ``--label COL:VALUE`` states it."""
    if choice.label is None:
        return None
    suffix = split_choice([one.name for one in columns], choice.label, ColumnRole.LABEL)[1]
    return suffix or None


def _make_room(settled: list[TableColumn], role: ColumnRole, place: int) -> None:
    """Ignore the column that had the role before."""
    for at, one in enumerate(settled):
        if one.role is role and one.place != place:
            settled[at] = replace(
                one, role=ColumnRole.IGNORED, reason=f"another column was named as the {role.value}"
            )


def _stated_unit(path: Path, column: TableColumn, name: str, suffix: str) -> str:
    """Return the unit of a clock: as stated, else as guessed; raises TableError without one."""
    if suffix:
        return suffix.lower()
    if column.unit in TIME_UNITS:
        return column.unit
    raise TableError(
        f"{path}: the unit of the clock in column {column.place + 1} {column.name!r} is not known; "
        f"expected one of {', '.join(TIME_UNITS)}; give it as --time {name}:s"
    )


def _channel_places(path: Path, columns: Sequence[TableColumn], wanted: Sequence[str]) -> list[int]:
    places = [_place(path, columns, name, "--channels") for name in wanted]
    if len(set(places)) < len(places):
        raise TableError(f"{path}: a channel is asked for twice; name each channel once")
    if not places:
        raise TableError(
            f"{path}: no channel is asked for; name at least one of {_listed(columns)}"
        )
    for place in places:
        if columns[place].name.lower() in OWN_ROLES:
            raise TableError(
                f"{path}: column {columns[place].name!r} has a name of meta data, not of a "
                "channel; rename it in the header line to read it as one"
            )
    return places


def _place(path: Path, columns: Sequence[TableColumn], wanted: str, option: str) -> int:
    names = [one.name for one in columns]
    place = place_of_column(names, wanted)
    if place is not None:
        return place
    meant = did_you_mean(wanted, filter(None, names))
    hint = f"; choose one of them with {option}, by name or by number from 1, or rename a column"
    raise NoSuchColumnError(
        f"{path} has no column {wanted!r}{meant}; it has {_listed(columns)}{'' if meant else hint}",
        tuple(one.name for one in columns if one.role is ColumnRole.CHANNEL),
    )


def _listed(columns: Sequence[TableColumn]) -> str:
    names = [shortened(one.name) or "(unnamed)" for one in columns]
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def open_questions(
    columns: Sequence[TableColumn], choice: ColumnChoice, has_header: bool
) -> tuple[ColumnQuestion, ...]:
    """Return the questions that are open, those on channels first."""
    return tuple(_questions(columns, choice, has_header))


def _questions(
    columns: Sequence[TableColumn], choice: ColumnChoice, has_header: bool
) -> Iterator[ColumnQuestion]:
    references = column_references([one.name for one in columns])
    doubtful = [one for one in columns if one.may_be_channel]
    if doubtful:
        yield _channel_question(columns, doubtful, references, has_header)
    has_label = choice.label_from_name or any(one.role is ColumnRole.LABEL for one in columns)
    proposed = [one for one in columns if one.proposal is ColumnRole.LABEL]
    if proposed and not has_label:
        yield _label_question(proposed, references)
    has_clock = any(one.role is ColumnRole.TIME for one in columns)
    clocks = [one for one in columns if one.proposal is ColumnRole.TIME and not one.may_be_channel]
    if clocks and not has_clock and choice.rate_hz is None:
        yield _clock_question(clocks[0], references[clocks[0].place])


def _channel_question(
    columns: Sequence[TableColumn],
    doubtful: Sequence[TableColumn],
    references: Sequence[str],
    has_header: bool,
) -> ColumnQuestion:
    told = doubtful
    if not has_header:
        told = [one for one in columns if one.role is not ColumnRole.CHANNEL]
    parts = [_with_reason(group, has_header) for group in _grouped(told)]
    begin = "" if has_header else "no header line; "
    channels = (
        [one for one in columns if one.role is ColumnRole.CHANNEL]
        or [one for one in doubtful if one.proposal in {ColumnRole.CHANNEL, ColumnRole.IGNORED}]
        or list(doubtful)
    )
    option, named = "--channels", channels
    if len(channels) > _MOST_LISTED and channels[0].role is ColumnRole.CHANNEL:
        option, named = "--ignore", list(doubtful)
    words = [references[one.place] if has_header else str(one.place + 1) for one in named]
    return ColumnQuestion(
        f"{begin}{', '.join(parts)}: which columns are channels?",
        (option, ",".join(words)),
        tuple(one.place for one in doubtful),
        is_about_channels=True,
    )


def _grouped(columns: Sequence[TableColumn]) -> list[list[TableColumn]]:
    """Return the columns with equal reasons together, in the order of the first of each."""
    groups: dict[str, list[TableColumn]] = {}
    for one in columns:
        groups.setdefault(one.reason, []).append(one)
    return list(groups.values())


def _with_reason(group: Sequence[TableColumn], has_header: bool) -> str:
    reason = group[0].reason
    if len(group) == 1:
        one = group[0]
        name = f" {shortened(one.name)!r}" if has_header and one.name else ""
        return f"column {one.place + 1}{name} {_verb(reason)}"
    for single, plural in _PLURALS:
        if _verb(reason).startswith(single):
            reason = plural + _verb(reason).removeprefix(single)
            break
    return f"columns {_ranges([one.place + 1 for one in group])} {reason}"


_PLURALS = (
    ("is ", "are "),
    ("has ", "have "),
    ("counts ", "count "),
    ("rises ", "rise "),
    ("holds ", "hold "),
    ("varies ", "vary "),
)


def _verb(reason: str) -> str:
    """Return a reason as the rest of a sentence on its column."""
    begins = ("named", "computed", "one-to-one", "not ", "another", "the ", "an ", "a ")
    return f"is {reason}" if reason.startswith(begins) else reason


def _ranges(numbers: Sequence[int]) -> str:
    """Return numbers as ranges.

    >>> _ranges([6, 7, 8, 10])
    '6-8 and 10'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _label_question(proposed: Sequence[TableColumn], references: Sequence[str]) -> ColumnQuestion:
    best = min(proposed, key=_label_preference)
    others = [one for one in proposed if one is not best]
    word = references[best.place]
    has_zero = re.search(r"\(0[,)]|, 0[,)]", best.reason) is not None
    zero = (
        [f"{command_line('--label', word + ':0')} if rows of 0 have no label"] if has_zero else []
    )
    also = f" Column {others[0].place + 1} {others[0].name!r} may be it, too." if others else ""
    text = f"column {best.place + 1} {best.name!r} {_verb(best.reason)}: is it the label"
    if best.may_be_channel:  # the question on the channels describes it
        text = f"Is column {best.place + 1} the label"
    return ColumnQuestion(
        f"{text}?{also}",
        ("--label", word),
        tuple(one.place for one in proposed),
        is_about_channels=False,
        alternatives="; ".join([*zero, f"{command_line('--ignore', word)} if it is not"]),
    )


def _label_preference(one: TableColumn) -> tuple[int, str]:
    order = ("named like a label", "holds", "has", "named like a marker")
    rank = next((at for at, begin in enumerate(order) if one.reason.startswith(begin)), len(order))
    return 2 * rank - one.name.lower().startswith("re"), one.name.lower()


def _clock_question(clock: TableColumn, word: str) -> ColumnQuestion:
    return ColumnQuestion(
        f"column {clock.place + 1} {clock.name!r} {_verb(clock.reason)}: which unit has it?",
        ("--time", f"{word}:ms"),
        (clock.place,),
        is_about_channels=False,
        alternatives=f"{command_line('--ignore', word)} if it is not a clock",
    )
