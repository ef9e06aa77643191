"""Drawing of what scrolls with the signals: the grid behind them and the times below."""

from __future__ import annotations

import math

from PyQt5.QtCore import QLineF, QRectF, Qt
from PyQt5.QtGui import QPainter

from emgstream.gui.painting import color, pen
from emgstream.gui.timeline.time_view import TimeView
from emgstream.gui.timeline.timeline_areas import Canvas

__all__ = ["draw_grid", "draw_times"]

_TICK = 90.0
"""Logical pixels between times, so that the longest of them do not touch."""


def draw_grid(painter: QPainter, canvas: Canvas, view: TimeView) -> None:
    """Draw lines at round times, and between the lanes."""
    at = canvas.at
    painter.setPen(pen(canvas.theme.line))
    for column, _ in _ticks(canvas, view):
        x = at.axis.left() + math.floor(column) + 0.5
        painter.drawLine(QLineF(x, at.signals.top(), x, at.signals.bottom()))
    for y in at.lines:
        painter.drawLine(QLineF(at.axis.left(), y, at.axis.right(), y))


def draw_times(painter: QPainter, canvas: Canvas, view: TimeView) -> None:
    """Draw round times below the axis."""
    axis, ticks = canvas.at.axis, _ticks(canvas, view)
    step_s = ticks[1][1] - ticks[0][1] if len(ticks) > 1 else 1.0
    decimals = max(0, -math.floor(math.log10(step_s) + 1e-9))
    painter.setFont(canvas.small_font)
    painter.setPen(color(canvas.theme.quiet))
    half = 60.0 * canvas.scale
    for column, time_s in ticks:
        x = axis.left() + math.floor(column)
        if x < axis.right() - 10.0 * canvas.scale:
            place = QRectF(x - half, axis.top(), 2 * half, axis.height())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), f"{time_s:.{decimals}f}")


def _ticks(canvas: Canvas, view: TimeView) -> list[tuple[float, float]]:
    return view.ticks(int(canvas.at.axis.width() / (_TICK * canvas.scale)))
