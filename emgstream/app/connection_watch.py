"""Changes of a connection from one look to the next."""

from __future__ import annotations

from dataclasses import dataclass

from emgstream.app.live_connection import LiveConnection
from emgstream.app.live_session import LiveSession
from emgstream.errors import EmgStreamError
from emgstream.translation import tr

__all__ = ["ConnectionNews", "ConnectionNotice", "ConnectionWatch"]


@dataclass(frozen=True, slots=True)
class ConnectionNews:
    """The changes of a connection since the last look."""

    has_samples: bool
    """True where samples were received."""
    is_other_session: bool
    """True where the session is another one, or has gone."""
    is_other_state: bool
    """True where the connection was opened or has ended."""
    has_first_samples: bool
    """True where the first samples came, so that the channels are known."""
    failure: EmgStreamError | None
    """A failure that is new; None for none."""


@dataclass(frozen=True, slots=True)
class ConnectionNotice:
    """Notes on the stream, to be shown to the user."""

    notes: tuple[str, ...]
    """All notes, the newest last."""
    warns: bool
    """True where something is not as it should be."""

    @property
    def words(self) -> str:
        """The newest note, with the number of the others."""
        n_more = len(self.notes) - 1
        return self.notes[-1] + (tr("   (and {n_more} more)", n_more=n_more) if n_more else "")


class ConnectionWatch:
    """Polls a connection and tells what is new; each change is told once.

    Only the thread that owns the connection calls it.
    """

    def __init__(self, connection: LiveConnection) -> None:
        self._connection = connection
        self._session: LiveSession | None = None
        self._has_samples = False
        self._live = False
        self._failure: EmgStreamError | None = None
        self._notes: tuple[str, ...] = ()

    def poll(self, now_s: float) -> ConnectionNews:
        """Move the connection on, at host time ``now_s``, and return what is new."""
        connection = self._connection
        has_samples = connection.poll(now_s)
        session = connection.session
        is_other_session = session is not self._session
        if is_other_session:
            self._session, self._has_samples, self._notes = session, False, ()
        is_first = session is not None and session.traces is not None and not self._has_samples
        self._has_samples |= is_first
        is_other_state, self._live = connection.live != self._live, connection.live
        failure = None if connection.failure is self._failure else connection.failure
        self._failure = connection.failure
        return ConnectionNews(has_samples, is_other_session, is_other_state, is_first, failure)

    def notice(self) -> ConnectionNotice | None:
        """Return the notes on the session, where there is one that the last call did not have."""
        if self._session is None:
            return None
        before, self._notes = self._notes, self._all_notes(self._session)
        if set(self._notes) <= set(before):
            return None
        warns = bool(self._session.status().alarms or self._session.warnings)
        return ConnectionNotice(self._notes, warns)

    def is_over(self, notice: ConnectionNotice) -> bool:
        """Return whether the newest of these notes holds no more, or is of another session."""
        if self._session is None:
            return True
        newest, over = notice.notes[-1], self._session.status().alarms_over
        return newest in over or newest not in self._all_notes(self._session)

    def _all_notes(self, session: LiveSession) -> tuple[str, ...]:
        return (*session.notes, *self._connection.notes, *session.status().alarms)
