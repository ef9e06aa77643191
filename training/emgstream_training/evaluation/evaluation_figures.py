"""The figures of one model: how often it is right, how sure, how steady, how soon.

Everything is counted from `EvaluatedDecisions`: every decision of the live path on held-out rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import stats

from emgstream.trial import TrueMovements, settled_rest
from emgstream.types import IndexArray, TimeArray
from emgstream_training.evaluation.evaluated_decisions import EvaluatedDecisions
from emgstream_training.metrics import confusion_matrix, recalls

__all__ = [
    "Interval",
    "OnsetDelays",
    "Reliability",
    "active_error_rate",
    "balanced",
    "confidence_interval",
    "confusion",
    "false_activations",
    "instability",
    "number",
    "onsets",
    "reliability",
    "reliability_json",
]

Mask: TypeAlias = npt.NDArray[np.bool_]

_N_BINS = 10


@dataclass(frozen=True)
class Interval:
    """A mean over folds and its 95 % confidence interval."""

    mean: float
    """Mean over the folds."""
    low: float
    """Lower end; NaN for a single fold."""
    high: float
    """Upper end; NaN for a single fold."""


@dataclass(frozen=True, eq=False)
class Reliability:
    """How right decisions are, by how sure they are. Arrays of shape ``(n_bins,)``."""

    confidence: TimeArray
    """Mean confidence in each bin; NaN where it is empty."""
    accuracy: TimeArray
    """Share of right decisions in each bin; NaN where it is empty."""
    counts: IndexArray
    """Decisions in each bin."""

    @property
    def calibration_error(self) -> float:
        """Expected calibration error, 0 to 1 (Naeini 2015, doi:10.1609/aaai.v29i1.9602)."""
        used = self.counts > 0
        gaps = np.abs(self.confidence[used] - self.accuracy[used])
        return float(np.average(gaps, weights=self.counts[used])) if used.any() else float("nan")


@dataclass(frozen=True)
class OnsetDelays:
    """How soon after the onset of a movement it is first decided for."""

    times_s: tuple[float, ...]
    """Time to the first right decision of each movement that got one, in seconds."""
    n_missed: int
    """Movements that never got one."""

    @property
    def median_s(self) -> float:
        """Median over all movements, those missed counting as longest; NaN where that is one."""
        times_s = sorted([*self.times_s, *[float("inf")] * self.n_missed])
        middle = float(np.median(times_s)) if times_s else float("nan")
        return middle if np.isfinite(middle) else float("nan")

    @property
    def p90_s(self) -> float:
        """What nine in ten of the movements that got one stay under; NaN where none did."""
        return float(np.quantile(self.times_s, 0.9)) if self.times_s else float("nan")


def confidence_interval(values: list[float], test_share: float) -> Interval:
    """Return mean and 95 % interval over folds.

    Folds share most of what they learn from, so their spread alone makes the interval too narrow;
    it is widened for that (Nadeau & Bengio 2003, doi:10.1023/A:1024068626366). ``test_share`` is
    the rows judged over the rows learned from.
    """
    n = len(values)
    mean = float(np.mean(values)) if n else float("nan")
    if n < 2:
        return Interval(mean, float("nan"), float("nan"))
    spread = float(np.std(values, ddof=1)) * np.sqrt(1.0 / n + test_share)
    reach = float(stats.t.ppf(0.975, n - 1)) * spread
    return Interval(mean, max(mean - reach, 0.0), min(mean + reach, 1.0))


def confusion(verdicts: EvaluatedDecisions) -> IndexArray:
    """Return how often each class (row) was taken for each (column)."""
    n_classes = verdicts.probabilities.shape[1]
    return confusion_matrix(verdicts.instants.truth, verdicts.decided, n_classes)


def balanced(verdicts: EvaluatedDecisions) -> float:
    """Return the mean recall over the classes that came up; NaN where none did."""
    shares = recalls(confusion(verdicts))
    return float(np.nanmean(shares)) if np.isfinite(shares).any() else float("nan")


def reliability(verdicts: EvaluatedDecisions, n_bins: int = _N_BINS) -> Reliability:
    """Return confidence against accuracy, in bins of equal width."""
    sure = verdicts.probabilities.max(axis=1).astype(np.float64)
    right = verdicts.decided == verdicts.instants.truth
    bins = np.minimum((sure * n_bins).astype(np.int64), n_bins - 1)
    counts = np.bincount(bins, minlength=n_bins)
    sums = (np.bincount(bins, weights=of, minlength=n_bins) for of in (sure, right.astype(float)))
    nothing = np.full(n_bins, np.nan)
    confidence, accuracy = (
        np.divide(total, counts, out=nothing.copy(), where=counts > 0) for total in sums
    )
    return Reliability(confidence, accuracy, counts)


def active_error_rate(verdicts: EvaluatedDecisions, rest: int | None) -> float:
    """Return the share of decisions that would move something wrongly.

    A wrong decision for rest moves nothing; any other wrong one does. Without a rest class every
    error is active (Scheme, Hudgins & Englehart 2013, doi:10.1109/TBME.2013.2238939).
    """
    wrong = verdicts.decided != verdicts.instants.truth
    active = wrong if rest is None else wrong & (verdicts.decided != rest)
    return float(np.mean(active)) if len(active) else float("nan")


def instability(verdicts: EvaluatedDecisions) -> float:
    """Return the share of decisions that differ from the one before in the same held movement."""
    together = _follows(verdicts)
    changed = np.diff(verdicts.decided) != 0
    return float(np.mean(changed[together])) if together.any() else float("nan")


def onsets(
    verdicts: EvaluatedDecisions, rest: int | None, rate_hz: float | None
) -> OnsetDelays | None:
    """Return the time from each onset of a movement to the first right decision.

    Of all movements but rest whose onset was recorded. None without a sampling rate.
    """
    if rate_hz is None:
        return None
    instants = verdicts.instants
    counted = (instants.since_onset >= 0) & (instants.truth != (-1 if rest is None else rest))
    right = counted & (verdicts.decided == instants.truth)
    times_s = []
    movements = np.unique(instants.movements[counted])
    for movement in movements:
        since = instants.since_onset[right & (instants.movements == movement)]
        if len(since):
            times_s.append(float(since.min()) / rate_hz)
    return OnsetDelays(tuple(times_s), len(movements) - len(times_s))


def false_activations(
    verdicts: EvaluatedDecisions, rest: int | None, decision_s: float | None
) -> float | None:
    """Return how often an hour of settled rest a movement begins to be decided for.

    Each counts once, however long it lasts; see `emgstream.trial.settled_rest`. None without such
    a rest, a rest class or a sampling rate.
    """
    if rest is None or decision_s is None:
        return None
    instants = verdicts.instants
    settled = settled_rest(TrueMovements(instants.truth, instants.movements), rest, decision_s)
    hours = float(np.count_nonzero(settled)) * decision_s / 3600.0
    if hours == 0.0:
        return None
    active = verdicts.decided != rest
    risen = active[1:] & ~active[:-1] & settled[1:]
    return float(np.count_nonzero(risen)) / hours


def number(value: float | None) -> float | None:
    """Return a figure for JSON: null for what is not a number."""
    return None if value is None or not np.isfinite(value) else float(value)


def reliability_json(curve: Reliability) -> list[dict[str, Any]]:
    """Return the bins that are not empty."""
    return [
        {"confidence": float(sure), "accuracy": float(right), "n": int(count)}
        for sure, right, count in zip(curve.confidence, curve.accuracy, curve.counts, strict=True)
        if count
    ]


def _follows(verdicts: EvaluatedDecisions) -> Mask:
    """Return whether each decision but the first is of the same held movement as the one before."""
    follows: Mask = np.diff(verdicts.instants.movements) == 0
    return follows
