"""Layout of a table's text: separator, decimal comma, preamble, header and units.

It is detected in the first lines, so that it does not depend on the size of later blocks. The
header is the line of names above the rows; a preamble of other widths, group headings and a line
of units may stand around it. `line_forms` reads serial monitors and ``name:value`` fields.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from emgstream.errors import TableError
from emgstream.tables.clock_cells import read_clock
from emgstream.tables.column_names import is_unit
from emgstream.tables.line_forms import LineForm, detect_form
from emgstream.tables.table_cells import MISSING_WORDS, decode, read_time, split_line
from emgstream.tables.table_preamble import StatedFacts, stated_facts

__all__ = ["HEAD_BYTES", "HEAD_LINES", "LONGEST_HEAD", "OWN_NAMES", "TableLayout", "detect_layout"]

HEAD_BYTES = 1 << 16
"""Bytes in which the layout is detected. A choice: more than 500 rows of 16 channels."""
HEAD_LINES = 24
"""Lines in which it is detected at least, if they are long. A choice: the header and 20 rows."""
LONGEST_HEAD = 1 << 23
"""Bytes of these lines at most: a choice, 24 lines of 20,000 columns."""
OWN_NAMES = frozenset({"label", "repetition", "segment", "index", "time_s"})
"""Names, in lower case, that have a fixed meaning in the project's own recordings."""
_SEPARATORS = ("\t", ";", ",", "|")  # the first wins a tie
_EXCEL_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*")
_FACT = re.compile(r"[^:=]+[:=]\s*\S")
"""Cell of a preamble that states a fact: ``Sampling Rate: 1000``."""
_N_SAMPLED = 500
"""Rows in which the layout is detected. A choice: enough to outvote damaged rows."""
_QUOTED_LETTERS = 40
"""Letters of a line that a message quotes: a choice, half of a terminal's line."""


@dataclass(frozen=True)
class TableLayout:
    """The layout of one table's text."""

    form: LineForm
    """Form of the lines."""
    separator: str
    """The character between two cells."""
    has_decimal_comma: bool
    """True if ``0,5`` is a number."""
    names: tuple[str, ...]
    """Name of each column, stripped; empty if it has none."""
    rows: tuple[tuple[str, ...], ...]
    """Cells of the first rows that have as many as there are names."""
    body_at: int
    """Beginning of the data, in bytes from the beginning of the text."""
    has_header: bool
    """True if the names stand in the file."""
    units: tuple[str, ...] = ()
    """Unit of each column from a line of its own; empty without one."""
    header: str | None = None
    """The header line, stripped; None if there is none or if it could be a row of data as well."""
    notes: tuple[str, ...] = ()
    """Guesses on the layout, for people."""
    stated: StatedFacts = field(default_factory=StatedFacts)
    """Facts that the comments and the preamble state."""

    def cells(self, place: int) -> list[str]:
        """Return the first cells of a column, without what follows a NUL byte."""
        return [row[place].split("\0")[0].strip() for row in self.rows]

    def number(self, cell: str) -> float | None:
        """Return a cell as a number; None for a text."""
        return read_time(cell.replace(",", ".") if self.has_decimal_comma else cell)

    def first_text(self, place: int) -> str | None:
        """Return the first text of a column; None if it has a number, or nothing at all."""
        first = None
        for cell in self.cells(place):
            if self.number(cell) is not None:
                return None
            if first is None and _is_text(cell):
                first = decode(cell.encode("latin-1"))
        return first


@dataclass(frozen=True)
class _NumberFormat:
    """Separator and kind of decimal point."""

    separator: str
    has_decimal_comma: bool = False

    def split(self, line: str) -> list[str]:
        return split_line(line, self.separator)

    def is_number(self, text: str) -> bool:
        return read_time(text.replace(",", ".") if self.has_decimal_comma else text) is not None


@dataclass(frozen=True)
class _Lines:
    """The first lines of a file that are neither blank nor comments."""

    texts: list[str]
    """The lines."""
    places: list[int]
    """Place of each among all lines."""


def _is_text(cell: str) -> bool:
    return bool(cell) and cell.lower() not in MISSING_WORDS


def detect_layout(path: Path, head: bytes) -> TableLayout:
    """Return the layout of a table; ``head`` are its first lines, each whole.

    Raises TableError if there is no line of data.
    """
    every_line = head.decode("latin-1").split("\n")
    excel = _EXCEL_SEPARATOR.fullmatch(every_line[0])
    form = detect_form(every_line[1 if excel else 0 :])
    lines, comments = _without_comments(every_line, 1 if excel else 0, form)
    if not lines.texts:
        raise TableError(
            f"{path} has 0 rows; give a table with the column names in its first line and one row "
            "a sample below"
        )
    plain = [form.plain_line(line) for line in lines.texts]
    numbers = _number_format(plain, excel.group(1) if excel else None)
    found = _find_header([numbers.split(line) for line in plain], plain, numbers)
    facts = stated_facts([*comments, *lines.texts[: found.names_at]], found.width)
    rows = [numbers.split(line) for line in plain[found.body_from :]]
    body_at = _offset(every_line, lines.places[found.body_from]) if rows else len(head)
    names, notes = _names(found, rows, comments, form, facts, numbers)
    if not form.names:
        names, more = _with_unnamed_column(names, rows)
        notes += more
    fitting = tuple(tuple(row[: len(names)]) for row in rows if _fits(row, len(names)))
    layout = TableLayout(
        form=form,
        separator=numbers.separator,
        has_decimal_comma=numbers.has_decimal_comma,
        names=tuple(names),
        rows=fitting,
        body_at=body_at,
        has_header=any(names),
        units=tuple(found.units),
        notes=(*notes, *form.notes),
        stated=facts,
    )
    if found.has_names and _cannot_be_row(layout):
        return replace(layout, header=plain[found.names_at].strip())
    return layout


def _cannot_be_row(layout: TableLayout) -> bool:
    """Return whether one of the names is text where the column holds numbers."""
    return any(
        name.lower() != "label"
        and layout.number(name) is None
        and layout.first_text(place) is None
        and any(layout.number(cell) is not None for cell in layout.cells(place))
        for place, name in enumerate(layout.names)
    )


def _without_comments(lines: Sequence[str], first: int, form: LineForm) -> tuple[_Lines, list[str]]:
    """Return the lines of data and header, and the comments that stand before the first of them."""
    kept, comments = _Lines([], []), []
    for place, line in enumerate(lines[first:], first):
        if not line.strip():
            continue
        if form.is_comment(line) or (not kept.texts and form.is_head_comment(line)):
            if not kept.texts:
                comments.append(line.strip())
            continue
        kept.texts.append(line)
        kept.places.append(place)
        if len(kept.texts) == _N_SAMPLED:
            break
    return kept, comments


def _offset(lines: Sequence[str], n: int) -> int:
    return sum(len(line) + 1 for line in lines[:n])


def _name(cell: str) -> str:
    return decode(cell.replace("\0", "").encode("latin-1"))


def _number_format(body: Sequence[str], separator: str | None) -> _NumberFormat:
    """Choose the separator that cuts most lines into equally many cells."""
    if separator is None:
        separator = max(_SEPARATORS, key=lambda one: _n_agreeing(body, one))
        if _n_agreeing(body, separator) == 0:
            separator = ","
    if separator == ",":
        return _NumberFormat(separator)
    names = [_name(cell).lower() for cell in split_line(body[0], separator)]
    # a file with 0.5 in it may write 1,000 for a thousand; a label such as 0.5 is no number
    has_points = any(
        name != "label" and "." in cell and read_time(cell) is not None
        for line in body
        for name, cell in zip(names, split_line(line, separator), strict=False)
    )
    return _NumberFormat(separator, has_decimal_comma=not has_points)


def _n_agreeing(body: Sequence[str], separator: str) -> int:
    """Return the number of lines with the usual number of cells; 0 if that is 1.

    The first line decides a tie, as its cells are names.
    """
    counts = [len(split_line(line, separator)) for line in body]
    usual = _usual(counts)
    return counts.count(usual) if usual > 1 else 0


def _usual(counts: Sequence[int]) -> int:
    """Return the most frequent count; of several equally frequent ones, that of the first line."""
    found = Counter(counts)
    return max(found, key=lambda count: (found[count], count == counts[0]))


@dataclass(frozen=True)
class _Header:
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


def _find_header(
    split: Sequence[Sequence[str]], lines: Sequence[str], numbers: _NumberFormat
) -> _Header:
    """Return the place of the names: the fullest line of texts above the first row of numbers."""
    width = _usual([len(cells) for cells in split])
    first_row = next((at for at, one in enumerate(split) if _is_row(one, width, numbers)), None)
    above = split[: first_row or 1]
    if first_row is None or _is_plain_header(above, width, numbers):
        names_at = 0 if _is_header(split[0], numbers) else None
    else:
        names_at = _fullest(above, width, numbers)
        if names_at is None and _is_short_header(split[0], width, numbers):
            names_at = 0
    if names_at is None and first_row == 0 and _numbers_columns(split):
        note = "the first line numbers the columns"
        has_names = any(cell.strip() and not cell.strip().isdecimal() for cell in split[0])
        cells = ["" if cell.strip().isdecimal() else cell for cell in split[0]]
        return _Header(width, 0, 1, has_names, cells, [], [], [note])
    if names_at is None:
        names_at = 0 if first_row is None else _first_of_body(split, first_row, width, numbers)
        notes = _preamble_notes(lines[:names_at])
        return _Header(width, names_at, names_at, False, list(split[names_at]), [], [], notes)
    notes = _preamble_notes(lines[:names_at])
    units, body_from = _units_below(split, names_at, first_row, numbers, lines, notes)
    group = _group_above(split[:names_at], width)
    cells = list(split[names_at])
    return _Header(width, names_at, body_from, True, cells, units, group, notes)


def _is_plain_header(above: Sequence[Sequence[str]], width: int, numbers: _NumberFormat) -> bool:
    """Return whether the first line names every column, as most files have it.

    One that is as wide as the rows, further down, is preferred to one that is narrower or wider.
    """
    cells = above[0]
    if len(cells) == width and any(_name(cell).lower() in OWN_NAMES for cell in cells):
        return True
    if len(cells) != width and any(
        len(one) == width and _is_header(one, numbers) and not _is_unit_line(one)
        for one in above[1:]
    ):
        return False
    return (
        abs(len(cells) - width) <= 1
        and sum(_is_text(cell.strip()) for cell in cells) >= min(len(cells), width - 1)
        and _is_header(cells, numbers)
        and len({_name(cell) for cell in cells}) > len(cells) / 2
    )


def _is_short_header(cells: Sequence[str], width: int, numbers: _NumberFormat) -> bool:
    """Return whether the first line has names for some of the columns, not a line of a preamble."""
    return 2 <= len(cells) != width and _is_header(cells, numbers) and not cells[0].endswith(":")


def _is_header(cells: Sequence[str], numbers: _NumberFormat) -> bool:
    if any(_name(cell).lower() in OWN_NAMES for cell in cells):
        return True
    plain = [cell.split("\0")[0].strip() for cell in cells]
    return not any(numbers.is_number(cell) or read_clock(cell) is not None for cell in plain)


def _is_row(cells: Sequence[str], width: int, numbers: _NumberFormat) -> bool:
    """Return whether a line is a row of data: as wide as most, with a number in half its cells."""
    if len(cells) != width:
        return False
    filled = [cell.strip() for cell in cells if cell.strip()]
    n_numbers = sum(numbers.is_number(cell) or read_clock(cell) is not None for cell in filled)
    return n_numbers > 0 and len(filled) >= width / 2 and n_numbers >= min(len(filled) / 2, 2)


def _fullest(split: Sequence[Sequence[str]], width: int, numbers: _NumberFormat) -> int | None:
    """Return the place of the line with most different names; the first of equals."""

    def n_names(cells: Sequence[str]) -> int:
        return len({_name(cell) for cell in cells if _is_text(cell.strip())})

    possible = [
        at
        for at, cells in enumerate(split)
        if abs(len(cells) - width) <= 1
        and n_names(cells) > 0
        and _is_header(cells, numbers)
        and not _is_unit_line(cells)
    ]

    def rank(at: int) -> tuple[int, bool, int]:
        is_fact = _FACT.match(split[at][0]) is not None
        return n_names(split[at]), not is_fact, -at

    return max(possible, key=rank) if possible else None


def _is_unit_line(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(is_unit(_name(cell)) for cell in filled)


def _first_of_body(
    split: Sequence[Sequence[str]], first_row: int, width: int, numbers: _NumberFormat
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


def _has_number(cells: Sequence[str], numbers: _NumberFormat) -> bool:
    return len(cells) > 1 and numbers.is_number(cells[0].strip())


def _units_below(
    split: Sequence[Sequence[str]],
    names_at: int,
    first_row: int | None,
    numbers: _NumberFormat,
    lines: Sequence[str],
    notes: list[str],
) -> tuple[list[str], int]:
    """Return the units below the names, and the place of the first row."""
    units: list[str] = []
    at = names_at + 1
    while at < len(split) and (first_row is None or at < first_row):
        if _is_unit_line(split[at]) and not units:
            units = [_name(cell).strip("()[] ") for cell in split[at]]
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


def _is_second_header(cells: Sequence[str], row: Sequence[str], numbers: _NumberFormat) -> bool:
    """Return whether a line has a text in every place where the rows have a number."""
    places = [at for at, cell in enumerate(row) if numbers.is_number(cell.strip())]
    return (
        len(cells) == len(row)
        and len(places) > 1
        and all(_is_text(cells[at].strip()) and not numbers.is_number(cells[at]) for at in places)
    )


def _group_above(split: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return the group heading of each column: the text at its place or before it, above the names.

    Empty if no line above the names has at least two headings.
    """
    for cells in reversed(split):
        headings = [_name(cell) for cell in cells]
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
    lines_words = "1 line" if len(lines) == 1 else f"{len(lines)} lines"
    return [f"{lines_words} above the table taken for its preamble{listed}"]


def _quoted(line: str) -> str:
    text = _name(line.strip())
    return repr(text if len(text) <= _QUOTED_LETTERS else text[:_QUOTED_LETTERS] + "…")


def _names(
    found: _Header,
    rows: Sequence[Sequence[str]],
    comments: Sequence[str],
    form: LineForm,
    facts: StatedFacts,
    numbers: _NumberFormat,
) -> tuple[list[str], list[str]]:
    """Return the names of the columns, and notes on them."""
    if form.names:
        return [*form.names], found.notes
    if found.has_names:
        names, notes = _different([_name(cell) for cell in found.cells], found.group)
        return names, [*found.notes, *notes]
    width = len(found.cells)
    if facts.names and width - len(facts.names) in {0, 1}:
        note = "column names taken from the comments above the data"
        return [*facts.names, *[""] * (width - len(facts.names))], [*found.notes, note]
    for comment in reversed(comments[-1:]):
        cells = [_name(one) for one in numbers.split(form.without_prefix(comment))]
        if len(cells) == width and _is_header(cells, numbers) and width > 1:
            note = "column names taken from the comment line above the data"
            names, notes = _different(cells, [])
            return names, [*found.notes, note, *notes]
    return [""] * _width_of_rows(rows, width), found.notes


def _width_of_rows(rows: Sequence[Sequence[str]], first: int) -> int:
    """Return the number of columns; a last cell that is empty in every row is none of them."""
    if first > 1 and all(len(row) < first or not row[first - 1].strip() for row in rows):
        return first - 1
    return first


def _different(names: list[str], group: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return names of which none occurs twice, and a note on those that were changed.

    Names of our own recordings have one meaning each, so that they may differ in case.
    """
    keys = [name.lower() if name.lower() in OWN_NAMES else name for name in names]
    doubled = {key for key, n in Counter(keys).items() if n > 1 and key}
    if not doubled:
        return names, []
    if group and len(group) == len(names):
        both = zip(group, names, strict=True)
        grouped = [f"{one} {name}".strip() if name else "" for one, name in both]
        if len({one for one in grouped if one}) == sum(map(bool, grouped)):
            return grouped, ["names occur twice; the heading of their group stands before them"]
    taken = Counter[str]()
    changed = []
    for name, key in zip(names, keys, strict=True):
        taken[key] += 1
        changed.append(name if key not in doubled or taken[key] == 1 else f"{name} ({taken[key]})")
    listed = ", ".join(repr(name) for name in sorted(doubled))
    return changed, [f"several columns are named {listed}; numbered in their order"]


def _with_unnamed_column(
    names: list[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str], list[str]]:
    """Add the column that most rows have and the header line lacks; return a note on it.

    It is the first one if R wrote row names, the last one if each row ends in a separator.
    """
    shorter = [row for row in rows if len(row) == len(names) - 1]
    if len(shorter) > len(rows) / 2 and len(names) > 1:
        note = f"the rows have no field for the last name of the header line, {names[-1]!r}"
        return names[:-1], [note]
    longer = [row for row in rows if len(row) == len(names) + 1]
    if len(longer) <= len(rows) / 2:
        return names, []
    if all(not row[-1].strip() for row in longer):
        return [*names, ""], []
    return ["", *names], [
        "the rows have one field more than the header line; the first is taken as the row's name"
    ]


def _fits(row: Sequence[str], width: int) -> bool:
    return len(row) == width or (len(row) > width and not "".join(row[width:]).strip())
