"""A list to pick from: Qt's own, with a quiet arrow and quiet rows."""

from __future__ import annotations

from PyQt5.QtCore import QModelIndex, QPointF, QSize, Qt
from PyQt5.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PyQt5.QtWidgets import QComboBox, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from emgstream.gui.painting import GRID

__all__ = ["Picker"]

_HALF = 4.0
_FROM_RIGHT = 14.0
_ARROW = 16


class Picker(QComboBox):
    """A drop-down list; the style sheet takes Qt's arrow away, this draws one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Rows(self))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the room for the longest entry; Qt forgets the arrow beside it."""
        return super().sizeHint() + QSize(_ARROW, 0)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the box, then the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        pen = QPen(self.palette().color(group, QPalette.ColorRole.PlaceholderText))
        pen.setWidthF(1.5)
        painter.setPen(pen)
        x, y = self.width() - _FROM_RIGHT, self.height() / 2.0
        tip = QPointF(x, y + _HALF / 2)
        painter.drawLine(QPointF(x - _HALF, y - _HALF / 2), tip)
        painter.drawLine(QPointF(x + _HALF, y - _HALF / 2), tip)
        painter.end()


class _Rows(QStyledItemDelegate):
    """Draws the entries as the style sheet says, and separators, which it knows nothing of."""

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """Draw one row."""
        if painter is None or not _separates(index):
            super().paint(painter, option, index)
            return
        painter.setPen(option.palette.color(QPalette.ColorRole.Mid))
        row = option.rect.adjusted(GRID, 0, -GRID, 0)
        painter.drawLine(row.left(), row.center().y(), row.right(), row.center().y())

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802
        """Return the room of one row."""
        size = super().sizeHint(option, index)
        return QSize(size.width(), GRID) if _separates(index) else size


def _separates(index: QModelIndex) -> bool:
    return bool(index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "separator")
