"""What a connection is doing, for a light and a few words. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from emgstream.sources.replay_source import ReplaySource
from emgstream.sources.source_status import SourceStatus

__all__ = ["ConnectionState", "StateKind", "state_of"]

_STALLED_S = 0.5


class StateKind(Enum):
    """What the connection is doing."""

    CONNECTING = "connecting"
    STREAMING = "streaming"
    PAUSED = "paused"
    STALLED = "stalled"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """What the connection is doing, for a light and a few words."""

    kind: StateKind
    """What it is doing."""
    words: str
    """The same in words."""


def state_of(
    status: SourceStatus | None, replay: ReplaySource | None, silent_s: float | None
) -> ConnectionState:
    """Return what a stream that has not ended is doing.

    ``status`` is what its source says, where it says anything; ``silent_s`` the seconds since its
    newest sample, None before the first.
    """
    if status is not None:
        return ConnectionState(_kind_of(status), status.state)
    if silent_s is None:
        return ConnectionState(StateKind.CONNECTING, "connecting")
    if replay is not None and replay.paused:
        return ConnectionState(StateKind.PAUSED, "paused")
    if silent_s > _STALLED_S:
        return ConnectionState(StateKind.STALLED, f"stalled {silent_s:.1f} s")
    return ConnectionState(StateKind.STREAMING, "streaming")


def _kind_of(status: SourceStatus) -> StateKind:
    if status.is_streaming:
        return StateKind.STREAMING
    word = status.state.partition(" ")[0].rstrip(":,")
    return {
        "stalled": StateKind.STALLED,
        "unplugged": StateKind.STALLED,
        "finished": StateKind.FINISHED,
    }.get(word, StateKind.CONNECTING)
