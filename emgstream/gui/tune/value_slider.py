"""A slider over a list of values, with its name before and its value after it."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from emgstream.gui.form_help import help_line
from emgstream.gui.painting import GRID
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.seek_slider import SeekSlider

__all__ = ["ValueSlider"]

_NAME = 16 * GRID


class ValueSlider(QWidget):
    """Chooses one of several rising numbers."""

    changed = pyqtSignal()

    def __init__(
        self,
        name: str,
        values: Sequence[float],
        parent: QWidget | None = None,
        unit: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(parent)
        self._unit = unit
        self._grid = tuple(values)
        self._values = self._grid
        self.name = PlainLabel(name, self)
        self.name.setObjectName("quiet")
        self.name.setMinimumWidth(_NAME)
        self.slider = SeekSlider(self)
        self.slider.setAccessibleName(name)
        self.slider.setMinimumHeight(2 * GRID)
        self.figure = PlainLabel(self)
        right = Qt.Alignment(Qt.AlignmentFlag.AlignRight)
        self.figure.setAlignment(right | Qt.AlignmentFlag.AlignVCenter)
        self.figure.setMinimumWidth(self.fontMetrics().horizontalAdvance("0.000"))
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.figure)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        if hint:
            column.addWidget(help_line(hint))
        self.slider.valueChanged.connect(self._moved)
        self.set_value(self._grid[0])

    @property
    def value(self) -> float:
        """The chosen number."""
        return self._values[self.slider.value()]

    def set_value(self, value: float) -> None:
        """Choose a number exactly, also one between those on offer."""
        self._values = tuple(sorted({*self._grid, value}))
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(self._values) - 1)
        self.slider.setPageStep(max(len(self._grid) // 10, 1))
        self.slider.setValue(self._values.index(value))
        self.slider.blockSignals(False)
        self._show()

    def _moved(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        value = self.value
        if isinstance(value, int) or self._unit:
            self.figure.setText(f"{value:g}{self._unit}")
        else:
            self.figure.setText(f"{value:.{2 if value in self._grid else 3}f}")
