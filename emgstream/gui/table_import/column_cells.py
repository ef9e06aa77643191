"""Drawing of the cells of the table of columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PyQt5.QtCore import QModelIndex, QObject, QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QPainter, QPolygonF
from PyQt5.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from emgstream.app.table_import import TableImport
from emgstream.gui.painting import GRID, color, font, pen
from emgstream.gui.palette import Theme
from emgstream.gui.table_import.column_model import (
    NUMBER,
    REASON,
    SIGNAL,
    UNDECIDED,
    VALUES,
    ColumnModel,
)

__all__ = ["ColumnCells", "outline"]

_INSET = GRID // 2
_ARROW = 3.5
"""Half the width of the arrow of a list."""
_FROM_RIGHT = 12.0
_SIGN = 1.5 * GRID
"""Room for the sign of a doubtful column."""


def outline(values: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    """Return a curve to draw, shape ``(n_points, 2)``: x from 0 to 1, y from 0 (least) to 1.

    Of several values for each of ``width`` pixels the least and the greatest are kept, in their
    order. Missing values are left out. A constant is a line in the middle.
    """
    places = np.flatnonzero(np.isfinite(values))
    if not len(places):
        return np.empty((0, 2))
    kept = values[places]
    if len(kept) > 2 * width:
        starts = np.linspace(0, len(kept), width, endpoint=False).astype(int)
        groups = np.split(np.arange(len(kept)), starts[1:])
        ends = [sorted((g[kept[g].argmin()], g[kept[g].argmax()])) for g in groups]
        chosen = np.array(ends).ravel()
        places, kept = places[chosen], kept[chosen]
    low, high = kept.min(), kept.max()
    height = np.full(len(kept), 0.5) if high == low else (kept - low) / (high - low)
    return np.column_stack([places / max(len(values) - 1, 1), height])


class ColumnCells(QStyledItemDelegate):
    """Draws every cell: words, a closed list, or the signal.

    Parameters
    ----------
    shown
        The import that is shown.
    theme
        Colours to draw in.
    parent
        The table.
    """

    def __init__(self, shown: TableImport, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._shown = shown
        self._theme = theme
        self._curves: dict[tuple[int, int], npt.NDArray[np.float64]] = {}

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """Draw one cell."""
        model = index.model()
        if painter is None or not isinstance(model, ColumnModel):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, color(self._theme.sunken))
        area = QRectF(option.rect).adjusted(_INSET, 0, -_INSET, 0)
        row = index.row()
        if index.column() == SIGNAL:
            self._draw_signal(painter, area, row, model.is_ignored(row))
        elif model.is_list(index):
            has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
            self._draw_list(painter, area, index, has_focus)
        else:
            self._draw_words(painter, area, index, model)
        if index.column() == NUMBER and model.is_doubtful(row):
            self._draw_sign(painter, area)
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:  # noqa: N802
        """Return the size of a cell; the table sets the widths."""
        return QSize(GRID, 4 * GRID)

    def _draw_words(
        self, painter: QPainter, area: QRectF, index: QModelIndex, model: ColumnModel
    ) -> None:
        theme, cell = self._theme, index.column()
        is_quiet = cell in (NUMBER, VALUES) or model.is_ignored(index.row())
        painter.setPen(color(theme.quiet if is_quiet else theme.text))
        side = Qt.AlignmentFlag.AlignRight if cell == NUMBER else Qt.AlignmentFlag.AlignLeft
        mode = Qt.TextElideMode.ElideRight
        if cell not in (REASON, VALUES):
            mode = Qt.TextElideMode.ElideMiddle
        words = painter.fontMetrics().elidedText(str(index.data()), mode, int(area.width()))
        flags = int(side) | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)
        painter.drawText(area, flags, words)

    def _draw_list(
        self, painter: QPainter, area: QRectF, index: QModelIndex, has_focus: bool
    ) -> None:
        """Draw a closed list: a frame, the choice and an arrow."""
        theme, words = self._theme, str(index.data())
        box = area.adjusted(0.5, 3.5, -0.5, -3.5)
        asks = words == UNDECIDED
        frame = theme.accent if has_focus else theme.warning if asks else theme.line
        painter.setPen(pen(frame))
        painter.setBrush(color(theme.surface))
        painter.drawRoundedRect(box, 6.0, 6.0)
        inside = box.adjusted(GRID, 0, -2.5 * GRID, 0)
        painter.setPen(color(theme.warning if asks else theme.text))
        if asks:
            painter.setFont(font(painter.font(), 1.0, bold=True))
        fitted = painter.fontMetrics().elidedText(
            words, Qt.TextElideMode.ElideRight, int(inside.width())
        )
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignVCenter), fitted)
        x, y = box.right() - _FROM_RIGHT, box.center().y()
        painter.setPen(pen(theme.quiet))
        tip = QPointF(x, y + _ARROW / 2)
        painter.drawLine(QPointF(x - _ARROW, y - _ARROW / 2), tip)
        painter.drawLine(QPointF(x + _ARROW, y - _ARROW / 2), tip)

    def _draw_sign(self, painter: QPainter, area: QRectF) -> None:
        """Draw a triangle, as `StatusLight` does for what should be looked at."""
        middle = QPointF(area.left() + _SIGN / 2, area.center().y())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.warning))
        corners = [QPointF(0.0, -5.0), QPointF(5.5, 4.5), QPointF(-5.5, 4.5)]
        painter.drawPolygon(QPolygonF([middle + corner for corner in corners]))

    def _draw_signal(self, painter: QPainter, area: QRectF, row: int, is_quiet: bool) -> None:
        draft = self._shown.draft
        if draft is None:
            return
        inside = area.adjusted(0, 5, 0, -5)
        key = row, int(inside.width())
        if key not in self._curves:
            self._curves[key] = outline(draft.signal(row), max(key[1], 1))
        curve = self._curves[key]
        if not len(curve):
            painter.setPen(color(self._theme.quiet))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), "text")
            return
        x = inside.left() + curve[:, 0] * inside.width()
        y = inside.bottom() - curve[:, 1] * inside.height()
        painter.setPen(pen(self._theme.quiet if is_quiet else self._theme.trace))
        painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True)]))
