"""A small sign for the state of something."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QPainter, QPainterPath, QPaintEvent
from PyQt5.QtWidgets import QWidget

from emgstream.gui.painting import GRID, color
from emgstream.gui.palette import Theme

__all__ = ["StatusLight"]


class StatusLight(QWidget):
    """A disc for good, a triangle for a problem, a ring for unknown: not by colour alone."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ink = theme.quiet
        self._shape = "ring"
        self.setFixedSize(QSize(2 * GRID, 2 * GRID))

    def show_sign(self, shape: str, ink: str) -> None:
        """Show ``disc``, ``triangle`` or ``ring`` in a colour."""
        if (shape, ink) != (self._shape, self._ink):
            self._shape, self._ink = shape, ink
            self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the sign."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(3, 3, 10, 10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._ink))
        if self._shape == "triangle":
            path = QPainterPath(QPointF(8, 2))
            path.lineTo(14.5, 13.5)
            path.lineTo(1.5, 13.5)
            path.closeSubpath()
            painter.drawPath(path)
        elif self._shape == "disc":
            painter.drawEllipse(area)
        else:
            painter.setPen(color(self._ink))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(area)
        painter.end()
