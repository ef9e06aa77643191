"""A recorded signal below ribbons of its labels, over any range of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PyQt5.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import (
    QBrush,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
)
from PyQt5.QtWidgets import QSizePolicy, QToolTip, QWidget

from emgstream.app.recorded_signal import LabelSpan, RecordedSignal
from emgstream.gui.painting import GRID, color, font, on, pen, text
from emgstream.gui.palette import Theme, blended, class_codes, class_colors
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["LabelledSignalView"]

_LEFT = 9.0 * GRID
_RIGHT = 1.0 * GRID
_RIBBON = 2.5 * GRID
_LANE = 5.0 * GRID
_AXIS = 2.5 * GRID
_DIM = 0.3
_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
"""Seconds between the numbers of the axis."""
_APART = 9.0 * GRID
"""Least distance between the numbers of the axis."""


class LabelledSignalView(QWidget):
    """Ribbons of labels, each with its name, and below them the signal if there is one.

    A click tells the row under the mouse; so do the arrow keys, from label to label.
    """

    row_clicked = pyqtSignal(int)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ribbons: dict[str, tuple[LabelSpan, ...]] = {}
        self._signal: RecordedSignal | None = None
        self._colors: dict[str, tuple[str, str]] = {}
        self._range = (0, 1)
        self._rate_hz: float | None = None
        self._selected: tuple[int, int] | None = None
        self._marks: tuple[tuple[int, bool], ...] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def selected(self) -> tuple[int, int] | None:
        """First and last row of what is selected; None where nothing is."""
        return self._selected

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height of the ribbons, the lanes and the axis."""
        n_lanes = 0 if self._signal is None else len(self._signal.channel_names)
        height = len(self._ribbons) * (_RIBBON + GRID / 2) + n_lanes * _LANE + _AXIS
        return QSize(60 * GRID, round(height))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the same height, and a width that still shows something."""
        return QSize(30 * GRID, self.sizeHint().height())

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self._set_colors(tuple(self._colors))
        self.update()

    def show_ribbons(
        self,
        ribbons: Mapping[str, Sequence[LabelSpan]],
        class_names: Sequence[str],
        rows: tuple[int, int],
        rate_hz: float | None,
    ) -> None:
        """Show ribbons by their names over a range of rows, its end excluded."""
        self._ribbons = {name: tuple(spans) for name, spans in ribbons.items()}
        self._set_colors(tuple(class_names))
        self._range = rows[0], max(rows[1], rows[0] + 1)
        self._rate_hz = rate_hz
        self.updateGeometry()
        self.update()

    def show_signal(self, signal: RecordedSignal | None) -> None:
        """Show a signal below the ribbons; None for none."""
        self._signal = signal
        self.updateGeometry()
        self.update()

    def mark(
        self, selected: tuple[int, int] | None, marks: Sequence[tuple[int, bool]] = ()
    ) -> None:
        """Outline the selected rows; ``marks`` are rows with True for a solid line, else dashed."""
        self._selected, self._marks = selected, tuple(marks)
        self.update()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Tell the row under the mouse."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.row_clicked.emit(self._row_at(event.localPos().x()))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Go to the label before or after the selected one."""
        steps = {int(Qt.Key.Key_Left): -1, int(Qt.Key.Key_Right): 1}
        step = 0 if event is None else steps.get(event.key(), 0)
        spans = next(iter(self._ribbons.values()), ())
        if not step or not spans:
            super().keyPressEvent(event)
            return
        at = -1 if self._selected is None else self._selected[0]
        starts = [span.first_row for span in spans]
        place = int(np.searchsorted(starts, at, "right")) - 1 + step
        self.row_clicked.emit(starts[min(max(place, 0), len(starts) - 1)])

    def event(self, event: QEvent | None) -> bool:
        """Show the label under the mouse as a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._words_at(event.pos().x()), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw ribbons, signal, marks and axis."""
        painter = QPainter(self)
        painter.setFont(font(self.font(), 0.85))
        top = 0.0
        for name, spans in self._ribbons.items():
            area = QRectF(_LEFT, top, self.width() - _LEFT - _RIGHT, _RIBBON)
            gutter = QRectF(0.0, top, _LEFT - GRID, _RIBBON)
            text(painter, gutter, name, Qt.AlignmentFlag.AlignLeft, color(self._theme.quiet))
            self._draw_ribbon(painter, area, spans)
            top += _RIBBON + GRID / 2
        if self._signal is not None:
            self._draw_signal(painter, top, self._signal)
        self._draw_marks(painter)
        self._draw_axis(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen(self._theme.accent, dashed=True))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _set_colors(self, class_names: tuple[str, ...]) -> None:
        pairs = zip(class_colors(class_names, self._theme), class_codes(class_names), strict=True)
        self._colors = dict(zip(class_names, pairs, strict=True))

    def _draw_ribbon(self, painter: QPainter, area: QRectF, spans: Sequence[LabelSpan]) -> None:
        painter.fillRect(area, color(self._theme.sunken))
        for span in spans:
            left, right = self._x(span.first_row), self._x(span.last_row + 1)
            if right < area.left() or left > area.right():
                continue
            place = QRectF(area)
            place.setLeft(max(left, area.left()))
            place.setRight(min(max(right, left + 1.0), area.right()))
            background, code = self._colors.get(span.label, (self._theme.sunken, ""))
            if span.is_dim:
                background = blended(background, self._theme.surface, _DIM)
            painter.fillRect(place, color(background))
            if span.is_dim:
                hatch = QBrush(color(self._theme.quiet, 0.55), Qt.BrushStyle.BDiagPattern)
                painter.fillRect(place, hatch)
            self._name(painter, place, span.label, code, background)

    def _name(
        self, painter: QPainter, place: QRectF, label: str, code: str, background: str
    ) -> None:
        """Write the label, or its code, where there is room."""
        for words in (spoken(label), code):
            if words and painter.fontMetrics().horizontalAdvance(words) + GRID <= place.width():
                painter.setPen(on(background))
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), words)
                return

    def _draw_signal(self, painter: QPainter, top: float, signal: RecordedSignal) -> None:
        n_columns = max(round(self.width() - _LEFT - _RIGHT), 1)
        low, high = signal.envelope(*self._range, n_columns)
        reach = signal.reach()
        x = _LEFT + np.arange(n_columns) + 0.5
        for number, name in enumerate(signal.channel_names):
            lane = QRectF(_LEFT, top + number * _LANE, n_columns, _LANE - GRID / 2)
            gutter = QRectF(0.0, lane.top(), _LEFT - GRID, lane.height())
            ink = color(self._theme.quiet)
            text(painter, gutter, spoken(name), Qt.AlignmentFlag.AlignLeft, ink)
            painter.setPen(pen(self._theme.line))
            painter.drawLine(
                QLineF(lane.left(), lane.center().y(), lane.right(), lane.center().y())
            )
            scale = lane.height() / 2.0 / float(reach[number])
            ups = np.clip(lane.center().y() - scale * high[:, number], lane.top(), lane.bottom())
            downs = np.clip(lane.center().y() - scale * low[:, number], lane.top(), lane.bottom())
            known = np.isfinite(ups)
            painter.setPen(pen(self._theme.trace))
            places = zip(x[known].tolist(), ups[known].tolist(), downs[known].tolist(), strict=True)
            points = [QPointF(at, y) for at, up, down in places for y in (up, down)]
            painter.drawPolyline(QPolygonF(points))

    def _draw_marks(self, painter: QPainter) -> None:
        bottom = self.height() - _AXIS
        for row, is_solid in self._marks:
            x = self._x(row)
            if _LEFT <= x <= self.width() - _RIGHT:
                painter.setPen(pen(self._theme.text, dashed=not is_solid))
                painter.drawLine(QLineF(x, 0.0, x, bottom))
        if self._selected is not None:
            left = max(self._x(self._selected[0]), _LEFT)
            right = min(self._x(self._selected[1] + 1), self.width() - _RIGHT)
            painter.setBrush(color(self._theme.accent, 0.12))
            painter.setPen(pen(self._theme.accent))
            painter.drawRect(QRectF(left, 0.5, max(right - left, 2.0), bottom - 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_axis(self, painter: QPainter) -> None:
        theme, (first, end) = self._theme, self._range
        per_s = self._rate_hz or 1.0
        unit = " s" if self._rate_hz else tr(" rows")
        width = self.width() - _LEFT - _RIGHT
        span = (end - first) / per_s
        step = next((one for one in _TICKS if one / span * width >= _APART), span)
        if not self._rate_hz:
            step = max(round(span / max(width // _APART, 1)), 1)
        y = self.height() - _AXIS
        painter.setPen(pen(theme.line))
        painter.drawLine(QLineF(_LEFT, y, self.width() - _RIGHT, y))
        for number in range(int(np.ceil(first / per_s / step)), int(end / per_s / step) + 1):
            at = number * step
            x = self._x(at * per_s)
            painter.setPen(pen(theme.line))
            painter.drawLine(QLineF(x, y, x, y + GRID / 2))
            place = QRectF(x - _APART / 2, y + GRID / 2, _APART, _AXIS - GRID / 2)
            place.moveRight(min(place.right(), self.width() + _APART / 2 - 3 * GRID))
            ink = color(theme.quiet)
            text(painter, place, f"{at:,g}{unit}", Qt.AlignmentFlag.AlignHCenter, ink)

    def _x(self, row: float) -> float:
        first, end = self._range
        return _LEFT + (row - first) / (end - first) * (self.width() - _LEFT - _RIGHT)

    def _row_at(self, x: float) -> int:
        first, end = self._range
        share = (x - _LEFT) / max(self.width() - _LEFT - _RIGHT, 1.0)
        return round(first + min(max(share, 0.0), 1.0) * (end - 1 - first))

    def _words_at(self, x: float) -> str:
        row = self._row_at(x)
        words = []
        for name, spans in self._ribbons.items():
            under = next((one for one in spans if one.first_row <= row <= one.last_row), None)
            if under is not None and under.label:
                words.append(f"{name}: {spoken(under.label)}")
        return "\n".join(words)
