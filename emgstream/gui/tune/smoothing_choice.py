"""The choice of a smoothing: its kind, and a slider for each of its parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from emgstream.decisions import SMOOTHINGS, Smoothing, parameters, smoothing_from_manifest
from emgstream.errors import ModelFileError
from emgstream.gui.drop_down_list import DropDownList
from emgstream.gui.form_help import help_line
from emgstream.gui.painting import GRID
from emgstream.gui.tune.value_slider import ValueSlider
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["SmoothingChoice"]

_MOST = 25
"""Longest vote on offer: half a second at the usual 20 ms per window, too slow to control by."""
_SHARES = tuple(np.round(np.arange(101) / 100.0, 2).tolist())
_PARAMETERS = {
    "votes": (tr("Windows that vote"), tr("More: steadier, and later")),
    "agreeing": (
        tr("Windows in a row"),
        tr("As many must agree before another class is decided for"),
    ),
    "stay": (tr("Goes on"), tr("How likely a movement is to go on for one more window")),
    "weight": (tr("Weight of a window"), tr("How much of a window counts as new: windows overlap")),
    "to_rest": (tr("Back to rest"), tr("How likely it is rest that follows a movement")),
    "from_rest": (tr("End of rest"), tr("How likely a rest is to end by the next window")),
}
"""Name and help of each parameter."""
_KINDS = {
    "none": (tr("None"), tr("Each window decides by itself: fast, and restless")),
    "majority": (
        tr("Majority vote"),
        tr("The class decided in most of the newest windows"),
    ),
    "hysteresis": (tr("Several in a row"), tr("Another class needs several windows in a row")),
    "bayes": (tr("Bayes filter"), tr("Weighs each window by how likely a change is at all")),
}
"""Name and help of each kind of smoothing."""


class SmoothingChoice(QWidget):
    """Chooses one smoothing; the last parameters of each kind are kept."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds = DropDownList(self)
        self.kinds.setAccessibleName(tr("Smoothing"))
        self._given: dict[str, Smoothing] = {one.kind: one for one in SMOOTHINGS}
        self.sliders: dict[str, dict[str, ValueSlider]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.kinds)
        self.help = help_line("")
        self.details = QWidget(self)
        """The parameters of the kind that is chosen; whoever lays it out says where it stands."""
        details = QVBoxLayout(self.details)
        details.setContentsMargins(0, 0, 0, 0)
        details.setSpacing(GRID)
        for one in SMOOTHINGS:
            self.kinds.addItem(_KINDS.get(one.kind, (spoken(one.kind), ""))[0], one.kind)
            self.sliders[one.kind] = self._sliders_of(one)
            for slider in self.sliders[one.kind].values():
                details.addWidget(slider)
        column.addWidget(self.help)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.kinds.currentIndexChanged.connect(self._kind_chosen)
        self._show_kind()

    @property
    def smoothing(self) -> Smoothing:
        """The smoothing that is chosen."""
        kind = self.kinds.currentData()
        entry = self._given[kind].to_manifest()
        entry |= {name: self.sliders[kind][name].value for name in entry if name != "kind"}
        return smoothing_from_manifest(entry)

    def set_smoothing(self, smoothing: Smoothing) -> None:
        """Choose a smoothing; the other kinds get their defaults."""
        for one in SMOOTHINGS:
            given = smoothing if one.kind == smoothing.kind else one
            self._given[one.kind] = given
            for name, value in given.to_manifest().items():
                if name != "kind":
                    self.sliders[one.kind][name].set_value(value)
        self.kinds.blockSignals(True)
        self.kinds.setCurrentIndex(self.kinds.findData(smoothing.kind))
        self.kinds.blockSignals(False)
        self._show_kind()

    def _kind_chosen(self) -> None:
        self._show_kind()
        self.changed.emit()

    def _show_kind(self) -> None:
        chosen = self.kinds.currentData()
        given = self._given[chosen]
        for kind, sliders in self.sliders.items():
            for name, slider in sliders.items():
                slider.setVisible(kind == chosen and name in given.to_manifest())
        self.help.setText(_KINDS.get(chosen, ("", ""))[1])

    def _sliders_of(self, one: Smoothing) -> dict[str, ValueSlider]:
        sliders = {}
        for name, number in parameters(one).items():
            offered = range(1, _MOST + 1) if number is int else _SHARES
            allowed = [value for value in offered if _fits({**one.to_manifest(), name: value})]
            title, hint = _PARAMETERS.get(name, (spoken(name).capitalize(), ""))
            slider = ValueSlider(title, allowed, self, hint=hint)
            slider.changed.connect(self.changed)
            sliders[name] = slider
        return sliders


def _fits(entry: dict[str, Any]) -> bool:
    """Return whether a smoothing accepts these parameters."""
    try:
        smoothing_from_manifest(entry)
    except ModelFileError:
        return False
    return True
