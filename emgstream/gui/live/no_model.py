"""The panel that stands in place of the prediction while there is no model."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtBoundSignal, pyqtSignal
from PyQt5.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from emgstream.gui.painting import GRID, font

__all__ = ["NoModelPanel"]

_WORDS = (
    "Signals are shown and can be recorded; nothing is decided. Record a session of your own, "
    "about five minutes, and train a model on it."
)
_RECORD = "Make each movement a few times, as the screen asks"
_TRAIN = "Takes some minutes; then the model is there to be chosen"
_OPEN = "A .emgmodel file; it can also be dropped on this window"


class NoModelPanel(QWidget):
    """Tells that nothing is decided, and leads to a model in two steps."""

    record_wanted = pyqtSignal()
    train_wanted = pyqtSignal()
    open_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        title = QLabel("No model chosen", self)
        title.setFont(font(self.font(), 1.6, bold=True))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self._column.addWidget(title)
        words = QLabel(_WORDS, self)
        words.setObjectName("quiet")
        words.setWordWrap(True)
        self._column.addWidget(words)
        self._column.addSpacing(GRID)
        self._add_button("1  Record a session", _RECORD, self.record_wanted)
        self._add_button("2  Train a model on it", _TRAIN, self.train_wanted)
        self._add_button("Open a model…", _OPEN, self.open_wanted)
        self._column.addStretch(1)

    def _add_button(self, words: str, hint: str, wanted: pyqtBoundSignal) -> None:
        button = QPushButton(words, self)
        button.setToolTip(hint)
        button.clicked.connect(wanted)
        self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
