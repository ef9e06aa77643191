"""The earlier tests of the model, newest first."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from emgstream.app.trial_words import PAST, past_row
from emgstream.app.window_words import window_words
from emgstream.errors import OutputError
from emgstream.gui.figure_table import FigureTable
from emgstream.gui.painting import GRID
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.scrolled import scrolled
from emgstream.translation import tr
from emgstream.trial import read_history

__all__ = ["PastTests"]

_NONE = tr("This model has not been tested yet.")
_MOST = 100
"""Rows that are shown; the file keeps all tests."""


class PastTests(QStackedWidget):
    """One row per test, or a text where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = PlainLabel(_NONE, self)
        self.words.setObjectName("quiet")
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.table = FigureTable(PAST, 0, self, between=GRID + GRID // 2)
        self.addWidget(self.words)
        self.addWidget(scrolled(self, self.table))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_history(self, model: Path | None, network: str | None) -> None:
        """Show the tests of a model; those of another ``network`` are marked."""
        try:
            entries = [] if model is None else read_history(model)
        except OutputError as error:
            self._say(window_words(str(error)))
            return
        self._say(tr("No model is chosen.") if model is None else _NONE)
        self.table.show_rows(past_row(entry, network) for entry in reversed(entries[-_MOST:]))
        self.setMinimumWidth(self.table.minimumSizeHint().width() + 2 * GRID)
        self.setCurrentIndex(int(bool(entries)))

    def _say(self, words: str) -> None:
        self.words.setText(words)
        self.setCurrentIndex(0)
