"""The log of what was repaired while a table was read."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from enum import Enum

from emgstream.tables._table import IGNORED, Repair

__all__ = ["RepairKind", "RepairLog"]


class RepairKind(Enum):
    """The kinds of damage a row can have, as one says it of one and of many."""

    EMPTY = ("empty field taken as missing", "empty fields taken as missing")
    SAYS_MISSING = (
        "field that says NaN, NA or null taken as missing",
        "fields that say NaN, NA or null taken as missing",
    )
    UNREADABLE = (
        "field that is no number taken as missing",
        "fields that are no numbers taken as missing",
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

    def of(self, n: int) -> str:
        """Return the words for ``n`` of them."""
        return f"{n} {self.value[0] if n == 1 else self.value[1]}"


class RepairLog:
    """Collects repairs row by row and gives them back kind by kind."""

    def __init__(self) -> None:
        self._rows: dict[tuple[RepairKind, str | None], array[int]] = {}
        self._examples: dict[tuple[RepairKind, str | None], str] = {}
        self._general: list[Repair] = []

    def note(self, kind: RepairKind, column: str | None, row: int, example: str = "") -> None:
        """Add one row; the first ``example`` of a kind and column is told."""
        key = (kind, column)
        if key not in self._rows:
            self._rows[key] = array("q")
            self._examples[key] = example
        self._rows[key].append(row)

    def note_all(self, kind: RepairKind, column: str | None, rows: Iterable[int]) -> None:
        """Add many rows."""
        for row in rows:
            self.note(kind, column, row)

    def note_general(self, what: str, column: str | None = None) -> None:
        """Add what concerns the whole file or a whole column."""
        self._general.append(Repair(what, column))

    def count(self, kind: RepairKind, column: str | None) -> int:
        """Return how often a kind of damage was met in a column."""
        return len(self._rows.get((kind, column), ()))

    def first(self, kind: RepairKind, column: str | None) -> tuple[int, str] | None:
        """Return the first row with this damage and what it held; None where there is none."""
        key = (kind, column)
        return (self._rows[key][0], self._examples[key]) if key in self._rows else None

    def repairs(self, n_rows: int) -> tuple[Repair, ...]:
        """Return what was repaired: the whole file first, then by first row.

        Blank lines after the last row are no damage: many programs end a file with some.
        """
        trailing = self._rows.get((RepairKind.BLANK, None))
        while trailing and trailing[-1] >= n_rows:
            trailing.pop()
        found = [
            Repair(kind.of(len(rows)) + self._told(kind, column), column, tuple(rows))
            for (kind, column), rows in self._rows.items()
            if rows
        ]
        found.sort(key=lambda repair: repair.rows[0])
        return (*self._general, *found)

    def _told(self, kind: RepairKind, column: str | None) -> str:
        example = self._examples[kind, column]
        return f", the first {example}" if example else ""
