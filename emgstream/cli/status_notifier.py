"""Notes, alarms and changes of a live stream, each told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from emgstream.sources.source_status import SourceState, SourceStatus

__all__ = ["StatusNotifier"]

_BREAKS = (SourceState.STALLED, SourceState.UNPLUGGED, SourceState.RELEASED)


class StatusNotifier:
    """Tells what is new in one status after the other.

    A stall, an unplugged board or a released port is told when it begins, and again when samples
    come.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._said: set[str] = set()
        self._break: SourceState | None = None
        self._states: list[str] = []

    def tell(self, status: SourceStatus, states: Sequence[str] = ()) -> None:
        """Tell what was not told yet of a status, and of the states of the outputs."""
        for state in states:
            if state not in self._states:
                self._say(state)
        self._states = list(states)
        for text in (*status.notes, *(f"alarm: {alarm}" for alarm in status.alarms)):
            if text not in self._said:
                self._said.add(text)
                self._say(text)
        if status.port:  # a recording has no port, and nothing that could be unplugged
            self._tell_break(status)

    def _tell_break(self, status: SourceStatus) -> None:
        if status.state in _BREAKS and status.state is not self._break:
            self._break = status.state
            self._say(f"{status.port}: {status.words}")
        elif status.is_streaming and self._break is not None:
            self._break = None
            self._say(f"{status.port}: streaming again")
