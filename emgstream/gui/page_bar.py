"""The switch between the pages."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from emgstream.gui.painting import GRID

__all__ = ["PageBar"]


class PageBar(QWidget):
    """A button a page; the one in front is marked, one that works in the back has a dot."""

    chosen = pyqtSignal(int)

    def __init__(self, titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = tuple(titles)
        self.buttons: list[QPushButton] = []
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for number, title in enumerate(titles):
            button = QPushButton(title, self)
            button.setObjectName("page")
            button.setCheckable(True)
            button.setToolTip(f"Ctrl+{number + 1}")
            button.setMinimumWidth(button.fontMetrics().horizontalAdvance(f"{title} ●") + 2 * GRID)
            button.clicked.connect(lambda _, number=number: self.chosen.emit(number))
            self._group.addButton(button)
            self.buttons.append(button)
            row.addWidget(button)

    def show_front(self, number: int) -> None:
        """Mark the page that is in front."""
        self.buttons[number].setChecked(True)

    def show_working(self, number: int, works: bool) -> None:
        """Show whether a page does something that goes on in the back."""
        words = f"{self._titles[number]} ●" if works else self._titles[number]
        if self.buttons[number].text() != words:
            self.buttons[number].setText(words)
