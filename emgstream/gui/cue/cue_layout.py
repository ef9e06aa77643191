"""Layout of pages that ask for movements: the cue beside another part, and buttons below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt5.QtWidgets import QWIDGETSIZE_MAX, QFrame, QHBoxLayout, QPushButton, QWidget

from emgstream.app.connection_state import ConnectionState
from emgstream.gui.card import card
from emgstream.gui.columns import Columns
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.scrolled import PageFrame
from emgstream.gui.status_light import StatusLight
from emgstream.sources.source_status import SourceState

__all__ = ["ConnectionLabel", "button_row", "key_button", "side_by_side"]


class ConnectionLabel(QWidget):
    """The state of the connection, as a light and a text."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.light = StatusLight(theme, self)
        self.label = ElidedLabel(self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.light)
        line.addWidget(self.label, 1)

    def set_theme(self, theme: Theme) -> None:
        """Draw the light in other colours, from the next state on."""
        self._theme = theme

    def show_state(self, state: ConnectionState, words: str) -> None:
        """Show a state, with a text of the caller's."""
        well = state.kind is SourceState.STREAMING
        ink = self._theme.good if well else self._theme.warning
        self.light.show_sign("disc" if well else "triangle", ink)
        self.label.show_text(words)


def key_button(words: str, key: str, call: Callable[[], None], parent: QWidget) -> QPushButton:
    """Return a button that does the same as a key, which its tooltip names."""
    button = QPushButton(words, parent)
    button.setToolTip(key)
    button.setMinimumWidth(15 * GRID)
    button.clicked.connect(call)
    return button


def side_by_side(parent: QWidget, canvas: QWidget, sheet: QFrame) -> QWidget:
    """Return a row with the cue on a card, and another card of equal width.

    It scrolls where there is no room for them, so that the buttons below it stay in sight.
    """
    row = Columns(parent, (card(parent, canvas), 1), (sheet, 1))
    return PageFrame(row, QWIDGETSIZE_MAX, parent)


def button_row(buttons: Sequence[QPushButton], beside: QWidget) -> QHBoxLayout:
    """Return a row of buttons, and a part that takes the rest of it."""
    row = QHBoxLayout()
    row.setSpacing(GRID)
    for button in buttons:
        row.addWidget(button)
    row.addSpacing(2 * GRID)
    row.addWidget(beside, 1)
    return row
