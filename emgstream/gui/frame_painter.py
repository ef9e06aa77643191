"""Draws what moves around the signals: the time axis and its grid."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PyQt5.QtCore import QLineF, QRectF, Qt
from PyQt5.QtGui import QFont, QPainter

from emgstream.gui.painting import Areas, color, font, pen
from emgstream.gui.palette import Theme
from emgstream.gui.time_view import TimeView

__all__ = ["FramePainter"]

_TICK = 90.0


@dataclass
class FramePainter:
    """Draws the frame of one timeline, in device pixels."""

    theme: Theme
    """The colours."""
    base: QFont
    """The window's font."""
    scale: float
    """Device pixels a logical one."""

    def draw_axis(self, painter: QPainter, at: Areas, view: TimeView) -> None:
        """Draw the grid, the lines between the lanes and the times."""
        painter.setFont(font(self.base, 0.85 * self.scale))
        painter.setPen(pen(self.theme.line))
        ticks = view.ticks(int(at.axis.width() / (_TICK * self.scale)))
        for column, _ in ticks:
            x = round(at.axis.left() + column) + 0.5
            painter.drawLine(QLineF(x, at.lanes[0].top(), x, at.lanes[-1].bottom()))
        for y in at.lines:
            painter.drawLine(QLineF(at.axis.left(), y, at.axis.right(), y))
        self._draw_times(painter, at.axis, ticks)

    def _draw_times(
        self, painter: QPainter, axis: QRectF, ticks: list[tuple[float, float]]
    ) -> None:
        step_s = ticks[1][1] - ticks[0][1] if len(ticks) > 1 else 1.0
        decimals = max(0, -math.floor(math.log10(step_s) + 1e-9))
        painter.setPen(color(self.theme.quiet))
        half = 60.0 * self.scale
        for column, time_s in ticks:
            x = axis.left() + column
            if x < axis.right() - 10.0 * self.scale:
                place = QRectF(x - half, axis.top(), 2 * half, axis.height())
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), f"{time_s:.{decimals}f}")
