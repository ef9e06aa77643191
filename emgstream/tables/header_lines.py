"""The header among the first lines of a table: names, units, group headings and a preamble."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from emgstream.tables.clock_cells import read_clock
from emgstream.tables.column_names import is_unit
from emgstream.tables.table_cells import is_text, read_time, split_line, text_of_cell
from emgstream.tables.table_column import OWN_ROLES
from emgstream.wording import counted

__all__ = [
    "HeaderLines",
    "NumberFormat",
    "find_header",
    "is_header",
    "usual_count",
]

_FACT = re.compile(r"[^:=]+[:=]\s*\S")
"""Cell of a preamble that states a fact: ``Sampling Rate: 1000``."""
_QUOTED_LETTERS = 40
"""Letters of a line that a message quotes: a choice, half of a terminal's line."""


@dataclass(frozen=True)
class NumberFormat:
    """Separator and kind of decimal point."""

    separator: str
    """The character between two cells."""
    has_decimal_comma: bool = False
    """True if ``0,5`` is a number."""

    def split(self, line: str) -> list[str]:
        """Return the cells of a line."""
        return split_line(line, self.separator)

    def is_number(self, text: str) -> bool:
        """Return whether a cell is a number."""
        return read_time(text.replace(",", ".") if self.has_decimal_comma else text) is not None


def usual_count(counts: Sequence[int]) -> int:
    """Return the most frequent count; of several equally frequent ones, that of the first line."""
    found = Counter(counts)
    return max(found, key=lambda count: (found[count], count == counts[0]))


@dataclass(frozen=True)
class HeaderLines:
    """The place of the names among the lines."""

    width: int
    """Number of cells of most rows."""
    names_at: int
    """Place of the line of names, or of the first row where there is none."""
    body_from: int
    """Place of the first row."""
    has_names: bool
    """True if there is a line of names."""
    cells: list[str]
    """The names, or the cells of the first row."""
    units: list[str]
    """The line of units; empty if there is none."""
    group: list[str]
    """The line of group headings above the names; empty if there is none."""
    notes: list[str]
    """Notes for people."""


def find_header(
    split: Sequence[Sequence[str]], lines: Sequence[str], numbers: NumberFormat
) -> HeaderLines:
    """Return the place of the names: the fullest line of texts above the first row of numbers."""
    width = usual_count([len(cells) for cells in split])
    first_row = next((at for at, one in enumerate(split) if _is_row(one, width, numbers)), None)
    above = split[: first_row or 1]
    if first_row is None or _is_plain_header(above, width, numbers):
        names_at = 0 if is_header(split[0], numbers) else None
    else:
        names_at = _fullest(above, width, numbers)
        if names_at is None and _is_short_header(split[0], width, numbers):
            names_at = 0
    if names_at is None and first_row == 0 and _numbers_columns(split):
        note = "the first line numbers the columns"
        has_names = any(cell.strip() and not cell.strip().isdecimal() for cell in split[0])
        cells = ["" if cell.strip().isdecimal() else cell for cell in split[0]]
        return HeaderLines(width, 0, 1, has_names, cells, [], [], [note])
    if names_at is None:
        names_at = 0 if first_row is None else _first_of_body(split, first_row, width, numbers)
        notes = _preamble_notes(lines[:names_at])
        return HeaderLines(width, names_at, names_at, False, list(split[names_at]), [], [], notes)
    notes = _preamble_notes(lines[:names_at])
    units, body_from = _units_below(split, names_at, first_row, numbers, lines, notes)
    group = _group_above(split[:names_at], width)
    cells = ["" if _is_setting(cell) else cell for cell in split[names_at]]
    return HeaderLines(width, names_at, body_from, True, cells, units, group, notes)


def _is_plain_header(above: Sequence[Sequence[str]], width: int, numbers: NumberFormat) -> bool:
    """Return whether the first line names every column, as most files have it.

    One that is as wide as the rows, further down, is preferred to one that is narrower or wider.
    """
    cells = above[0]
    if len(cells) == width and any(text_of_cell(cell).lower() in OWN_ROLES for cell in cells):
        return True
    if len(cells) != width and any(
        len(one) == width and is_header(one, numbers) and not _is_unit_line(one)
        for one in above[1:]
    ):
        return False
    return (
        abs(len(cells) - width) <= 1
        and sum(is_text(cell.strip()) for cell in cells) >= min(len(cells), width - 1)
        and is_header(cells, numbers)
        and len({text_of_cell(cell) for cell in cells}) > len(cells) / 2
    )


def _is_short_header(cells: Sequence[str], width: int, numbers: NumberFormat) -> bool:
    """Return whether the first line has names for some of the columns, not a line of a preamble."""
    return 2 <= len(cells) != width and is_header(cells, numbers) and not cells[0].endswith(":")


def is_header(cells: Sequence[str], numbers: NumberFormat) -> bool:
    """Return whether a line may be one of names: no number in it, or a name of our own."""
    if any(text_of_cell(cell).lower() in OWN_ROLES for cell in cells):
        return True
    plain = [cell.split("\0")[0].strip() for cell in cells]
    return not any(numbers.is_number(cell) or read_clock(cell) is not None for cell in plain)


def _is_row(cells: Sequence[str], width: int, numbers: NumberFormat) -> bool:
    """Return whether a line is a row of data: as wide as most, with a number in half its cells."""
    if len(cells) != width or _is_setting(cells[0]):
        return False
    filled = [cell.strip() for cell in cells if cell.strip()]
    n_numbers = sum(numbers.is_number(cell) or read_clock(cell) is not None for cell in filled)
    return n_numbers > 0 and len(filled) >= width / 2 and n_numbers >= min(len(filled) / 2, 2)


def _is_setting(cell: str) -> bool:
    """Return whether a cell is a word before values, as ``Interval=`` above a LabChart table."""
    return cell.rstrip().endswith("=")


def _fullest(split: Sequence[Sequence[str]], width: int, numbers: NumberFormat) -> int | None:
    """Return the place of the line with most different names; the first of equals."""

    def n_names(cells: Sequence[str]) -> int:
        return len({text_of_cell(cell) for cell in cells if is_text(cell.strip())})

    possible = [
        at
        for at, cells in enumerate(split)
        if abs(len(cells) - width) <= 1
        and n_names(cells) > 0
        and is_header(cells, numbers)
        and not _is_unit_line(cells)
    ]

    def rank(at: int) -> tuple[int, bool, int]:
        is_fact = _FACT.match(split[at][0]) is not None
        return n_names(split[at]), not is_fact, -at

    return max(possible, key=rank) if possible else None


def _is_unit_line(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(is_unit(text_of_cell(cell)) for cell in filled)


def _first_of_body(
    split: Sequence[Sequence[str]], first_row: int, width: int, numbers: NumberFormat
) -> int:
    """Return the first line of data without a header: damaged rows may stand before a good one."""
    at = first_row
    while at > 0 and (len(split[at - 1]) == width or _has_number(split[at - 1], numbers)):
        if not _has_number(split[at - 1], numbers):
            break
        at -= 1
    return at


def _numbers_columns(split: Sequence[Sequence[str]]) -> bool:
    """Return whether the first line counts the columns, as pandas writes them without names.

    Some of them may have a name, or none: ``time,0,1`` or ``,0,1,2``.
    """
    first = [cell.strip() for cell in split[0]]
    counted = [cell for cell in first if cell.isdecimal()]
    runs = [[str(at + begin) for at in range(len(counted))] for begin in (0, 1)]
    if len(first) < 2 or len(counted) < 2 or counted not in runs or len(split) < 2:
        return False
    second = [cell.strip() for cell in split[1]]
    named = [at for at, cell in enumerate(first) if not cell.isdecimal()]
    if not named:
        return len(first) > 2 and second not in runs
    rows = [row for row in split[1:] if len(row) == len(first)]
    is_text_below = all(first[at] not in {row[at].strip() for row in rows} for at in named)
    return len(rows) >= _MIN_ROWS_BELOW and is_text_below


_MIN_ROWS_BELOW = 4
"""Rows from which a line of numbers and names is taken for a header: a choice."""


def _has_number(cells: Sequence[str], numbers: NumberFormat) -> bool:
    return len(cells) > 1 and numbers.is_number(cells[0].strip())


def _units_below(
    split: Sequence[Sequence[str]],
    names_at: int,
    first_row: int | None,
    numbers: NumberFormat,
    lines: Sequence[str],
    notes: list[str],
) -> tuple[list[str], int]:
    """Return the units below the names, and the place of the first row."""
    units: list[str] = []
    at = names_at + 1
    while at < len(split) and (first_row is None or at < first_row):
        if _is_unit_line(split[at]) and not units:
            units = [text_of_cell(cell).strip("()[] ") for cell in split[at]]
        elif _is_second_header(split[at], split[first_row] if first_row else [], numbers):
            notes.append(f"a second header line left out: {_quoted(lines[at])}")
        else:
            break
        at += 1
    if at < len(split) and _is_count_line(split[at], split[at + 1 : at + 9]):
        notes.append(f"a second header line left out: {_quoted(lines[at])}")
        at += 1
    return units, at


def _is_count_line(cells: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a first line has one whole number in all columns, or counts them, unlike rows.

    Biopac writes the number of samples there, others the channel numbers or the gains.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    plain = [cell for cell in filled if cell.isdecimal()]
    counts = plain == [str(at + int(plain[0])) for at in range(len(plain))] if plain else False
    is_one = len(set(plain)) == 1 and len(plain) < len(cells)
    fractions = sum("." in cell for row in rows for cell in row)
    return (
        len(plain) > 1
        and len(plain) >= len(filled) - 1
        and (counts or is_one)
        and len(rows) > 3
        and fractions > len(rows)
    )


def _is_second_header(cells: Sequence[str], row: Sequence[str], numbers: NumberFormat) -> bool:
    """Return whether a line has a text in every place where the rows have a number."""
    places = [at for at, cell in enumerate(row) if numbers.is_number(cell.strip())]
    return (
        len(cells) == len(row)
        and len(places) > 1
        and all(is_text(cells[at].strip()) and not numbers.is_number(cells[at]) for at in places)
    )


def _group_above(split: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return the group heading of each column: the text at its place or before it, above the names.

    Empty if no line above the names has at least two headings.
    """
    for cells in reversed(split):
        headings = [text_of_cell(cell) for cell in cells]
        if len(cells) == width and len({one for one in headings if one}) > 1:
            if any(":" in one for one in headings):
                continue  # "sensor mode: 65" describes, it does not name
            filled, last = [], ""
            for heading in headings:
                last = heading or last
                filled.append(last)
            return filled
    return []


def _preamble_notes(lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    listed = f", the first {_quoted(lines[0])}" if len(lines) > 1 else f": {_quoted(lines[0])}"
    lines_words = counted(len(lines), "line")
    return [f"{lines_words} above the table read as its preamble{listed}"]


def _quoted(line: str) -> str:
    text = text_of_cell(line)
    return repr(text if len(text) <= _QUOTED_LETTERS else text[:_QUOTED_LETTERS] + "…")
