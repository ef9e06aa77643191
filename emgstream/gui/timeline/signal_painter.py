"""Drawing of the signals: one lane per channel, with grid, gaps and rails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import QRectF, QSize
from PyQt5.QtGui import QPainter, QPixmap

from emgstream.app.signal_history import DrawnHistory
from emgstream.gui.painting import color, pen
from emgstream.gui.palette import Theme
from emgstream.gui.timeline.break_painter import VisibleBreak, draw_breaks, visible_breaks
from emgstream.gui.timeline.frame_painter import draw_grid
from emgstream.gui.timeline.lane_scale import LaneScale, Span
from emgstream.gui.timeline.sliding_outline import SlidingOutline
from emgstream.gui.timeline.time_view import TimeView
from emgstream.gui.timeline.timeline_areas import Canvas
from emgstream.types import FloatArray, TimeArray

__all__ = ["Rails", "SignalPainter"]

Rails = tuple["float | None", "float | None"]


@dataclass(frozen=True, slots=True)
class _LaneScene:
    """Everything a picture depends on; another one needs another picture."""

    canvas: Canvas
    spans: tuple[Span, ...]
    rails: tuple[tuple[int, Rails], ...]
    cuts_break: bool
    """True where a break reaches past an edge of the view: its text then moves."""


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """The outline of the signals in view."""

    low: FloatArray
    """Least values, shape ``(n_channels, 1 + n_columns)``, or the samples themselves."""
    high: FloatArray
    """Greatest values, or the samples themselves."""
    columns: TimeArray | None
    """Column of each sample, where samples are farther apart than pixels; else None."""
    fresh: int
    """First column that may differ from the previous picture."""


class SignalPainter:
    """Draws one history into lanes, and keeps the scale of each lane and the picture.

    A picture that scrolls is moved by whole pixels; only columns that are new in it are drawn.
    """

    def __init__(self, n_lanes: int) -> None:
        self.scales = [LaneScale() for _ in range(n_lanes)]
        self.is_shared = False
        """True where all lanes follow the largest signal."""
        self._outline = SlidingOutline()
        self._picture = QPixmap()
        self._scene: _LaneScene | None = None
        self._first_column = 0

    def draw(
        self,
        painter: QPainter,
        canvas: Canvas,
        history: DrawnHistory,
        view: TimeView,
        rails: dict[int, Rails],
        now_s: float,
    ) -> None:
        """Draw what is in view; host time ``now_s`` moves the scales."""
        shape = self._shape(history, view)
        spans = tuple(
            scale.update(*self._in_view(shape, number), now_s)
            for number, scale in enumerate(self.scales)
        )
        breaks = list(visible_breaks(history, view))
        cuts = any(one.left < 0.0 or one.right > view.n_columns for one in breaks)
        scene = _LaneScene(canvas, spans, tuple(rails.items()), cuts)
        start = self._keep(scene, view, shape.fresh)
        self._draw_from(start, scene, shape, view, breaks)
        painter.drawPixmap(canvas.at.signals.topLeft(), self._picture)

    def _in_view(self, shape: _Shape, number: int) -> tuple[float, float]:
        """Return the least and greatest value that the scale of a lane follows."""
        if self.is_shared:
            return _span_of(shape.low.ravel(), shape.high.ravel())
        return _span_of(shape.low[number], shape.high[number])

    def _shape(self, history: DrawnHistory, view: TimeView) -> _Shape:
        if view.samples_per_column >= 1.0:
            fresh = self._outline.follow(history, view)
            return _Shape(self._outline.low, self._outline.high, None, fresh)
        edges = view.edges()
        indices = np.arange(edges[0] - 1, edges[-1] + 1)
        values = history.values(int(indices[0]), int(indices[-1]) + 1)
        return _Shape(values, values, view.columns_of(indices), 0)

    def _keep(self, scene: _LaneScene, view: TimeView, fresh: int) -> int:
        """Shift the picture; return the first column that it does not show any more."""
        moved = view.first_column - self._first_column
        keeps = fresh > 0 and scene == self._scene and not scene.cuts_break
        self._scene, self._first_column = scene, view.first_column
        if keeps:
            self._picture.scroll(-moved, 0, self._picture.rect())
            return fresh
        area = scene.canvas.at.signals
        size = QSize(int(area.width()), int(area.height()))
        if self._picture.size() != size:
            self._picture = QPixmap(size)
        return 0

    def _draw_from(
        self,
        start: int,
        scene: _LaneScene,
        shape: _Shape,
        view: TimeView,
        breaks: list[VisibleBreak],
    ) -> None:
        """Draw the picture from a column on."""
        canvas, lanes = scene.canvas, scene.canvas.at.lanes
        area = canvas.at.signals
        painter = QPainter(self._picture)
        painter.translate(-area.topLeft())
        painter.setClipRect(area.adjusted(start, 0.0, 0.0, 0.0))
        painter.fillRect(area, color(canvas.theme.surface))
        draw_grid(painter, canvas, view)
        painter.setFont(canvas.small_font)
        draw_breaks(painter, area, breaks, canvas.theme)
        painter.setPen(pen(canvas.theme.trace))
        if shape.columns is not None:
            _draw_samples(painter, lanes, shape.columns, shape.low, scene.spans)
        else:
            _draw_columns(painter, lanes, shape, scene.spans, start)
            for number, limits in scene.rails:
                _mark_rails(painter, lanes, shape, number, limits, canvas.theme)
        painter.end()


def _span_of(low: FloatArray, high: FloatArray) -> tuple[float, float]:
    """Return the least and the greatest value in view; NaN for both where there is none."""
    return float(np.fmin.reduce(low)), float(np.fmax.reduce(high))


def _heights(values: FloatArray, lanes: tuple[QRectF, ...], spans: tuple[Span, ...]) -> TimeArray:
    """Return the heights of values, each channel within its lane, shape as ``values``."""
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
    shape: _Shape,
    spans: tuple[Span, ...],
    start: int,
) -> None:
    """Draw one vertical line per column, long enough to touch the one before it."""
    bottom = _heights(shape.low[:, start:], lanes, spans)
    top = _heights(shape.high[:, start:], lanes, spans)
    there = np.isfinite(bottom[:, 1:])  # fmax passes over NaN: nothing reaches across a gap
    from_y = np.fmax(bottom[:, 1:], top[:, :-1])[there] + 0.5
    to_y = np.fmin(top[:, 1:], bottom[:, :-1])[there] - 0.5
    x = lanes[0].left() + start + np.nonzero(there)[1] + 0.5
    y = np.column_stack((from_y, to_y)).ravel()
    painter.drawPath(pg.arrayToQPath(np.repeat(x, 2), y, connect="pairs"))


def _draw_samples(
    painter: QPainter,
    lanes: tuple[QRectF, ...],
    columns: TimeArray,
    values: FloatArray,
    spans: tuple[Span, ...],
) -> None:
    """Draw the samples of each channel, joined by lines."""
    for lane, heights in zip(lanes, _heights(values, lanes, spans), strict=True):
        if np.isfinite(heights).any():
            painter.setClipRect(lane)
            path = pg.arrayToQPath(lane.left() + columns, heights, connect="finite")
            painter.drawPath(path)


def _mark_rails(
    painter: QPainter,
    lanes: tuple[QRectF, ...],
    shape: _Shape,
    number: int,
    rails: Rails,
    theme: Theme,
) -> None:
    """Mark the columns where the input was saturated, at the edge of the lane."""
    lane, low, high = lanes[number], shape.low[number, 1:], shape.high[number, 1:]
    at_low = np.array([]) if rails[0] is None else np.flatnonzero(low <= rails[0])
    at_high = np.array([]) if rails[1] is None else np.flatnonzero(high >= rails[1])
    thick = max(3.0, lane.height() / 40.0)
    for columns, top in ((at_low, lane.bottom() - thick - 1.0), (at_high, lane.top() + 2.0)):
        for first, last in runs(columns):
            painter.fillRect(
                QRectF(lane.left() + first, top, last - first + 1.0, thick), color(theme.error)
            )


def runs(columns: np.ndarray[tuple[int], np.dtype[np.intp]]) -> list[tuple[int, int]]:
    """Return the first and last number of each run of consecutive numbers.

    >>> runs(np.array([1, 2, 3, 7]))
    [(1, 3), (7, 7)]
    """
    if not len(columns):
        return []
    cuts = np.flatnonzero(np.diff(columns) > 1) + 1
    return [(int(part[0]), int(part[-1])) for part in np.split(columns, cuts)]
