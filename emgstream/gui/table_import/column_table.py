"""The table of a file's columns, with a list of roles for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt5.QtCore import QModelIndex, QPoint, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QTableView,
    QWidget,
)

from emgstream.app.table_import import TableImport
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.table_import.column_cells import ColumnCells
from emgstream.gui.table_import.column_model import (
    DETAIL,
    NAME,
    NUMBER,
    REASON,
    ROLE,
    SIGNAL,
    VALUES,
    ColumnModel,
)
from emgstream.tables import ColumnRole
from emgstream.translation import tr

__all__ = ["ColumnTable"]

_ROW = 4 * GRID
_WIDTHS = {
    NUMBER: 7 * GRID,
    NAME: 21 * GRID,
    ROLE: 17 * GRID,
    DETAIL: 23 * GRID,
    VALUES: 22 * GRID,
    SIGNAL: 20 * GRID,
}
"""Widths of the columns, in pixels; the reason takes the rest."""
_WITH_VALUES = 130 * GRID
"""Least width of a table that shows the first values, too; else the reason has no room."""
_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_F2)


class ColumnTable(QTableView):
    """Shows the columns, of which only those in view are drawn.

    A click, or Enter, opens the list of a role. It is given to all rows that are selected, if the
    row is one of them.

    Parameters
    ----------
    shown
        The import that is shown.
    theme
        Colours to draw in.
    parent
        Widget it stands in.
    """

    changed = pyqtSignal()
    """Emitted when the user changed something."""

    def __init__(self, shown: TableImport, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = shown
        self.columns = ColumnModel(shown, self)
        self.cells = ColumnCells(shown, theme, self)
        self.menu: QMenu | None = None
        """The list that was opened last."""
        self.setModel(self.columns)
        self.setItemDelegate(self.cells)
        self._dress()

    def show_first_doubt(self) -> None:
        """Put the cursor on the first column that should be looked at."""
        rows = range(self.columns.rowCount())
        row = next((row for row in rows if self.columns.is_doubtful(row)), 0)
        self.setCurrentIndex(self.columns.index(row, ROLE))
        self.scrollTo(self.columns.index(row, ROLE))

    def open_list(self, index: QModelIndex) -> None:
        """Open the list of roles, or of details, below a cell that has one."""
        draft = self._shown.draft
        if draft is None or not self.columns.is_list(index):
            return
        row = index.row()
        menu = self.menu = QMenu(self)
        if index.column() == ROLE:
            now = None if draft.is_undecided(row) else draft.columns[row].role
            for role in draft.roles(row):
                self._add(menu, tr(role.value), role is now, partial(self._set_role, row, role))
        else:
            for one in draft.details(row):
                is_now = one.value == draft.detail(row)
                self._add(menu, one.title, is_now, partial(self._set_detail, row, one.value))
        place = self.visualRect(index)
        menu.setMinimumWidth(place.width() - GRID)
        viewport = self.viewport()
        if viewport is not None:
            menu.popup(viewport.mapToGlobal(place.bottomLeft() + QPoint(GRID // 2, -2)))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Hide the first values where the reason needs their room."""
        self.setColumnHidden(VALUES, self.width() < _WITH_VALUES)
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Open the list under the pointer; several selected rows stay selected for it."""
        index = QModelIndex() if event is None else self.indexAt(event.pos())
        plain = event is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier
        if not (plain and index.isValid() and self.columns.is_list(index)):
            super().mousePressEvent(event)
            return
        self.setFocus()
        if index.row() not in self._rows():
            self.setCurrentIndex(index)
        self.open_list(index)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Open the list of the current cell, or that of the role of its row."""
        if event is None or event.key() not in _OPENS or event.modifiers() & _WITH:
            super().keyPressEvent(event)
            return
        current = self.currentIndex()
        if current.isValid():
            is_list = self.columns.is_list(current)
            self.open_list(current if is_list else self.columns.index(current.row(), ROLE))

    def _rows(self) -> list[int]:
        selection = self.selectionModel()
        return [] if selection is None else [index.row() for index in selection.selectedRows()]

    def _set_role(self, row: int, role: ColumnRole) -> None:
        draft, rows = self._shown.draft, self._rows()
        if draft is None:
            return
        for one in rows if row in rows else [row]:
            if role in draft.roles(one):
                draft.set_role(one, role)
        self._tell()

    def _set_detail(self, row: int, value: str) -> None:
        if self._shown.draft is not None:
            self._shown.draft.set_detail(row, value)
        self._tell()

    def _tell(self) -> None:
        self.columns.refresh()
        self.changed.emit()

    def _add(self, menu: QMenu, words: str, is_now: bool, choose: Callable[[], None]) -> None:
        action = menu.addAction(words)
        if action is None:
            return
        action.setCheckable(True)
        action.setChecked(is_now)
        action.triggered.connect(lambda _: choose())
        if is_now:
            menu.setActiveAction(action)

    def _dress(self) -> None:
        self.setAccessibleName(tr("Columns of the file"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header, side = self.horizontalHeader(), self.verticalHeader()
        if header is None or side is None:
            return
        side.hide()
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setDefaultSectionSize(_ROW)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(REASON, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)


_WITH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
