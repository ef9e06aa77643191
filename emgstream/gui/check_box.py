"""A check box in the colours of the window, as Qt's own can hardly be seen on a dark ground."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PyQt5.QtWidgets import QCheckBox, QWidget

from emgstream.gui.painting import GRID

__all__ = ["CheckBox"]

_BOX = 2.0 * GRID
_TICK = ((4.0, 8.5), (7.0, 11.5), (12.0, 5.0))


class CheckBox(QCheckBox):
    """A check box that draws itself."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setMinimumHeight(3 * GRID)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of box and text."""
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(round(_BOX) + 2 * GRID + words, 3 * GRID)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the box, the tick and the text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        colors, role = self.palette(), QPalette.ColorRole
        accent = colors.color(group, role.Highlight if self.isEnabled() else role.Text)
        box = QRectF(0.75, (self.height() - _BOX) / 2, _BOX - 1.5, _BOX - 1.5)
        edge = accent if self.isChecked() else colors.color(group, role.PlaceholderText)
        painter.setPen(QPen(edge, 1.5))
        if self.hasFocus():
            painter.setPen(QPen(colors.color(group, role.WindowText), 2.0))
        painter.setBrush(accent if self.isChecked() else colors.color(group, role.Base))
        painter.drawRoundedRect(box, 3.0, 3.0)
        if self.isChecked():
            painter.setPen(QPen(colors.color(group, role.HighlightedText), 2.0))
            painter.drawPolyline(
                QPolygonF([box.topLeft() + QPointF(x - 1, y - 1) for x, y in _TICK])
            )
        painter.setPen(colors.color(group, role.WindowText))
        words = self.rect().adjusted(round(_BOX) + GRID, 0, 0, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self.text())
        painter.end()
