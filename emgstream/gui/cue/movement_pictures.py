"""A simple picture of each movement, in strokes: an arm or a hand, and an arrow.

Coordinates are those of a square of 100 by 100. A movement without a picture gets the drawing of a
burst of EMG.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QPainter, QPainterPath, QPen

from emgstream.cue_schedule import REST

__all__ = ["MovementColors", "draw_movement", "has_picture"]

Points = tuple[tuple[float, float], ...]

# Widths of strokes on the square of 100 by 100, and the head of an arrow (its angle in radians).
_ARM = 15.0
_FINGER = 8.0
_CREASE = 2.4
_ARROW = 4.0
_HEAD = 9.0
_HEAD_ANGLE = 0.5


@dataclass(frozen=True, slots=True)
class MovementColors:
    """The colours of a picture."""

    limb: QColor
    """Colour of arms and hands."""
    crease: QColor
    """Colour of lines on them: that of the background."""
    arrow: QColor
    """Colour of the arrow."""


@dataclass(frozen=True, slots=True)
class _MovementPicture:
    """Strokes, each a line of points; a single point is a dot."""

    limbs: tuple[tuple[float, Points], ...]
    """Width and line of each limb."""
    creases: tuple[Points, ...] = ()
    """Lines on the limbs."""
    arrow: Points = ()
    """An arc through three points, with its head at the last."""


_FOREARM: Points = ((50, 100), (50, 68))
_PICTURES = {
    REST: _MovementPicture(
        (
            (_ARM, ((44, 6), (44, 42), (52, 66))),
            (_ARM + 2, ((53, 70), (55, 76))),
            (_FINGER, ((59, 78), (60, 94))),
            (_FINGER, ((53, 80), (53, 95))),
            (_FINGER, ((48, 72), (42, 84))),
        )
    ),
    "elbow_bend": _MovementPicture(
        ((_ARM, ((28, 8), (28, 68), (62, 44))), (_ARM + 7, ((66, 41), (69, 38)))),
        arrow=((84, 72), (90, 48), (80, 20)),
    ),
    "elbow_extend": _MovementPicture(
        ((_ARM, ((24, 10), (30, 52), (62, 76))), (_ARM + 7, ((66, 79), (69, 81)))),
        arrow=((72, 26), (90, 42), (91, 68)),
    ),
    "hand_open": _MovementPicture(
        (
            (_ARM, ((50, 100), (50, 78))),
            (24.0, ((45, 66), (55, 66))),
            (_FINGER, ((38, 60), (24, 26))),
            (_FINGER, ((46, 54), (41, 12))),
            (_FINGER, ((54, 54), (58, 11))),
            (_FINGER, ((61, 58), (74, 22))),
            (_FINGER + 1, ((60, 70), (84, 50))),
        )
    ),
    "hand_close": _MovementPicture(
        (
            (_ARM + 3, ((50, 98), (50, 78))),
            (36.0, ((40, 60), (60, 60))),
            (17.0, ((29, 40), (29, 48))),
            (17.0, ((43, 34), (43, 48))),
            (17.0, ((57, 34), (57, 48))),
            (17.0, ((71, 40), (71, 48))),
        ),
        creases=(
            ((36, 32), (36, 50)),
            ((50, 28), (50, 49)),
            ((64, 32), (64, 50)),
            ((78, 58), (50, 55), (43, 60), (50, 67), (70, 68)),
        ),
    ),
}
_UNKNOWN: Points = (
    *((8.0, 50.0), (28.0, 50.0), (34.0, 40.0), (41.0, 66.0), (48.0, 16.0)),
    *((56.0, 84.0), (63.0, 30.0), (69.0, 60.0), (74.0, 50.0), (92.0, 50.0)),
)


def _bent(side: int) -> _MovementPicture:
    """Return a hand seen from above, bent at the wrist: -1 to the left, 1 to the right."""

    def at(x: float, y: float) -> tuple[float, float]:
        """Turn a point of an upright hand about the wrist."""
        angle = side * 0.72
        dx, dy = x - 50.0, y - 66.0
        return (
            50.0 + dx * math.cos(angle) - dy * math.sin(angle),
            66.0 + dx * math.sin(angle) + dy * math.cos(angle),
        )

    fingers = ((41, 40, 40, 20), (47, 38, 47, 15), (53, 38, 53, 16), (59, 40, 60, 22))
    return _MovementPicture(
        (
            (_ARM, _FOREARM),
            (22.0, (at(48, 50), at(52, 50), at(50, 58))),
            *((_FINGER - 1.5, (at(x1, y1), at(x2, y2))) for x1, y1, x2, y2 in fingers),
            (_FINGER, (at(58, 56), at(70, 42))),
        ),
        arrow=tuple((50.0 + side * x, y) for x, y in ((-14.0, 6.0), (18.0, 0.0), (44.0, 16.0))),
    )


_PICTURES["wrist_left"] = _bent(-1)
_PICTURES["wrist_right"] = _bent(1)


def has_picture(label: str) -> bool:
    """Return whether a movement has a picture."""
    return label in _PICTURES


def draw_movement(painter: QPainter, area: QRectF, label: str, inks: MovementColors) -> None:
    """Draw a movement into the largest square in the middle of ``area``."""
    side = min(area.width(), area.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.center().x() - side / 2, area.center().y() - side / 2)
    painter.scale(side / 100.0, side / 100.0)
    picture = _PICTURES.get(label)
    if picture is None:
        _stroke(painter, inks.arrow, _ARROW + 1, _line(_UNKNOWN))
    else:
        _draw(painter, picture, inks)
    painter.restore()


def _draw(painter: QPainter, picture: _MovementPicture, inks: MovementColors) -> None:
    for width, points in picture.limbs:
        _stroke(painter, inks.limb, width, _line(points))
    for points in picture.creases:
        _stroke(painter, inks.crease, _CREASE, _line(points))
    if picture.arrow:
        _stroke(painter, inks.arrow, _ARROW, _arrow(picture.arrow))


def _stroke(painter: QPainter, ink: QColor, width: float, path: QPainterPath) -> None:
    round_cap, round_join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, round_cap, round_join))
    painter.drawPath(path)


def _line(points: Points) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(QPointF(*point))
    return path


def _arrow(points: Points) -> QPainterPath:
    """Return an arc with a head."""
    start, through, end = (QPointF(*point) for point in points)
    path = QPainterPath(start)
    path.quadTo(through, end)
    heading = math.atan2(end.y() - through.y(), end.x() - through.x())
    for turn in (math.pi - _HEAD_ANGLE, math.pi + _HEAD_ANGLE):
        path.moveTo(end)
        path.lineTo(
            end.x() + _HEAD * math.cos(heading + turn), end.y() + _HEAD * math.sin(heading + turn)
        )
    return path
