"""The test as it runs: the cue on the left, what the model makes of it beside."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from emgstream.gui.card import caption, card
from emgstream.gui.cue.canvas import CueCanvas
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.prediction_panel import PredictionPanel
from emgstream.gui.quality_panel import Light
from emgstream.gui.session import State, StateKind

__all__ = ["TrialGuide"]


class TrialGuide(QWidget):
    """Shows one test; buttons do what the keys do."""

    space_wanted = pyqtSignal()
    end_wanted = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.canvas = CueCanvas(theme, self)
        self.prediction = PredictionPanel(theme, self)
        self.light = Light(theme, self)
        self.state_label = ElidedLabel(self)
        self.space_button = self._button("Pause", "Space", self.space_wanted.emit)
        self.space_button.setObjectName("primary")
        self.end_button = self._button("End", "Esc", self.end_wanted.emit)
        self.progress = ElidedLabel(self)
        self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.canvas.set_theme(theme)
        self.prediction.set_theme(theme)

    def set_classes(self, class_names: tuple[str, ...]) -> None:
        """Make ready for a test of a model with these classes."""
        self.canvas.set_labels(class_names)
        self.prediction.set_classes(class_names)

    def show_state(self, state: State, words: str) -> None:
        """Show how the connection is."""
        well = state.kind is StateKind.STREAMING
        ink = self._theme.good if well else self._theme.warning
        self.light.show_sign("disc" if well else "triangle", ink)
        self.state_label.say(words)

    def say_space(self, words: str) -> None:
        """Say what Space does now."""
        if self.space_button.text() != words:
            self.space_button.setText(words)

    def _button(self, words: str, key: str, call: Callable[[], None]) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip(key)
        button.setMinimumWidth(15 * GRID)
        button.clicked.connect(call)
        return button

    def _lay_out(self) -> None:
        status = QWidget(self)
        line = QHBoxLayout(status)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.light)
        line.addWidget(self.state_label, 1)
        above = QHBoxLayout()
        above.setSpacing(2 * GRID)
        above.addWidget(card(self, self.canvas), 1)
        above.addWidget(card(self, caption("What the model says"), self.prediction, status), 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.space_button)
        buttons.addWidget(self.end_button)
        buttons.addSpacing(2 * GRID)
        buttons.addWidget(self.progress, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addLayout(above, 1)
        column.addLayout(buttons)
