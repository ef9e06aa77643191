"""The panel that stands in place of the prediction while there is no model."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from emgstream.app.next_step import NextStep
from emgstream.gui.painting import GRID, font
from emgstream.gui.plain_label import PlainLabel
from emgstream.translation import tr

__all__ = ["NoModelPanel"]

_WORDS = {
    NextStep.RECORD: tr(
        "Signals are shown, and nothing is decided. A model of your own comes from a "
        "recording of your own: you make each movement a few times, as the screen asks."
    ),
    NextStep.TRAIN: tr(
        "The recording is played, and nothing is decided. A model can be trained on it "
        "if it has labels."
    ),
}
_OPEN = tr("A .emgmodel file; it can also be dropped on this window")


class NoModelPanel(QWidget):
    """Tells that nothing is decided, and leads on to a model."""

    next_wanted = pyqtSignal()
    open_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        title = PlainLabel(tr("No model chosen"), self)
        title.setFont(font(self.font(), 1.6, bold=True))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self._column.addWidget(title)
        self._words = PlainLabel(self)
        self._words.setObjectName("quiet")
        self._words.setWordWrap(True)
        self.next_button = QPushButton(self)
        self.next_button.setObjectName("primary")
        self.next_button.clicked.connect(self.next_wanted)
        self.open_button = QPushButton(tr("Open a model…"), self)
        self.open_button.setToolTip(_OPEN)
        self.open_button.clicked.connect(self.open_wanted)
        self._column.addWidget(self._words)
        self._column.addSpacing(GRID)
        for button in (self.next_button, self.open_button):
            self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addStretch(1)
        self.show_next(NextStep.RECORD)

    def show_next(self, step: NextStep | None) -> None:
        """Lead to a step; None leaves what was shown before."""
        if step in _WORDS:
            self._words.setText(_WORDS[step])
            self.next_button.setText(step.value)
