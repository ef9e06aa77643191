"""How parts stand: on a sheet, one below the other, with words over or before them."""

from __future__ import annotations

from PyQt5.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from emgstream.gui.painting import GRID

__all__ = ["caption", "captioned", "card", "center", "fill", "row_name", "tall_part"]

_BETWEEN = GRID + GRID // 2


def card(parent: QWidget, *parts: QWidget) -> QFrame:
    """Return a sheet with parts one below the other; those that can grow share the height."""
    sheet = QFrame(parent)
    sheet.setObjectName("card")
    inside = QVBoxLayout(sheet)
    inside.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    inside.setSpacing(_BETWEEN)
    for part in parts:
        stretches = part.sizePolicy().verticalPolicy() == QSizePolicy.Policy.Expanding
        inside.addWidget(part, int(stretches))
    return sheet


def center(whole: QWidget, sheet: QFrame, widest: int, above: int, below: int) -> None:
    """Fill a widget with one sheet in its middle, the room over and under it shared so."""
    sheet.setMaximumWidth(widest)
    middle = QHBoxLayout()
    middle.addStretch(1)
    middle.addWidget(sheet, 8)
    middle.addStretch(1)
    column = QVBoxLayout(whole)
    column.addStretch(above)
    column.addLayout(middle)
    column.addStretch(below)


def fill(whole: QWidget, *parts: QWidget, grows: QWidget) -> None:
    """Fill a widget with parts one below the other; one of them takes the height that is left."""
    inside = QVBoxLayout(whole)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(_BETWEEN)
    for part in parts:
        inside.addWidget(part, int(part is grows))


def tall_part(parent: QWidget) -> tuple[QWidget, QVBoxLayout]:
    """Return a part that takes the height there is, and the column in it to fill."""
    part = QWidget(parent)
    part.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    inside = QVBoxLayout(part)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(_BETWEEN)
    return part, inside


def captioned(*parts: tuple[str, QWidget]) -> QHBoxLayout:
    """Return parts side by side, equally wide, with words over each."""
    row = QHBoxLayout()
    row.setSpacing(2 * GRID)
    for words, part in parts:
        one = QVBoxLayout()
        one.setSpacing(GRID // 2)
        one.addWidget(caption(words))
        one.addWidget(part)
        row.addLayout(one, 1)
    return row


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
