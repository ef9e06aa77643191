"""Drawing of an arm with the places of the electrodes."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.gui.painting import GRID, color, font
from emgstream.gui.palette import Theme, blended

__all__ = ["ArmPicture"]

# All coordinates are those of a sheet of 120 by 90, scaled to the widget.
_WIDE, _HIGH = 120.0, 90.0
_UPPER_ARM = ((22.0, 2.0), (44.0, 56.0))
_UPPER_WIDTH = 21.0
_ELECTRODE = 2.7
_LETTERS = 3.9


@dataclass(frozen=True, slots=True)
class _Place:
    """The pair of electrodes on one muscle."""

    pair: tuple[tuple[float, float], tuple[float, float]]
    """Centres of the two electrodes."""
    words: tuple[float, float]
    """Left end, or right end for a negative one, of the name beside them, and its height."""


_PLACES = {
    "forearm": _Place(((62.0, 60.0), (71.0, 59.0)), (66.0, 80.0)),
    "middle": _Place(((62.0, 60.0), (71.0, 59.0)), (66.0, 80.0)),
    "biceps": _Place(((38.0, 18.0), (42.0, 27.0)), (56.0, 14.0)),
    "triceps": _Place(((20.0, 24.0), (24.0, 33.0)), (2.0, 50.0)),
}
_REFERENCE = _Place(((42.5, 61.5), (42.5, 61.5)), (8.0, 80.0))
_TITLES = {"middle": "middle: forearm, inside", "forearm": "forearm, inside"}


class ArmPicture(QWidget):
    """Shows where the electrodes of each channel sit."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ("forearm",)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Places of the electrodes")

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the smallest size at which the names can be read."""
        return QSize(46 * GRID, 34 * GRID)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def show_channels(self, names: tuple[str, ...]) -> None:
        """Show the electrodes of these channels."""
        self._names = names
        self.setAccessibleDescription(", ".join(names) + ", and the reference at the elbow")
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the arm, then the electrodes with their names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        share = min(self.width() / _WIDE, self.height() / _HIGH)
        painter.translate(
            (self.width() - share * _WIDE) / 2.0, (self.height() - share * _HIGH) / 2.0
        )
        painter.scale(share, share)
        self._draw_arm(painter)
        for number, name in enumerate(self._names):
            place = _PLACES[name]
            ink = self._theme.classes[(0, 2, 4)[number % 3]]
            self._draw_leader(painter, place)
            for at in place.pair:
                self._draw_electrode(painter, at, ink)
            self._draw_name(painter, place, _TITLES.get(name, name))
        self._draw_leader(painter, _REFERENCE)
        self._draw_electrode(painter, _REFERENCE.pair[0], self._theme.text)
        self._draw_name(painter, _REFERENCE, "reference, on the bone")
        painter.end()

    def _draw_arm(self, painter: QPainter) -> None:
        skin = color(blended(self._theme.text, self._theme.surface, 0.14))
        pen = QPen(skin, _UPPER_WIDTH, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(*_UPPER_ARM[0]), QPointF(*_UPPER_ARM[1]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(skin)
        forearm = QPainterPath(QPointF(42.0, 45.0))
        forearm.cubicTo(QPointF(56.0, 40.0), QPointF(74.0, 46.0), QPointF(96.0, 49.0))
        forearm.lineTo(QPointF(96.0, 61.0))
        forearm.cubicTo(QPointF(78.0, 66.0), QPointF(58.0, 71.0), QPointF(42.0, 66.5))
        forearm.closeSubpath()
        painter.drawPath(forearm)
        painter.drawRoundedRect(QRectF(94.0, 44.5, 19.0, 20.0), 7.0, 7.0)
        crease = QPen(color(self._theme.surface), 1.0)
        crease.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(crease)
        for y in (49.5, 54.0, 58.5):
            painter.drawLine(QPointF(105.0, y), QPointF(112.0, y))

    def _draw_electrode(self, painter: QPainter, at: tuple[float, float], ink: str) -> None:
        painter.setPen(QPen(color(ink), 1.2))
        painter.setBrush(color(self._theme.surface))
        painter.drawEllipse(QPointF(*at), _ELECTRODE, _ELECTRODE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(ink))
        painter.drawEllipse(QPointF(*at), 0.9, 0.9)

    def _draw_leader(self, painter: QPainter, place: _Place) -> None:
        (x1, y1), (x2, y2) = place.pair
        middle = QPointF((x1 + x2) / 2, (y1 + y2) / 2)
        x, y = place.words
        above = y < middle.y()
        end = QPointF(x + 4.0, y + 2.2 if above else y - 2.4)
        painter.setPen(QPen(color(self._theme.quiet), 0.4))
        painter.drawLine(middle, end)

    def _draw_name(self, painter: QPainter, place: _Place, words: str) -> None:
        made = font(self.font(), 1.0, bold=True)
        made.setPixelSize(1000)  # a size that scaling cannot round away
        painter.save()
        painter.translate(QPointF(*place.words))
        painter.scale(_LETTERS / 1000.0, _LETTERS / 1000.0)
        painter.setFont(made)
        painter.setPen(color(self._theme.text))
        painter.drawText(QPointF(0.0, 350.0), words)
        painter.restore()
