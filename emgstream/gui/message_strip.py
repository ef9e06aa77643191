"""The strip that shows one message to the user, above the page."""

from __future__ import annotations

from enum import Enum

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from emgstream.app.window_words import window_words
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.status_light import StatusLight

__all__ = ["MessageStrip"]


class _Kind(Enum):
    NOTE = "worth knowing"
    WARNING = "not as it should be"
    ERROR = "something stopped"


class MessageStrip(QFrame):
    """Shows the newest message, until the user closes it or another connection is opened."""

    retry_wanted = pyqtSignal()
    no_model_wanted = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kind = _Kind.NOTE
        self.light = StatusLight(theme, self)
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.retry_button = QPushButton("Try again", self)
        self.retry_button.clicked.connect(self.retry_wanted)
        self.no_model_button = QPushButton("Go on without a model", self)
        self.no_model_button.setToolTip("See the signals and record them; nothing is decided")
        self.no_model_button.clicked.connect(self.no_model_wanted)
        self.close_button = QPushButton("Dismiss", self)
        self.close_button.setObjectName("flat")
        self.close_button.setToolTip("Esc")
        self.close_button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self.light)
        row.addWidget(self.label, 1)
        row.addWidget(self.no_model_button)
        row.addWidget(self.retry_button)
        row.addWidget(self.close_button)
        self.hide()

    @property
    def words(self) -> str:
        """The message shown; empty where there is none."""
        return self.label.text() if not self.isHidden() else ""

    def show_error(
        self, words: str, can_retry: bool = False, can_leave_model: bool = False
    ) -> None:
        """Show a failure, with buttons for the ways to go on."""
        self._show(words, _Kind.ERROR)
        self.retry_button.setVisible(can_retry)
        self.no_model_button.setVisible(can_leave_model)

    def show_note(self, words: str, warns: bool = False) -> None:
        """Show a note on something that stops nothing; it does not replace an error."""
        if self.isHidden() or self._kind is not _Kind.ERROR:
            self._show(words, _Kind.WARNING if warns else _Kind.NOTE)
            self.retry_button.hide()
            self.no_model_button.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self._paint()

    def _show(self, words: str, kind: _Kind) -> None:
        self._kind = kind
        self.label.setText(window_words(words))
        self._paint()
        self.show()

    def _paint(self) -> None:
        self.setObjectName("strip" if self._kind is _Kind.ERROR else "notice")
        self.setStyleSheet("/**/")  # makes Qt look at the name again
        theme = self._theme
        inks = {_Kind.NOTE: theme.quiet, _Kind.WARNING: theme.warning, _Kind.ERROR: theme.error}
        self.light.show_sign("ring" if self._kind is _Kind.NOTE else "triangle", inks[self._kind])
