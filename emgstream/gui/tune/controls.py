"""The settings of the decisions, to be moved by hand."""

from __future__ import annotations

from dataclasses import replace

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from emgstream.decisions import ARGMAX, DecisionSettings
from emgstream.gui.card import caption
from emgstream.gui.painting import GRID
from emgstream.gui.tick_box import TickBox
from emgstream.gui.tune.smoothing_choice import SmoothingChoice
from emgstream.gui.tune.value_slider import ValueSlider

__all__ = ["Controls"]

_THRESHOLDS = tuple(number / 100 for number in range(101))
_NONE = "This model has no measure of it: train one on your recordings"


class Controls(QWidget):
    """Sliders and boxes, which begin at a model's own settings."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own = ARGMAX
        self.threshold = ValueSlider("Threshold", _THRESHOLDS, self)
        self.threshold.setToolTip("Least confidence to act on; rest moves nothing and needs none")
        self.smoothing = SmoothingChoice(self)
        self.rest_box = TickBox("Rest where the muscle is quiet", self)
        self.unknown_box = TickBox("Unknown where it is unlike training", self)
        self._lay_out()
        self.threshold.changed.connect(self.changed)
        self.smoothing.changed.connect(self.changed)
        self.rest_box.clicked.connect(lambda _: self.changed.emit())
        self.unknown_box.clicked.connect(lambda _: self.changed.emit())

    @property
    def settings(self) -> DecisionSettings:
        """The settings as they stand; equal to the model's own where nothing was moved."""
        own = self._own
        return replace(
            own,
            threshold=self.threshold.value,
            smoothing=self.smoothing.smoothing,
            rest_gate=own.rest_gate if self.rest_box.isChecked() else None,
            familiar=own.familiar if self.unknown_box.isChecked() else None,
        )

    def begin(self, own: DecisionSettings) -> None:
        """Stand at a model's own settings."""
        self._own = own
        self.threshold.set_value(own.threshold)
        self.smoothing.set_smoothing(own.smoothing)
        for box, part in ((self.rest_box, own.rest_gate), (self.unknown_box, own.familiar)):
            box.setEnabled(part is not None)
            box.setChecked(part is not None)
            box.setToolTip(_NONE if part is None else "")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(caption("Sure enough to act"))
        column.addWidget(self.threshold)
        column.addSpacing(GRID)
        column.addWidget(caption("Smoothing"))
        column.addWidget(self.smoothing)
        column.addSpacing(GRID)
        column.addWidget(caption("Say nothing of the movement"))
        column.addWidget(self.rest_box)
        column.addWidget(self.unknown_box)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
