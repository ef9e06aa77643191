"""The result of a test: over all movements, and of each."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from emgstream.app.trial_words import CLASSES, class_rows, completed, figures
from emgstream.gui.card import caption, empty
from emgstream.gui.figure_table import FigureTable
from emgstream.gui.painting import GRID, font
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.scrolled import scrolled
from emgstream.trial import CuedTest
from emgstream.wording import spoken

__all__ = ["TrialResult"]

_BIG = 1.7


class TrialResult(QWidget):
    """Shows one test."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PlainLabel(self)
        self.title.setFont(font(self.font(), _BIG, bold=True))
        self.note = PlainLabel(self)
        self.note.setObjectName("quiet")
        self.note.setWordWrap(True)
        self.table = FigureTable(map(_on_two_lines, CLASSES), 1, self)
        self.values: list[QLabel] = []
        self._figures = QGridLayout()
        self._lay_out()

    def show_test(self, test: CuedTest, note: str) -> None:
        """Show a test; ``note`` says where the samples are from and whether the result is kept."""
        self.title.setText(completed(test))
        self.note.setText(note)
        self.values = []
        empty(self._figures)
        for place, figure in enumerate(figures(test)):
            value = PlainLabel(figure.value, self)
            value.setFont(font(self.font(), _BIG, bold=True))
            below = PlainLabel(figure.below, self)
            below.setObjectName("quiet")
            below.setWordWrap(True)
            below.setAlignment(Qt.AlignmentFlag.AlignTop)
            for row, part in enumerate((caption(figure.name.capitalize()), value, below)):
                self._figures.addWidget(part, row, place)
            self.values.append(value)
        self.table.show_rows((spoken(label), *row) for label, *row in class_rows(test))

    def _lay_out(self) -> None:
        self._figures.setHorizontalSpacing(3 * GRID)
        self._figures.setVerticalSpacing(GRID // 2)
        for place in range(4):
            self._figures.setColumnStretch(place, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(self.title)
        column.addWidget(self.note)
        column.addLayout(self._figures)
        column.addSpacing(GRID)
        column.addWidget(scrolled(self, self.table), 1)


def _on_two_lines(caption_text: str) -> str:
    return "\n".join(caption_text.capitalize().rsplit(" ", 1))
