"""Widgets side by side, or one below the other where there is no room for that."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QSize, QTimer
from PyQt5.QtGui import QResizeEvent, QShowEvent
from PyQt5.QtWidgets import QBoxLayout, QWidget

from emgstream.gui.painting import GRID

__all__ = ["Columns"]


class Columns(QWidget):
    """Widgets that stand side by side as long as none is narrower than its least width.

    Parameters
    ----------
    parent
        The widget it is part of.
    parts
        Each widget with its share of the width that is left.
    between
        Pixels between two widgets.
    spare
        Pixels beyond their least widths that they want before they stand side by side.
    """

    def __init__(
        self,
        parent: QWidget | None,
        *parts: tuple[QWidget, int],
        between: int = 2 * GRID,
        spare: int = 0,
    ) -> None:
        super().__init__(parent)
        self._spare = spare
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(between)
        for part, share in parts:
            self._line.addWidget(part, share)

    @property
    def is_wide(self) -> bool:
        """True where the widgets stand side by side."""
        return self._line.direction() == QBoxLayout.Direction.LeftToRight

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least width of the widest of them."""
        least = super().minimumSizeHint()
        return QSize(max(self._least_widths()), least.height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Place the widgets as the width allows."""
        super().resizeEvent(event)
        self._place()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Ask for the right height, which nobody heard while it was hidden."""
        super().showEvent(event)
        QTimer.singleShot(0, self._lay_out_again)

    def event(self, event: QEvent | None) -> bool:
        """Place the widgets anew where one of them needs another width."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def _place(self) -> None:
        gaps = self._spare + (self._line.count() - 1) * self._line.spacing()
        needed = gaps + sum(self._least_widths())
        direction = QBoxLayout.Direction
        wanted = direction.LeftToRight if needed <= self.width() else direction.TopToBottom
        if wanted != self._line.direction():
            self._line.setDirection(wanted)
            QTimer.singleShot(0, self._lay_out_again)  # the layout around is at work now

    def _lay_out_again(self) -> None:
        self._line.invalidate()
        self.updateGeometry()

    def _least_widths(self) -> list[int]:
        items = map(self._line.itemAt, range(self._line.count()))
        return [item.minimumSize().width() for item in items if item is not None]
