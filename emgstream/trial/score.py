"""Figures of decisions: active errors, abstentions, false activations, delays.

A decision moves something if its status is ``ok`` and its class is not rest.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.decisions import Decisions, DecisionStatus, rest_class
from emgstream.types import IndexArray, TimeArray

__all__ = [
    "DecisionScore",
    "Mask",
    "TrueMovements",
    "added_delay_s",
    "false_activations_per_h",
    "instability",
    "score",
    "settled_rest",
]

Mask: TypeAlias = npt.NDArray[np.bool_]

RELEASED_S, READY_S = 1.0, 0.5
"""Seconds at the start and at the end of a rest that do not count as settled rest: a choice, as
people release late and start early."""


@dataclass(frozen=True, eq=False)
class TrueMovements:
    """The true movement at the last sample of each window, arrays of shape ``(n_decisions,)``."""

    classes: IndexArray
    """Number of the class; -1 if it is no class of the model or not known."""
    movements: IndexArray
    """Number of the held movement; it changes wherever label or segment change."""
    since_s: TimeArray | None = None
    """Seconds since the cue of that movement; None to count from its first decision."""


@dataclass(frozen=True)
class DecisionScore:
    """Figures over the decisions whose true movement is known."""

    n_decisions: int
    """Number of decisions."""
    accuracy: float
    """Share of the decisions, without abstentions, that named the true movement, 0 to 1."""
    active_error_rate: float
    """Share of all decisions that would have moved something wrongly (Scheme 2013)."""
    abstained: float
    """Share of all decisions with the status rejected, unknown or gap."""
    false_activations_per_h: float
    """Movements that began per hour of settled rest; NaN without settled rest."""
    rest_s: float
    """Seconds of settled rest."""
    instability: float
    """Share of decisions that differ from the one before in the same movement."""
    onsets_s: tuple[float, ...]
    """Seconds from the start of each movement to its first right decision; NaN if there is none."""

    @property
    def n_false_activations(self) -> int:
        """Number of movements that began within settled rest."""
        rest_h = self.rest_s / 3600.0
        return round(self.false_activations_per_h * rest_h) if self.rest_s else 0

    @property
    def missed(self) -> float:
        """Share of the movements that were never named; NaN without movements."""
        return float(np.mean(np.isnan(self.onsets_s))) if self.onsets_s else float("nan")

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON types; None for those that are not known."""
        named = {**asdict(self), "missed": self.missed}
        del named["onsets_s"]
        return {
            name: None if isinstance(value, float) and np.isnan(value) else value
            for name, value in named.items()
        }


def score(
    decisions: Decisions, truth: TrueMovements, hop_s: float, counted: Mask | None = None
) -> DecisionScore:
    """Return the figures of consecutive decisions; only of those where ``counted``, if given.

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
        false_activations_per_h=false_activations_per_h(moves, settled, hop_s),
        rest_s=float(np.count_nonzero(settled)) * hop_s,
        instability=instability(decisions.classes[decided], truth.movements[decided]),
        onsets_s=_onsets(moves & ~wrong, truth, known & (truth.classes != rest), hop_s),
    )


def added_delay_s(found: DecisionScore, plain: DecisionScore) -> float:
    """Return the mean added delay of the movements that both named, in seconds.

    Both are scores of the same stream; NaN if there is no such movement.
    """
    later: TimeArray = np.subtract(found.onsets_s, plain.onsets_s)
    both = np.isfinite(later)
    return float(later[both].mean()) if both.any() else float("nan")


def _share(what: Mask, of: Mask) -> float:
    return float(np.mean(what[of])) if of.any() else float("nan")


def settled_rest(truth: TrueMovements, rest: int | None, hop_s: float) -> Mask:
    """Return a mask of the decisions in settled rest, shape ``(n_decisions,)``.

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


def false_activations_per_h(moves: Mask, settled: Mask, hop_s: float) -> float:
    """Return the movements that began per hour of settled rest; NaN without settled rest.

    Both arrays have shape ``(n_decisions,)``. A movement counts once, whatever its length.
    """
    hours = float(np.count_nonzero(settled)) * hop_s / 3600.0
    if hours == 0.0:
        return float("nan")
    begun = moves[1:] & ~moves[:-1] & settled[1:]
    return float(np.count_nonzero(begun)) / hours


def instability(classes: IndexArray, movements: IndexArray) -> float:
    """Return the share of decisions that differ from the previous one of the same held movement.

    ``classes`` decided for and numbers of the ``movements`` have shape ``(n_decisions,)``.
    """
    return _share(np.diff(classes) != 0, np.diff(movements) == 0)


def _onsets(right: Mask, truth: TrueMovements, counted: Mask, hop_s: float) -> tuple[float, ...]:
    times_s = []
    for movement in np.unique(truth.movements[counted]):
        places = np.flatnonzero(counted & (truth.movements == movement))
        hits = np.flatnonzero(right[places])
        times_s.append(float(places[hits[0]] - places[0]) * hop_s if len(hits) else float("nan"))
    return tuple(times_s)
