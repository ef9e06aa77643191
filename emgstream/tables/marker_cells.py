"""The cells of the column of markers in our own recordings: their texts, and the row of each."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["cell_text", "in_cell", "placed_markers"]

_NOT_IN_A_CELL = re.compile(r'[,"#;\x00-\x1f\x7f\x85\u2028\u2029]+')
"""Characters that would end a field or a line of the table, or begin a comment."""


def in_cell(text: str) -> str:
    """Return the text of a marker as a field of the table can hold it.

    >>> in_cell("trial 3, left"), in_cell('say "go"')
    ('trial 3 left', 'say go')
    """
    return cell_text(text) or "marker"


def cell_text(text: str) -> str:
    """Return a text without what a field of the table cannot hold; empty if nothing is left."""
    return " ".join(_NOT_IN_A_CELL.sub(" ", text).split())


def placed_markers(wanted: Iterable[tuple[int, str]], n_rows: int | None) -> dict[int, str]:
    """Return one row for each marker: that which is wanted, or the next one that is free.

    Equal texts are not put side by side, as they would read as one marker.

    Parameters
    ----------
    wanted
        Row and text of each marker.
    n_rows
        Number of rows; None if there are as many as are needed. A marker for which there is no row
        left shares that of the last one.
    """
    cells: dict[int, str] = {}
    for first, text in sorted(wanted, key=lambda one: one[0]):
        row = first if n_rows is None else min(first, n_rows - 1)
        while row in cells or cells.get(row - 1) == text:
            row += 1
        if n_rows is not None and row >= n_rows:
            row = max(cells)
            text = f"{cells[row]} + {text}"
        cells[row] = text
    return cells
