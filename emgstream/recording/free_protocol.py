"""Free recording: number keys, or markers of another program, set the label."""

from __future__ import annotations

from collections import Counter

from emgstream.errors import UsageError
from emgstream.recording.cue_events import CueStarted, Event, RepetitionEnded, RepetitionOutcome
from emgstream.wording import counted

__all__ = ["MOST_LABELS", "FreeProtocol"]

MOST_LABELS = 9
"""The number keys 1 to 9; 0 stands for no label."""


class FreeProtocol:
    """Labels that are set by hand while recording. One thread calls it.

    Raises UsageError for no labels, and for more labels than number keys.
    """

    def __init__(self, labels: tuple[str, ...]) -> None:
        if not 1 <= len(labels) <= MOST_LABELS:
            raise UsageError(
                f"{counted(len(labels), 'label')} for number keys; expected 1 to {MOST_LABELS}; "
                "name fewer with --movements"
            )
        self.labels = labels
        self.label = ""
        self.repetition = 0
        self.since_s = 0.0
        self._counts: Counter[str] = Counter()
        self._events: list[Event] = []

    def take_events(self) -> list[Event]:
        """Return the events since the last call, in order."""
        events, self._events = self._events, []
        return events

    def press(self, number: int, now_s: float) -> None:
        """Set label ``number``, from 1; 0, or a number without a label, sets none."""
        self.mark(self.labels[number - 1] if 1 <= number <= len(self.labels) else "", now_s)

    def mark(self, label: str, host_s: float) -> None:
        """Set a label of any name, as a marker gives it; an empty one sets none."""
        self._finish(RepetitionOutcome.HELD)
        self._counts[label] += bool(label)
        self.label, self.repetition, self.since_s = label, self._counts[label], host_s
        self._events.append(CueStarted(host_s, label, self.repetition))

    def discard(self, now_s: float) -> None:
        """Discard the current label; none is set until the next key."""
        self._finish(RepetitionOutcome.DISCARDED)
        self._unset(now_s)

    def lose_board(self, now_s: float) -> None:
        """End the current label, because no samples arrive any more."""
        if self.label:
            self.end(now_s)

    def end(self, now_s: float) -> None:
        """End the current label and set none."""
        self._finish(RepetitionOutcome.HELD)
        self._unset(now_s)

    def _unset(self, now_s: float) -> None:
        self.label, self.repetition, self.since_s = "", 0, now_s
        self._events.append(CueStarted(now_s, "", 0))

    def _finish(self, outcome: RepetitionOutcome) -> None:
        if self.label:
            self._events.append(RepetitionEnded(self.label, self.repetition, outcome))
