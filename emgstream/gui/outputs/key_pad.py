"""A field that takes any key, mouse button or turn of the wheel, by its name in the bindings."""

from __future__ import annotations

import sys

from PyQt5.QtCore import QEvent, QRectF, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.gui.painting import GRID, color, font, text
from emgstream.gui.palette import Theme

__all__ = ["KeyPad", "key_name"]

_KEYS = {
    Qt.Key.Key_Space: "space",
    Qt.Key.Key_Return: "enter",
    Qt.Key.Key_Enter: "enter",
    Qt.Key.Key_Tab: "tab",
    Qt.Key.Key_Backtab: "tab",
    Qt.Key.Key_Escape: "esc",
    Qt.Key.Key_Backspace: "backspace",
    Qt.Key.Key_Delete: "delete",
    Qt.Key.Key_Insert: "insert",
    Qt.Key.Key_Home: "home",
    Qt.Key.Key_End: "end",
    Qt.Key.Key_PageUp: "page_up",
    Qt.Key.Key_PageDown: "page_down",
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_Shift: "shift",
    Qt.Key.Key_Control: "ctrl",
    Qt.Key.Key_Alt: "alt",
    Qt.Key.Key_Meta: "cmd",
    Qt.Key.Key_MediaPlay: "media_play_pause",
    Qt.Key.Key_MediaTogglePlayPause: "media_play_pause",
    Qt.Key.Key_MediaNext: "media_next",
    Qt.Key.Key_MediaPrevious: "media_previous",
    Qt.Key.Key_VolumeUp: "media_volume_up",
    Qt.Key.Key_VolumeDown: "media_volume_down",
    Qt.Key.Key_VolumeMute: "media_volume_mute",
    **{Qt.Key.Key_F1 + n: f"f{n + 1}" for n in range(20)},
}
"""Names of keys as the bindings have them; all others are their character."""
_SWAPPED = {
    int(Qt.Key.Key_Control): int(Qt.Key.Key_Meta),
    int(Qt.Key.Key_Meta): int(Qt.Key.Key_Control),
}
_MODIFIERS = frozenset({"shift", "ctrl", "alt", "cmd"})
_BUTTONS = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.MiddleButton: "middle",
    Qt.MouseButton.RightButton: "right",
}
_LIT = 0.18
"""Opacity of the part of the ground that fills while a movement is held."""


def key_name(event: QKeyEvent, platform: str = sys.platform) -> str | None:
    """Return the name of a key in the bindings; None for one that they cannot name."""
    key = event.key()
    if platform == "darwin":  # Qt calls the key Command "Control" there, and Control "Meta"
        key = _SWAPPED.get(key, key)
    known = _KEYS.get(key)
    if known is not None:
        return known
    letter = event.text().lower()
    return letter if len(letter) == 1 and letter.isprintable() else None


class KeyPad(QWidget):
    """Shows a large text, and takes keys while it is asked to."""

    key_pressed = pyqtSignal(str)
    button_pressed = pyqtSignal(str)
    wheel_turned = pyqtSignal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._large = self._small = ""
        self._share = 0.0
        self.takes_keys = False
        """True while keys, buttons and the wheel are taken."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(14 * GRID)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def show_words(self, large: str, small: str, share: float) -> None:
        """Show what was taken, what is waited for, and how far it is, 0 to 1."""
        if (large, small, share) != (self._large, self._small, self._share):
            self._large, self._small, self._share = large, small, share
            self.setAccessibleName(f"{large}. {small}".strip(". "))
            self.update()

    def event(self, event: QEvent | None) -> bool:
        """Take a key before the shortcuts of the window do, and before it moves the focus."""
        if not self.takes_keys or not isinstance(event, QKeyEvent):
            return super().event(event)
        event.accept()
        name = key_name(event)
        # a modifier counts as it is let go of: until then another key may come with it
        meant = QEvent.Type.KeyRelease if name in _MODIFIERS else QEvent.Type.KeyPress
        if event.type() == meant and not event.isAutoRepeat() and name is not None:
            self.key_pressed.emit(name)
        return True

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Take a mouse button."""
        if event is not None and self.takes_keys and event.button() in _BUTTONS:
            self.button_pressed.emit(_BUTTONS[event.button()])

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 - Qt's name
        """Take a turn of the wheel; a wheel that is turned away from the hand scrolls up."""
        if event is None or not self.takes_keys:
            return
        event.accept()
        self.wheel_turned.emit(-event.angleDelta().x(), -event.angleDelta().y())

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the ground, as far filled as the movement was held, and the words."""
        theme, whole = self._theme, self.rect()
        painter = QPainter(self)
        painter.fillRect(whole, color(theme.sunken))
        held = whole.adjusted(0, 0, round((self._share - 1.0) * whole.width()), 0)
        painter.fillRect(held, color(theme.accent, _LIT))
        middle = Qt.AlignmentFlag.AlignHCenter
        rows = whole.adjusted(GRID, GRID, -GRID, -GRID)
        half = rows.height() * 3 // 5
        painter.setFont(font(self.font(), 2.2, bold=True))
        text(
            painter,
            QRectF(rows.adjusted(0, 0, 0, half - rows.height())),
            self._large,
            middle,
            color(theme.text),
        )
        painter.setFont(self.font())
        text(painter, QRectF(rows.adjusted(0, half, 0, 0)), self._small, middle, color(theme.quiet))
        painter.end()
