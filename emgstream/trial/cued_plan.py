"""The plan of a cued test: movements, repetitions, durations, and the rules for counting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emgstream.cue_schedule import REST, CueSchedule
from emgstream.decisions import REST_NAMES
from emgstream.errors import UsageError
from emgstream.recording import guided_document
from emgstream.recording.take import REACTION_S
from emgstream.trial.cued_test import DWELL_S
from emgstream.wording import did_you_mean

__all__ = ["CuedPlan", "movements_to_ask"]


@dataclass(frozen=True)
class CuedPlan:
    """The protocol of one test.

    Raises UsageError if it has no movement, or if a movement is too short to be judged.
    """

    movements: tuple[str, ...]
    """The movements; a rest is added before each."""
    repetitions: int = 3
    """Number of repetitions of each movement."""
    hold_s: float = 3.0
    """Seconds that each movement is held."""
    rest_s: float = 3.0
    """Seconds of rest before each and at the end."""
    seed: int = 0
    """Seed of the random order."""
    countdown_s: float = 3.0
    """Seconds from the start, and from continuing after a break, to the next cue."""
    dwell_s: float = DWELL_S
    """Seconds that a movement must be named without a break to count as completed."""
    reaction_s: float = REACTION_S
    """Seconds after a cue in which decisions are not counted, except for the time to correct."""

    def __post_init__(self) -> None:
        if not [label for label in self.movements if label != REST]:
            raise UsageError(
                "the test has no movement; expected at least one besides rest; choose some"
            )
        shortest_s = max(self.dwell_s, self.reaction_s)
        if self.hold_s <= shortest_s:
            raise UsageError(
                f"each movement is held for {self.hold_s:g} s; expected more than the "
                f"{self.dwell_s:g} s for which it must be decided, and more than the "
                f"{self.reaction_s:g} s "
                "that a person needs to react; hold it longer"
            )

    @property
    def script(self) -> CueSchedule:
        """The cues."""
        return CueSchedule.shuffled(
            self.movements,
            repetitions=self.repetitions,
            hold_s=self.hold_s,
            rest_s=self.rest_s,
            seed=self.seed,
        )

    @property
    def n_movements(self) -> int:
        """Number of movements of the test, without rests."""
        return sum(cue.label != REST for cue in self.script.cues)

    def document(self) -> dict[str, Any]:
        """Return the protocol, for the history."""
        return guided_document(self.script, self.seed, self.countdown_s)


def movements_to_ask(
    class_names: Sequence[str], wanted: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Return the movements of a test: those wanted, or all classes of a model except rest.

    Raises UsageError for a movement that is no class of the model.

    >>> movements_to_ask(("rest", "fist", "open"))
    ('fist', 'open')
    """
    known = tuple(name for name in class_names if name.lower() not in REST_NAMES)
    if wanted is None:
        return known
    asked = tuple(dict.fromkeys(label for label in wanted if label.lower() not in REST_NAMES))
    foreign = [label for label in asked if label not in known]
    if foreign:
        raise UsageError(
            f"the model has no movement {foreign[0]!r}{did_you_mean(foreign[0], known)}; expected "
            f"some of {', '.join(known)}; "
            "choose from those, or train a model with it"
        )
    return asked
