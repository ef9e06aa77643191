"""The result of a cued test: the movements that were completed, and how soon.

Rules for counting:

- A movement is completed once it was named for ``dwell_s`` without a break during its cue. Its time
  to correct runs from the cue to the start of that stretch; it includes the reaction of the person.
- People react after a cue. So the first ``reaction_s`` of every cue, also of a rest, belong to no
  class: a decision there is neither an active error nor a false activation nor an abstention.
  False activations are counted in settled rest only, as in `score`.
- In a recording a label takes the place of the cue. Labels that begin at the onset of the muscles
  do not include the reaction: there ``reaction_s`` is 0, and times run from the onset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emgstream.decisions import Decisions, DecisionStatus, rest_class
from emgstream.trial.score import DecisionScore, Mask, TrueMovements, score
from emgstream.types import TimeArray

__all__ = ["DWELL_S", "Attempt", "CuedTest", "attempts_of", "cued_test"]

DWELL_S = 0.5
"""Seconds that a movement must be named without a break to be completed: a choice.

Long enough to act on, and short beside a movement of 3 s.
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One movement of a test."""

    label: str
    """Its name."""
    to_correct_s: float | None
    """Seconds from the cue to the start of the stretch that completed it; None if none did."""


@dataclass(frozen=True)
class CuedTest:
    """The result of a model in one session of cued movements."""

    attempts: tuple[Attempt, ...]
    """Every movement of the test except rest, in order."""
    score: DecisionScore
    """The figures over all counted decisions."""
    classes: Mapping[str, DecisionScore]
    """The figures over the decisions during each movement, by its name."""
    dwell_s: float
    """Seconds that a movement had to be named without a break."""
    reaction_s: float
    """Seconds after a cue that were not counted, except for the time to correct."""

    @property
    def completion_rate(self) -> float | None:
        """Share of the movements that were completed, 0 to 1; None without movements."""
        return _completion(self.attempts)

    @property
    def to_correct_s(self) -> float | None:
        """Median time to correct of the completed movements, in seconds; None without any."""
        return _median(self.attempts)

    def by_class(self) -> dict[str, dict[str, Any]]:
        """Return the figures of each movement, by its name, as JSON types."""
        found = {}
        for label, figures in self.classes.items():
            own = [attempt for attempt in self.attempts if attempt.label == label]
            known = figures.to_json()
            found[label] = {
                "attempts": len(own),
                "completion_rate": _completion(own),
                "to_correct_s": _median(own),
                "active_error_rate": known["active_error_rate"],
                "abstained": known["abstained"],
            }
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON types; None for those that are not known."""
        return {
            "attempts": len(self.attempts),
            "dwell_s": self.dwell_s,
            "reaction_s": self.reaction_s,
            "completion_rate": self.completion_rate,
            "to_correct_s": self.to_correct_s,
            **self.score.to_json(),
            "by_class": self.by_class(),
        }


def cued_test(
    decisions: Decisions,
    truth: TrueMovements,
    hop_s: float,
    dwell_s: float = DWELL_S,
    reaction_s: float = 0.0,
) -> CuedTest:
    """Return the result of consecutive decisions against their cues.

    ``hop_s`` is the time from one decision to the next, in seconds.
    """
    since_s = _since_cue(truth, hop_s) if truth.since_s is None else truth.since_s
    asked = (truth.classes >= 0) & (truth.classes != rest_class(decisions.class_names))
    counted = since_s >= reaction_s
    return CuedTest(
        attempts=attempts_of(decisions, truth, hop_s, dwell_s),
        score=score(decisions, truth, hop_s, counted),
        classes={
            decisions.class_names[number]: score(
                decisions, truth, hop_s, counted & (truth.classes == number)
            )
            for number in np.unique(truth.classes[asked]).tolist()
        },
        dwell_s=dwell_s,
        reaction_s=reaction_s,
    )


def attempts_of(
    decisions: Decisions, truth: TrueMovements, hop_s: float, dwell_s: float = DWELL_S
) -> tuple[Attempt, ...]:
    """Return the movements of a test except rest, in order; see `cued_test`."""
    since_s = _since_cue(truth, hop_s) if truth.since_s is None else truth.since_s
    asked = (truth.classes >= 0) & (truth.classes != rest_class(decisions.class_names))
    n_dwell = max(round(dwell_s / hop_s), 1)
    return tuple(_attempts(decisions, truth, since_s, asked, n_dwell))


def _attempts(
    decisions: Decisions, truth: TrueMovements, since_s: TimeArray, asked: Mask, n_dwell: int
) -> Iterable[Attempt]:
    right = (decisions.statuses == DecisionStatus.OK) & (decisions.classes == truth.classes)
    joined = _joined(decisions)
    for movement in np.unique(truth.movements[asked]):
        places = np.flatnonzero(truth.movements == movement)
        label = decisions.class_names[int(truth.classes[places[0]])]
        start = _first_run(right[places].tolist(), joined[places].tolist(), n_dwell)
        yield Attempt(label, None if start is None else float(since_s[places[start]]))


def _joined(decisions: Decisions) -> Mask:
    """Return whether each decision is one hop after the one before, shape ``(n_decisions,)``.

    The hop is the most frequent step: after a gap the first decision may come sooner.
    """
    steps, counts = np.unique(np.diff(decisions.indices), return_counts=True)
    hop = steps[counts.argmax()] if len(steps) else 0
    joined: Mask = np.diff(decisions.indices, prepend=decisions.indices[:1]) == hop
    joined[:1] = False
    return joined


def _since_cue(truth: TrueMovements, hop_s: float) -> TimeArray:
    """Return the seconds from the first decision of its movement to each decision.

    >>> _since_cue(TrueMovements(np.array([0, 0, 1]), np.array([0, 0, 1])), 0.5).tolist()
    [0.0, 0.5, 0.0]
    >>> _since_cue(TrueMovements(np.array([-1, 0, 0]), np.array([-1, 0, 0])), 0.5).tolist()
    [0.0, 0.0, 0.5]
    """
    starts = np.flatnonzero(np.diff(truth.movements, prepend=truth.movements[:1] - 1) != 0)
    lengths = np.diff(starts, append=len(truth.movements))
    return (np.arange(len(truth.movements)) - np.repeat(starts, lengths)) * np.float64(hop_s)


def _first_run(right: Sequence[bool], joined: Sequence[bool], n: int) -> int | None:
    """Return the start of the first run of ``n`` right decisions without a gap; None without one.

    >>> _first_run([True, False, True, True], [False, True, True, True], 2)
    2
    >>> _first_run([True, True, True], [True, False, True], 2)
    1
    """
    n_so_far = 0
    for place, (is_right, is_joined) in enumerate(zip(right, joined, strict=True)):
        n_so_far = (n_so_far if is_joined else 0) + 1 if is_right else 0
        if n_so_far == n:
            return place - n + 1
    return None


def _completion(attempts: Iterable[Attempt]) -> float | None:
    done = [attempt.to_correct_s is not None for attempt in attempts]
    return sum(done) / len(done) if done else None


def _median(attempts: Iterable[Attempt]) -> float | None:
    times_s = [one.to_correct_s for one in attempts if one.to_correct_s is not None]
    return float(np.median(times_s)) if times_s else None
