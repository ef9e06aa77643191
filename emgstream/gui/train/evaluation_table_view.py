"""The figures of an evaluation on held-out data, and their meaning."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QLabel, QVBoxLayout, QWidget

from emgstream.app.evaluation_leads import LEAD_COLUMNS, LEAD_HINTS, PATH_COLUMNS, PATH_HINTS
from emgstream.app.evaluation_table import COLUMN_HINTS, COLUMNS, EvaluationTable
from emgstream.gui.figure_table import FigureTable
from emgstream.gui.painting import GRID
from emgstream.gui.plain_label import PlainLabel

__all__ = ["EvaluationTableView"]


class EvaluationTableView(QWidget):
    """Tables of the figures, the leads and the paths of the network, and their meaning in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = self._table(COLUMNS, COLUMN_HINTS)
        self.leads = self._table(LEAD_COLUMNS, LEAD_HINTS)
        self.paths = self._table(PATH_COLUMNS, PATH_HINTS)
        self.words = PlainLabel(self)
        self.words.setObjectName("quiet")
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        for part in (self.figures, self.leads, self.paths, self.words):
            column.addWidget(part)

    @property
    def cells(self) -> list[list[QLabel]]:
        """The cells, the captions in the first row."""
        return self.figures.cells

    def show_table(self, table: EvaluationTable) -> None:
        """Show the figures of an evaluation."""
        self.figures.show_rows(table.rows)
        for part, rows in ((self.leads, table.leads), (self.paths, table.paths)):
            part.show_rows(rows)
            part.setVisible(bool(rows))
        self.words.setText("\n\n".join(table.words))

    def _table(self, columns: Sequence[str], hints: Sequence[str]) -> FigureTable:
        """Return an empty table; each hint explains a column."""
        table = FigureTable(columns, 2, self)
        for cell, hint in zip(table.cells[0], hints, strict=True):
            cell.setToolTip(hint)
        return table
