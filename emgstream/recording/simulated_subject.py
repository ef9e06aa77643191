"""A simulated subject that follows the cues of a session."""

from __future__ import annotations

from collections.abc import Iterable

from emgstream.cue_schedule import REST
from emgstream.errors import UsageError
from emgstream.recording.cue_events import CueStarted, Event
from emgstream.sources.source import CuedSubject

__all__ = ["SimulatedSubject"]


class SimulatedSubject:
    """Passes cues on to the subject of a source, who rests if nothing is asked for.

    Parameters
    ----------
    subject
        The subject, see `emgstream.sources.source.Source.subject`.
    """

    def __init__(self, subject: CuedSubject) -> None:
        self._subject = subject

    def check(self, labels: Iterable[str]) -> None:
        """Raise UsageError for the first movement that the subject cannot make."""
        for label in labels:
            self._subject.check(label)

    def can_make(self, label: str) -> bool:
        """Return whether the subject can make a movement."""
        try:
            self._subject.check(label)
        except UsageError:
            return False
        return True

    def hear(self, event: Event) -> None:
        """Pass a cue on; the subject rests during a movement that he cannot make."""
        if isinstance(event, CueStarted):
            can = bool(event.label) and self.can_make(event.label)
            self._subject.give_cue(event.label if can else REST, event.host_s)

    def wait_for_cues(self, now_s: float) -> None:
        """Rest from host time ``now_s`` on, and move only when a cue asks for it."""
        self._subject.give_cue(REST, now_s)

    def release(self) -> None:
        """Let the subject move without cues again."""
        self._subject.release()
