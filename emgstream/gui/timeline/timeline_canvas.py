"""The timeline: signals, ribbons and axis on one canvas, so that all of them share one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from PyQt5.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.app.lane_choices import LaneChoices, ScaleMode
from emgstream.app.live_session import LiveSession
from emgstream.app.signal_history import DrawnHistory, PickedChannels
from emgstream.app.signal_views import SignalView, Traces
from emgstream.clock import host_now
from emgstream.gui.painting import GRID, color
from emgstream.gui.palette import Theme
from emgstream.gui.timeline.cursor_painter import CursorPainter
from emgstream.gui.timeline.frame_painter import draw_times
from emgstream.gui.timeline.gutter_painter import Gutter, GutterPainter, LaneWords
from emgstream.gui.timeline.lane_scale import Span
from emgstream.gui.timeline.marker_painter import draw_markers
from emgstream.gui.timeline.ribbon_painter import RibbonPainter
from emgstream.gui.timeline.signal_painter import Rails, SignalPainter
from emgstream.gui.timeline.time_view import TimeView
from emgstream.gui.timeline.timeline_areas import Areas, Canvas, Ribbons, areas
from emgstream.quality import Quality
from emgstream.translation import tr

__all__ = ["TimelineCanvas"]

_WHEEL_STEP = 1.25
"""Zoom per notch of the wheel: three notches double or halve the span."""
_NOTCH = 120.0
"""One notch of a mouse wheel in the unit of `QWheelEvent`: eighths of a degree."""


@dataclass
class _Shown:
    """The session that is shown, with its signals and ribbons."""

    session: LiveSession
    traces: Traces
    ribbons: RibbonPainter
    n_labels: int


class TimelineCanvas(QWidget):
    """Shows one session. Wheel: zoom. Drag: look back. Click: set a mark to measure from."""

    live_changed = pyqtSignal(bool)
    span_changed = pyqtSignal(float)
    drawn = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.time = TimeView()
        self.view = SignalView.RAW
        self._theme = theme
        self._choices = LaneChoices()
        self._scales: dict[SignalView, LaneChoices] = {}
        """The scale that was chosen for each form, as their values are of different units."""
        self._spans: dict[str, Span] = {}
        self._signals = SignalPainter(0)
        self._history: DrawnHistory | None = None
        self._gutter = GutterPainter()
        self._shown: _Shown | None = None
        self._rails: dict[int, Rails] = {}
        self._cursor = CursorPainter()
        self._dragged_from: float | None = None
        self._drag_moved = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Signals and decisions over time"))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the smallest size at which every lane can be read."""
        return QSize(40 * GRID, max(20 * GRID, 7 * self.fontMetrics().lineSpacing()))

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        if self._shown is not None:
            self._shown.n_labels = -1
        self.update()

    @property
    def shows_session(self) -> bool:
        """True where there is a session to look at."""
        return self._shown is not None

    def show_session(self, session: LiveSession | None) -> None:
        """Show another session from its newest sample on; None for none."""
        self._shown, self._rails = None, {}
        self._cursor.clear()
        if session is not None and session.traces is not None:
            ribbons = RibbonPainter(session.log.label_names, self._theme)
            self._shown = _Shown(session, session.traces, ribbons, -1)
        self._arrange_lanes()
        self.go_live()
        self.update()

    def set_view(self, view: SignalView) -> None:
        """Show the signal in another form."""
        self.view = view
        self._arrange_lanes()

    @property
    def choices(self) -> LaneChoices:
        """The channels that are shown, their names, and the scale of the present form."""
        scale = self._scales.get(self.view, LaneChoices())
        return replace(self._choices, mode=scale.mode, spans=scale.spans)

    def set_choices(self, choices: LaneChoices) -> None:
        """Show other channels, or the present form at another scale."""
        self._choices = self._scales[self.view] = choices
        self._arrange_lanes()

    @property
    def all_choices(self) -> dict[SignalView, LaneChoices]:
        """The choices for each form of the signal for which there are any."""
        return {
            view: replace(self._choices, mode=scale.mode, spans=scale.spans)
            for view, scale in self._scales.items()
        }

    def restore_choices(self, choices: Mapping[SignalView, LaneChoices]) -> None:
        """Show channels as `all_choices` gave it before."""
        self._scales = dict(choices)
        self._choices = next(iter(self._scales.values()), LaneChoices())
        self._arrange_lanes()

    @property
    def spans(self) -> dict[str, Span]:
        """The values at the ends of the lanes as last drawn, by the channels' names."""
        return dict(self._spans)

    @property
    def _names(self) -> tuple[str, ...]:
        return () if self._shown is None else self._shown.session.info.channel_names

    @property
    def _channels(self) -> tuple[int, ...]:
        """The numbers of the channels that have a lane, from the top."""
        return () if self._shown is None else self.choices.shown(self._names)

    def _arrange_lanes(self) -> None:
        """Make a lane for each channel that is shown, with the scale that was chosen."""
        channels = self._channels
        self._signals = SignalPainter(len(channels))
        self._spans = {}
        self._signals.is_shared = self.choices.mode is ScaleMode.SHARED
        self._history = None
        if self._shown is not None:
            whole = self._shown.traces.history(self.view)
            is_whole = channels == tuple(range(whole.n_channels))
            self._history = whole if is_whole else PickedChannels(whole, channels)
        for channel, scale in zip(channels, self._signals.scales, strict=True):
            ends = self.choices.span(self._names[channel])
            if ends is not None:
                scale.fixed = Span(*ends)
        self.update()

    def set_quality(self, verdicts: tuple[Quality, ...]) -> None:
        """Mark the rails of channels that saturated, from now on."""
        for number, verdict in enumerate(verdicts):
            if verdict.rails != (None, None):
                self._rails[number] = verdict.rails

    def go_live(self) -> None:
        """Follow the newest sample."""
        self.time.go_live()
        self._tell_live()

    @property
    def is_moving(self) -> bool:
        """True while the next picture will differ without new samples."""
        return self._shown is not None and any(one.is_moving for one in self._signals.scales)

    def hold(self) -> None:
        """Stay in place while the stream goes on."""
        self.time.hold()
        self._tell_live()

    def look_back(self, spans: float) -> None:
        """Look back (negative) or forward, by a multiple of the span in view."""
        self.time.scroll(spans * self.time.span_s)
        self._tell_live()

    def set_span(self, span_s: float) -> None:
        """Show this many seconds."""
        self.time.set_span(span_s)
        self.span_changed.emit(self.time.span_s)
        self.update()

    @property
    def mark(self) -> int | None:
        """Sample from which differences are measured; None for none."""
        return self._cursor.mark

    def clear_mark(self) -> None:
        """Remove the mark."""
        self._cursor.mark = None
        self.update()

    def _tell_live(self) -> None:
        self.live_changed.emit(self.time.live)
        self.update()

    def _n_lanes(self) -> int:
        return len(self._channels) or 3

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw everything, as everything scrolls."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(self._theme.surface))
        if self._shown is not None:
            scale = self.devicePixelRatioF()
            painter.scale(1.0 / scale, 1.0 / scale)
            self._draw(painter, self._shown, scale)
        painter.end()
        self.drawn.emit()

    def _draw(self, painter: QPainter, shown: _Shown, scale: float) -> None:
        history = self._history or shown.traces.history(self.view)
        self.time.set_stream(shown.session.rate_hz, history.start_index, history.end_index)
        at = self._areas(shown, scale)
        self.time.n_columns = round(at.axis.width())
        timed = shown.session.is_timed
        rails = {
            lane: self._rails[channel]
            for lane, channel in enumerate(self._channels)
            if channel in self._rails and self.view is SignalView.RAW
        }
        canvas = Canvas(at, self._theme, self.font(), scale)
        self._draw_gutter(painter, canvas, shown, tr("seconds") if timed else tr("samples"))
        self._signals.draw(painter, canvas, history, self.time, rails, host_now())
        self._draw_markers(painter, canvas, shown)
        scales = zip(self._channels, self._signals.scales, strict=True)
        self._spans |= {self._names[channel]: scale.target for channel, scale in scales}
        draw_times(painter, canvas, self.time)
        self._draw_ribbons(painter, at, shown)
        unit = "s" if timed else tr("samples")
        self._cursor.draw(painter, canvas, shown.session, history, self.time, unit)

    def _draw_markers(self, painter: QPainter, canvas: Canvas, shown: _Shown) -> None:
        raw = shown.traces.raw
        first = max(self.time.index_at(0), raw.start_index)
        end = min(self.time.index_at(self.time.n_columns) + 1, raw.end_index)
        if first < end:
            markers = shown.session.markers.between(first, end)
            draw_markers(painter, canvas, self.time, markers)

    def _draw_gutter(
        self, painter: QPainter, canvas: Canvas, shown: _Shown, time_unit: str
    ) -> None:
        info = shown.session.info
        unit = tr("log {unit}", unit=info.unit) if self.view is SignalView.STEPS else info.unit
        lanes = tuple(
            LaneWords(self.choices.title(info.channel_names[channel]), unit, scale.target)
            for channel, scale in zip(self._channels, self._signals.scales, strict=True)
        )
        self._gutter.draw(painter, Gutter(canvas, lanes, time_unit))

    def _areas(self, shown: _Shown, scale: float) -> Areas:
        ribbons = Ribbons(
            truth=shown.session.log.n_truths > 0, decided=shown.session.model is not None
        )
        return areas(self.width(), self.height(), self._n_lanes(), ribbons, scale)

    def _draw_ribbons(self, painter: QPainter, at: Areas, shown: _Shown) -> None:
        if not at.decided.height():
            return
        log = shown.session.log
        if shown.n_labels != len(log.label_names):
            shown.ribbons = RibbonPainter(log.label_names, self._theme)
            shown.n_labels = len(log.label_names)
        strip = log.strip(np.maximum.accumulate(self.time.edges()))
        oldest = max(round(self.time.column_of(shown.traces.raw.start_index)), 0)
        newest = max(round(self.time.column_of(log.newest_index)), 0)
        shown.ribbons.draw_decided(painter, at.decided, strip, slice(oldest, newest))
        if at.truth.height():
            shown.ribbons.draw_truth(painter, at.truth, strip)
            painter.fillRect(
                QRectF(at.truth.left(), at.truth.bottom() - 1, at.truth.width(), 1.0),
                color(self._theme.surface),
            )

    def _scale(self) -> float:
        return float(self.devicePixelRatioF())

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 - Qt's name
        """Zoom about the pointer, or scroll with a horizontal wheel."""
        if event is None:
            return
        sideways, upright = event.angleDelta().x(), event.angleDelta().y()
        if abs(sideways) > abs(upright):
            self.look_back(-sideways / _NOTCH / 10.0)
        else:
            around = self._index_at(event.position())
            self.time.set_span(self.time.span_s * _WHEEL_STEP ** (-upright / _NOTCH), around)
            self.span_changed.emit(self.time.span_s)
        self._tell_live()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Begin a drag."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._dragged_from, self._drag_moved = event.localPos().x(), False

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Drag the past along, or move the cursor."""
        if event is None:
            return
        if self._dragged_from is not None:
            self._drag_to(event.localPos().x())
        self._cursor.index = self._index_at(event.localPos())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Set or remove the mark where the mouse was not dragged."""
        if event is not None and self._dragged_from is not None and not self._drag_moved:
            at = self._index_at(event.localPos())
            self._cursor.mark = at if self._cursor.mark is None else None
        self._dragged_from = None
        self.update()

    def leaveEvent(self, _event: QEvent | None) -> None:  # noqa: N802 - Qt's name
        """Hide the cursor."""
        self._cursor.index = None
        self.update()

    def _drag_to(self, x: float) -> None:
        if self._dragged_from is None or (abs(x - self._dragged_from) < 4 and not self._drag_moved):
            return
        self._drag_moved = True
        columns = (self._dragged_from - x) * self._scale()
        self.time.scroll(columns * self.time.samples_per_column / self.time.rate_hz)
        self._dragged_from = x
        self._tell_live()

    def _index_at(self, position: QPointF) -> int | None:
        if self._shown is None:
            return None
        at = self._areas(self._shown, self._scale())
        column = position.x() * self._scale() - at.axis.left()
        return self.time.index_at(column) if 0 <= column < at.axis.width() else None
