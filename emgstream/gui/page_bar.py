"""The buttons that switch between the pages."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QPointF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PyQt5.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from emgstream.gui.painting import GRID
from emgstream.gui.shortcuts import key_words

__all__ = ["PageBar"]

_DOT = "\u2009•"
_TEETH = 8
_RADII = (3.0, 5.5, 8.0)
"""Radii of a gear in pixels: its hole, its ring, and the tips of its teeth."""


class PageBar(QWidget):
    """One button per page; the shown page is marked, a dot marks a page that is at work.

    Parameters
    ----------
    titles
        The titles of the pages.
    parent
        The widget it is part of.
    gear
        The title of the page whose button is a gear.
    """

    chosen = pyqtSignal(int)

    def __init__(
        self, titles: Sequence[str], parent: QWidget | None = None, gear: str = ""
    ) -> None:
        super().__init__(parent)
        self._titles = tuple("" if title == gear else title for title in titles)
        self.buttons: list[QPushButton] = []
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for number, title in enumerate(titles):
            button = _GearButton(self) if title == gear else _PageButton(title, self)
            button.setObjectName("page")
            button.setCheckable(True)
            button.setAccessibleName(title)
            button.setToolTip(key_words(f"{title}  Ctrl+{number + 1}"))
            button.clicked.connect(lambda _, number=number: self.chosen.emit(number))
            self._group.addButton(button)
            self.buttons.append(button)
            row.addWidget(button)
        row.addStretch(1)
        # Else another text in the row would move its buttons by a pixel.
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def show_front(self, number: int) -> None:
        """Mark the page that is shown."""
        self.buttons[number].setChecked(True)

    def show_busy(self, number: int, works: bool) -> None:
        """Mark a page that is at work, also while another one is shown."""
        words = f"{self._titles[number]}{_DOT}" if works else self._titles[number]
        if self.buttons[number].text() != words:
            self.buttons[number].setText(words)


class _PageButton(QPushButton):
    """A button that is as wide with the dot of a page at work as without."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._widest = f"{title}{_DOT}"

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size with the dot."""
        size, metrics = super().sizeHint(), self.fontMetrics()
        flag = int(Qt.TextFlag.TextShowMnemonic)  # as Qt measures the text of a button
        spare = metrics.size(flag, self._widest).width() - metrics.size(flag, self.text()).width()
        return QSize(size.width() + spare, size.height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the same size."""
        return self.sizeHint()


class _GearButton(QPushButton):
    """A button with a gear in the colour that its text would have."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height of a button, and as much width."""
        height = super().sizeHint().height()
        return QSize(height, height)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the button, and the gear on it."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        stands_out = self.isChecked() or self.underMouse()
        role = QPalette.ColorRole.WindowText if stands_out else QPalette.ColorRole.PlaceholderText
        pen = QPen(self.palette().color(role), 1.8)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.translate(QPointF(self.width() / 2.0, self.height() / 2.0))
        scale = self.fontMetrics().lineSpacing() / (2.0 * GRID)
        hole, ring, tip = (radius * scale for radius in _RADII)
        for radius in (hole, ring):
            painter.drawEllipse(QPointF(0.0, 0.0), radius, radius)
        for _ in range(_TEETH):
            painter.drawLine(QPointF(0.0, -ring), QPointF(0.0, -tip))
            painter.rotate(360.0 / _TEETH)
        painter.end()
