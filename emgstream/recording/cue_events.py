"""What happens in a session and is written down: cues, and what became of repetitions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

__all__ = ["CueListener", "CueStarted", "Event", "RepetitionEnded", "RepetitionOutcome"]


class RepetitionOutcome(Enum):
    """What became of one repetition."""

    HELD = "held"
    """Held to the end of its cue."""
    CUT_SHORT = "cut short"
    """The session ended, or the recording broke off, while it was held; what there is counts."""
    DISCARDED = "discarded"
    """The person wants it repeated; it carries no label."""
    INTERRUPTED = "interrupted"
    """A pause or a lost board fell into it; it carries no label, and is offered again."""

    @property
    def counts(self) -> bool:
        """Whether its samples are examples of its label."""
        return self in (RepetitionOutcome.HELD, RepetitionOutcome.CUT_SHORT)


@dataclass(frozen=True, slots=True)
class CueStarted:
    """From a moment on, something is asked of the person."""

    host_s: float
    """Host time at which the person was told, `emgstream.clock.MonotonicClock`."""
    label: str
    """Name of the movement; empty where nothing is asked."""
    repetition: int
    """How often the label has been asked for by now, from 1; 0 where nothing is."""


@dataclass(frozen=True, slots=True)
class RepetitionEnded:
    """A repetition is over, or is thought of differently now."""

    label: str
    """Name of the movement."""
    repetition: int
    """Number of the repetition; with the label it is one of its kind."""
    outcome: RepetitionOutcome
    """What became of it."""


Event: TypeAlias = CueStarted | RepetitionEnded


class CueListener(Protocol):
    """Whoever follows a session: the recorder, a simulated person, a sound."""

    def hear(self, event: Event) -> None:
        """Take in what happened; returns at once."""
        ...
