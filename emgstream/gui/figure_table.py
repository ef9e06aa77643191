"""A table of names and figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QGridLayout, QLabel, QWidget

from emgstream.gui.painting import GRID, font
from emgstream.gui.plain_label import PlainLabel

__all__ = ["FigureTable"]


class FigureTable(QWidget):
    """Texts in the first columns, figures in the others, with a caption above each column.

    Parameters
    ----------
    head
        The captions.
    n_bold
        How many of the first columns stand out.
    parent
        Widget it stands in.
    between
        Pixels between columns.
    n_texts
        How many of the first columns hold texts, which begin at the left.
    """

    def __init__(
        self,
        head: Iterable[str],
        n_bold: int,
        parent: QWidget | None = None,
        between: int = 2 * GRID + GRID // 2,
        n_texts: int = 1,
    ) -> None:
        super().__init__(parent)
        self.cells: list[list[QLabel]] = []
        self._n_bold = n_bold
        self._n_texts = n_texts
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(between)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnStretch(0, 1)
        self._add(head, "caption")

    def show_rows(self, rows: Iterable[Sequence[str]]) -> None:
        """Show other rows below the captions."""
        for row in self.cells[1:]:
            for cell in row:
                self._grid.removeWidget(cell)
                cell.hide()  # it goes once Qt is idle
                cell.deleteLater()
        del self.cells[1:]
        for texts in rows:
            self._add(texts, "")

    def _add(self, texts: Iterable[str], name: str) -> None:
        cells = []
        for column, text in enumerate(texts):
            cell = PlainLabel(text, self)
            cell.setObjectName(name)
            if name == "" and column < self._n_bold:
                cell.setFont(font(self.font(), 1.0, bold=True))
            side = (
                Qt.AlignmentFlag.AlignLeft
                if column < self._n_texts
                else Qt.AlignmentFlag.AlignRight
            )
            cell.setAlignment(Qt.Alignment(side) | Qt.AlignmentFlag.AlignBottom)
            self._grid.addWidget(cell, len(self.cells), column)
            cells.append(cell)
        self.cells.append(cells)
