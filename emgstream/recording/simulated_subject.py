"""A person who hears the cues and is told what to do: the simulated one."""

from __future__ import annotations

from collections.abc import Callable

from emgstream.cue_schedule import REST
from emgstream.recording.events import CueStarted, Event

__all__ = ["SimulatedSubject"]


class SimulatedSubject:
    """Passes cues on to a simulated person, who rests where nothing is asked.

    Parameters
    ----------
    call
        Asks for a movement at a host time, as `emgstream.simulation.board.Instructions.call`.
    """

    def __init__(self, call: Callable[[str, float], None]) -> None:
        self._call = call

    def hear(self, event: Event) -> None:
        """Do as the cue says."""
        if isinstance(event, CueStarted):
            self._call(event.label or REST, event.host_s)
