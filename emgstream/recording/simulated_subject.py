"""A simulated subject that follows the cues of a session."""

from __future__ import annotations

from collections.abc import Callable

from emgstream.cue_schedule import REST
from emgstream.recording.cue_events import CueStarted, Event

__all__ = ["SimulatedSubject"]


class SimulatedSubject:
    """Passes cues on to a simulated board, whose subject rests if nothing is asked for.

    Parameters
    ----------
    call
        Asks for a movement at a host time, as `emgstream.simulation.board.Instructions.call`.
    """

    def __init__(self, call: Callable[[str, float], None]) -> None:
        self._call = call

    def hear(self, event: Event) -> None:
        """Pass a cue on."""
        if isinstance(event, CueStarted):
            self._call(event.label or REST, event.host_s)
