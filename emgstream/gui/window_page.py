"""The base class of the window's pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QAbstractButton, QApplication, QWidget

from emgstream.app.live_session import LiveSession
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.shell import Shell
from emgstream.gui.shortcuts import Key

__all__ = ["WindowPage"]


class WindowPage(QWidget):
    """One page. The window's thread calls everything; a page in the back is called as well.

    A new page is a class of this kind in a file of its own, and its line in
    `emgstream.gui.pages.PAGES`.

    Parameters
    ----------
    shell
        The window it is shown in, as far as a page may know it.
    """

    drawn = pyqtSignal()
    """Emitted when the signals were drawn."""
    title: ClassVar[str]
    """Its name in the switch."""
    keys: ClassVar[tuple[Key, ...]] = ()
    """Keys that work while it is shown; `key_actions` has the action of each name."""
    widest: ClassVar[int] = 200 * GRID
    """Width in pixels up to which it grows: longer lines are hard to read."""
    shows_signals: ClassVar[bool] = False
    """True for a page that draws the signals while it is shown, and emits `drawn`."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()  # the window's stack of pages takes it over
        self.shell = shell

    @property
    def holds_connection(self) -> bool:
        """True while the connection must not be changed."""
        return False

    @property
    def holds_decisions(self) -> bool:
        """True while the settings of the decisions must not be changed."""
        return False

    @property
    def is_busy(self) -> bool:
        """True while it is at work, also while another page is shown."""
        return self.holds_connection

    def losses_at_close(self) -> tuple[str, ...]:
        """Return what would be lost if the window closed now, in sentences."""
        return ()

    def key_actions(self) -> Mapping[str, Callable[[], None]]:
        """Return the action of each key."""
        return {}

    def model_chosen(self, title: str | None) -> None:
        """Follow the choice of another model, by its title; None for no model."""

    def follow_settings(self) -> None:
        """Follow other folders, as the user has set them."""

    def begin_session(self, session: LiveSession | None) -> None:
        """Prepare for a session that has no samples yet; None for no session."""

    def show_session(self, session: LiveSession) -> None:
        """Show a session that has received its first samples."""

    def connection_failed(self) -> None:
        """Follow the failure of the connection."""

    def update_picture(self, now_s: float, has_samples: bool) -> None:
        """Redraw what moves, some 60 times a second; see `Window`."""

    def update_figures(self, now_s: float) -> None:
        """Refresh figures and texts, four times a second."""

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""

    def take_files(self, paths: Sequence[Path]) -> list[Path]:
        """Take files dropped on the page; return those it has no use for."""
        return list(paths)

    def clicks_focused(self) -> bool:
        """Click the button with the focus, and return whether there is one."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QAbstractButton):
            focus.click()
            return True
        return False

    def shut_down(self) -> None:
        """Save and end what is going on, as the window closes; the connection is still open."""
