"""The row below a form: a button to begin, and a summary or what is missing."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QWidget

from emgstream.app.open_requests import AUTO, SIMULATED
from emgstream.app.session_readiness import SessionReadiness
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.translation import tr

__all__ = ["BoardStartRow", "StartRow"]


class StartRow(QWidget):
    """A button, one line of text, and other buttons at the right."""

    start_wanted = pyqtSignal()

    def __init__(
        self, words: str, parent: QWidget | None = None, others: tuple[QPushButton, ...] = ()
    ) -> None:
        super().__init__(parent)
        self.button = QPushButton(words, self)
        self.button.setObjectName("primary")
        self.button.setMinimumWidth(15 * GRID)
        self.button.clicked.connect(self.start_wanted)
        self.words = ElidedLabel(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.button)
        row.addSpacing(GRID)
        row.addWidget(self.words, 1)
        for other in others:
            row.addWidget(other)

    def show_ready(self, words: str, can_begin: bool) -> None:
        """Show a summary, or what is missing, and enable the button or not."""
        self.button.setEnabled(can_begin)
        self.words.show_text(words)


class BoardStartRow(StartRow):
    """The row of a form for a session on a board, with buttons to connect one."""

    port_wanted = pyqtSignal(str)
    set_up_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.simulated_button = QPushButton(tr("Simulated board"))
        self.board_button = QPushButton(tr("Find my board"))
        self.set_up_button = QPushButton(tr("Set up my board…"))
        buttons = self.set_up_button, self.simulated_button, self.board_button
        super().__init__(tr("Begin"), parent, buttons)
        self.simulated_button.clicked.connect(lambda: self.port_wanted.emit(SIMULATED))
        self.board_button.clicked.connect(lambda: self.port_wanted.emit(AUTO))
        self.set_up_button.clicked.connect(self.set_up_wanted)

    def show_readiness(self, ready: SessionReadiness) -> None:
        """Show whether a session can begin."""
        self.show_ready(ready.words, ready.can_begin)
        for button in (self.set_up_button, self.simulated_button, self.board_button):
            button.setVisible(ready.offers_board)
