"""A stream in front of a person: show a moment, look after the threads, take the keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection

from emgstream.cli.keys import ESC, KeyReader
from emgstream.cli.session_screen import Levels, SessionScreen, TerminalPage
from emgstream.cli.status_notifier import StatusNotifier
from emgstream.engine import Engine
from emgstream.sources.source import Source

__all__ = ["TerminalLoop"]

_TURN_S = 0.05
_LEVEL_S = 0.2
_LIKELY_RATE_HZ = 1000.0


class TerminalLoop:
    """Turns of a twentieth of a second each; the main thread takes them.

    Parameters
    ----------
    source, engine
        What runs.
    screen
        Where it shows.
    pressed_keys
        What the user presses.
    interrupted
        Set by Ctrl-C, which is as good as Esc.
    title
        What stands over every page, before the name of the source.
    check
        Raises what else ended before its time.
    """

    def __init__(
        self,
        source: Source,
        engine: Engine,
        screen: SessionScreen,
        pressed_keys: KeyReader,
        interrupted: threading.Event,
        title: str,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._source = source
        self._engine = engine
        self._screen = screen
        self._keys = pressed_keys
        self._interrupted = interrupted
        self._title = title
        self._check = check
        self._teller = StatusNotifier(screen.tell)
        self._levels = Levels()

    def turn(self, page: TerminalPage) -> list[str]:
        """Show a page for a moment, look after the threads, and return the keys pressed."""
        info, status = self._source.info, self._source.status()
        self._teller.tell(status)
        ring = self._engine.ring
        rate_hz = info.sampling_rate_hz or _LIKELY_RATE_HZ
        newest = ring.since(max(ring.end_index - round(_LEVEL_S * rate_hz), 0)).samples
        newest = newest if status.is_streaming else newest[:0]
        levels = self._levels.update(newest)
        self._screen.show(page, f"{self._title}   {info.name}", info.channel_names, levels, status)
        self._engine.wait(_TURN_S)
        self._check()
        return [ESC] if self._interrupted.is_set() else self._keys()

    def await_samples(self) -> bool:
        """Wait for the board; tells whether to go on."""
        while not self._engine.ring.n_received:
            page = TerminalPage("connecting", "bright_black", self._source.status().words)
            if ESC in self.turn(page):
                return False
        return True

    def ask(self, page: TerminalPage, answers: Collection[str]) -> str:
        """Show a page until one of the answers is pressed, and return it."""
        while True:
            for key in self.turn(page):
                if key in answers:
                    return key
