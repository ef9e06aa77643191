"""A picture of both sides of an arm, with the places of the electrodes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.app.electrode_sites import REFERENCE, ArmSide, ElectrodeSite
from emgstream.gui.painting import GRID, font
from emgstream.translation import tr

__all__ = ["PlacementPicture"]

_WIDTH, _HEIGHT = 200.0, 66.0
"""Size of the drawing of one arm, in its own units."""
_MIDDLE = 30.0
_HALF = {0.0: 14.0, 0.22: 16.0, 0.4: 11.0, 0.52: 13.0, 0.8: 6.5}
"""Half the width of the arm at places along it."""
_PAIR = 7.0
"""Half the distance of the two electrodes of a pair, along the muscle."""
_DISC = 4.2
_MIDDLE_HIGH = int(Qt.AlignmentFlag.AlignVCenter)
_LETTERS = 6.0
"""Height of letters, in units of the drawing."""
_NAMES_FROM = 2.0
"""Pixels per unit from which names can be read beside the numbers: letters of 12 pixels."""
_LIMB = 0.30
"""Share of the text's colour in that of the arm."""


class PlacementPicture(QWidget):
    """Draws the sites by number, in the order of the channels, and the reference as R.

    The two sides stand beside each other, or one below the other where they are larger so; names
    stand beside the numbers where there is room for them.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sites: tuple[ElectrodeSite, ...] = ()
        self.setAccessibleName(tr("Places of the electrodes on the arm"))
        self.setToolTip(
            tr(
                "Each pair lies along the muscle, about 2 cm apart (SENIAM). Do the movement and "
                "feel where the muscle swells; clean the skin there"
            )
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of two arms beside each other."""
        return QSize(56 * GRID, 13 * GRID)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least width at which the numbers can be read."""
        return QSize(36 * GRID, 13 * GRID)

    def show_sites(self, sites: Sequence[ElectrodeSite]) -> None:
        """Show the places of so many channels."""
        self._sites = tuple(sites)
        told = (f"{number}: {one.name}, {one.where}" for number, one in enumerate(sites, start=1))
        self.setAccessibleDescription("; ".join([*told, f"R: {REFERENCE.where}"]))
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw both sides of the arm."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for side, area in zip(ArmSide, self._areas(), strict=True):
            self._draw_side(painter, area, side)
        painter.end()

    def _areas(self) -> tuple[QRectF, QRectF]:
        """Return the places of the two sides."""
        wide, high = float(self.width()), float(self.height())
        beside = QRectF(0.0, 0.0, wide / 2 - GRID, high)
        below = QRectF(0.0, 0.0, wide, high / 2 - GRID)
        if _scale(beside) >= _scale(below):
            return beside, beside.translated(wide / 2, 0.0)
        drawn = _HEIGHT * _scale(below)
        gap = (high - 2 * drawn) / 3
        first = QRectF(0.0, gap, wide, drawn)
        return first, first.translated(0.0, drawn + gap)

    def _draw_side(self, painter: QPainter, area: QRectF, side: ArmSide) -> None:
        roles = QPalette.ColorRole
        palette = self.palette()
        painter.save()
        size = _scale(area)
        painter.translate(area.left() + (area.width() - _WIDTH * size) / 2, area.top())
        painter.scale(size, size)
        base, ink = palette.color(roles.Base), palette.color(roles.WindowText)
        limb = _between(base, ink, _LIMB)
        _draw_arm(painter, limb, base, side)
        painter.setPen(palette.color(roles.PlaceholderText))
        words = QRectF(0.0, _HEIGHT - 12.0, _WIDTH, 12.0)
        letters = max(_LETTERS, self.fontMetrics().height() * 0.62 / size)
        _draw_words(painter, words, side.value, letters, int(Qt.AlignmentFlag.AlignLeft))
        has_names = size >= _NAMES_FROM
        accent, on_accent = palette.color(roles.Highlight), palette.color(roles.HighlightedText)
        for number, site in enumerate(self._sites, start=1):
            if site.side is side:
                _draw_pair(painter, site, str(number), accent, on_accent)
                if has_names:
                    _draw_name(painter, site, ink)
        if REFERENCE.side is side and self._sites:
            _draw_disc(painter, _at(REFERENCE), ink, base, "R")
            if has_names:
                _draw_name(painter, REFERENCE, ink)
        painter.restore()


def _draw_arm(painter: QPainter, limb: QColor, crease: QColor, side: ArmSide) -> None:
    """Draw a right arm, stretched to the right, with the thumb above."""
    upper = [QPointF(_WIDTH * x, _MIDDLE - half) for x, half in _HALF.items()]
    lower = [QPointF(_WIDTH * x, _MIDDLE + half) for x, half in reversed(_HALF.items())]
    path = QPainterPath(upper[0])
    _smooth(path, upper)
    path.lineTo(lower[0])
    _smooth(path, lower)
    path.closeSubpath()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(limb)
    painter.drawPath(path)
    round_pen = QPen(limb, 15.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    painter.setPen(round_pen)
    painter.drawLine(QPointF(158.0, _MIDDLE), QPointF(170.0, _MIDDLE))
    round_pen.setWidthF(4.2)
    painter.setPen(round_pen)
    for number, tip in enumerate((190.0, 194.0, 192.0, 186.0)):
        y = _MIDDLE - 5.7 + 3.9 * number
        painter.drawLine(QPointF(172.0, y), QPointF(tip, y))
    painter.drawLine(QPointF(162.0, _MIDDLE - 6.0), QPointF(174.0, _MIDDLE - 14.0))
    if side is ArmSide.INSIDE:  # the crease of the elbow
        painter.setPen(QPen(crease, 1.6))
        painter.drawLine(QPointF(81.0, _MIDDLE - 8.0), QPointF(79.0, _MIDDLE + 8.0))


def _smooth(path: QPainterPath, points: Sequence[QPointF]) -> None:
    """Continue a path through points, flat at each of them."""
    for before, after in pairwise(points):
        middle = (before.x() + after.x()) / 2
        path.cubicTo(QPointF(middle, before.y()), QPointF(middle, after.y()), after)


def _at(site: ElectrodeSite) -> QPointF:
    """Return the place of a site on the drawing."""
    places = [*_HALF.items()]
    for (x0, half0), (x1, half1) in pairwise(places):
        if x0 <= site.x <= x1:
            half = half0 + (half1 - half0) * (site.x - x0) / (x1 - x0)
            return QPointF(_WIDTH * site.x, _MIDDLE + site.y * half)
    return QPointF(_WIDTH * site.x, _MIDDLE)


def _draw_pair(
    painter: QPainter, site: ElectrodeSite, number: str, ink: QColor, on_ink: QColor
) -> None:
    middle = _at(site)
    along = QPointF(_PAIR, 0.0)
    painter.setPen(QPen(ink, 1.6))
    painter.drawLine(middle - along, middle + along)
    for end in (middle - along, middle + along):
        _draw_disc(painter, end, ink, on_ink, number)


def _draw_disc(painter: QPainter, middle: QPointF, ink: QColor, on_ink: QColor, text: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(middle, _DISC, _DISC)
    painter.setPen(on_ink)
    area = QRectF(middle.x() - _DISC, middle.y() - _DISC, 2 * _DISC, 2 * _DISC)
    _draw_words(painter, area, text, _LETTERS, int(Qt.AlignmentFlag.AlignCenter), bold=True)


def _draw_name(painter: QPainter, site: ElectrodeSite, ink: QColor) -> None:
    """Write the name of a site beside it: before the elbow at its left, else at its right."""
    middle, away = _at(site), _DISC + 2.5
    if site is not REFERENCE:
        away += _PAIR
    area = QRectF(middle.x() + away, middle.y() - 4.0, 60.0, 8.0)
    alignment = Qt.AlignmentFlag.AlignLeft
    if site.x < REFERENCE.x:
        area.moveRight(middle.x() - away)
        alignment = Qt.AlignmentFlag.AlignRight
    painter.setPen(ink)
    _draw_words(painter, area, site.name, _LETTERS, int(alignment) | _MIDDLE_HIGH)


def _draw_words(
    painter: QPainter,
    area: QRectF,
    words: str,
    letters: float,
    alignment: int,
    bold: bool = False,
) -> None:
    """Draw words so high in units of the drawing."""
    made = font(painter.font(), 1.0, bold=bold)
    made.setPixelSize(1000)  # a size that scaling cannot round away
    unit = letters / 1000.0
    painter.save()
    painter.translate(area.topLeft())
    painter.scale(unit, unit)
    painter.setFont(made)
    place = QRectF(0.0, 0.0, area.width() / unit, area.height() / unit)
    painter.drawText(place, alignment | int(Qt.TextFlag.TextDontClip), words)
    painter.restore()


def _scale(area: QRectF) -> float:
    """Return the size of the drawing of one arm in an area, in pixels per unit."""
    return min(area.width() / _WIDTH, area.height() / _HEIGHT)


def _between(under: QColor, over: QColor, share: float) -> QColor:
    """Return the opaque colour of one laid on another."""
    parts = (
        (under.red(), over.red()),
        (under.green(), over.green()),
        (under.blue(), over.blue()),
    )
    return QColor(*(round((1.0 - share) * low + share * top) for low, top in parts))
