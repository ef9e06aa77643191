"""What every threshold would come to: the fewer active errors, the more often nothing is said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emgstream.decisions import Decisions, Status, rest_class
from emgstream.trial.score import Mask, Truth
from emgstream.types import IndexArray, TimeArray

__all__ = ["Sweep", "sweep"]

_N_THRESHOLDS = 201


@dataclass(frozen=True, eq=False)
class Sweep:
    """Thresholds in rising order and what each comes to, arrays of shape ``(n_thresholds,)``."""

    thresholds: TimeArray
    """Least confidence to act on, 0 to 1."""
    active_error_rates: TimeArray
    """Share of all decisions that would have moved something wrongly."""
    abstained: TimeArray
    """Share of all with the status rejected, unknown or gap."""


def sweep(decisions: Decisions, truth: Truth) -> Sweep:
    """Return what thresholds from 0 to 1 would make of decisions that were made without one.

    NaN where the truth of none is known.
    """
    thresholds = np.linspace(0.0, 1.0, _N_THRESHOLDS)
    known = truth.classes >= 0
    n_known = np.count_nonzero(known) or np.nan
    moves = known & (decisions.statuses == Status.OK)
    moves &= decisions.classes != rest_class(decisions.class_names)
    wrong = moves & (decisions.classes != truth.classes)
    n_silent = np.count_nonzero(known & ~decisions.decided)
    n_rejected = _n_below(thresholds, decisions.confidences, moves)
    n_wrong = np.count_nonzero(wrong) - _n_below(thresholds, decisions.confidences, wrong)
    return Sweep(thresholds, n_wrong / n_known, (n_silent + n_rejected) / n_known)


def _n_below(thresholds: TimeArray, confidences: TimeArray, of: Mask) -> IndexArray:
    return np.searchsorted(np.sort(confidences[of]), thresholds)
