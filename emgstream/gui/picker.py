"""A list to pick from: Qt's own, with a quiet arrow."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QSize
from PyQt5.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PyQt5.QtWidgets import QComboBox

__all__ = ["Picker"]

_HALF = 4.0
_FROM_RIGHT = 14.0
_ARROW = 16


class Picker(QComboBox):
    """A drop-down list; the style sheet takes Qt's arrow away, this draws one."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the room for the longest entry; Qt forgets the arrow beside it."""
        return super().sizeHint() + QSize(_ARROW, 0)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the box, then the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        pen = QPen(self.palette().color(group, QPalette.ColorRole.PlaceholderText))
        pen.setWidthF(1.5)
        painter.setPen(pen)
        x, y = self.width() - _FROM_RIGHT, self.height() / 2.0
        tip = QPointF(x, y + _HALF / 2)
        painter.drawLine(QPointF(x - _HALF, y - _HALF / 2), tip)
        painter.drawLine(QPointF(x + _HALF, y - _HALF / 2), tip)
        painter.end()
