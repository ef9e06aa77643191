"""The connection of the window: at most one session, opened and closed in the background."""

from __future__ import annotations

import threading
from pathlib import Path

from emgstream.app.connection_state import ConnectionState
from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import SourceRequest
from emgstream.app.session_opening import SessionOpening
from emgstream.errors import EmgStreamError
from emgstream.sources.source_status import SourceState
from emgstream.translation import tr
from emgstream.worker import Worker

__all__ = ["LiveConnection"]

_IDLE = ConnectionState(SourceState.FINISHED, tr("not connected"))
_OPENING = ConnectionState(SourceState.CONNECTING, tr("opening"))
_CLOSING = ConnectionState(SourceState.CONNECTING, tr("closing"))


class LiveConnection:
    """At most one session. Threads of its own open and close it, so that the window never waits.

    The window's thread calls everything, `poll` at every refresh. A session that has ended stays
    available until the next one starts.
    """

    def __init__(self) -> None:
        self.session: LiveSession | None = None
        self.failure: EmgStreamError | None = None
        self.notes: tuple[str, ...] = ()
        self._opening: SessionOpening | None = None
        self._closing: Worker | None = None
        self._wanted: tuple[SourceRequest, Path | None] | None = None
        self._live = False

    @property
    def busy(self) -> bool:
        """True while a session is opened or closed."""
        return bool(self._opening or self._closing or self._wanted)

    @property
    def live(self) -> bool:
        """True if a session runs or is being opened."""
        return self._live or self._opening is not None or self._wanted is not None

    def open(self, request: SourceRequest, model_path: Path | None) -> None:
        """Connect to another source; a running session is closed first."""
        self.failure = None
        self._wanted = request, model_path
        self._leave()

    def close(self) -> None:
        """Close the running session."""
        self._wanted = None
        self._leave()

    def poll(self, now_s: float) -> bool:
        """Do what is due at host time ``now_s``; return True if there are new samples."""
        self._follow_closing()
        self._follow_opening()
        if self.session is None or not self._live:
            return False
        came = self.session.poll(now_s)
        if self.session.ended:
            self._end_of(self.session)
        return came

    @property
    def state(self) -> ConnectionState:
        """The state of the connection."""
        if self._closing is not None:
            return _CLOSING
        if self._opening is not None or self._wanted is not None:
            return _OPENING
        if self.session is None:
            return ConnectionState(SourceState.FAILED, tr("stopped")) if self.failure else _IDLE
        if not self._live and self.session.failure is None:
            return _IDLE
        return self.session.state

    def shut_down(self) -> None:
        """Close everything and wait: afterwards no thread runs and the port is free."""
        self.close()
        if self._opening is not None:
            self._opening.finish()
        if self._closing is not None:
            self._closing.stop()
        self._opening = self._closing = None

    def _leave(self) -> None:
        if self._live and self.session is not None:
            self._close_in_background(self.session)

    def _end_of(self, session: LiveSession) -> None:
        self.failure = session.failure or self.failure
        self._close_in_background(session)

    def _close_in_background(self, session: LiveSession) -> None:
        def stop(_: threading.Event) -> None:
            session.stop()

        self._live = False
        self._closing = Worker("emg-closer", stop)
        self._closing.start()

    def _follow_closing(self) -> None:
        if self._closing is not None and not self._closing.alive:
            closed, self._closing = self._closing, None
            closed.check()

    def _follow_opening(self) -> None:
        if self._opening is not None:
            self._take_opened(self._opening)
        elif self._wanted is not None and self._closing is None:
            (request, model_path), self._wanted = self._wanted, None
            self._opening = SessionOpening(request, model_path)

    def _take_opened(self, opening: SessionOpening) -> None:
        try:
            opened = opening.result()
        except EmgStreamError as error:
            self._opening, self.failure = None, error
            return
        if opened is not None:
            self._opening = None
            if self._wanted is None:
                self.session, self.notes = opened.session, opened.notes
                self._live = True
                self.session.start()
