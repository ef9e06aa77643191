"""Fields that several forms have: buttons to choose by, numbers and durations."""

from __future__ import annotations

from PyQt5.QtCore import QLocale, QTimer
from PyQt5.QtGui import QValidator
from PyQt5.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QWidget,
)

__all__ = ["DecimalField", "chip", "seconds_box", "select_on_focus"]

_STEP_S = 0.5  # a choice: the shortest movement, and fine enough for longer ones


class DecimalField(QDoubleSpinBox):
    """A field for a number that is written with a comma or with a point.

    It shows a point, as all figures of the window do.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        plain = QLocale(QLocale.Language.C)
        plain.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
        self.setLocale(plain)

    def validate(self, words: str | None, place: int) -> tuple[QValidator.State, str, int]:
        """Take a comma for a point."""
        return super().validate((words or "").replace(",", "."), place)

    def valueFromText(self, words: str | None) -> float:  # noqa: N802 - Qt's name
        """Return the number, whichever sign parts its decimals."""
        return super().valueFromText((words or "").replace(",", "."))


def chip(words: str, parent: QWidget) -> QPushButton:
    """Return a button that stays pressed while it is chosen."""
    button = QPushButton(words, parent)
    button.setObjectName("chip")
    button.setCheckable(True)
    return button


def seconds_box(value_s: float, most_s: float, parent: QWidget) -> DecimalField:
    """Return a field for a duration of half a second to ``most_s`` seconds."""
    box = DecimalField(parent)
    box.setRange(_STEP_S, most_s)
    box.setDecimals(1)
    box.setSingleStep(_STEP_S)
    box.setSuffix(" s")
    box.setValue(value_s)
    return box


def select_on_focus(application: QApplication) -> None:
    """Let every field of one line select its text when it is entered, so that typing replaces it.

    A drop-down list that can be typed into has such a field, too.
    """
    application.focusChanged.connect(_select)


def _select(_before: QWidget | None, entered: QWidget | None) -> None:
    if isinstance(entered, (QLineEdit, QAbstractSpinBox)):
        QTimer.singleShot(0, entered.selectAll)  # after the click that gave the focus
