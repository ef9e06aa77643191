"""What every page of the window is: one view on the one connection, and the keys it answers to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QAbstractButton, QApplication, QWidget

from emgstream.app.live_session import LiveSession
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
    """A picture of the signals was drawn."""
    title: ClassVar[str]
    """What the switch calls it."""
    keys: ClassVar[tuple[Key, ...]] = ()
    """What it answers to while it is in front; `key_actions` has each by its name."""
    shows_signals: ClassVar[bool] = False
    """Whether it draws the signals while it is in front, and emits `drawn`."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()  # the window's stack of pages takes it over
        self.shell = shell

    @property
    def holds_connection(self) -> bool:
        """Whether the connection must stay as it is."""
        return False

    @property
    def holds_decisions(self) -> bool:
        """Whether the model must go on deciding as it does."""
        return False

    @property
    def works(self) -> bool:
        """Whether it does something that goes on in the back."""
        return self.holds_connection

    def key_actions(self) -> Mapping[str, Callable[[], None]]:
        """Return what each key does."""
        return {}

    def model_chosen(self, title: str | None) -> None:
        """Take another model, by what people call it; None for none."""

    def begin_session(self, session: LiveSession | None) -> None:
        """Make ready for a session that has no samples yet; None for none."""

    def show_session(self, session: LiveSession) -> None:
        """Show a session whose first samples have come."""

    def connection_failed(self) -> None:
        """Show what is there to do now that nothing came."""

    def frame(self, now_s: float, came: bool) -> None:
        """Follow the stream, some sixty times a second; ``came`` tells whether samples did."""

    def slow(self, now_s: float) -> None:
        """Refresh figures and words, four times a second."""

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""

    def take_files(self, paths: Sequence[Path]) -> list[Path]:
        """Take files that were dropped while it is in front; return those it has no use for."""
        return list(paths)

    def clicks_focused(self) -> bool:
        """Click the button that has the keys, and tell whether one has: Tab went there."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QAbstractButton):
            focus.click()
            return True
        return False

    def shut_down(self) -> None:
        """Keep what must be kept: the window closes, and the connection after this."""
