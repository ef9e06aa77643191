"""Drawing of markers: a line over all signals, with the text at its top."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QLineF, QRectF, Qt
from PyQt5.QtGui import QPainter

from emgstream.gui.painting import color, pen
from emgstream.gui.timeline.time_view import TimeView
from emgstream.gui.timeline.timeline_areas import Canvas

__all__ = ["draw_markers"]

_WIDEST = 18
"""Widest text in heights of a line: a choice, some 30 letters."""
_AROUND = 0.6
"""Space left and right of a text together, in heights of a line."""


def draw_markers(
    painter: QPainter, canvas: Canvas, view: TimeView, markers: Sequence[tuple[int, str]]
) -> None:
    """Draw markers, given by sample and text; a text is cut off where the next one begins."""
    at, theme = canvas.at, canvas.theme
    painter.setFont(canvas.small_font)
    metrics = painter.fontMetrics()
    height = metrics.height()
    until = at.axis.right()
    for index, text in reversed(markers):
        x = at.axis.left() + round(view.column_of(index)) + 0.5
        if not at.axis.left() <= x <= at.axis.right():
            continue
        painter.setPen(pen(theme.text, 0.7))
        painter.drawLine(QLineF(x, at.signals.top(), x, at.signals.bottom()))
        widest = min(metrics.horizontalAdvance(text), _WIDEST * height)
        left = min(x, at.axis.right() - widest - _AROUND * height)  # it would leave the picture
        room = min(until - left - _AROUND * height, _WIDEST * height)
        words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room) + 1)
        width = metrics.horizontalAdvance(words) + _AROUND * height
        if not words or left + width > until + 1.0:
            continue
        until = left - 0.2 * height
        flag = QRectF(left, at.signals.top(), width, height)
        painter.fillRect(flag, color(theme.text, 0.92))
        painter.setPen(color(theme.surface))
        painter.drawText(flag, int(Qt.AlignmentFlag.AlignCenter), words)
