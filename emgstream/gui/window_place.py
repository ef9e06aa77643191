"""Size and position of the window, so that all of it is on a screen."""

from __future__ import annotations

from PyQt5.QtCore import QByteArray, QMargins, QRect, QSize
from PyQt5.QtWidgets import QApplication, QWidget

__all__ = ["fitted", "keep_on_screen", "place_first"]

_OFF_SCREEN = "offscreen"
_USUAL = QSize(1280, 800)
_FRAME = QMargins(8, 40, 8, 8)
"""Frame and title of a window that is not shown yet, in pixels; usual desktops take less."""


def fitted(wanted: QRect, available: QRect) -> QRect:
    """Return a rectangle as large as wanted where that is available, and inside of what is.

    >>> from PyQt5.QtCore import QRect
    >>> fitted(QRect(1200, 100, 400, 900), QRect(0, 0, 1366, 768)).getRect()
    (966, 0, 400, 768)
    """
    found = QRect(wanted)
    found.setSize(wanted.size().boundedTo(available.size()))
    found.moveRight(min(found.right(), available.right()))
    found.moveBottom(min(found.bottom(), available.bottom()))
    found.moveLeft(max(found.left(), available.left()))
    found.moveTop(max(found.top(), available.top()))
    return found


def place_first(window: QWidget, kept: QByteArray | None) -> None:
    """Place a window that is not shown yet: as it was last time, else in the middle of the screen.

    It is never larger than the screen without its panels, and a place on a screen that is gone
    moves onto one that is there.
    """
    if kept is not None and window.restoreGeometry(kept):
        if not (window.isMaximized() or window.isFullScreen()):
            window.setGeometry(fitted(window.geometry(), _available(window.geometry(), _FRAME)))
        return
    available = _available(QRect(window.pos(), _USUAL), _FRAME)
    size = _USUAL.boundedTo(available.size())
    middle = QRect(available.topLeft(), size)
    middle.moveCenter(available.center())
    window.setGeometry(middle)


def keep_on_screen(window: QWidget) -> None:
    """Move and shrink a shown window, with the frame it has by now, onto its screen."""
    if window.isMaximized() or window.isFullScreen() or window.isMinimized():
        return
    inside, whole = window.geometry(), window.frameGeometry()
    frame = QMargins(
        inside.left() - whole.left(),
        inside.top() - whole.top(),
        whole.right() - inside.right(),
        whole.bottom() - inside.bottom(),
    )
    place = fitted(inside, _available(inside, frame))
    if place != inside:
        window.setGeometry(place)


def _available(place: QRect, frame: QMargins) -> QRect:
    """Return what a window may cover of the screen under a place, without frame and panels.

    A picture drawn off screen has no limits: it is as large as it is wanted.
    """
    screen = QApplication.screenAt(place.center()) or QApplication.primaryScreen()
    if screen is None or QApplication.platformName() == _OFF_SCREEN:
        return place
    return screen.availableGeometry().marginsRemoved(frame)
