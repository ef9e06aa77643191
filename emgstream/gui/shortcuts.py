"""The keys, in one list: what makes them work and what F1 shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QDialog, QGridLayout, QLabel, QShortcut, QWidget

from emgstream.gui.painting import GRID, font

__all__ = ["KEYS", "HelpCard", "install_shortcuts"]

KEYS: tuple[tuple[str, str, str], ...] = (
    ("connect", "Ctrl+Return", "connect or disconnect"),
    ("open", "Ctrl+O", "open a recording"),
    ("model", "Ctrl+M", "open a model"),
    ("play", "Space", "play or pause a recording; hold a live picture"),
    ("loop", "Ctrl+L", "begin the recording again at its end, or not"),
    ("seek_back", "Ctrl+Left", "5 s back in the recording"),
    ("seek_on", "Ctrl+Right", "5 s on in the recording"),
    ("back", "Left", "look back"),
    ("forward", "Right", "look forward"),
    ("live", "End", "back to the newest sample"),
    ("zoom_in", "+", "fewer seconds"),
    ("zoom_out", "-", "more seconds"),
    ("raw", "1", "the signal as it came"),
    ("conditioned", "2", "the signal as it was conditioned"),
    ("steps", "3", "the signal as the network sees it"),
    ("clear", "Esc", "take away the mark or the message"),
    ("theme", "Ctrl+T", "light or dark"),
    ("picture", "Ctrl+S", "save a picture of the window"),
    ("full", "F11", "full screen"),
    ("help", "F1", "this list"),
    ("quit", "Ctrl+Q", "close the window"),
)
"""Name of the action, its key, and what it does."""

_MOUSE = (
    ("Wheel", "zoom in time"),
    ("Drag", "look back"),
    ("Point", "read time, values and decision"),
    ("Click", "put a mark to measure from; click again to take it away"),
    ("Drop", "a .csv to play it, a .emgmodel to use it"),
)


def install_shortcuts(window: QWidget, actions: Mapping[str, Callable[[], None]]) -> None:
    """Make every key do its action; each of `KEYS` needs one."""
    for name, key, _ in KEYS:
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.activated.connect(actions[name])


class HelpCard(QDialog):
    """Lists the keys and what the mouse does."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        self.setModal(False)
        grid = QGridLayout(self)
        grid.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        keys = [(key, what) for _, key, what in KEYS]
        half = (len(keys) + len(_MOUSE) + 1) // 2
        self._add(grid, keys[:half], 0, 0)
        self._add(grid, keys[half:], 0, 3)
        self._add(grid, _MOUSE, len(keys) - half, 3)
        grid.setColumnMinimumWidth(2, 3 * GRID)

    def _add(
        self, grid: QGridLayout, rows: Sequence[tuple[str, str]], top: int, column: int
    ) -> None:
        for row, (key, what) in enumerate(rows, top):
            name = QLabel(key, self)
            name.setFont(font(self.font(), 1.0, bold=True))
            name.setAlignment(Qt.AlignmentFlag.AlignRight)
            words = QLabel(what, self)
            words.setObjectName("quiet")
            grid.addWidget(name, row, column)
            grid.addWidget(words, row, column + 1)
