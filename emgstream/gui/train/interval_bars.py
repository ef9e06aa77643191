"""Bars of shares with their 95 % intervals, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt5.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PyQt5.QtWidgets import QSizePolicy, QToolTip, QWidget

from emgstream.gui.painting import GRID, color, font, pen, text
from emgstream.gui.palette import Theme

__all__ = ["IntervalBar", "IntervalBars"]

_ROW = 4.0 * GRID
_BAR = 1.75 * GRID
_LONGEST_NAME = 20.0 * GRID
"""Most room for the names; longer ones are shortened in the middle."""
_FIGURE = 8.0 * GRID
_AXIS = 2.5 * GRID
_DOT = 3.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class IntervalBar:
    """One bar."""

    name: str
    """Its name, beside it."""
    share: float | None
    """Its length, 0 to 1; None where it is not known."""
    interval: tuple[float, float] | None
    """Both ends of the whisker; None for none."""
    figure: str
    """The number beside it."""
    ink: str
    """Its colour."""
    hint: str
    """Its meaning, as a tooltip."""
    dots: tuple[float, ...] = ()
    """Shares that it is the mean of."""
    diamond: float | None = None
    """A share to compare it with; None for none."""
    code: str = ""
    """A code of two letters before the name, for where colour fails; empty for none."""


class IntervalBars(QWidget):
    """Draws bars; one of them can be chosen by a click or the arrow keys, if wanted."""

    chosen = pyqtSignal(int)

    def __init__(
        self, theme: Theme, name: str, parent: QWidget | None = None, can_choose: bool = False
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: tuple[IntervalBar, ...] = ()
        self._guide: float | None = None
        self._place: int | None = None
        self._can_choose = can_choose
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if can_choose:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def bars(self) -> tuple[IntervalBar, ...]:
        """The bars that are shown."""
        return self._bars

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return one row per bar, and the axis."""
        return QSize(round(self._left + _FIGURE + 20 * GRID), round(len(self._bars) * _ROW + _AXIS))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the same height, and a width with room for names and figures."""
        return QSize(round(self._left + _FIGURE + 8 * GRID), self.sizeHint().height())

    def show_bars(
        self, bars: Sequence[IntervalBar], chosen: int | None = None, guide: float | None = None
    ) -> None:
        """Show bars, with one chosen; ``guide`` is a dashed line, such as the share of chance."""
        self._bars, self._place, self._guide = tuple(bars), chosen, guide
        self.setAccessibleDescription(", ".join(f"{one.name} {one.figure}" for one in bars))
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours; those of the bars are given with them."""
        self._theme = theme
        self.update()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Choose the bar under the mouse."""
        if event is not None and self._can_choose:
            self._choose(int(event.localPos().y() // _ROW))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 - Qt's name
        """Choose the bar above or below."""
        steps = {int(Qt.Key.Key_Up): -1, int(Qt.Key.Key_Down): 1}
        step = 0 if event is None else steps.get(event.key(), 0)
        if step and self._can_choose:
            self._choose((self._place or 0) + step)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent | None) -> bool:
        """Explain the bar under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = int(event.pos().y() // _ROW)
            words = self._bars[place].hint if 0 <= place < len(self._bars) else ""
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw axis and bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_axis(painter)
        for number, one in enumerate(self._bars):
            row = QRectF(0.0, number * _ROW, self.width(), _ROW)
            if number == self._place and self._can_choose:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color(self._theme.accent, 0.12))
                painter.drawRoundedRect(row.adjusted(0.0, 1.0, 0.0, -1.0), 4.0, 4.0)
            self._draw_bar(painter, row, one, number == self._place)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen(self._theme.accent, dashed=True))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._bars):
            self._place = place
            self.update()
            self.chosen.emit(place)

    @property
    def _left(self) -> float:
        """Left end of the bars, beside the longest name."""
        metrics = QFontMetricsF(font(self.font(), 0.9, bold=True))
        longest = max((metrics.horizontalAdvance(_named(one)) for one in self._bars), default=0.0)
        return min(longest + 2 * GRID, _LONGEST_NAME)

    def _x(self, share: float) -> float:
        return self._left + share * (self.width() - self._left - _FIGURE)

    def _draw_axis(self, painter: QPainter) -> None:
        bottom = len(self._bars) * _ROW
        painter.setFont(font(self.font(), 0.8))
        for share in _TICKS:
            x = round(self._x(share)) + 0.5
            painter.setPen(pen(self._theme.line))
            painter.drawLine(QLineF(x, 0.0, x, bottom))
            place = QRectF(x - 4 * GRID, bottom, 8 * GRID, _AXIS)
            words = f"{100 * share:.0f} %" if share == _TICKS[-1] else f"{100 * share:.0f}"
            text(painter, place, words, Qt.AlignmentFlag.AlignHCenter, color(self._theme.quiet))
        if self._guide is not None:
            x = self._x(self._guide)
            painter.setPen(pen(self._theme.text, dashed=True))
            painter.drawLine(QLineF(x, 0.0, x, bottom))

    def _draw_bar(self, painter: QPainter, row: QRectF, one: IntervalBar, is_bold: bool) -> None:
        theme = self._theme
        painter.setFont(font(self.font(), 0.9, bold=is_bold))
        ink = color(theme.text)
        name = QRectF(GRID / 2, row.top(), self._left - GRID, row.height())
        text(painter, name, _named(one), Qt.AlignmentFlag.AlignLeft, ink)
        figure = QRectF(self.width() - _FIGURE, row.top(), _FIGURE - GRID / 2, row.height())
        text(painter, figure, one.figure, Qt.AlignmentFlag.AlignRight, ink)
        if one.share is None:
            return
        middle = row.center().y()
        left = self._left
        bar = QRectF(left, middle - _BAR / 2, self._x(one.share) - left, _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(one.ink))
        painter.drawRoundedRect(bar, 3.0, 3.0)
        self._draw_details(painter, middle, one)

    def _draw_details(self, painter: QPainter, middle: float, one: IntervalBar) -> None:
        theme = self._theme
        if one.interval is not None:
            low, high = map(self._x, one.interval)
            painter.setPen(QPen(color(theme.text), 2.0))
            painter.drawLine(QLineF(low, middle, high, middle))
            for end in (low, high):
                painter.drawLine(QLineF(end, middle - GRID / 2, end, middle + GRID / 2))
        painter.setBrush(color(theme.surface))
        painter.setPen(QPen(color(theme.text), 1.0))
        for share in one.dots:
            painter.drawEllipse(QPointF(self._x(share), middle), _DOT, _DOT)
        if one.diamond is not None:
            x, size = self._x(one.diamond), 2 * _DOT
            corners = ((0, -size), (size, 0), (0, size), (-size, 0))
            painter.drawPolygon(*(QPointF(x + dx, middle + dy) for dx, dy in corners))


def _named(one: IntervalBar) -> str:
    return f"{one.code}  {one.name}" if one.code else one.name
