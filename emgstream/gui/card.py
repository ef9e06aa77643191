"""Functions that lay widgets out: on cards, in columns, under captions."""

from __future__ import annotations

from PyQt5.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QSizePolicy, QVBoxLayout, QWidget

from emgstream.gui.painting import GRID
from emgstream.gui.plain_label import PlainLabel

__all__ = ["caption", "captioned", "card", "center", "empty", "fill", "row_name", "tall_part"]

_BETWEEN = GRID + GRID // 2


def card(parent: QWidget, *parts: QWidget) -> QFrame:
    """Return a card with widgets one below the other; those that can grow share the height."""
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
    """Centre a card in a widget; ``above`` and ``below`` share the height that is left."""
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
    """Lay out widgets one below the other; ``grows`` takes the height that is left."""
    inside = QVBoxLayout(whole)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(_BETWEEN)
    for part in parts:
        inside.addWidget(part, int(part is grows))


def empty(layout: QLayout) -> None:
    """Delete the widgets of a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()  # it goes once Qt is idle
            widget.deleteLater()


def tall_part(parent: QWidget) -> tuple[QWidget, QVBoxLayout]:
    """Return a widget that takes all the height it can get, and its column to fill."""
    part = QWidget(parent)
    part.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    inside = QVBoxLayout(part)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(_BETWEEN)
    return part, inside


def captioned(*parts: tuple[str, QWidget]) -> QHBoxLayout:
    """Return widgets side by side, of equal width, with a caption above each."""
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
    """Return a caption to stand above a widget."""
    label = PlainLabel(words)
    label.setObjectName("caption")
    return label


def row_name(words: str) -> QLabel:
    """Return the name of a form's row; all of them have at least one width."""
    label = PlainLabel(words)
    label.setObjectName("quiet")
    label.setMinimumWidth(8 * GRID)
    return label
