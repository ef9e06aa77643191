"""Drawing of an Arduino Uno with its sensors: which pin goes where."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.app.board_setup import SensorSignal
from emgstream.gui.painting import GRID, color, font
from emgstream.gui.palette import Theme, blended
from emgstream.translation import tr

__all__ = ["WiringPicture"]

# All coordinates are those of a sheet of 120 by 100, scaled to the widget.
_WIDE, _HIGH = 120.0, 100.0
_BOARD = QRectF(16.0, 6.0, 88.0, 36.0)
_USB = QRectF(8.0, 11.0, 14.0, 11.0)
_JACK = QRectF(10.0, 30.0, 12.0, 8.0)
_CHIP = QRectF(52.0, 18.0, 26.0, 6.5)
_PINS_TOP = 36.0
_POWER = ("", "", "3V3", "5V", "GND", "GND", "VIN")
_ANALOG = ("A0", "A1", "A2", "A3", "A4", "A5")
_PITCH = 5.2
_FIRST_X = 28.0
_GAP = 4.0
"""Between the two rows of pins."""
_RAILS = (56.0, 61.0)
"""Heights of the two common lines for three sensors: supply and ground."""
_SENSOR_TOP = 74.0
_SENSOR = (22.0, 20.0)
_THREE_X = (24.0, 60.0, 96.0)
_ONE_X = 61.4
"""So that the wire of the signal runs straight to A0."""
_PAD = 1.5
_WIRE = 1.1

_APART = {"5V": -1.0, "GND": 1.0}
"""Shift of the names of neighbouring pins."""


class WiringPicture(QWidget):
    """Shows the wires of one sensor or three."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ("forearm",)
        self._signal = SensorSignal.ENVELOPE
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Wiring of the board"))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the smallest size at which the names of the pins can be read."""
        return QSize(46 * GRID, 36 * GRID)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def show_sensors(self, names: tuple[str, ...], signal: SensorSignal) -> None:
        """Show the wires of these sensors."""
        self._names, self._signal = names, signal
        pin = _signal_pin(signal)
        self.setAccessibleDescription(
            "; ".join(
                [
                    *(
                        tr("{pin} of {name} to A{n}", pin=pin, name=name, n=n)
                        for n, name in enumerate(names)
                    ),
                    tr("supply to 5V; ground to GND"),
                ]
            )
        )
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the board, the sensors, and the wires over both."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        share = min(self.width() / _WIDE, self.height() / _HIGH)
        painter.translate(
            (self.width() - share * _WIDE) / 2.0, (self.height() - share * _HIGH) / 2.0
        )
        painter.scale(share, share)
        self._font_share = share
        self._draw_board(painter)
        centres = (_ONE_X,) if len(self._names) == 1 else _THREE_X
        if len(centres) > 1:
            self._draw_rails(painter)
        for number, (name, x) in enumerate(zip(self._names, centres, strict=True)):
            self._draw_sensor(painter, number, name, x)
        painter.end()

    def _draw_board(self, painter: QPainter) -> None:
        theme = self._theme
        body = color(blended(theme.accent, theme.surface, 0.22))
        metal = color(blended(theme.text, theme.surface, 0.35))
        dark = color(blended(theme.text, theme.surface, 0.8))
        self._box(painter, _BOARD, body, 3.0)
        self._box(painter, _USB, metal, 1.0)
        self._box(painter, _JACK, dark, 1.0)
        self._box(painter, _CHIP, dark, 1.0)
        self._words(painter, QRectF(52, 9, 48, 7), "Arduino Uno", 1.0, theme.text, bold=True)
        self._words(painter, _USB, "USB", 0.75, theme.surface)
        for names, first in ((_POWER, 0), (_ANALOG, len(_POWER))):
            left = self._pin_x(first) - _PITCH / 2
            strip = QRectF(left, _PINS_TOP, _PITCH * len(names), 4.0)
            self._box(painter, strip, dark, 0.6)
            for at, name in enumerate(names):
                x = self._pin_x(first + at)
                used = name in self._used_pins and (name != "GND" or at == 4)
                ink = color(self._ink_of(name) if used else theme.surface)
                self._box(painter, QRectF(x - 0.8, _PINS_TOP + 1.2, 1.6, 1.6), ink, 0.3)
                apart = _APART.get(name, 0.0)  # else the names of the two would touch
                place = QRectF(x - 3.5 + apart, _PINS_TOP - 5.2, 7.0, 4.6)
                if used or name in _ANALOG:  # the names of neighbours of 5V and GND would touch
                    ink_of_name = theme.text if used else theme.quiet
                    self._words(painter, place, name, 0.6, ink_of_name, bold=used)

    def _draw_rails(self, painter: QPainter) -> None:
        for y, name in zip(_RAILS, ("5V", "GND"), strict=True):
            ink = self._ink_of(name)
            self._wire(painter, (QPointF(8.0, y), QPointF(112.0, y)), ink)
            self._words(painter, QRectF(0.0, y - 3, 7.5, 6), name, 0.7, ink, bold=True)
        for name, y in (("5V", _RAILS[0]), ("GND", _RAILS[1])):
            x = self._board_x(name)
            self._wire(painter, (QPointF(x, _PINS_TOP + 2), QPointF(x, y)), self._ink_of(name))
            self._dot(painter, QPointF(x, y), self._ink_of(name))

    def _draw_sensor(self, painter: QPainter, number: int, name: str, x: float) -> None:
        theme = self._theme
        wide, high = _SENSOR
        body = QRectF(x - wide / 2, _SENSOR_TOP, wide, high)
        self._box(painter, body, color(blended(theme.error, theme.surface, 0.18)), 2.5)
        self._words(painter, body.adjusted(0, 7, 0, -5), tr("sensor"), 0.75, theme.quiet)
        self._words(painter, body.adjusted(-6, 12, 6, 0), name, 0.9, theme.text, bold=True)
        pins = (("5V", "+"), ("GND", "–"), (f"A{number}", _signal_pin(self._signal)))
        for (to, label), shift in zip(pins, (-7.0, 0.0, 7.0), strict=True):
            at = QPointF(x + shift, _SENSOR_TOP + 2.4)
            self._dot(painter, at, self._ink_of(to))
            self._words(
                painter, QRectF(at.x() - 5, at.y() + 1.2, 10, 4.6), label, 0.65, theme.text, True
            )
            self._wire(painter, self._path(to, at, number), self._ink_of(to))

    def _path(self, to: str, at: QPointF, number: int) -> tuple[QPointF, ...]:
        """Return the corners of a wire from a sensor's pin to the board, or to a common line."""
        if len(self._names) > 1 and to in ("5V", "GND"):
            return at, QPointF(at.x(), _RAILS[0] if to == "5V" else _RAILS[1])
        x = self._board_x(to)
        level = {"5V": 52.0, "GND": 58.0}.get(to, 64.0)
        if len(self._names) > 1:
            level = (48.5, 66.0, 51.5)[number]
        return at, QPointF(at.x(), level), QPointF(x, level), QPointF(x, _PINS_TOP + 2.0)

    @property
    def _used_pins(self) -> set[str]:
        return {"5V", "GND", *(f"A{number}" for number in range(len(self._names)))}

    def _ink_of(self, pin: str) -> str:
        if pin == "5V":
            return self._theme.error
        if pin == "GND":
            return self._theme.text
        return self._theme.classes[(0, 2, 4)[int(pin[1:]) % 3]]

    def _board_x(self, name: str) -> float:
        return self._pin_x(
            _POWER.index(name) if name in _POWER else len(_POWER) + _ANALOG.index(name)
        )

    @staticmethod
    def _pin_x(number: int) -> float:
        return _FIRST_X + _PITCH * number + (_GAP if number >= len(_POWER) else 0.0)

    def _box(self, painter: QPainter, place: QRectF, ink: QColor, radius: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(place, radius, radius)

    def _dot(self, painter: QPainter, at: QPointF, ink: str) -> None:
        painter.setPen(QPen(color(self._theme.surface), 0.6))
        painter.setBrush(color(ink))
        painter.drawEllipse(at, _PAD, _PAD)

    def _wire(self, painter: QPainter, points: tuple[QPointF, ...], ink: str) -> None:
        path = QPainterPath(points[0])
        for point in points[1:]:
            path.lineTo(point)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, shade in ((_WIRE + 1.0, self._theme.surface), (_WIRE, ink)):
            painter.setPen(
                QPen(
                    color(shade),
                    width,
                    Qt.PenStyle.SolidLine,
                    Qt.PenCapStyle.RoundCap,
                    Qt.PenJoinStyle.RoundJoin,
                )
            )
            painter.drawPath(path)

    def _words(
        self,
        painter: QPainter,
        place: QRectF,
        words: str,
        size: float,
        ink: str,
        bold: bool = False,
    ) -> None:
        made = font(self.font(), 1.0, bold)
        made.setPixelSize(1000)  # a size that scaling cannot round away
        painter.save()
        painter.translate(place.center())
        unit = 4.6 * size / 1000.0
        painter.scale(unit, unit)
        painter.setFont(made)
        painter.setPen(color(ink))
        area = QRectF(
            -place.width() / 2 / unit,
            -place.height() / 2 / unit,
            place.width() / unit,
            place.height() / unit,
        )
        painter.drawText(
            area, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextDontClip), words
        )
        painter.restore()


def _signal_pin(signal: SensorSignal) -> str:
    return {SensorSignal.ENVELOPE: "ENV", SensorSignal.RAW: "RAW"}.get(signal, "OUT")
