"""Draws what stands around the signals: names, scales, units, the time axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from PyQt5.QtCore import QLineF, QRectF, Qt
from PyQt5.QtGui import QFont, QPainter

from emgstream.gui.painting import GRID, Areas, color, font, pen, text
from emgstream.gui.palette import Theme, spoken
from emgstream.gui.scaling import CalmScale
from emgstream.gui.time_view import TimeView

__all__ = ["FramePainter"]

_TICK = 90.0
_ROW = 18.0
_RIGHT = Qt.AlignmentFlag.AlignRight


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
        for above, lane in pairwise(at.lanes):
            y = round((above.bottom() + lane.top()) / 2.0) + 0.5
            painter.drawLine(QLineF(GRID, y, lane.right(), y))
        self._draw_times(painter, at.axis, ticks)

    def draw_lane(
        self, painter: QPainter, lane: QRectF, gutter: float, name: str, unit: str, of: CalmScale
    ) -> None:
        """Draw a lane's name and unit and, where there is room, the values at its ends."""
        row, width = _ROW * self.scale, gutter - GRID * self.scale
        middle = lane.center().y()
        painter.setFont(font(self.base, self.scale, bold=True))
        text(painter, _row(middle - row, width, row), spoken(name), _RIGHT, color(self.theme.text))
        painter.setFont(font(self.base, 0.85 * self.scale))
        quiet = color(self.theme.quiet)
        text(painter, _row(middle, width, row), unit, _RIGHT, quiet)
        if lane.height() > 4.2 * row:
            high, low = f"{of.target.high:g}", f"{of.target.low:g}"
            text(painter, _row(lane.top() + 1, width, row), high, _RIGHT, quiet)
            text(painter, _row(lane.bottom() - row - 1, width, row), low, _RIGHT, quiet)

    def draw_captions(self, painter: QPainter, at: Areas, time_unit: str) -> None:
        """Draw the names of the ribbons and of the axis."""
        painter.setFont(font(self.base, 0.85 * self.scale))
        width = at.gutter - GRID * self.scale
        for words, place in (("true", at.truth), ("decided", at.decided), (time_unit, at.axis)):
            if place.height():
                room = _row(place.top(), width, place.height())
                text(painter, room, words, _RIGHT, color(self.theme.quiet))

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


def _row(top: float, width: float, height: float) -> QRectF:
    return QRectF(0.0, top, width, height)
