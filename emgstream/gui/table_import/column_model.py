"""The columns of a file as Qt's model of a table: one row for each."""

from __future__ import annotations

from typing import Any

from PyQt5.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from emgstream.app.table_import import TableImport
from emgstream.tables import Certainty, ColumnRole
from emgstream.translation import tr

__all__ = [
    "DETAIL",
    "NAME",
    "NUMBER",
    "REASON",
    "ROLE",
    "SIGNAL",
    "UNDECIDED",
    "VALUES",
    "ColumnModel",
]

_HEAD = ("", tr("Column"), tr("Role"), "", tr("Why"), tr("First values"), tr("Signal"))
NUMBER, NAME, ROLE, DETAIL, REASON, VALUES, SIGNAL = range(len(_HEAD))
"""Columns of the model."""
UNDECIDED = tr("choose…")
"""Shown in place of a role that the user must choose."""
_N_VALUES = 6
"""Values in a cell. A choice: enough to see a counter count; the tooltip has all that were read."""


class ColumnModel(QAbstractTableModel):
    """Texts of the table.

    Parameters
    ----------
    shown
        The import that is shown.
    parent
        The table.
    """

    def __init__(self, shown: TableImport, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown = shown

    def rowCount(self, _parent: QModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        """Return the number of columns of the file."""
        return 0 if self._shown.draft is None else len(self._shown.draft.columns)

    def columnCount(self, _parent: QModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        """Return the number of columns of the table."""
        return len(_HEAD)

    def headerData(  # noqa: N802 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the caption of a column."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return _HEAD[section]
        return None

    def is_list(self, index: QModelIndex) -> bool:
        """Return whether a cell offers a choice."""
        draft = self._shown.draft
        has_details = draft is not None and bool(draft.details(index.row()))
        return index.column() == ROLE or (index.column() == DETAIL and has_details)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a cell."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index.row(), index.column())
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._hint(index.row(), index.column())
        return None

    def refresh(self) -> None:
        """Show what has changed."""
        self.dataChanged.emit(
            self.index(0, 0), self.index(max(self.rowCount() - 1, 0), len(_HEAD) - 1)
        )

    def is_doubtful(self, row: int) -> bool:
        """Return whether the user should look at the role of a column."""
        draft = self._shown.draft
        return draft is not None and (
            draft.is_undecided(row) or draft.columns[row].certainty is Certainty.DOUBTFUL
        )

    def is_ignored(self, row: int) -> bool:
        """Return whether a column is left out."""
        draft = self._shown.draft
        return (
            draft is not None
            and not draft.is_undecided(row)
            and draft.columns[row].role is ColumnRole.IGNORED
        )

    def _text(self, row: int, cell: int) -> str:
        draft = self._shown.draft
        if draft is None:
            return ""
        column = draft.columns[row]
        if cell == NUMBER:
            return str(row + 1)
        if cell == NAME:
            return column.name
        if cell == ROLE:
            return UNDECIDED if draft.is_undecided(row) else tr(column.role.value)
        if cell == DETAIL:
            details, chosen = draft.details(row), draft.detail(row)
            if not details:
                return column.unit if column.role is ColumnRole.CHANNEL else ""
            return next(
                (one.title for one in details if one.value == chosen), tr("choose the unit…")
            )
        if cell == REASON:
            return column.reason
        return "   ".join(self._values(row)[:_N_VALUES]) if cell == VALUES else ""

    def _hint(self, row: int, cell: int) -> str:
        if cell == REASON and self._shown.draft is not None:
            column = self._shown.draft.columns[row]
            return f"{tr(column.certainty.value)}: {column.reason}"
        return "\n".join(self._values(row)) if cell == VALUES else self._text(row, cell)

    def _values(self, row: int) -> list[str]:
        draft = self._shown.draft
        return [] if draft is None else [_short(value) for value in draft.first_values(row)]


def _short(text: str) -> str:
    """Return a number without the zeros and digits that nobody reads; other text as it is."""
    try:
        return f"{float(text):.10g}"
    except ValueError:
        return text
