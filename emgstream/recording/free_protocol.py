"""Free recording: the person, or a helper, says by number what is being done."""

from __future__ import annotations

from collections import Counter

from emgstream.errors import UsageError
from emgstream.recording.cue_events import CueStarted, Event, RepetitionEnded, RepetitionOutcome

__all__ = ["MOST_LABELS", "FreeProtocol"]

MOST_LABELS = 9
"""As many as there are number keys; 0 is for no label."""


class FreeProtocol:
    """Labels set by hand, from one moment to the next. One thread calls it.

    Raises UsageError for no labels, and for more than there are keys.
    """

    def __init__(self, labels: tuple[str, ...]) -> None:
        if not 1 <= len(labels) <= MOST_LABELS:
            raise UsageError(
                f"{len(labels)} labels for number keys; expected 1 to {MOST_LABELS}; "
                "name fewer with --movements"
            )
        self.labels = labels
        self.label = ""
        self.repetition = 0
        self.since_s = 0.0
        self._counts: Counter[str] = Counter()
        self._events: list[Event] = []

    def take_events(self) -> list[Event]:
        """Return what happened since the last call, in order."""
        events, self._events = self._events, []
        return events

    def press(self, number: int, now_s: float) -> None:
        """Go over to label ``number``, from 1; 0, and a number that no label has, is none."""
        self._finish(RepetitionOutcome.HELD)
        label = self.labels[number - 1] if 1 <= number <= len(self.labels) else ""
        if label:
            self._counts[label] += 1
        self.label, self.repetition, self.since_s = label, self._counts[label], now_s
        self._events.append(CueStarted(now_s, label, self.repetition))

    def discard(self, now_s: float) -> None:
        """Take the label under way back; none is set until the next press."""
        self._finish(RepetitionOutcome.DISCARDED)
        self._unset(now_s)

    def lose_board(self, now_s: float) -> None:
        """Say that no samples come: the label under way ends here."""
        if self.label:
            self.end(now_s)

    def end(self, now_s: float) -> None:
        """Set no label any more."""
        self._finish(RepetitionOutcome.HELD)
        self._unset(now_s)

    def _unset(self, now_s: float) -> None:
        self.label, self.repetition, self.since_s = "", 0, now_s
        self._events.append(CueStarted(now_s, "", 0))

    def _finish(self, outcome: RepetitionOutcome) -> None:
        if self.label:
            self._events.append(RepetitionEnded(self.label, self.repetition, outcome))
