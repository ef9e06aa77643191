"""How decisions are smoothed: a kind, and a slider for each number it has."""

from __future__ import annotations

from typing import Any

import numpy as np
from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from emgstream.decisions import SMOOTHINGS, Smoothing, smoothing_from_manifest
from emgstream.errors import ModelFileError
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.palette import spoken
from emgstream.gui.picker import Picker
from emgstream.gui.tune.value_slider import ValueSlider

__all__ = ["SmoothingChoice"]

_MOST = 25
_SHARES = tuple(np.round(np.arange(101) / 100.0, 2).tolist())
_TIPS = {
    "votes": "Windows that vote",
    "agreeing": "Windows in a row that another class needs",
    "stay": "How likely a movement is to go on for one more window",
    "weight": "How much of a window counts as news: windows overlap",
    "to_rest": "How likely it is to be rest that follows a movement",
}


class SmoothingChoice(QWidget):
    """Chooses one smoothing; what each kind was last set to is remembered."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds = Picker(self)
        self.kinds.setAccessibleName("Smoothing")
        self.words = ElidedLabel(self)
        self.words.setObjectName("quiet")
        self.sliders: dict[str, dict[str, ValueSlider]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.kinds)
        column.addWidget(self.words)
        for one in SMOOTHINGS:
            self.kinds.addItem(spoken(one.kind).capitalize(), one.kind)
            self.sliders[one.kind] = self._sliders_of(one)
            for slider in self.sliders[one.kind].values():
                column.addWidget(slider)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.kinds.currentIndexChanged.connect(self._kind_chosen)
        self._show_kind()

    @property
    def smoothing(self) -> Smoothing:
        """What is chosen."""
        kind = self.kinds.currentData()
        numbers = {name: slider.value for name, slider in self.sliders[kind].items()}
        return smoothing_from_manifest({"kind": kind, **numbers})

    def set_smoothing(self, smoothing: Smoothing) -> None:
        """Choose a smoothing as it is; the others are as they come."""
        for one in SMOOTHINGS:
            numbers = (smoothing if one.kind == smoothing.kind else one).to_manifest()
            for name, slider in self.sliders[one.kind].items():
                slider.set_value(numbers[name])
        self.kinds.blockSignals(True)
        self.kinds.setCurrentIndex(self.kinds.findData(smoothing.kind))
        self.kinds.blockSignals(False)
        self._show_kind()

    def _kind_chosen(self) -> None:
        self._show_kind()
        self.changed.emit()

    def _show_kind(self) -> None:
        chosen = self.kinds.currentData()
        for kind, sliders in self.sliders.items():
            for slider in sliders.values():
                slider.setVisible(kind == chosen)
        one = next(one for one in SMOOTHINGS if one.kind == chosen)
        self.words.say((type(one).__doc__ or "").partition("\n")[0])

    def _sliders_of(self, one: Smoothing) -> dict[str, ValueSlider]:
        entry = one.to_manifest()
        sliders = {}
        for name, value in entry.items():
            if name != "kind":
                slider = ValueSlider(spoken(name).capitalize(), _allowed(entry, name, value), self)
                slider.setToolTip(_TIPS.get(name, ""))
                slider.changed.connect(self.changed)
                sliders[name] = slider
        return sliders


def _allowed(entry: dict[str, Any], name: str, value: float) -> list[float]:
    """Return the numbers that a parameter may be, by asking the smoothing."""
    offered = range(1, _MOST + 1) if isinstance(value, int) else _SHARES
    return [number for number in offered if _fits({**entry, name: number})]


def _fits(entry: dict[str, Any]) -> bool:
    try:
        smoothing_from_manifest(entry)
    except ModelFileError:
        return False
    return True
