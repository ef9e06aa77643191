"""Short texts one below the other, with a number or a dot before each."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QGridLayout, QWidget

from emgstream.gui.card import empty
from emgstream.gui.painting import GRID, font
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel

__all__ = ["NumberedLines"]


class NumberedLines(QWidget):
    """A list of sentences that wrap."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID + GRID // 2)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnStretch(1, 1)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        for row in range(self._grid.rowCount()):
            item = self._grid.itemAtPosition(row, 0)
            sign = None if item is None else item.widget()
            if sign is not None:
                sign.setStyleSheet(f"color: {theme.accent};")

    def show_lines(self, lines: Sequence[str], numbered: bool) -> None:
        """Show other lines."""
        empty(self._grid)
        for row, line in enumerate(lines):
            sign = PlainLabel(str(row + 1) if numbered else "•", self)
            sign.setFont(font(self.font(), 1.0, bold=True))
            sign.setStyleSheet(f"color: {self._theme.accent};")
            words = PlainLabel(line, self)
            words.setWordWrap(True)
            words.setAlignment(Qt.AlignmentFlag.AlignTop)
            sign.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(sign, row, 0)
            self._grid.addWidget(words, row, 1)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(len(lines), 1)
