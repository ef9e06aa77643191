"""The form of a test: movements, repetitions and durations."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import (
    QGridLayout,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.cue_scene import minutes
from emgstream.gui.card import captioned
from emgstream.gui.check_box import CheckBox
from emgstream.gui.form_fields import chip, seconds_box
from emgstream.gui.painting import GRID
from emgstream.gui.plain_label import PlainLabel
from emgstream.translation import tr, tr_n
from emgstream.trial import CuedPlan
from emgstream.wording import spoken

__all__ = ["TrialForm"]

_A_ROW = 3
_LONGEST_S = 60.0
"""Longest movement or rest on offer. A choice: a test is to take minutes, not hours."""
_NO_MOVEMENTS = tr("The movements are those that the model knows: connect, and they stand here.")
_COUNTS = tr(
    "A movement is completed once the model names it for {dwell:g} s without a break. In the first "
    "{reaction:g} s of every cue nothing counts as an error, as people need time to react; the "
    "time to correct runs from the cue."
)


class TrialForm(QWidget):
    """All settings of a test; each has a default, and a rest comes before each movement."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.movement_buttons: dict[str, QPushButton] = {}
        self.repetitions = QSpinBox(self)
        self.hold = seconds_box(CuedPlan.hold_s, _LONGEST_S, self)
        self.rest = seconds_box(CuedPlan.rest_s, _LONGEST_S, self)
        self.seed = QSpinBox(self)
        self.sound_box = CheckBox(tr("A sound at each cue"), self)
        self.words = PlainLabel(_NO_MOVEMENTS, self)
        self.counts = PlainLabel(
            _COUNTS.format(dwell=CuedPlan.dwell_s, reaction=CuedPlan.reaction_s), self
        )
        for label in (self.words, self.counts):
            label.setObjectName("quiet")
            label.setWordWrap(True)
        self._chips = QGridLayout()
        self._set_values()
        self._lay_out()

    def set_movements(self, names: tuple[str, ...]) -> None:
        """Offer other movements, all chosen; those offered before keep their state."""
        if names == tuple(self.movement_buttons):
            return
        was_chosen = {name: one.isChecked() for name, one in self.movement_buttons.items()}
        for button in self.movement_buttons.values():
            self._chips.removeWidget(button)
            button.hide()  # it goes once Qt is idle
            button.deleteLater()
        self.movement_buttons = {name: self._chip(name) for name in names}
        for place, (name, button) in enumerate(self.movement_buttons.items()):
            button.setChecked(was_chosen.get(name, True))
            self._chips.addWidget(button, *divmod(place, _A_ROW))
        self.words.setVisible(not names)
        self.changed.emit()

    def plan(self) -> CuedPlan:
        """Return the plan of the test; raises UsageError where a setting does not fit."""
        chosen = [name for name, button in self.movement_buttons.items() if button.isChecked()]
        return CuedPlan(
            movements=tuple(chosen),
            repetitions=self.repetitions.value(),
            hold_s=self.hold.value(),
            rest_s=self.rest.value(),
            seed=self.seed.value(),
        )

    def summary(self) -> str:
        """Return the plan in one line; raises UsageError where a setting does not fit."""
        plan = self.plan()
        asked = tr_n("{n:,} movement", "{n:,} movements", plan.n_movements)
        return tr(
            "{movements} in {minutes} min", movements=asked, minutes=minutes(plan.script.duration_s)
        )

    def _chip(self, name: str) -> QPushButton:
        button = chip(spoken(name), self)
        button.setFocusPolicy(self.sound_box.focusPolicy())
        button.toggled.connect(lambda _: self.changed.emit())
        return button

    def _set_values(self) -> None:
        self.repetitions.setRange(1, 100)
        self.repetitions.setValue(CuedPlan.repetitions)
        self.seed.setRange(0, 999_999)
        self.seed.setToolTip(tr("Another number, another order"))
        for spin in (self.repetitions, self.hold, self.rest, self.seed):
            spin.valueChanged.connect(lambda _: self.changed.emit())

    def _lay_out(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._chips.setSpacing(GRID)
        figures = captioned(
            (tr("Repetitions"), self.repetitions),
            (tr("Hold"), self.hold),
            (tr("Rest"), self.rest),
            (tr("Order"), self.seed),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(self.words)
        column.addLayout(self._chips)
        column.addLayout(figures)
        column.addSpacing(GRID)
        column.addWidget(self.sound_box)
        column.addSpacing(GRID)
        column.addWidget(self.counts)
        column.addStretch(1)
