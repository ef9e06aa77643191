"""Conditions under which a recording or a test can begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emgstream.app.live_connection import LiveConnection
from emgstream.app.live_session import LiveSession
from emgstream.app.window_words import window_words
from emgstream.errors import UsageError
from emgstream.sources.source_status import SourceState
from emgstream.translation import tr

__all__ = ["SessionReadiness", "cued_test_readiness", "recording_readiness"]


@dataclass(frozen=True, slots=True)
class SessionReadiness:
    """The answer to the question whether a recording or a test can begin."""

    words: str
    """A summary of it, or the reason why it cannot begin."""
    can_begin: bool
    """True where it can begin."""
    offers_board: bool = False
    """True where connecting a board would help, or be another way."""
    on_recording: bool = False
    """True for a test of a recording, whose labels are its cues."""


def recording_readiness(
    connection: LiveConnection, session: LiveSession | None, summary: str
) -> SessionReadiness:
    """Return whether ``session``, the one of the connection, can be recorded."""
    if session is not None and not session.is_live:
        words = tr("What is open is a recording; a session needs a board")
        return SessionReadiness(words, can_begin=False, offers_board=True)
    if _streams(connection, session):
        return SessionReadiness(summary, can_begin=True)
    if connection.live:
        return SessionReadiness(tr("Waiting for the board"), can_begin=False)
    words = tr("No board is connected; a session needs one that streams")
    return SessionReadiness(words, can_begin=False, offers_board=True)


def cued_test_readiness(
    connection: LiveConnection,
    session: LiveSession | None,
    model_path: Path | None,
    summary: Callable[[], str],
) -> SessionReadiness:
    """Return whether a model can be tested on ``session``, the one of the connection.

    ``summary`` describes a live test; it raises UsageError where its settings do not fit.
    """
    if model_path is None:
        words = tr("No model is chosen; choose the one to test in the list above")
        return SessionReadiness(words, can_begin=False)
    if session is not None and session.replay is not None:  # all of it can be read, played or not
        words = tr("The recording is tested whole, by its own labels")
        return SessionReadiness(words, can_begin=True, offers_board=True, on_recording=True)
    if not _streams(connection, session):
        if connection.live:
            return SessionReadiness(tr("Waiting for samples"), can_begin=False)
        words = tr("Connect a board, or open a recording with labels")
        return SessionReadiness(words, can_begin=False, offers_board=True)
    try:
        return SessionReadiness(summary(), can_begin=True)
    except UsageError as error:
        return SessionReadiness(window_words(str(error)), can_begin=False)


def _streams(connection: LiveConnection, session: LiveSession | None) -> bool:
    is_over = session is None or session.ended
    return not is_over and connection.state.kind is not SourceState.FINISHED
