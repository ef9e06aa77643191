"""Notes, alarms and changes of a live stream, each said once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from emgstream.sources.source_status import SourceStatus

__all__ = ["StatusNotifier"]

_BREAKS = ("stalled", "unplugged")


class StatusNotifier:
    """Says what is new in one status after the other.

    A stall or an unplugged board is said when it begins, and again when samples come.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._said: set[str] = set()
        self._break = ""
        self._states: list[str] = []

    def tell(self, status: SourceStatus | None, states: Sequence[str] = ()) -> None:
        """Say what was not said yet of a status, and of the states of the outputs."""
        for state in states:
            if state not in self._states:
                self._say(state)
        self._states = list(states)
        if status is None:
            return
        for text in (*status.notes, *(f"alarm: {alarm}" for alarm in status.alarms)):
            if text not in self._said:
                self._said.add(text)
                self._say(text)
        self._tell_break(status)

    def _tell_break(self, status: SourceStatus) -> None:
        kind = status.state.split()[0].rstrip(":")
        if kind in _BREAKS and kind != self._break:
            self._break = kind
            self._say(f"{status.port}: {status.state}")
        elif status.is_streaming and self._break:
            self._break = ""
            self._say(f"{status.port}: streaming again")
