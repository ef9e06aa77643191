"""The roles of a recording's columns, and the questions on them, in the terminal and as JSON."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console

from emgstream.cli.terminal import print_facts, print_grid
from emgstream.tables import Certainty, ColumnQuestion, ColumnRole, TableColumn
from emgstream.wording import counted, shortened

__all__ = ["print_roles", "roles_document"]

_MOST_ROWS = 20
"""Rows of the table. A choice: what can be read at a glance."""
_OWN_NAMES = {"index", "time_s", "cue", "label", "repetition", "segment"}
_LEAST_JOINED = 4
"""Columns side by side with one role and one reason that become one row. A choice: three pairs of
electrodes are still listed one by one."""


def print_roles(
    terminal: Console, columns: Sequence[TableColumn], questions: Sequence[ColumnQuestion]
) -> None:
    """Print the role of each column with the reason, and the option that answers each question.

    A recording with no other columns than ours and channels gets one line.
    """
    if not questions and all(map(_is_plain, columns)):
        print_facts(terminal, [("columns", _summary(columns))])
        return
    rows = list(_rows(columns))
    print_grid(
        terminal, ("column", "name", "role", "how sure", "reason"), rows[:_MOST_ROWS], n_texts=5
    )
    if len(rows) > _MOST_ROWS:
        terminal.print(f"… and {len(rows) - _MOST_ROWS:,} more rows; --json FILE has all columns")
    if questions:
        terminal.print()
        print_facts(terminal, _questions(questions))


def roles_document(
    columns: Sequence[TableColumn], questions: Sequence[ColumnQuestion]
) -> dict[str, Any]:
    """Return the columns, with numbers from 1, and the open questions, ready for JSON."""
    return {
        "columns": [
            {
                "number": one.place + 1,
                "name": one.name,
                "role": one.role.value,
                "certainty": one.certainty.value,
                "reason": one.reason,
                "unit": one.unit or None,
                "modulo": one.modulo,
                "proposal": None if one.proposal is None else one.proposal.value,
            }
            for one in columns
        ],
        "questions": [
            {
                "text": one.words,
                "options": list(one.options),
                "columns": [place + 1 for place in one.places],
                "is_about_channels": one.is_about_channels,
            }
            for one in questions
        ],
    }


def _is_plain(column: TableColumn) -> bool:
    if column.name.lower() in _OWN_NAMES:
        return column.certainty is not Certainty.DOUBTFUL
    return column.certainty is Certainty.SURE and column.role is ColumnRole.CHANNEL


def _summary(columns: Sequence[TableColumn]) -> str:
    n_of = Counter(column.role for column in columns)
    return ", ".join(
        counted(n_of[role], role.value) if role is ColumnRole.CHANNEL else role.value
        for role in ColumnRole
        if n_of[role]
    )


def _rows(columns: Sequence[TableColumn]) -> Iterator[tuple[str, ...]]:
    """Yield number, name, role, certainty and reason; alike columns side by side are one row."""
    for _, group in groupby(columns, key=lambda one: (_role(one), one.certainty, one.reason)):
        alike = list(group)
        if len(alike) < _LEAST_JOINED:
            yield from (_row(one, str(one.place + 1), one.name) for one in alike)
        else:
            first, last = alike[0], alike[-1]
            names = f"{shortened(first.name, 18)} … {shortened(last.name, 18)}"
            yield _row(first, f"{first.place + 1}-{last.place + 1}", names)


def _row(column: TableColumn, number: str, name: str) -> tuple[str, ...]:
    return number, shortened(name), _role(column), column.certainty.value, column.reason


def _role(column: TableColumn) -> str:
    """Return the role with its unit or modulo; for a doubtful column the role it may have."""
    if column.certainty is Certainty.DOUBTFUL and column.proposal is not None:
        return f"{column.proposal.value}?"
    if column.modulo is not None:
        return f"{column.role.value}, modulo {column.modulo:,}"
    if column.unit and column.role in {ColumnRole.CHANNEL, ColumnRole.TIME}:
        return f"{column.role.value} ({column.unit})"
    return column.role.value


def _questions(questions: Sequence[ColumnQuestion]) -> Iterator[tuple[str, str]]:
    for one in questions:
        yield "question", one.words
        if one.options:
            yield "if so", shlex.join(one.options)
