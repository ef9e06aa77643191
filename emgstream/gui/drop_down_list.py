"""A drop-down list in the look of the window."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QModelIndex, QPointF, QSize, Qt
from PyQt5.QtGui import QHelpEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt5.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QStylePainter,
    QToolTip,
    QWidget,
)

from emgstream.gui.painting import GRID

__all__ = ["DropDownList"]

# The arrow, in logical pixels: half its width, and its distance from the edge.
_HALF = 4.0
_FROM_RIGHT = 14.0
_AROUND = 5 * GRID
"""Room in pixels for the arrow, and for the padding that the style sheet has."""
_WIDEST = 80 * GRID
"""A long file name must not push the rest of the row away."""


class DropDownList(QComboBox):
    """A combo box that draws its own arrow, as the style sheet takes Qt's away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Rows(self))
        rows = self.model()
        if rows is not None:  # Qt asks for the width anew only where it changes the height
            rows.rowsInserted.connect(lambda *_: self.updateGeometry())
            rows.rowsRemoved.connect(lambda *_: self.updateGeometry())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the longest entry and the arrow."""
        metrics, entries = self.fontMetrics(), map(self.itemText, range(self.count()))
        longest = max((metrics.horizontalAdvance(entry) for entry in entries), default=0)
        return QSize(min(longest + _AROUND + 1, _WIDEST), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the minimum width that was set, whatever the entries need."""
        size = super().minimumSizeHint()
        return QSize(min(size.width(), self.minimumWidth()), size.height())

    def event(self, event: QEvent | None) -> bool:
        """Show the whole text of a shortened entry in the tooltip, above what the list is for."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            is_short = self.fitted_text != self.currentText()
            words = (self.currentText() if is_short else "", self.toolTip())
            QToolTip.showText(event.globalPos(), "\n".join(filter(None, words)), self)
            return True
        return super().event(event)

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """Open the list, wide enough for its entries."""
        rows = self.view()
        if rows is not None:
            rows.setMinimumWidth(rows.sizeHintForColumn(0) + 2 * GRID)
        super().showPopup()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the box, the text as far as it fits, and the arrow."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self.fitted_text
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
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

    @property
    def fitted_text(self) -> str:
        """The entry that is shown, shortened in the middle where it does not fit."""
        room = self.width() - _AROUND
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideMiddle, room)


class _Rows(QStyledItemDelegate):
    """Draws entries by the style sheet, and separators, which the style sheet does not know."""

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
        """Return the size of one row."""
        size = super().sizeHint(option, index)
        return QSize(size.width(), GRID) if _separates(index) else size


def _separates(index: QModelIndex) -> bool:
    return bool(index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "separator")
