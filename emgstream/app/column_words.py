"""Words for the columns of a file in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from emgstream.tables import TableColumn
from emgstream.translation import tr, tr_n

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
    if n_more:
        words = tr("{names} and {n_more:,} more", names=", ".join(named), n_more=n_more)
    elif len(named) > 1:
        words = tr("{names} and {last}", names=", ".join(named[:-1]), last=named[-1])
    else:
        words = named[0]
    return tr_n("column {columns}", "columns {columns}", len(columns), columns=words)
