"""Draws the signals: one lane a channel, gaps, rails."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import QLineF, QRectF, Qt
from PyQt5.QtGui import QPainter

from emgstream.gui.history import SignalHistory
from emgstream.gui.painting import color, pen
from emgstream.gui.palette import Theme
from emgstream.gui.scaling import CalmScale, Span
from emgstream.gui.time_view import TimeView
from emgstream.types import FloatArray, TimeArray

__all__ = ["Rails", "SignalPainter", "span_of"]

Rails = tuple["float | None", "float | None"]


@dataclass
class SignalPainter:
    """Draws one history into lanes; keeps the scale of each."""

    theme: Theme
    """The colours."""
    scales: list[CalmScale] = field(default_factory=list)
    """The vertical scale of each lane."""

    def draw(
        self,
        painter: QPainter,
        lanes: tuple[QRectF, ...],
        history: SignalHistory,
        view: TimeView,
        rails: dict[int, Rails],
        now_s: float,
    ) -> None:
        """Draw what is in view; host time ``now_s`` moves the scales."""
        low, high, columns = _shape_of(history, view)
        whole = QRectF(lanes[0].topLeft(), lanes[-1].bottomRight())
        _draw_breaks(painter, whole, history, view, self.theme)
        spans = [
            scale.update(*span_of(low[number], high[number]), now_s)
            for number, scale in enumerate(self.scales)
        ]
        painter.setPen(pen(self.theme.trace))
        if columns is not None:
            _draw_samples(painter, lanes, columns, low, spans)
            return
        _draw_columns(painter, lanes, low, high, spans)
        for number, limits in rails.items():
            _mark_rails(painter, lanes[number], low[number], high[number], limits, self.theme)


def span_of(low: FloatArray, high: FloatArray) -> tuple[float, float]:
    """Return the least and the greatest value in view; NaN for both where there is none."""
    return float(np.fmin.reduce(low)), float(np.fmax.reduce(high))


def _shape_of(
    history: SignalHistory, view: TimeView
) -> tuple[FloatArray, FloatArray, TimeArray | None]:
    """Return extremes a column or, where samples are farther apart than pixels, the samples.

    Those have a third array: the column each stands in.
    """
    edges = view.edges()
    if view.samples_per_column >= 1.0:
        outline = history.outline(edges)
        return outline.low, outline.high, None
    indices = np.arange(edges[0] - 1, edges[-1] + 1)
    values = history.values(int(indices[0]), int(indices[-1]) + 1)
    return values, values, view.columns_of(indices)


def _heights(values: FloatArray, lanes: tuple[QRectF, ...], spans: list[Span]) -> TimeArray:
    """Return where values stand, each channel within its lane, shape as ``values``."""
    tops = _column([lane.top() for lane in lanes])
    bottoms = _column([lane.bottom() - 1.0 for lane in lanes])
    lows, highs = _column([span.low for span in spans]), _column([span.high for span in spans])
    heights: TimeArray = bottoms - (values - lows) * ((bottoms - tops) / (highs - lows))
    return np.clip(heights, tops, bottoms, out=heights)


def _column(numbers: list[float]) -> TimeArray:
    return np.array(numbers)[:, np.newaxis]


def _draw_columns(
    painter: QPainter,
    lanes: tuple[QRectF, ...],
    low: FloatArray,
    high: FloatArray,
    spans: list[Span],
) -> None:
    """Draw one upright line a column, long enough to touch the one before it."""
    bottom, top = _heights(low, lanes, spans), _heights(high, lanes, spans)
    there = np.isfinite(low)
    follows = there[:, 1:]  # fmax passes over NaN: nothing reaches across a gap
    np.fmax(bottom[:, 1:], top[:, :-1], out=bottom[:, 1:], where=follows)
    np.fmin(top[:, 1:], bottom[:, :-1], out=top[:, 1:], where=follows)
    columns = np.nonzero(there)[1]
    x = np.repeat(lanes[0].left() + columns + 0.5, 2)
    y = np.empty(2 * len(columns))
    y[0::2], y[1::2] = bottom[there] + 0.5, top[there] - 0.5
    painter.drawPath(pg.arrayToQPath(x, y, connect="pairs"))


def _draw_samples(
    painter: QPainter,
    lanes: tuple[QRectF, ...],
    columns: TimeArray,
    values: FloatArray,
    spans: list[Span],
) -> None:
    """Draw the samples joined by lines, of each channel in its lane."""
    for lane, heights in zip(lanes, _heights(values, lanes, spans), strict=True):
        if np.isfinite(heights).any():
            painter.setClipRect(lane)
            path = pg.arrayToQPath(lane.left() + columns, heights, connect="finite")
            painter.drawPath(path)
    painter.setClipping(False)


def _mark_rails(
    painter: QPainter, lane: QRectF, low: FloatArray, high: FloatArray, rails: Rails, theme: Theme
) -> None:
    """Mark, at the lane's edge, the columns where the input was at the end of its range."""
    at_low = np.array([]) if rails[0] is None else np.flatnonzero(low <= rails[0])
    at_high = np.array([]) if rails[1] is None else np.flatnonzero(high >= rails[1])
    thick = max(3.0, lane.height() / 40.0)
    for columns, top in ((at_low, lane.bottom() - thick - 1.0), (at_high, lane.top() + 2.0)):
        for first, last in runs(columns):
            painter.fillRect(
                QRectF(lane.left() + first, top, last - first + 1.0, thick), color(theme.error)
            )


def runs(columns: np.ndarray[tuple[int], np.dtype[np.intp]]) -> list[tuple[int, int]]:
    """Return first and last of each stretch of consecutive numbers.

    >>> runs(np.array([1, 2, 3, 7]))
    [(1, 3), (7, 7)]
    """
    if not len(columns):
        return []
    cuts = np.flatnonzero(np.diff(columns) > 1) + 1
    return [(int(part[0]), int(part[-1])) for part in np.split(columns, cuts)]


def _draw_breaks(
    painter: QPainter, area: QRectF, history: SignalHistory, view: TimeView, theme: Theme
) -> None:
    """Shade what was lost, and draw a dashed line where time was broken."""
    for one in list(history.breaks):
        right = view.column_of(one.index)
        left = view.column_of(one.index - one.n_lost)
        if right < 0 or left > view.n_columns:
            continue
        left, right = max(left, 0.0), min(right, float(view.n_columns))
        if one.n_lost:
            shade = QRectF(area.left() + left, area.top(), max(right - left, 1.0), area.height())
            painter.fillRect(shade, color(theme.warning, 0.22))
            away = f"no signal for {one.n_lost / view.rate_hz:.1f} s"
            words = away if one.is_new_segment else f"{one.n_lost:,} lost"
            _say(painter, shade, words, theme)
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
