"""The honest table: every model on what it has never seen, and what that means."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from emgstream.gui.painting import GRID, font
from emgstream.gui.train.honest import COLUMNS, Honest

__all__ = ["HonestTable"]


class HonestTable(QWidget):
    """A grid of figures and the words under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells: list[list[QLabel]] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * GRID + GRID // 2)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnStretch(0, 1)
        self._add(COLUMNS, "caption")
        self.words = QLabel(self)
        self.words.setObjectName("quiet")
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addLayout(self._grid)
        column.addWidget(self.words)

    def show_honest(self, found: Honest) -> None:
        """Show what was measured."""
        for row in self.cells[1:]:
            for cell in row:
                self._grid.removeWidget(cell)
                cell.deleteLater()
        del self.cells[1:]
        for texts in found.rows:
            self._add(texts, "")
        self.words.setText("\n\n".join(found.words))

    def _add(self, texts: tuple[str, ...], name: str) -> None:
        cells = []
        for column, text in enumerate(texts):
            cell = QLabel(text, self)
            cell.setObjectName(name)
            if name == "" and column < 2:
                cell.setFont(font(self.font(), 1.0, bold=True))
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            cell.setAlignment(Qt.Alignment(side) | Qt.AlignmentFlag.AlignBottom)
            self._grid.addWidget(cell, len(self.cells), column)
            cells.append(cell)
        self.cells.append(cells)
