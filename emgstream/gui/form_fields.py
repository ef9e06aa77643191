"""Fields that several forms have: buttons to choose by, and durations."""

from __future__ import annotations

from PyQt5.QtWidgets import QDoubleSpinBox, QPushButton, QWidget

__all__ = ["chip", "seconds_box"]

_STEP_S = 0.5  # a choice: the shortest movement, and fine enough for longer ones


def chip(words: str, parent: QWidget) -> QPushButton:
    """Return a button that stays pressed while it is chosen."""
    button = QPushButton(words, parent)
    button.setObjectName("chip")
    button.setCheckable(True)
    return button


def seconds_box(value_s: float, most_s: float, parent: QWidget) -> QDoubleSpinBox:
    """Return a field for a duration of half a second to ``most_s`` seconds."""
    box = QDoubleSpinBox(parent)
    box.setRange(_STEP_S, most_s)
    box.setDecimals(1)
    box.setSingleStep(_STEP_S)
    box.setSuffix(" s")
    box.setValue(value_s)
    return box
