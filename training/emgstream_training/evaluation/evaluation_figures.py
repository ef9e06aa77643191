"""The figures of one model, counted from `EvaluatedDecisions`.

Every decision of the live path on held-out rows counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import stats

from emgstream.trial import TrueMovements, false_activations_per_h, settled_rest
from emgstream.types import IndexArray
from emgstream_training.evaluation.evaluated_decisions import EvaluatedDecisions
from emgstream_training.metrics import Reliability, confusion_matrix, recalls

__all__ = [
    "N_BINS",
    "Interval",
    "OnsetDelays",
    "active_error_rate",
    "balanced",
    "confidence_interval",
    "confusion",
    "difference_interval",
    "false_activations",
    "number",
    "onsets",
    "reliability_json",
]

Mask: TypeAlias = npt.NDArray[np.bool_]

N_BINS = 10
"""Bins of the reliability curve: each still holds enough decisions of a short session (choice)."""


@dataclass(frozen=True)
class Interval:
    """A mean over folds and its 95 % confidence interval."""

    mean: float
    """Mean over the folds."""
    low: float
    """Lower end; NaN for a single fold."""
    high: float
    """Upper end; NaN for a single fold."""


@dataclass(frozen=True)
class OnsetDelays:
    """Times from the onsets of movements to the first right decisions."""

    times_s: tuple[float, ...]
    """Time of each movement that was recognised, in seconds."""
    n_missed: int
    """Movements that were never recognised."""

    @property
    def median_s(self) -> float:
        """Median over all movements, missed ones counting as longest; NaN where one of these."""
        times_s = sorted([*self.times_s, *[float("inf")] * self.n_missed])
        middle = float(np.median(times_s)) if times_s else float("nan")
        return middle if np.isfinite(middle) else float("nan")

    @property
    def p90_s(self) -> float:
        """90th percentile over the movements that were recognised; NaN where none was."""
        return float(np.quantile(self.times_s, 0.9)) if self.times_s else float("nan")


def confidence_interval(values: list[float], test_share: float) -> Interval:
    """Return mean and 95 % confidence interval over folds of a share, 0 to 1.

    Folds share most of their training rows, so their spread alone makes the interval too narrow;
    it is widened for that (Nadeau & Bengio 2003, doi:10.1023/A:1024068626366). ``test_share`` is
    the number of test rows over the number of training rows.
    """
    return _interval(values, test_share, lowest=0.0)


def difference_interval(values: list[float], test_share: float) -> Interval:
    """Return the same of a difference of shares, -1 to 1."""
    return _interval(values, test_share, lowest=-1.0)


def _interval(values: list[float], test_share: float, lowest: float) -> Interval:
    n = len(values)
    mean = float(np.mean(values)) if n else float("nan")
    if n < 2:
        return Interval(mean, float("nan"), float("nan"))
    spread = float(np.std(values, ddof=1)) * np.sqrt(1.0 / n + test_share)
    reach = float(stats.t.ppf(0.975, n - 1)) * spread
    return Interval(mean, max(mean - reach, lowest), min(mean + reach, 1.0))


def confusion(decisions: EvaluatedDecisions) -> IndexArray:
    """Return the number of decisions by true class (row) and class decided for (column)."""
    n_classes = decisions.probabilities.shape[1]
    return confusion_matrix(decisions.instants.truth, decisions.decided, n_classes)


def balanced(decisions: EvaluatedDecisions) -> float:
    """Return the mean recall over the classes with decisions; NaN without any decision."""
    shares = recalls(confusion(decisions))
    return float(np.nanmean(shares)) if np.isfinite(shares).any() else float("nan")


def active_error_rate(decisions: EvaluatedDecisions, rest: int | None) -> float:
    """Return the share of decisions that would move something wrongly.

    A wrong decision for rest moves nothing; any other wrong one does. Without a rest class every
    error is active (Scheme, Hudgins & Englehart 2013, doi:10.1109/TBME.2013.2238939).
    """
    wrong = decisions.decided != decisions.instants.truth
    active = wrong if rest is None else wrong & (decisions.decided != rest)
    return float(np.mean(active)) if len(active) else float("nan")


def onsets(
    decisions: EvaluatedDecisions, rest: int | None, rate_hz: float | None
) -> OnsetDelays | None:
    """Return the time from each onset of a movement to the first right decision.

    Of all movements but rest whose onset was recorded. None without a sampling rate.
    """
    if rate_hz is None:
        return None
    instants = decisions.instants
    counted = (instants.since_onset >= 0) & (instants.truth != (-1 if rest is None else rest))
    right = counted & (decisions.decided == instants.truth)
    times_s = []
    movements = np.unique(instants.movements[counted])
    for movement in movements:
        since = instants.since_onset[right & (instants.movements == movement)]
        if len(since):
            times_s.append(float(since.min()) / rate_hz)
    return OnsetDelays(tuple(times_s), len(movements) - len(times_s))


def false_activations(
    decisions: EvaluatedDecisions, rest: int | None, decision_s: float | None
) -> float | None:
    """Return the number of movements decided for per hour of settled rest.

    Each counts once, whatever its length; see `emgstream.trial.settled_rest`. None without such a
    rest, a rest class or a sampling rate.
    """
    if rest is None or decision_s is None:
        return None
    instants = decisions.instants
    settled = settled_rest(TrueMovements(instants.truth, instants.movements), rest, decision_s)
    return number(false_activations_per_h(decisions.decided != rest, settled, decision_s))


def number(value: float | None) -> float | None:
    """Return a figure for JSON: null for NaN and infinity."""
    return None if value is None or not np.isfinite(value) else float(value)


def reliability_json(curve: Reliability) -> list[dict[str, Any]]:
    """Return the bins that are not empty."""
    return [
        {"confidence": float(sure), "accuracy": float(right), "n": int(count)}
        for sure, right, count in zip(curve.confidence, curve.accuracy, curve.counts, strict=True)
        if count
    ]
