"""Scroll areas around widgets that may be larger than their place."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QObject, QSize, Qt
from PyQt5.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from emgstream.gui.painting import GRID

__all__ = ["PageFrame", "ScrolledPart", "scrolled"]

_LEAST = 12 * GRID
"""Least height of a scroll area in pixels: three rows of a form, so that it is seen to go on."""
_MOST_SHARE = 1000
"""Share of a page in its row, against 1 of each margin: the margins get what it does not take."""
_BAR = 2 * GRID
"""Width of a scroll bar with the gap beside it; the style sheet says the same."""


class ScrolledPart(QScrollArea):
    """A widget that scrolls up and down where it is higher than its place, else fills it.

    It is never narrower than the widget: sideways nothing is hidden.
    """

    def __init__(self, part: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part = part
        _dress(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(part.sizePolicy())
        self.setWidget(part)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the whole widget."""
        return self.part.sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least width of the widget with a scroll bar, and a few rows."""
        least = self.part.minimumSizeHint()
        return QSize(least.width() + _BAR, min(least.height(), _LEAST))

    def eventFilter(self, part: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Follow the widget's own size."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(part, event)


class PageFrame(QScrollArea):
    """The place of a page in the window, or of pictures in a page, which scrolls where it is small.

    Parameters
    ----------
    page
        The page.
    widest
        Width in pixels up to which the page grows; it stands in the middle of a wider window.
    """

    def __init__(self, page: QWidget, widest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _dress(self)
        page.setMaximumWidth(widest)
        holder = QWidget()
        row = _PageRow(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(page, _MOST_SHARE)
        row.addStretch(1)
        self.setWidget(holder)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a size that every screen has."""
        return QSize(3 * _LEAST, _LEAST)


class _PageRow(QHBoxLayout):
    """A row that scrolls a page below its least height, not already below the wanted one."""

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Return False: pictures in a page may be lower than they would like to be."""
        return False


def scrolled(parent: QWidget, part: QWidget) -> QScrollArea:
    """Return a scroll area on a card, with a widget at its top; it takes the height it can get."""
    sheet = QWidget()
    sheet.setObjectName("sheet")
    column = QVBoxLayout(sheet)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(part)
    column.addStretch(1)
    sheet.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    return ScrolledPart(sheet, parent)


def _dress(area: QScrollArea) -> None:
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
