"""Words for the columns of a file: in sentences, in options, and in questions of the window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from emgstream.tables import TableColumn

__all__ = ["column_references", "listed_columns", "sentence"]


def column_references(names: Sequence[str]) -> tuple[str, ...]:
    """Return for each column the words by which an option means it and no other.

    That is its name. A name that is missing, made up or doubled, and one that an option cannot
    hold, is replaced by the number of the column, with zeros before it if a column is called so.

    >>> column_references(["emg", "a,b", "Emg", "2", "", "column 6"])
    ('emg', '02', 'Emg', '2', '5', '6')
    """
    exact, alike = Counter(names), Counter(name.lower() for name in names)
    references = []
    for place, name in enumerate(names):
        number = str(place + 1)
        made_up = name.lower().replace("_", " ") in (f"column {number}", f"channel {number}")
        if made_up or exact[name] > 1 or not _can_be_said(name):
            while number in alike:
                number = f"0{number}"
            references.append(number)
        else:
            references.append(name)
    return tuple(references)


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


def _can_be_said(name: str) -> bool:
    """Return whether an option can hold a name: it is no option, list or pair itself."""
    is_plain = name == name.strip() and name.isprintable()
    return bool(name) and is_plain and not name.startswith("-") and not set(name) & set(",:")
