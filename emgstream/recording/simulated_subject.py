"""The subject of a simulated source as a listener to cues."""

from __future__ import annotations

from collections.abc import Iterable

from emgstream.cue_schedule import REST
from emgstream.recording.cue_events import CueStarted, Event
from emgstream.sources.source import CuedSubject

__all__ = ["SimulatedSubject"]


class SimulatedSubject:
    """Hands cues on to a simulated person, who rests where nothing is asked.

    Parameters
    ----------
    subject
        The person, as `emgstream.sources.source.Source.subject` has them.
    """

    def __init__(self, subject: CuedSubject) -> None:
        self._subject = subject

    def check(self, labels: Iterable[str]) -> None:
        """Raise UsageError for the first movement that the person cannot make."""
        for label in labels:
            self._subject.check(label)

    def hear(self, event: Event) -> None:
        """Do as the cue says."""
        if isinstance(event, CueStarted):
            self._subject.call(event.label or REST, event.host_s)

    def wait_for_cues(self, now_s: float) -> None:
        """Rest from host time ``now_s`` on, and move only when a cue asks for it."""
        self._subject.call(REST, now_s)

    def release(self) -> None:
        """Let the person move of their own accord again."""
        self._subject.release()
