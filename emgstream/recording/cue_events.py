"""Events of a session: the start of a cue, and the end of a repetition with its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

__all__ = ["CueListener", "CueStarted", "Event", "RepetitionEnded", "RepetitionOutcome"]


class RepetitionOutcome(Enum):
    """The outcome of one repetition."""

    HELD = "held"
    """Held to the end of its cue."""
    CUT_SHORT = "cut short"
    """The session or the recording ended while it was held; its samples keep their label."""
    DISCARDED = "discarded"
    """Discarded by the person, to be repeated; its samples get no label."""
    INTERRUPTED = "interrupted"
    """Interrupted by a pause or a lost board; its samples get no label, and it is repeated."""
    DROPPED = "dropped"
    """Taken out in the review after the recording; its samples get no label."""

    @property
    def counts(self) -> bool:
        """True if the samples of the repetition keep their label."""
        return self in (RepetitionOutcome.HELD, RepetitionOutcome.CUT_SHORT)


@dataclass(frozen=True, slots=True)
class CueStarted:
    """A cue starts: from this moment on a movement, or nothing, is asked for."""

    host_s: float
    """Host time at which the cue was shown, by `emgstream.clock.MonotonicClock`."""
    label: str
    """Name of the movement; empty if nothing is asked for."""
    repetition: int
    """Number of the repetition of this label, from 1; 0 if nothing is asked for."""


@dataclass(frozen=True, slots=True)
class RepetitionEnded:
    """A repetition ended, or its outcome changed afterwards."""

    label: str
    """Name of the movement."""
    repetition: int
    """Number of the repetition, unique together with the label."""
    outcome: RepetitionOutcome
    """The outcome."""


Event: TypeAlias = CueStarted | RepetitionEnded


class CueListener(Protocol):
    """Follows the events of a session: the recorder, a simulated subject, a sound."""

    def hear(self, event: Event) -> None:
        """Take an event; returns at once."""
        ...
