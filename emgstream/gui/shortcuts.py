"""The keyboard shortcuts, in one list for what they do and for the help card."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QDialog, QGridLayout, QShortcut, QWidget

from emgstream.gui.painting import GRID, font
from emgstream.gui.plain_label import PlainLabel
from emgstream.translation import tr

__all__ = ["KEYS", "HelpCard", "Key", "install_shortcuts", "key_words", "page_keys"]

Key: TypeAlias = tuple[str, str, str]
"""Name of the action, its key, and a description."""

KEYS: tuple[Key, ...] = (
    ("connect", "Ctrl+Return", tr("connect or disconnect")),
    ("port", "Ctrl+U", tr("let go of the port to upload a sketch, or open it again")),
    ("open", "Ctrl+O", tr("open a recording")),
    ("columns", "Ctrl+K", tr("the columns of the recording")),
    ("model", "Ctrl+M", tr("open a model")),
    ("theme", "Ctrl+T", tr("light or dark")),
    ("picture", "Ctrl+S", tr("save a picture of the window")),
    ("full", "F11", tr("full screen")),
    ("help", "F1", tr("this list")),
    ("quit", "Ctrl+Q", tr("close the window")),
)
"""Keys of every page."""

_MOUSE = (
    (tr("Wheel"), tr("zoom in time")),
    (tr("Drag"), tr("look back")),
    (tr("Point"), tr("read time, values and decision")),
    (tr("Click"), tr("put a mark to measure from; click again to take it away")),
    (tr("Drop"), tr("a recording to play it, a .emgmodel to use it")),
)


def page_keys(titles: Sequence[str]) -> tuple[Key, ...]:
    """Return the keys that show each page.

    >>> page_keys(["Live"])
    (('page 1', 'Ctrl+1', 'the page Live'),)
    """
    return tuple(
        (tr("page {number}", number=number), f"Ctrl+{number}", tr("the page {title}", title=title))
        for number, title in enumerate(titles, start=1)
    )


def key_words(text: str, platform: str = sys.platform) -> str:
    """Return a text with its keys as this system has them.

    Qt takes ``Ctrl`` for the key Command of a Mac.

    >>> key_words("open a file (Ctrl+O)", "darwin")
    'open a file (⌘O)'
    """
    return text.replace("Ctrl+", "⌘") if platform == "darwin" else text


def install_shortcuts(
    part: QWidget, keys: Sequence[Key], actions: Mapping[str, Callable[[], None]]
) -> None:
    """Make each key do its action while ``part`` is visible; raises KeyError without one."""
    for name, key, _ in keys:
        shortcut = QShortcut(QKeySequence(key), part)
        shortcut.activated.connect(actions[name])


class HelpCard(QDialog):
    """Lists the keys, and the use of the mouse.

    Parameters
    ----------
    groups
        Where keys work, and the keys; one column a pair of groups.
    parent
        The window.
    foot
        Text below the columns.
    """

    def __init__(
        self, groups: Sequence[tuple[str, Sequence[Key]]], parent: QWidget, foot: str = ""
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Shortcuts"))
        self.setModal(False)
        rows = [(where, _folded(keys)) for where, keys in groups]
        rows.append((tr("with the mouse"), list(_MOUSE)))
        grid = QGridLayout(self)
        grid.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        half = (sum(len(keys) + 2 for _, keys in rows) + 1) // 2
        column = top = 0
        for where, keys in rows:
            if top and top + len(keys) // 2 > half:
                column, top = column + 3, 0
            top = self._add(grid, where, keys, top, column)
        grid.setColumnMinimumWidth(2, 3 * GRID)
        if foot:
            words = PlainLabel(foot, self)
            words.setObjectName("quiet")
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.setRowMinimumHeight(grid.rowCount(), 2 * GRID)
            grid.addWidget(words, grid.rowCount(), 0, 1, -1)

    def _add(
        self,
        grid: QGridLayout,
        where: str,
        rows: Sequence[tuple[str, str]],
        top: int,
        column: int,
    ) -> int:
        """Add a group, and return the row below it."""
        head = PlainLabel(where, self)
        head.setObjectName("caption")
        if top:
            grid.setRowMinimumHeight(top, 2 * GRID)
            top += 1
        grid.addWidget(head, top, column + 1)
        for row, (key, what) in enumerate(rows, top + 1):
            name = PlainLabel(key_words(key), self)
            name.setFont(font(self.font(), 1.0, bold=True))
            name.setAlignment(Qt.AlignmentFlag.AlignRight)
            words = PlainLabel(what, self)
            words.setObjectName("quiet")
            grid.addWidget(name, row, column)
            grid.addWidget(words, row, column + 1)
        return top + 1 + len(rows)


def _folded(keys: Sequence[Key]) -> list[tuple[str, str]]:
    """Return a key or a range of keys with each description."""
    rows = []
    for what, group in groupby(keys, key=lambda key: key[2]):
        names = [key for _, key, _ in group]
        rows.append((names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}", what))
    return rows
