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
from emgstream.tables.header_lines import (
    HeaderLines,
    NumberFormat,
    find_header,
    is_header,
    usual_count,
)
from emgstream.tables.line_forms import LineForm, detect_form
from emgstream.tables.table_cells import decode, is_text, read_time, split_line, text_of_cell
from emgstream.tables.table_column import OWN_ROLES
from emgstream.tables.table_preamble import StatedFacts, stated_facts

__all__ = ["HEAD_BYTES", "HEAD_LINES", "LONGEST_HEAD", "TableLayout", "detect_layout"]

HEAD_BYTES = 1 << 16
"""Bytes in which the layout is detected. A choice: more than 500 rows of 16 channels."""
HEAD_LINES = 24
"""Lines in which it is detected at least, if they are long. A choice: the header and 20 rows."""
LONGEST_HEAD = 1 << 23
"""Bytes of these lines at most: a choice, 24 lines of 20,000 columns."""
_SEPARATORS = ("\t", ";", ",", "|")  # the first wins a tie
_EXCEL_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*")
_N_SAMPLED = 500
"""Rows in which the layout is detected. A choice: enough to outvote damaged rows."""


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
            if first is None and is_text(cell):
                first = decode(cell.encode("latin-1"))
        return first


@dataclass(frozen=True)
class _Lines:
    """The first lines of a file that are neither blank nor comments."""

    texts: list[str]
    """The lines."""
    places: list[int]
    """Place of each among all lines."""


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
    found = find_header([numbers.split(line) for line in plain], plain, numbers)
    above = [text_of_cell(line) for line in (*comments, *lines.texts[: found.names_at])]
    facts = stated_facts(above, found.width)
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
                comments.append(line)
            continue
        kept.texts.append(line)
        kept.places.append(place)
        if len(kept.texts) == _N_SAMPLED:
            break
    return kept, comments


def _offset(lines: Sequence[str], n: int) -> int:
    return sum(len(line) + 1 for line in lines[:n])


def _number_format(body: Sequence[str], separator: str | None) -> NumberFormat:
    """Choose the separator that cuts most lines into equally many cells."""
    if separator is None:
        separator = max(
            _SEPARATORS, key=lambda one: (_n_agreeing(body, one), _has_own_name(body[0], one))
        )
        if _n_agreeing(body, separator) == 0:
            separator = ","
    if separator == ",":
        return NumberFormat(separator)
    names = [text_of_cell(cell).lower() for cell in split_line(body[0], separator)]
    # a file with 0.5 in it may write 1,000 for a thousand; a label such as 0.5 is no number
    has_points = any(
        name != "label" and "." in cell and read_time(cell) is not None
        for line in body
        for name, cell in zip(names, split_line(line, separator), strict=False)
    )
    return NumberFormat(separator, has_decimal_comma=not has_points)


def _has_own_name(line: str, separator: str) -> bool:
    """Return whether a separator cuts out a name of our own recordings, which decides a tie."""
    return any(text_of_cell(cell).lower() in OWN_ROLES for cell in split_line(line, separator))


def _n_agreeing(body: Sequence[str], separator: str) -> int:
    """Return the number of lines with the usual number of cells; 0 if that is 1.

    The first line decides a tie, as its cells are names.
    """
    counts = [len(split_line(line, separator)) for line in body]
    usual = usual_count(counts)
    return counts.count(usual) if usual > 1 else 0


def _names(
    found: HeaderLines,
    rows: Sequence[Sequence[str]],
    comments: Sequence[str],
    form: LineForm,
    facts: StatedFacts,
    numbers: NumberFormat,
) -> tuple[list[str], list[str]]:
    """Return the names of the columns, and notes on them."""
    if form.names:
        return [*form.names], found.notes
    if found.has_names:
        names, notes = _different([text_of_cell(cell) for cell in found.cells], found.group)
        return names, [*found.notes, *notes]
    width = len(found.cells)
    if facts.names and width - len(facts.names) in {0, 1}:
        note = "column names taken from the comments above the data"
        names, notes = _different([*facts.names, *[""] * (width - len(facts.names))], [])
        return names, [*found.notes, note, *notes]
    for comment in reversed(comments[-1:]):
        cells = numbers.split(form.without_prefix(comment))
        if len(cells) == width > 1 and is_header(cells, numbers) and not _is_keyed(cells):
            note = "column names taken from the comment line above the data"
            names, notes = _different([text_of_cell(cell) for cell in cells], [])
            return names, [*found.notes, note, *notes]
    return [""] * _width_of_rows(rows, width), found.notes


def _is_keyed(cells: Sequence[str]) -> bool:
    """Return whether cells are a list after a word of its own: ``subject: first, second``."""
    first, *others = (":" in cell or "=" in cell for cell in cells)
    return first and not any(others)


def _width_of_rows(rows: Sequence[Sequence[str]], first: int) -> int:
    """Return the number of columns; a last cell that is empty in every row is none of them."""
    if first > 1 and all(len(row) < first or not row[first - 1].strip() for row in rows):
        return first - 1
    return first


def _different(names: list[str], group: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return names of which none occurs twice, and a note on those that were changed.

    Names of our own recordings have one meaning each, so that they may differ in case.
    """
    keys = [name.lower() if name.lower() in OWN_ROLES else name for name in names]
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
