"""The figures of an evaluation on held-out data, and their meaning."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QLabel, QVBoxLayout, QWidget

from emgstream.app.evaluation_table import COLUMN_HINTS, COLUMNS, EvaluationTable
from emgstream.gui.figure_table import FigureTable
from emgstream.gui.painting import GRID

__all__ = ["EvaluationTableView"]


class EvaluationTableView(QWidget):
    """A grid of figures, and their meaning in words below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = FigureTable(COLUMNS, 2, self)
        for cell, hint in zip(self.figures.cells[0], COLUMN_HINTS, strict=True):
            cell.setToolTip(hint)
        self.words = QLabel(self)
        self.words.setObjectName("quiet")
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self.figures)
        column.addWidget(self.words)

    @property
    def cells(self) -> list[list[QLabel]]:
        """The cells, the captions in the first row."""
        return self.figures.cells

    def show_table(self, table: EvaluationTable) -> None:
        """Show the figures of an evaluation."""
        self.figures.show_rows(table.rows)
        self.words.setText("\n\n".join(table.words))
