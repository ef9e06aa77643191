"""The event loop of a live session in the terminal: show a page, watch the session, read keys."""

from __future__ import annotations

import threading

from emgstream.app.live_session import LiveSession
from emgstream.cli.keys import ESC, RELEASE, KeyReader
from emgstream.cli.session_screen import Levels, SessionScreen, TerminalPage
from emgstream.cli.status_notifier import StatusNotifier
from emgstream.clock import MonotonicClock

__all__ = ["TerminalLoop"]

_TURN_S = 0.05
"""Time for one page. A choice: a key acts within a twentieth of a second, which feels immediate."""
_LEVEL_S = 0.2
"""Length of the signal behind the bars. A choice: short enough to follow a movement."""


class TerminalLoop:
    """Shows one page after the other, a twentieth of a second each. The main thread calls it.

    Parameters
    ----------
    session
        The live session, started.
    screen
        Where the pages are shown.
    pressed_keys
        Returns the keys that were pressed.
    interrupted
        Set by Ctrl-C, which acts as Esc.
    title
        Stands over every page, before the name of the source.
    """

    def __init__(
        self,
        session: LiveSession,
        screen: SessionScreen,
        pressed_keys: KeyReader,
        interrupted: threading.Event,
        title: str,
    ) -> None:
        self._session = session
        self._screen = screen
        self._keys = pressed_keys
        self._interrupted = interrupted
        self._title = title
        self._clock = MonotonicClock()
        self._notifier = StatusNotifier(screen.tell)
        self._levels = Levels()

    def now(self) -> float:
        """Return the host time in seconds."""
        return self._clock.now()

    def show(self, page: TerminalPage) -> list[str]:
        """Show a page for a moment, and return the keys pressed meanwhile.

        `RELEASE` acts at once: it lets go of the port, or opens it again.
        """
        session = self._session
        info, status = session.info, session.status()
        self._notifier.tell(status)
        newest = session.newest_samples(_LEVEL_S)
        levels = self._levels.update(newest if status.is_streaming else newest[:0])
        self._screen.show(page, f"{self._title}   {info.name}", info.channel_names, levels, status)
        if session.ended:
            self._clock.sleep(_TURN_S)
        session.poll(self.now(), _TURN_S)
        if self._interrupted.is_set():
            return [ESC]
        pressed = self._keys()
        if RELEASE in pressed:
            session.toggle_port()
        return pressed
