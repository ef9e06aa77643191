"""Drawing of the cursor: time and values under the pointer, and their distance from a mark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PyQt5.QtCore import QLineF, QRectF, Qt
from PyQt5.QtGui import QPainter

from emgstream.app.decision_log import NONE
from emgstream.app.live_session import LiveSession
from emgstream.app.signal_history import DrawnHistory
from emgstream.gui.painting import color, pen
from emgstream.gui.timeline.time_view import TimeView
from emgstream.gui.timeline.timeline_areas import Canvas
from emgstream.wording import spoken

__all__ = ["CursorPainter"]


@dataclass
class CursorPainter:
    """Draws pointer and mark, both at sample indices, so that they move with the signal."""

    index: int | None = None
    """Sample under the pointer."""
    mark: int | None = None
    """Sample from which differences are measured."""

    def clear(self) -> None:
        """Remove both."""
        self.index = self.mark = None

    def draw(
        self,
        painter: QPainter,
        canvas: Canvas,
        session: LiveSession,
        history: DrawnHistory,
        view: TimeView,
        unit: str,
    ) -> None:
        """Draw both, as far as they are set."""
        at = canvas.at
        if self.mark is not None:
            _draw_line(painter, canvas, view.column_of(self.mark), dashed=True)
        if self.index is None:
            return
        column = view.column_of(self.index)
        _draw_line(painter, canvas, column, dashed=False)
        x = at.axis.left() + column
        _chip(painter, canvas, x, at.axis, self._time_words(view.rate_hz, unit))
        values = history.values(self.index, self.index + 1)[:, 0]
        since = None if self.mark is None else history.values(self.mark, self.mark + 1)[:, 0]
        for number, lane in enumerate(at.lanes):
            if np.isfinite(values[number]):
                words = f"{values[number]:.5g}"
                if since is not None and np.isfinite(since[number]):
                    words += f"   Δ {values[number] - since[number]:+.5g}"
                _chip(painter, canvas, x, QRectF(0, lane.top() + 2, 0, _line(painter)), words)
        strip = session.log.strip(np.array([self.index, self.index + 1]))
        if strip.classes[0] != NONE:
            words = spoken(session.log.label_names[strip.classes[0]])
            _chip(painter, canvas, x, at.decided, words)

    def _time_words(self, rate_hz: float, unit: str) -> str:
        index = self.index or 0
        words = f"{index / rate_hz:.3f} {unit}" if unit == "s" else f"{index} {unit}"
        if self.mark is None:
            return words
        way = (index - self.mark) / rate_hz
        return f"{words}   Δ {way:+.3f} {unit}" if unit == "s" else f"{words}   Δ {way:+.0f}"


def _draw_line(painter: QPainter, canvas: Canvas, column: float, dashed: bool) -> None:
    at = canvas.at
    if 0 <= column <= at.axis.width():
        painter.setPen(pen(canvas.theme.accent, 1.0, dashed))
        x = at.axis.left() + column
        painter.drawLine(QLineF(x, at.plot.top(), x, at.plot.bottom()))


def _chip(painter: QPainter, canvas: Canvas, x: float, row: QRectF, words: str) -> None:
    """Draw a text on a ground of its own, on the side of the cursor that has room."""
    line, end = _line(painter), canvas.at.axis.right()
    width = painter.fontMetrics().horizontalAdvance(words) + 0.9 * line
    left = x + 0.3 * line if x + width + line < end else x - width - 0.3 * line
    place = QRectF(left, row.center().y() - line / 2, width, line)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(canvas.theme.text, 0.92))
    painter.drawRoundedRect(place, line / 5, line / 5)
    painter.setPen(color(canvas.theme.surface))
    painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), words)


def _line(painter: QPainter) -> float:
    return painter.fontMetrics().height() * 1.3
