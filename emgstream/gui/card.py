"""The sheet that parts of a page stand on, and the words over one of them."""

from __future__ import annotations

from PyQt5.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from emgstream.gui.painting import GRID

__all__ = ["caption", "card", "row_name"]


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


def row_name(words: str) -> QLabel:
    """Return quiet words that stand before a field; those of a form are equally wide."""
    label = QLabel(words)
    label.setObjectName("quiet")
    label.setMinimumWidth(8 * GRID)
    return label
