"""The sheet that parts of a page stand on, and the words over one of them."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from emgstream.gui.painting import GRID

__all__ = ["caption", "card", "scrolled"]


def card(parent: QWidget, *parts: QWidget) -> QFrame:
    """Return a sheet with parts one below the other; those that can grow share the height."""
    sheet = QFrame(parent)
    sheet.setObjectName("card")
    column = QVBoxLayout(sheet)
    column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    column.setSpacing(GRID + GRID // 2)
    for part in parts:
        stretches = part.sizePolicy().verticalPolicy() == QSizePolicy.Policy.Expanding
        column.addWidget(part, int(stretches))
    return sheet


def scrolled(parent: QWidget, part: QWidget) -> QScrollArea:
    """Return a part that may be higher than its place, on a sheet that is scrolled."""
    sheet = QWidget()
    sheet.setObjectName("sheet")
    column = QVBoxLayout(sheet)
    column.setContentsMargins(0, 0, GRID, 0)
    column.addWidget(part)
    column.addStretch(1)
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(sheet)
    return area


def caption(words: str) -> QLabel:
    """Return quiet words that stand over a part."""
    label = QLabel(words)
    label.setObjectName("caption")
    return label
