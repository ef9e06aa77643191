"""A plot of active errors over abstained decisions, by the threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PyQt5.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.gui.painting import GRID, color, font, pen, text
from emgstream.gui.palette import Theme
from emgstream.translation import tr
from emgstream.trial import DecisionScore, Sweep

__all__ = ["TradeOff"]

_LEFT, _BOTTOM, _TOP, _RIGHT = 6.0 * GRID, 5.5 * GRID, 3.5 * GRID, 3.0 * GRID
_WIDTHS = (0.1, 0.2, 0.5, 1.0)
"""Shares of abstained decisions that the axis may end at."""
_UP = tr("active errors: would move something wrongly, of all decisions")
_ACROSS = tr("abstained: nothing moves, of all decisions   →  higher confidence to act")
_DOT = 5.0
"""Radius of a point, in logical pixels."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """The scale of the plot."""

    area: QRectF
    """The area of the curve."""
    most_abstained: float
    """Share at the right edge."""
    most_errors: float
    """Share at the top."""

    def at(self, abstained: float, errors: float) -> QPointF:
        """Return the position of a point."""
        area = self.area
        return QPointF(
            area.left() + area.width() * abstained / self.most_abstained,
            area.bottom() - area.height() * errors / self.most_errors,
        )


class TradeOff(QWidget):
    """The curve of the present settings, and three points: plain, the model's own, yours."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sweep: Sweep | None = None
        self._points: dict[str, DecisionScore] = {}
        self.setMinimumSize(QSize(30 * GRID, 20 * GRID))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Active errors against abstained, as the threshold rises"))

    def clear(self) -> None:
        """Show nothing until there is a curve."""
        self._sweep = None
        self.update()

    def show_sweep(
        self, sweep: Sweep, plain: DecisionScore, own: DecisionScore | None, yours: DecisionScore
    ) -> None:
        """Show other scores; ``own`` is None where it equals ``plain``."""
        self._sweep = sweep
        named = {"plain": plain, "own": own, "yours": yours}
        self._points = {name: one for name, one in named.items() if one is not None}
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw axes, curve and points."""
        if self._sweep is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = self._scale(self._sweep)
        self._draw_axes(painter, scale)
        painter.setClipRect(scale.area.adjusted(-1.0, -1.0, 1.0, 1.0))
        self._draw_curve(painter, scale, self._sweep)
        painter.setClipping(False)
        self._draw_points(painter, scale)
        painter.end()

    def _scale(self, sweep: Sweep) -> _Scale:
        """Return a scale that changes rarely, in large steps."""
        area = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
        widest = max(one.abstained for one in self._points.values())
        highest = max(one.active_error_rate for one in self._points.values())
        highest = max(highest, float(np.max(sweep.active_error_rates)))
        width = next((one for one in _WIDTHS if widest <= 0.9 * one), 1.0)
        return _Scale(area, width, _round_up(highest))

    def _draw_axes(self, painter: QPainter, scale: _Scale) -> None:
        theme, area = self._theme, scale.area
        painter.setFont(font(self.font(), 0.85))
        half = 2.0 * GRID
        for share in np.linspace(0.0, scale.most_errors, 3).tolist():
            y = round(scale.at(0.0, share).y()) + 0.5
            painter.setPen(pen(theme.line))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            place = QRectF(0.0, y - half, _LEFT - GRID, 2 * half)
            text(painter, place, _percent(share), Qt.AlignmentFlag.AlignRight, color(theme.quiet))
        for share in np.linspace(0.0, scale.most_abstained, 5).tolist():
            x = scale.at(share, 0.0).x()
            place = QRectF(x - 4 * GRID, area.bottom() + GRID / 2, 8 * GRID, 2.5 * GRID)
            ink = color(theme.quiet)
            text(painter, place, _percent(share), Qt.AlignmentFlag.AlignHCenter, ink)
        ink = color(theme.text)
        above = QRectF(0.0, 0.0, self.width(), 2.5 * GRID)
        text(painter, above, _UP, Qt.AlignmentFlag.AlignLeft, ink)
        below = QRectF(area.left(), self.height() - 2.5 * GRID, area.width(), 2.5 * GRID)
        text(painter, below, _ACROSS, Qt.AlignmentFlag.AlignHCenter, ink)

    def _draw_curve(self, painter: QPainter, scale: _Scale, sweep: Sweep) -> None:
        painter.setPen(QPen(color(self._theme.accent), 2.0))
        shares = zip(sweep.abstained.tolist(), sweep.active_error_rates.tolist(), strict=True)
        painter.drawPolyline(QPolygonF([scale.at(*share) for share in shares]))

    def _draw_points(self, painter: QPainter, scale: _Scale) -> None:
        theme = self._theme
        inks = {"plain": theme.quiet, "own": theme.text, "yours": theme.accent}
        for name, one in self._points.items():
            ink = inks[name]
            at = scale.at(one.abstained, one.active_error_rate)
            hollow = name != "yours"
            painter.setPen(QPen(color(ink if hollow else theme.surface), 2.0))
            painter.setBrush(color(theme.surface if hollow else ink))
            size = _DOT if hollow else _DOT + 2.0
            painter.drawEllipse(at, size, size)


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} %"


def _round_up(share: float) -> float:
    """Return the next number of the series 1, 2, 5, 10 above a share, with some room."""
    if not share > 0.0:
        return 0.01
    power = 10.0 ** math.floor(math.log10(share))
    return next(power * one for one in (1.0, 2.0, 5.0, 10.0) if share <= 0.95 * power * one)
