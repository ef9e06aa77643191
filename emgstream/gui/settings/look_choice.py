"""The choice of theme and text size, which holds for the whole window at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QButtonGroup, QFormLayout, QHBoxLayout, QPushButton, QWidget

from emgstream.gui.card import row_name
from emgstream.gui.form_fields import chip
from emgstream.gui.painting import GRID
from emgstream.gui.window_settings import TEXT_SIZES
from emgstream.translation import tr

__all__ = ["LookChoice"]

_THEMES = ((tr("As the desktop"), None), (tr("Light"), "light"), (tr("Dark"), "dark"))


class LookChoice(QWidget):
    """Two rows of buttons."""

    theme_chosen = pyqtSignal(object)
    """Emitted with ``light``, ``dark``, or None for the theme of the desktop."""
    size_chosen = pyqtSignal(float)
    """Emitted with the factor of the text size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = [(f"{100 * size:.0f} %", size) for size in TEXT_SIZES]
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(2 * GRID)
        rows.setVerticalSpacing(GRID)
        self.theme_buttons = self._row(rows, tr("Colours"), _THEMES, self.theme_chosen)
        self.size_buttons = self._row(rows, tr("Text size"), sizes, self.size_chosen)

    def show_look(self, theme: str | None, size: float) -> None:
        """Mark what is chosen."""
        self.theme_buttons[theme].setChecked(True)
        self.size_buttons[size].setChecked(True)

    def _row(
        self, rows: QFormLayout, title: str, choices: Sequence[tuple[str, Any]], chosen: Any
    ) -> dict[Any, QPushButton]:
        line, group, buttons = QHBoxLayout(), QButtonGroup(self), {}
        line.setSpacing(GRID)
        for words, value in choices:
            button = chip(words, self)
            button.clicked.connect(lambda _, value=value: chosen.emit(value))
            group.addButton(button)
            line.addWidget(button)
            buttons[value] = button
        line.addStretch(1)
        rows.addRow(row_name(title), line)
        return buttons
