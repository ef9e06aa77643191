"""The first step of a recording session: the form, and the button that begins."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QPushButton, QWidget

from emgstream.app.open_requests import AUTO, SIMULATED
from emgstream.app.session_readiness import SessionReadiness
from emgstream.gui.card import fill
from emgstream.gui.record.record_form import SessionForm
from emgstream.gui.start_row import StartRow

__all__ = ["RecordSetup"]


class RecordSetup(QWidget):
    """The form, with buttons to begin or to connect a board."""

    start_wanted = pyqtSignal()
    port_wanted = pyqtSignal(str)

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = SessionForm(folder, self)
        self.simulated_button = QPushButton("Simulated board", self)
        self.simulated_button.clicked.connect(lambda: self.port_wanted.emit(SIMULATED))
        self.board_button = QPushButton("Find my board", self)
        self.board_button.clicked.connect(lambda: self.port_wanted.emit(AUTO))
        self.row = StartRow("Begin", self, (self.simulated_button, self.board_button))
        self.row.start_wanted.connect(self.start_wanted)
        fill(self, self.form, self.row, grows=self.form)

    def show_ready(self, ready: SessionReadiness) -> None:
        """Show whether a session can begin."""
        self.row.show_ready(ready.words, ready.can_begin)
        for button in (self.simulated_button, self.board_button):
            button.setVisible(ready.offers_board)
