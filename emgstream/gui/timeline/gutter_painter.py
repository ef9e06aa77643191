"""Drawing of the gutter left of the signals: names, units, and the values at a lane's ends."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt5.QtCore import QLineF, QRectF, Qt
from PyQt5.QtGui import QPainter, QPixmap

from emgstream.gui.painting import GRID, color, font, pen, text
from emgstream.gui.timeline.lane_scale import Span
from emgstream.gui.timeline.timeline_areas import Canvas
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["Gutter", "GutterPainter", "LaneWords"]

_ROW = 18.0
"""Height of a line of text, in logical pixels."""
_RIGHT = Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class LaneWords:
    """The texts beside one lane."""

    name: str
    """Name of its channel."""
    unit: str
    """Unit of its values."""
    ends: Span
    """Values at its lower and upper end."""


@dataclass(frozen=True)
class Gutter:
    """Everything that is drawn in the gutter; an equal one need not be drawn again."""

    canvas: Canvas
    """Places, colours and fonts."""
    lanes: tuple[LaneWords, ...]
    """The texts of each lane, from the top."""
    time_unit: str
    """Unit of the time axis."""


class GutterPainter:
    """Draws the gutter in device pixels, and keeps the picture, as text is slow to draw."""

    def __init__(self) -> None:
        self._drawn: Gutter | None = None
        self._picture = QPixmap()

    def draw(self, painter: QPainter, gutter: Gutter) -> None:
        """Draw the gutter at the left edge of the canvas."""
        if gutter != self._drawn:
            self._drawn, self._picture = gutter, _picture_of(gutter)
        painter.drawPixmap(0, 0, self._picture)


def _picture_of(gutter: Gutter) -> QPixmap:
    canvas, at = gutter.canvas, gutter.canvas.at
    picture = QPixmap(int(at.gutter), int(at.axis.bottom()))
    picture.fill(color(canvas.theme.surface))
    painter = QPainter(picture)
    painter.setPen(pen(canvas.theme.line))
    for y in at.lines:
        painter.drawLine(QLineF(GRID * canvas.scale, y, at.gutter, y))
    for lane, words in zip(at.lanes, gutter.lanes, strict=True):
        _draw_lane(painter, lane, words, canvas)
    _draw_captions(painter, gutter)
    painter.end()
    return picture


def _draw_lane(painter: QPainter, lane: QRectF, words: LaneWords, canvas: Canvas) -> None:
    """Draw a lane's name and, where there is room, its unit and the values at its ends."""
    painter.setFont(font(canvas.base, canvas.scale, bold=True))
    row = max(_ROW * canvas.scale, 0.9 * painter.fontMetrics().lineSpacing())
    middle, theme = lane.center().y(), canvas.theme
    has_unit = lane.height() > 2.0 * row
    name = _row(canvas, middle - (row if has_unit else row / 2.0), row)
    text(painter, name, spoken(words.name), _RIGHT, color(theme.text))
    painter.setFont(canvas.small_font)
    if has_unit:
        text(painter, _row(canvas, middle, row), words.unit, _RIGHT, color(theme.quiet))
    if lane.height() > 4.2 * row:
        high, low = f"{words.ends.high:g}", f"{words.ends.low:g}"
        text(painter, _row(canvas, lane.top() + 1, row), high, _RIGHT, color(theme.quiet))
        text(painter, _row(canvas, lane.bottom() - row - 1, row), low, _RIGHT, color(theme.quiet))


def _draw_captions(painter: QPainter, gutter: Gutter) -> None:
    """Draw the names of the ribbons and of the axis."""
    canvas, at = gutter.canvas, gutter.canvas.at
    painter.setFont(canvas.small_font)
    for words, place in (
        (tr("true"), at.truth),
        (tr("decided"), at.decided),
        (gutter.time_unit, at.axis),
    ):
        if place.height():
            room = _row(canvas, place.top(), place.height())
            text(painter, room, words, _RIGHT, color(canvas.theme.quiet))


def _row(canvas: Canvas, top: float, height: float) -> QRectF:
    return QRectF(0.0, top, canvas.at.gutter - GRID * canvas.scale, height)
