"""The notice in place of the page where the libraries for training are not installed."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from emgstream.gui.card import card, center
from emgstream.gui.painting import GRID, font

__all__ = ["MissingExtra"]


class MissingExtra(QWidget):
    """Tells how to install them, and checks again when asked."""

    look_again_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("Training takes a few libraries more", self)
        title.setFont(font(self.font(), 1.4, bold=True))
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        rest = QLabel("Watching, recording and replaying work without them.", self)
        rest.setObjectName("quiet")
        self.button = QPushButton("Look again", self)
        self.button.clicked.connect(self.look_again_wanted)
        buttons = QWidget(self)
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, GRID, 0, 0)
        row.addWidget(self.button)
        row.addStretch(1)
        sheet = card(self, title, self.words, rest, buttons)
        center(self, sheet, 80 * GRID, above=2, below=3)

    def show_missing(self, words: str) -> None:
        """Show what is missing and how to install it, from an error's three parts."""
        what, expected, how = (part.strip() for part in words.split(";", 2))
        self.words.setText(
            f"{what[:1].upper()}{what[1:]}; {expected}.\n\n{how[:1].upper()}{how[1:]}"
        )
