"""A movement to choose, with its picture above its name."""

from __future__ import annotations

from PyQt5.QtCore import QRectF, QSize
from PyQt5.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PyQt5.QtWidgets import QPushButton, QWidget

from emgstream.gui.cue.movement_pictures import MovementColors, draw_movement
from emgstream.gui.painting import GRID
from emgstream.wording import spoken

__all__ = ["MovementChip"]

_PICTURE = 7.0 * GRID
_WORDS = 3.0 * GRID
_UNCHOSEN = 0.45
"""Opacity of the picture of a movement that is not chosen."""


class MovementChip(QPushButton):
    """A button that stays pressed while its movement is chosen."""

    def __init__(self, movement: str, parent: QWidget | None = None) -> None:
        super().__init__(spoken(movement), parent)
        self._movement = movement
        self.setObjectName("chip")
        self.setCheckable(True)
        self.setStyleSheet("text-align: bottom;")

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of picture and name."""
        width = max(super().sizeHint().width(), round(_PICTURE) + 2 * GRID)
        return QSize(width, round(_PICTURE + _WORDS + GRID))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the same: a name is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the picture above the name."""
        super().paintEvent(event)
        painter = QPainter(self)
        roles = QPalette.ColorRole
        palette = self.palette()
        limb, crease = palette.color(roles.WindowText), palette.color(roles.Base)
        arrow = palette.color(roles.Highlight)
        if not self.isChecked():
            painter.setOpacity(_UNCHOSEN)
        area = QRectF(0.0, GRID / 2, self.width(), _PICTURE)
        draw_movement(painter, area, self._movement, MovementColors(limb, QColor(crease), arrow))
        painter.end()
