"""Drawing of what may be plugged in while electrodes are on: the board, and nothing else."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.gui.painting import GRID, color
from emgstream.gui.palette import Theme, blended
from emgstream.translation import tr

__all__ = ["SafetyPicture"]

# All coordinates are those of a sheet of 120 by 90, scaled to the widget.
_WIDE, _HIGH = 120.0, 90.0
_SCREEN = QRectF(38.0, 14.0, 50.0, 34.0)
_BATTERY = QRectF(52.0, 24.0, 20.0, 11.0)
_PLUG = QRectF(6.0, 60.0, 15.0, 12.0)
_BOARD = QRectF(96.0, 62.0, 20.0, 14.0)


class SafetyPicture(QWidget):
    """Shows a laptop on its battery with the board, and a mains plug that is pulled out."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("The laptop runs on its battery; no mains plug is connected"))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the smallest size at which the picture is clear."""
        return QSize(40 * GRID, 30 * GRID)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the laptop, the board, and the plug."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        share = min(self.width() / _WIDE, self.height() / _HIGH)
        painter.translate(
            (self.width() - share * _WIDE) / 2.0, (self.height() - share * _HIGH) / 2.0
        )
        painter.scale(share, share)
        self._draw_laptop(painter)
        self._draw_board(painter)
        self._draw_plug(painter)
        painter.end()

    def _draw_laptop(self, painter: QPainter) -> None:
        theme = self._theme
        case = color(blended(theme.text, theme.surface, 0.8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(case)
        painter.drawRoundedRect(_SCREEN, 3.0, 3.0)
        base = QPolygonF(
            [QPointF(36.0, 50.0), QPointF(90.0, 50.0), QPointF(97.0, 57.0), QPointF(29.0, 57.0)]
        )
        painter.drawPolygon(base)
        painter.setBrush(color(theme.surface))
        painter.drawRect(_SCREEN.adjusted(2.5, 2.5, -2.5, -2.5))
        painter.setPen(QPen(color(theme.good), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(_BATTERY, 2.0, 2.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(theme.good))
        painter.drawRect(QRectF(_BATTERY.right() + 1.0, _BATTERY.center().y() - 2.0, 1.8, 4.0))
        for number in range(3):
            left = _BATTERY.left() + 2.4 + 5.2 * number
            painter.drawRect(QRectF(left, _BATTERY.top() + 2.4, 4.4, _BATTERY.height() - 4.8))

    def _draw_board(self, painter: QPainter) -> None:
        theme = self._theme
        path = QPainterPath(QPointF(93.5, 54.0))
        path.cubicTo(QPointF(108.0, 50.0), QPointF(106.0, 54.0), QPointF(106.0, _BOARD.top()))
        self._line(painter, path, theme.text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(blended(theme.accent, theme.surface, 0.4)))
        painter.drawRoundedRect(_BOARD, 2.0, 2.0)
        painter.setBrush(color(blended(theme.text, theme.surface, 0.8)))
        painter.drawRect(QRectF(102.0, 68.0, 8.0, 3.0))

    def _draw_plug(self, painter: QPainter) -> None:
        theme = self._theme
        path = QPainterPath(QPointF(_PLUG.right(), _PLUG.center().y()))
        path.cubicTo(QPointF(26.0, 66.0), QPointF(22.0, 76.0), QPointF(30.0, 76.0))
        self._line(painter, path, theme.quiet)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(theme.quiet))
        painter.drawRoundedRect(_PLUG.adjusted(5.0, 0.0, 0.0, 0.0), 2.5, 2.5)
        for y in (62.6, 67.6):
            painter.drawRect(QRectF(_PLUG.left(), y, 6.0, 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(theme.error), 2.2))
        centre = QPointF(_PLUG.center().x() + 1.0, _PLUG.center().y())
        painter.drawEllipse(centre, 12.5, 12.5)
        painter.drawLine(centre - QPointF(8.8, 8.8), centre + QPointF(8.8, 8.8))

    def _line(self, painter: QPainter, path: QPainterPath, ink: str) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(ink), 1.6))
        painter.drawPath(path)
