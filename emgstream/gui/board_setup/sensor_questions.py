"""The questions of the first step: how many sensors, and which of their pins is wired."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from emgstream.app.board_setup import SensorSignal
from emgstream.gui.card import caption
from emgstream.gui.form_fields import chip
from emgstream.gui.painting import GRID
from emgstream.gui.plain_label import PlainLabel
from emgstream.translation import tr

__all__ = ["SensorQuestions"]

_SENSORS = ((1, tr("One sensor")), (3, tr("Three sensors")))
_PINS = (
    (SensorSignal.ENVELOPE, "ENV"),
    (SensorSignal.RAW, "RAW"),
    (SensorSignal.UNKNOWN, tr("Another, or not sure")),
)
_ABOUT = {
    SensorSignal.ENVELOPE: tr(
        "The envelope: the sensor itself has rectified and smoothed the signal. "
        "Easiest to begin with. On the first MyoWare this pin is called SIG."
    ),
    SensorSignal.RAW: tr(
        "The signal itself, amplified. It carries more about the movement, and its "
        "hum can be seen and filtered."
    ),
    SensorSignal.UNKNOWN: tr(
        "What the sensor gives is then found in the recording, before training."
    ),
}

_Value = TypeVar("_Value", int, SensorSignal)


class SensorQuestions(QWidget):
    """Two questions, each answered by one of some buttons."""

    answered = pyqtSignal(int, object)
    """Emitted with the number of sensors and their `SensorSignal`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sensor_buttons: dict[int, QPushButton] = {}
        self.pin_buttons: dict[SensorSignal, QPushButton] = {}
        self._about = PlainLabel(self)
        self._about.setObjectName("quiet")
        self._about.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(caption(tr("How many")))
        column.addLayout(self._row(_SENSORS, self.sensor_buttons))
        column.addSpacing(GRID)
        column.addWidget(caption(tr("Which pin you wire")))
        column.addLayout(self._row(_PINS, self.pin_buttons))
        column.addWidget(self._about)
        self.sensor_buttons[1].setChecked(True)
        self.pin_buttons[SensorSignal.ENVELOPE].setChecked(True)
        self._about.setText(_ABOUT[self.signal])

    @property
    def n_sensors(self) -> int:
        """The number of sensors that is chosen."""
        return next(n for n, button in self.sensor_buttons.items() if button.isChecked())

    @property
    def signal(self) -> SensorSignal:
        """The pin that is chosen, as what it gives."""
        return next(one for one, button in self.pin_buttons.items() if button.isChecked())

    def _row(
        self, answers: Sequence[tuple[_Value, str]], buttons: dict[_Value, QPushButton]
    ) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        group = QButtonGroup(self)
        for value, words in answers:
            button = chip(words, self)
            button.clicked.connect(self._answer)
            group.addButton(button)
            buttons[value] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _answer(self) -> None:
        self._about.setText(_ABOUT[self.signal])
        self.answered.emit(self.n_sensors, self.signal)
