"""The part before and after a test: form or result, beside the earlier tests."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from emgstream.app.session_readiness import SessionReadiness
from emgstream.gui.card import caption, card
from emgstream.gui.columns import Columns
from emgstream.gui.painting import GRID
from emgstream.gui.scrolled import ScrolledPart
from emgstream.gui.start_row import BoardStartRow
from emgstream.gui.trial.past_tests import PastTests
from emgstream.gui.trial.trial_form import TrialForm
from emgstream.gui.trial.trial_result import TrialResult
from emgstream.gui.view_stack import ViewStack
from emgstream.translation import tr

__all__ = ["TrialSetup"]


class TrialSetup(QWidget):
    """Shows the form and, after a test, its result."""

    another_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = TrialForm(self)
        self.result = TrialResult(self)
        self.past = PastTests(self)
        self.row = BoardStartRow(self)
        self.another_button = QPushButton(tr("Another test"), self)
        self.another_button.setMinimumWidth(15 * GRID)
        self.another_button.clicked.connect(self.another_wanted)
        self._ready: SessionReadiness | None = None
        self._lay_out()
        self.show_result(False)

    def show_result(self, is_result: bool) -> None:
        """Show the result, or the form."""
        self.left.setCurrentIndex(int(is_result))
        self.row.setVisible(not is_result)
        self.another_button.setVisible(is_result)

    def show_ready(self, ready: SessionReadiness) -> None:
        """Show whether a test can begin."""
        if ready != self._ready:
            self._ready = ready
            self.row.button.setText(
                tr("Test this recording") if ready.on_recording else tr("Begin")
            )
            self.row.show_readiness(ready)
            self.form.setEnabled(not ready.on_recording)

    def _lay_out(self) -> None:
        self.left = ViewStack(self)
        self.left.addWidget(card(self, caption(tr("Movements")), self.form))
        self.left.addWidget(card(self, self.result))
        earlier = card(self, caption(tr("Earlier tests of this model")), self.past)
        cards = ScrolledPart(Columns(self, (self.left, 3), (earlier, 2)), self)
        row = QHBoxLayout()
        row.addWidget(self.another_button)
        row.addWidget(self.row, 1)
        row.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(cards, 1)
        column.addLayout(row)
