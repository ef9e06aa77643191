"""Storage of a text table's columns: the kind of array that each becomes, by its first cells.

It is wide enough for every role that the column may get once all its values are known.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from emgstream.tables.clock_cells import read_clock
from emgstream.tables.column_behaviour import BehaviourKind, behaviour_of
from emgstream.tables.column_choice import ColumnChoice, place_of_column
from emgstream.tables.column_names import NameHint, meaning_of_name
from emgstream.tables.column_questions import split_choice
from emgstream.tables.table_cells import LARGEST_SAMPLE, LARGEST_WHOLE, is_text
from emgstream.tables.table_column import MARKER_COLUMN, ColumnRole, has_own_form, name_in_header
from emgstream.tables.table_columns import Storage, StoredColumn
from emgstream.tables.table_layout import TableLayout

__all__ = ["stored_columns"]

_EXACT_SINGLE = float(1 << 24)
"""Number up to which single precision holds every whole number."""
_MOST_TEXTS = 0.5
"""Share of the first rows that may have different texts in a column of labels: a choice."""
_NEEDED = frozenset(
    {NameHint.TIME, NameHint.COUNTER, NameHint.LABEL, NameHint.MARKER, NameHint.REPETITION}
)
_NEVER_READ = frozenset({NameHint.OTHER_SENSOR, NameHint.DESCRIPTION})
_OWN: dict[str, Storage] = {
    "label": "text",
    "time_s": "real",
    "index": "whole",
    "repetition": "whole",
    "segment": "whole",
}


@np.errstate(over="ignore", invalid="ignore")  # numbers may be as large as double precision
def stored_columns(
    layout: TableLayout, choice: ColumnChoice, own_channels: Collection[int] = ()
) -> tuple[StoredColumn, ...]:
    """Return the name and the storage of each column; what no role needs is skipped.

    ``own_channels`` are the places of columns that are known to be channels, whatever their name.
    """
    stated = _stated(layout.names, choice)
    is_own = has_own_form(layout.names)
    columns = []
    for place, name in enumerate(layout.names):
        if place in own_channels:
            guessed = _of_numbers(layout, place, NameHint.NOTHING)
        else:
            own_name = name_in_header(name) if own_channels else name
            guessed = _storage(layout, place, own_name, is_own)
        if place in stated:
            guessed = _for_role(stated[place], guessed)
        elif choice.channels is not None and layout.has_header and _is_dispensable(layout, place):
            guessed = "skipped"
        columns.append(StoredColumn(name or f"column {place + 1}", guessed))
    return tuple(columns)


def _stated(names: Sequence[str], choice: ColumnChoice) -> dict[int, ColumnRole]:
    """Return the roles that the user states, by place; names that do not exist are left out."""
    stated: dict[int, ColumnRole] = {}
    wanted = [(name, ColumnRole.IGNORED) for name in choice.ignore]
    wanted += [(name, ColumnRole.CHANNEL) for name in choice.channels or ()]
    for text, role in (
        (choice.label, ColumnRole.LABEL),
        (choice.time, ColumnRole.TIME),
        (choice.counter, ColumnRole.COUNTER),
    ):
        if text is not None:
            wanted.append((split_choice(names, text, role)[0], role))
    for name, role in wanted:
        place = place_of_column(names, name)
        if place is not None:
            stated[place] = role
    return stated


def _for_role(role: ColumnRole, guessed: Storage) -> Storage:
    if role is ColumnRole.IGNORED:
        return "skipped"
    if role is ColumnRole.LABEL:
        return "text"
    if role is ColumnRole.CHANNEL:
        return guessed if guessed in {"sample", "real", "text"} else "sample"
    return guessed if guessed in {"clock", "real", "whole"} else "real"


def _storage(layout: TableLayout, place: int, name: str, is_own: bool) -> Storage:
    own = _OWN.get(name.lower())
    if own is not None:
        return own
    if is_own and name.lower() == MARKER_COLUMN:
        return "text"
    hint = meaning_of_name(name).hint
    text = layout.first_text(place)
    if hint in _NEVER_READ or (is_own and text is not None):
        return "skipped"
    if text is None and hint is NameHint.LABEL and _has_words(layout, place):
        return "text"  # words and a number among them
    return _of_texts(layout, place, text) if text is not None else _of_numbers(layout, place, hint)


def _has_words(layout: TableLayout, place: int) -> bool:
    """Return whether most of the first cells of a column are words."""
    cells = list(filter(is_text, layout.cells(place)))
    n_words = sum(layout.number(cell) is None for cell in cells)
    return n_words > len(cells) / 2


def _of_texts(layout: TableLayout, place: int, first: str) -> Storage:
    cells = [cell for cell in layout.cells(place) if cell]
    if read_clock(first) is not None:
        return "clock"
    is_many = len(cells) > 8 and len(set(cells)) > _MOST_TEXTS * len(cells)
    return "skipped" if is_many and layout.has_header else "text"


def _of_numbers(layout: TableLayout, place: int, hint: NameHint) -> Storage:
    numbers = _numbers(layout, place)
    if not len(numbers):
        return "sample"
    if _rises(numbers) and all(cell.isdecimal() for cell in layout.cells(place) if cell):
        largest = float(np.abs(numbers).max())
        if LARGEST_WHOLE <= largest < 2.0**63:
            return "whole"  # UNIX time in ns
    is_large = _EXACT_SINGLE <= float(np.abs(numbers).max()) < LARGEST_SAMPLE
    is_clock = hint in {NameHint.TIME, NameHint.COUNTER}
    return "real" if is_clock or is_large or _rises(numbers) else "sample"


def _rises(numbers: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    kinds = {BehaviourKind.COUNTING, BehaviourKind.RISING, BehaviourKind.STAMPED}
    return behaviour_of(numbers).kind in kinds


def _numbers(layout: TableLayout, place: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    found = [layout.number(cell) for cell in layout.cells(place)]
    return np.array([number for number in found if number is not None], dtype=np.float64)


def _is_dispensable(layout: TableLayout, place: int) -> bool:
    """Return whether a column that is no channel cannot be a label, a clock or a counter either."""
    name = layout.names[place]
    if name.lower() in _OWN or meaning_of_name(name).hint in _NEEDED:
        return False
    if layout.first_text(place) is not None:
        return False
    return behaviour_of(_numbers(layout, place)).kind in _NO_OTHER_ROLE


_NO_OTHER_ROLE = frozenset({BehaviourKind.SIGNAL, BehaviourKind.UNKNOWN, BehaviourKind.EMPTY})
