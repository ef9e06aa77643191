"""The controls for the settings of the decisions."""

from __future__ import annotations

from dataclasses import replace

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from emgstream.app.shown_decision import threshold_words
from emgstream.app.tuning_recording import without
from emgstream.decisions import ARGMAX, DecisionSettings
from emgstream.gui.card import caption
from emgstream.gui.check_box import CheckBox
from emgstream.gui.form_help import help_line
from emgstream.gui.painting import GRID
from emgstream.gui.tune.smoothing_choice import SmoothingChoice
from emgstream.gui.tune.value_slider import ValueSlider
from emgstream.translation import tr

__all__ = ["TuningControls"]

_THRESHOLDS = tuple(number / 100 for number in range(101))
_BEGIN_ODDS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0)
_THRESHOLD = tr("Higher: fewer wrong movements, and more that are missed. Rest needs none")
_BEGIN = tr("After a rest a movement needs so many times the odds of that confidence")
_REST = tr("A quiet muscle rests, whatever the network makes of the noise")
_UNKNOWN = tr("Nothing is decided where the signal is like nothing in training")
_NONE = tr("This model has no measure of it: train one on your recordings")


class TuningControls(QWidget):
    """Sliders and boxes, which begin at a model's own settings."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own = ARGMAX
        self.threshold = ValueSlider(tr("Confidence"), _THRESHOLDS, self, hint=_THRESHOLD)
        self.to_begin = ValueSlider(tr("To begin"), _BEGIN_ODDS, self, unit="×", hint=_BEGIN)
        self.acts_from = help_line("")
        self.smoothing = SmoothingChoice(self)
        self.rest_box = CheckBox(tr("Rest, where the muscles are quiet"), self)
        self.unknown_box = CheckBox(
            tr("Unknown, where the signal is like nothing in training"), self
        )
        self.expert_button = QPushButton(self)
        self.expert_button.setObjectName("flat")
        self.expert_button.setCheckable(True)
        self.expert_button.toggled.connect(self._show_expert)
        self.expert = QWidget(self)
        self._lay_out()
        self.changed.connect(self._show_thresholds)
        self.threshold.changed.connect(self.changed)
        self.to_begin.changed.connect(self.changed)
        self.smoothing.changed.connect(self.changed)
        self.rest_box.clicked.connect(lambda _: self.changed.emit())
        self.unknown_box.clicked.connect(lambda _: self.changed.emit())

    @property
    def settings(self) -> DecisionSettings:
        """The present settings; equal to the model's own where none was changed."""
        boxes = {"rest": self.rest_box, "unknown": self.unknown_box}
        return replace(
            without(self._own, *(name for name, box in boxes.items() if not box.isChecked())),
            threshold=self.threshold.value,
            begin_odds=self.to_begin.value,
            smoothing=self.smoothing.smoothing,
        )

    def begin(self, own: DecisionSettings) -> None:
        """Set a model's own settings."""
        self._own = own
        self.threshold.set_value(own.threshold)
        self.to_begin.set_value(own.begin_odds)
        self.smoothing.set_smoothing(own.smoothing)
        for box, part, words in (
            (self.rest_box, own.rest_gate, _REST),
            (self.unknown_box, own.familiar, _UNKNOWN),
        ):
            box.setEnabled(part is not None)
            box.setChecked(part is not None)
            box.setToolTip(f"{words}. {_NONE}" if part is None else words)
        self._show_thresholds()

    def _show_thresholds(self) -> None:
        self.acts_from.setText(threshold_words(self.settings))

    def _show_expert(self, is_open: bool) -> None:
        self.expert.setVisible(is_open)
        self.expert_button.setText(
            tr("▾  Expert settings") if is_open else tr("▸  Expert settings")
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(caption(tr("How sure it must be to act")))
        column.addWidget(self.threshold)
        column.addWidget(self.acts_from)
        column.addSpacing(GRID)
        column.addWidget(caption(tr("How several windows are combined")))
        column.addWidget(self.smoothing)
        column.addSpacing(GRID)
        column.addWidget(self.expert_button, 0, Qt.AlignmentFlag.AlignLeft)
        inside = QVBoxLayout(self.expert)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GRID)
        inside.addWidget(self.to_begin)
        inside.addWidget(self.smoothing.details)
        inside.addWidget(caption(tr("Decided by the strength of the signal")))
        inside.addWidget(self.rest_box)
        inside.addWidget(self.unknown_box)
        column.addWidget(self.expert)
        column.addStretch(1)
        self._show_expert(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
