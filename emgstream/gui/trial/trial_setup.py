"""The part before and after a test: form or result, beside the earlier tests."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from emgstream.app.open_requests import AUTO, SIMULATED
from emgstream.app.session_readiness import SessionReadiness
from emgstream.gui.card import caption, card
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.trial.past_tests import PastTests
from emgstream.gui.trial.trial_form import TrialForm
from emgstream.gui.trial.trial_result import TrialResult

__all__ = ["TrialSetup"]


class TrialSetup(QWidget):
    """Shows the form and, after a test, its result."""

    start_wanted = pyqtSignal()
    another_wanted = pyqtSignal()
    port_wanted = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = TrialForm(self)
        self.result = TrialResult(self)
        self.past = PastTests(self)
        self.start_button = self._button("Begin")
        self.start_button.setObjectName("primary")
        self.start_button.clicked.connect(self.start_wanted)
        self.another_button = self._button("Another test")
        self.another_button.clicked.connect(self.another_wanted)
        self.summary = ElidedLabel(self)
        self.simulated_button = QPushButton("Simulated board", self)
        self.simulated_button.clicked.connect(lambda: self.port_wanted.emit(SIMULATED))
        self.board_button = QPushButton("Find my board", self)
        self.board_button.clicked.connect(lambda: self.port_wanted.emit(AUTO))
        self._is_result = False
        self._ready = SessionReadiness("", can_begin=False)
        self._lay_out()
        self.show_result(False)

    def show_result(self, is_result: bool) -> None:
        """Show the result, or the form."""
        self._is_result = is_result
        self.left.setCurrentIndex(int(is_result))
        self.start_button.setVisible(not is_result)
        self.another_button.setVisible(is_result)
        self.summary.setVisible(not is_result)
        self._show_ready()

    def show_ready(self, ready: SessionReadiness) -> None:
        """Show whether a test can begin."""
        if ready != self._ready:
            self._ready = ready
            self._show_ready()

    def _show_ready(self) -> None:
        ready = self._ready
        self.start_button.setText("Test this recording" if ready.on_recording else "Begin")
        self.start_button.setEnabled(ready.can_begin)
        self.summary.show_text(ready.words)
        self.form.setEnabled(not ready.on_recording)
        for button in (self.simulated_button, self.board_button):
            button.setVisible(ready.offers_board and not self._is_result)

    def _button(self, words: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setMinimumWidth(15 * GRID)
        return button

    def _lay_out(self) -> None:
        self.left = QStackedWidget(self)
        self.left.addWidget(card(self, caption("What to ask for"), self.form))
        self.left.addWidget(card(self, self.result))
        cards = QHBoxLayout()
        cards.setSpacing(2 * GRID)
        cards.addWidget(self.left, 3)
        cards.addWidget(card(self, caption("Earlier tests of this model"), self.past), 2)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.start_button)
        row.addWidget(self.another_button)
        row.addSpacing(GRID)
        row.addWidget(self.summary, 1)
        row.addStretch(0)
        row.addWidget(self.simulated_button)
        row.addWidget(self.board_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addLayout(cards, 1)
        column.addLayout(row)
