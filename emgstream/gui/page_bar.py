"""The buttons that switch between the pages."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from emgstream.gui.painting import GRID

__all__ = ["PageBar"]


class PageBar(QWidget):
    """One button per page; the shown page is marked, a dot marks a page that is at work."""

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
            button.setMinimumWidth(
                button.fontMetrics().horizontalAdvance(f"{title}\u2009•") + GRID - 2
            )
            button.clicked.connect(lambda _, number=number: self.chosen.emit(number))
            self._group.addButton(button)
            self.buttons.append(button)
            row.addWidget(button)

    def show_front(self, number: int) -> None:
        """Mark the page that is shown."""
        self.buttons[number].setChecked(True)

    def show_busy(self, number: int, works: bool) -> None:
        """Mark a page that is at work, also while another one is shown."""
        words = f"{self._titles[number]}\u2009•" if works else self._titles[number]
        if self.buttons[number].text() != words:
            self.buttons[number].setText(words)
