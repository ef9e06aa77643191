"""Words for the columns of a file in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from emgstream.tables import TableColumn

__all__ = ["listed_columns", "sentence"]


def sentence(words: str) -> str:
    """Return words with a capital letter at their beginning.

    >>> sentence("no column is a channel")
    'No column is a channel'
    """
    return words[:1].upper() + words[1:]


def listed_columns(columns: Sequence[TableColumn]) -> str:
    """Return columns by number and name, at most three.

    >>> from emgstream.tables import ColumnRole, TableColumn
    >>> listed_columns([TableColumn(2, "class", ColumnRole.LABEL, "")])
    "column 3 'class'"
    """
    named = [
        f"{column.place + 1}"
        if column.name == f"column {column.place + 1}"
        else f"{column.place + 1} {column.name!r}"
        for column in columns[:3]
    ]
    n_more = len(columns) - len(named)
    words = ", ".join(named[:-1]) + (" and " if len(named) > 1 else "") + named[-1]
    if n_more:
        words = f"{', '.join(named)} and {n_more} more"
    return f"{'column' if len(columns) == 1 else 'columns'} {words}"
