"""The figures of decisions: what they moved wrongly, how often they abstained, how late they were.

A decision moves something where its status is ``ok`` and its class is not rest.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.decisions import Decisions, DecisionStatus, rest_class
from emgstream.types import IndexArray, TimeArray

__all__ = ["DecisionScore", "Mask", "TrueMovements", "added_delay_s", "score", "settled_rest"]

Mask: TypeAlias = npt.NDArray[np.bool_]

RELEASED_S, READY_S = 1.0, 0.5
"""Of a rest, the first second and the last half are not counted on to be at rest, in seconds:
people let go late and start early."""


@dataclass(frozen=True, eq=False)
class TrueMovements:
    """What was done at the last sample of each window, arrays of shape ``(n_decisions,)``."""

    classes: IndexArray
    """Number of the class; -1 where it is none of them or nobody knows."""
    movements: IndexArray
    """Number of the held movement, another one wherever label or segment change."""
    since_s: TimeArray | None = None
    """Seconds since the cue of that movement; None to count from its first decision on."""


@dataclass(frozen=True)
class DecisionScore:
    """What decisions came to, over those whose truth is known."""

    n_decisions: int
    """How many."""
    accuracy: float
    """Share of the decisions, abstentions aside, that named the movement."""
    active_error_rate: float
    """Share of all that would have moved something wrongly (Scheme 2013)."""
    abstained: float
    """Share of all with the status rejected, unknown or gap."""
    false_activations_per_h: float
    """How often an hour of settled rest a movement began; NaN without any."""
    rest_s: float
    """Seconds of settled rest that this is from."""
    instability: float
    """Share of decisions that differ from the one before in the same held movement."""
    onsets_s: tuple[float, ...]
    """Time from the start of each movement to the first that moved rightly; NaN where none did."""

    @property
    def missed(self) -> float:
        """Share of the movements that were never named; NaN without a movement."""
        return float(np.mean(np.isnan(self.onsets_s))) if self.onsets_s else float("nan")

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON's own types; None for what is not known."""
        named = {**asdict(self), "missed": self.missed}
        del named["onsets_s"]
        return {
            name: None if isinstance(value, float) and np.isnan(value) else value
            for name, value in named.items()
        }


def score(
    decisions: Decisions, truth: TrueMovements, hop_s: float, counted: Mask | None = None
) -> DecisionScore:
    """Return the figures of consecutive decisions, those where ``counted`` alone if given.

    ``hop_s`` is the time from one decision to the next, in seconds.
    """
    known = truth.classes >= 0 if counted is None else counted & (truth.classes >= 0)
    rest = rest_class(decisions.class_names)
    moves = (decisions.statuses == DecisionStatus.OK) & (decisions.classes != rest)
    wrong = moves & (decisions.classes != truth.classes)
    decided = known & decisions.decided
    settled = known & settled_rest(truth, rest, hop_s)
    return DecisionScore(
        n_decisions=int(np.count_nonzero(known)),
        accuracy=_share(decisions.classes == truth.classes, decided),
        active_error_rate=_share(wrong, known),
        abstained=_share(~decisions.decided, known),
        false_activations_per_h=_false_activations(moves, settled, hop_s),
        rest_s=float(np.count_nonzero(settled)) * hop_s,
        instability=_instability(decisions, truth, decided),
        onsets_s=_onsets(moves & ~wrong, truth, known & (truth.classes != rest), hop_s),
    )


def added_delay_s(found: DecisionScore, plain: DecisionScore) -> float:
    """Return how much later movements were named than by others, on average over those both did.

    Both are scores of the same stream; NaN where there is no such movement.
    """
    later: TimeArray = np.subtract(found.onsets_s, plain.onsets_s)
    both = np.isfinite(later)
    return float(later[both].mean()) if both.any() else float("nan")


def _share(what: Mask, of: Mask) -> float:
    return float(np.mean(what[of])) if of.any() else float("nan")


def settled_rest(truth: TrueMovements, rest: int | None, hop_s: float) -> Mask:
    """Return which decisions are on a rest that has settled, shape ``(n_decisions,)``.

    ``hop_s`` is the time from one decision to the next, in seconds.
    """
    n = len(truth.movements)
    changes = np.flatnonzero(np.diff(truth.movements)) + 1
    starts, ends = np.concatenate(([0], changes)), np.concatenate((changes, [n]))
    which = np.repeat(np.arange(len(starts)), ends - starts)
    places = np.arange(n)
    let_go = (places - starts[which]) * hop_s >= RELEASED_S
    not_ready = (ends[which] - places) * hop_s > READY_S
    settled: Mask = let_go & not_ready & (truth.classes == (-2 if rest is None else rest))
    return settled


def _false_activations(moves: Mask, settled: Mask, hop_s: float) -> float:
    """Return how often an hour something began to move where people had settled at rest."""
    hours = float(np.count_nonzero(settled)) * hop_s / 3600.0
    if hours == 0.0:
        return float("nan")
    begun = moves[1:] & ~moves[:-1] & settled[1:]
    return float(np.count_nonzero(begun)) / hours


def _instability(decisions: Decisions, truth: TrueMovements, decided: Mask) -> float:
    classes, movements = decisions.classes[decided], truth.movements[decided]
    return _share(np.diff(classes) != 0, np.diff(movements) == 0)


def _onsets(right: Mask, truth: TrueMovements, counted: Mask, hop_s: float) -> tuple[float, ...]:
    times_s = []
    for movement in np.unique(truth.movements[counted]):
        places = np.flatnonzero(counted & (truth.movements == movement))
        hits = np.flatnonzero(right[places])
        times_s.append(float(places[hits[0]] - places[0]) * hop_s if len(hits) else float("nan"))
    return tuple(times_s)
