"""Drawing of breaks in the stream: lost samples, and breaks in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PyQt5.QtCore import QLineF, QRectF, Qt
from PyQt5.QtGui import QPainter

from emgstream.app.signal_history import DrawnHistory
from emgstream.gui.painting import color, pen
from emgstream.gui.palette import Theme
from emgstream.gui.timeline.time_view import TimeView
from emgstream.translation import tr

__all__ = ["VisibleBreak", "draw_breaks", "visible_breaks"]


@dataclass(frozen=True, slots=True)
class VisibleBreak:
    """A break that is at least partly in view."""

    left: float
    """Column of the first missing sample."""
    right: float
    """Column of the first sample after it."""
    words: str
    """The loss in words; empty for a break in time alone."""


def visible_breaks(history: DrawnHistory, view: TimeView) -> Iterator[VisibleBreak]:
    """Give the breaks in view, the newest first."""
    for one in reversed(history.breaks):
        right = view.column_of(one.index)
        if right < 0.0:
            return
        left = view.column_of(one.index - one.n_lost)
        if left <= view.n_columns:
            away = tr("no signal for {n_lost:.1f} s", n_lost=one.n_lost / view.rate_hz)
            words = away if one.is_new_segment else tr("{n_lost:,} lost", n_lost=one.n_lost)
            yield VisibleBreak(left, right, words if one.n_lost else "")


def draw_breaks(painter: QPainter, area: QRectF, breaks: list[VisibleBreak], theme: Theme) -> None:
    """Shade what was lost, and draw a dashed line at a break in time."""
    for one in breaks:
        left, right = max(one.left, 0.0), min(one.right, area.width())
        if one.words:
            shade = QRectF(area.left() + left, area.top(), max(right - left, 1.0), area.height())
            painter.fillRect(shade, color(theme.warning, 0.22))
            _say(painter, shade, one.words, theme)
        else:
            painter.setPen(pen(theme.quiet, 0.8, dashed=True))
            x = area.left() + right
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))


def _say(painter: QPainter, shade: QRectF, words: str, theme: Theme) -> None:
    if painter.fontMetrics().horizontalAdvance(words) < shade.width():
        painter.setPen(pen(theme.text))
        painter.drawText(
            shade, int(Qt.AlignmentFlag.AlignTop) | int(Qt.AlignmentFlag.AlignHCenter), words
        )
