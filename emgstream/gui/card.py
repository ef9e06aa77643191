"""The sheet that parts of a page stand on, and the words over one of them."""

from __future__ import annotations

from PyQt5.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from emgstream.gui.painting import GRID

__all__ = ["caption", "card"]


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


def caption(words: str) -> QLabel:
    """Return quiet words that stand over a part."""
    label = QLabel(words)
    label.setObjectName("caption")
    return label
