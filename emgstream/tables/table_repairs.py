"""Repairs made while a table is read: their kinds, their log, and their text for people."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

__all__ = ["IGNORED", "Repair", "RepairKind", "RepairLog"]

IGNORED = "; column ignored"
"""Ending of the text of a repair that leaves out its whole column."""


@dataclass(frozen=True)
class Repair:
    """One kind of damage in one column, and the rows in which it was found.

    >>> print(Repair("5 empty fields taken as missing", "biceps", (3, 4, 5, 6, 9)))
    biceps: 5 empty fields taken as missing (data rows 3, 4, 5, ... 9)
    """

    what: str
    """The damage, how often it was found, and how it was repaired."""
    column: str | None = None
    """The damaged column; None if the file or whole rows are damaged."""
    rows: tuple[int, ...] = ()
    """Data rows, from 0, in order; empty for damage that has no row."""

    def __str__(self) -> str:
        where = f"{self.column}: " if self.column is not None else ""
        return f"{where}{self.what}{self._rows_for_people()}"

    def _rows_for_people(self) -> str:
        if not self.rows:
            return ""
        if len(self.rows) <= 4:
            listed = ", ".join(map(str, self.rows))
        else:
            listed = f"{', '.join(map(str, self.rows[:3]))}, ... {self.rows[-1]}"
        return f" (data row{'s' if len(self.rows) > 1 else ''} {listed})"


class RepairKind(Enum):
    """A kind of damage of a row; its value is the text for one such row and for many."""

    EMPTY = ("empty field taken as missing", "empty fields taken as missing")
    SAYS_MISSING = (
        "field that says NaN, NA or null taken as missing",
        "fields that say NaN, NA or null taken as missing",
    )
    UNREADABLE = (
        "field that is not a number taken as missing",
        "fields that are not numbers taken as missing",
    )
    OUT_OF_RANGE = (
        "field beyond the range of numbers taken as missing",
        "fields beyond the range of numbers taken as missing",
    )
    NUL_FIRST = (
        "field with nothing before its first NUL byte taken as missing",
        "fields with nothing before their first NUL byte taken as missing",
    )
    NUL_CUT = (
        "field read up to its first NUL byte",
        "fields read up to their first NUL byte",
    )
    MISFIT = (
        "row with too many or too few fields taken as missing",
        "rows with too many or too few fields taken as missing",
    )
    BLANK = ("blank line skipped before", "blank lines skipped before")
    HEADER = ("repeated header line left out before", "repeated header lines left out before")
    CUT_SHORT = ("last line, cut short, dropped", "last lines, cut short, dropped")
    CARRIED = (
        "missing number taken over from the row before",
        "missing numbers taken over from the row before",
    )
    INTERPOLATED = (
        "missing number put between its neighbours",
        "missing numbers put between their neighbours",
    )
    NOT_INCREASING = (
        f"place where it does not increase{IGNORED}",
        f"places where it does not increase{IGNORED}",
    )

    def counted(self, n: int) -> str:
        """Return the text for ``n`` such rows."""
        return f"{n} {self.value[0] if n == 1 else self.value[1]}"


class RepairLog:
    """Log of repairs: filled row by row, read out kind by kind."""

    def __init__(self) -> None:
        self._rows: dict[tuple[RepairKind, str | None], array[int]] = {}
        self._examples: dict[tuple[RepairKind, str | None], str] = {}
        self._general: list[Repair] = []

    def note(self, kind: RepairKind, column: str | None, row: int, example: str = "") -> None:
        """Add one row; the first ``example`` of each kind and column is kept for the text."""
        key = (kind, column)
        if key not in self._rows:
            self._rows[key] = array("q")
            self._examples[key] = example
        self._rows[key].append(row)

    def note_all(self, kind: RepairKind, column: str | None, rows: Iterable[int]) -> None:
        """Add several rows with the same damage."""
        for row in rows:
            self.note(kind, column, row)

    def note_general(self, what: str, column: str | None = None) -> None:
        """Add a repair of the whole file or of a whole column."""
        self._general.append(Repair(what, column))

    def note_first(self, what: str) -> None:
        """Add a repair of the whole file before all others."""
        self._general.insert(0, Repair(what))

    def count(self, kind: RepairKind, column: str | None) -> int:
        """Return how many rows of a column have one kind of damage."""
        return len(self._rows.get((kind, column), ()))

    def first(self, kind: RepairKind, column: str | None) -> tuple[int, str] | None:
        """Return the first row with this damage and its example; None if there is no such row."""
        key = (kind, column)
        return (self._rows[key][0], self._examples[key]) if key in self._rows else None

    def repairs(self, n_rows: int) -> tuple[Repair, ...]:
        """Return all repairs: those of the whole file first, then ordered by first row.

        Blank lines after the last row, ``n_rows``, are not damage: many programs write some.
        """
        trailing = self._rows.get((RepairKind.BLANK, None))
        while trailing and trailing[-1] >= n_rows:
            trailing.pop()
        found = [
            Repair(kind.counted(len(rows)) + self._example(kind, column), column, tuple(rows))
            for (kind, column), rows in self._rows.items()
            if rows
        ]
        found.sort(key=lambda repair: repair.rows[0])
        return (*self._general, *found)

    def _example(self, kind: RepairKind, column: str | None) -> str:
        example = self._examples[kind, column]
        return f", the first {example}" if example else ""
