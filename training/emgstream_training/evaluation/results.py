"""The result of an evaluation: the figures of each model, for people, JSON and the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emgstream.decisions import rest_class
from emgstream.tables import EmgTable
from emgstream.trial import instability
from emgstream.types import IndexArray
from emgstream_training.evaluation.baselines import BASELINES, STRONG_LDA
from emgstream_training.evaluation.contrast import RandomSplit
from emgstream_training.evaluation.evaluated_decisions import EvaluatedDecisions
from emgstream_training.evaluation.evaluation_figures import (
    N_BINS,
    Interval,
    OnsetDelays,
    active_error_rate,
    balanced,
    confidence_interval,
    confusion,
    difference_interval,
    false_activations,
    number,
    onsets,
    reliability_json,
)
from emgstream_training.evaluation.folds import NETWORK, FoldResult, Study
from emgstream_training.evaluation.held_out_ribbon import RibbonRun, ribbon_of
from emgstream_training.evaluation.protocols import FoldPlan
from emgstream_training.metrics import Reliability, recalls, reliability

__all__ = [
    "FORMAT_VERSION",
    "Evaluation",
    "FoldDifference",
    "ModelFigures",
    "PathFigures",
    "evaluation_of",
]

FORMAT_VERSION = 3
"""Version of the document: 2 added the ribbon of each model, 3 the strong LDA, the leads and the
paths of the network; the first had no number."""


@dataclass(frozen=True)
class FoldDifference:
    """A difference of two balanced accuracies on the same decisions, -1 to 1."""

    folds: tuple[float, ...]
    """Difference in each fold."""
    interval: Interval
    """Mean over folds, with a 95 % confidence interval: of the pairs, not of each by itself."""

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON's own types; null for what was not measured."""
        return _over_folds("difference", self.interval, self.folds)


@dataclass(frozen=True)
class PathFigures:
    """Figures of one path of the network.

    None of its confidence: alone, the logits of a path are only its share of the network's.
    """

    folds: tuple[float, ...]
    """Balanced accuracy of the path alone in each fold."""
    balanced_accuracy: Interval
    """Mean over folds, with a 95 % confidence interval."""
    adds: FoldDifference
    """Balanced accuracy of the network minus that of its other paths together."""

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON's own types; null for what was not measured."""
        return {
            **_over_folds("balanced_accuracy", self.balanced_accuracy, self.folds),
            "adds": self.adds.to_json(),
        }


@dataclass(frozen=True, eq=False)
class ModelFigures:
    """All figures of one model: over all decisions where they do not say over folds."""

    folds: tuple[float, ...]
    """Balanced accuracy of each fold."""
    balanced_accuracy: Interval
    """Mean over folds, with a 95 % confidence interval."""
    within_movements: float
    """The same mean, over the decisions whose window lies within one held movement."""
    confusion: IndexArray
    """Number of decisions by true class (row) and class decided for (column)."""
    reliability: Reliability
    """Accuracy against confidence."""
    active_error_rate: float
    """Share of decisions that would move something wrongly."""
    instability: float
    """Share of decisions that differ from the previous one of the same held movement."""
    onsets: OnsetDelays | None
    """Delays from onset to right decision; None without a sampling rate."""
    false_activations_per_hour: float | None
    """Movements decided for per hour of rest; None without a rest class or sampling rate."""
    ribbon: tuple[RibbonRun, ...]
    """Every held-out decision in the order of time, equal neighbours joined."""
    random_split: float | None
    """Balanced accuracy on windows split at random; None where that was not measured."""

    @property
    def recalls(self) -> list[float]:
        """Share of each class that was recognised; NaN for a class without decisions."""
        shares: list[float] = recalls(self.confusion).tolist()
        return shares

    @property
    def leakage(self) -> float | None:
        """The random split's lead on whole held-out windows; None where one is not known."""
        if self.random_split is None or not np.isfinite(self.within_movements):
            return None
        return self.random_split - self.within_movements

    def to_json(self, class_names: Sequence[str]) -> dict[str, Any]:
        """Return everything as JSON's own types; null for what was not measured."""
        return {
            **_over_folds("balanced_accuracy", self.balanced_accuracy, self.folds),
            "random_split": self.random_split,
            "leakage": self.leakage,
            "within_movements": number(self.within_movements),
            "recall": dict(zip(class_names, map(number, self.recalls), strict=True)),
            "confusion": self.confusion.tolist(),
            "ribbon": [list(run) for run in self.ribbon],
            "reliability": reliability_json(self.reliability),
            "calibration_error": number(self.reliability.calibration_error),
            "active_error_rate": number(self.active_error_rate),
            "instability": number(self.instability),
            "onsets": None if self.onsets is None else _onsets_json(self.onsets),
            "false_activations_per_hour": number(self.false_activations_per_hour),
        }


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The result of an evaluation that ran to its end or was interrupted."""

    study: Study
    """Recordings, recipe, seed and model of the evaluation."""
    plan: FoldPlan
    """The folds and the reason for them."""
    folds: tuple[FoldResult, ...]
    """Results of the finished folds, in the order of the plan."""
    models: Mapping[str, ModelFigures]
    """Figures of each model, by its name in files."""
    leads: Mapping[str, FoldDifference]
    """Balanced accuracy of the network minus that of each baseline, by name of the baseline."""
    paths: Mapping[str, PathFigures]
    """Figures of each path of the network, by its name; empty for a single path."""
    notes: tuple[str, ...]
    """Facts that limit what the figures mean, for people."""
    interrupted: bool
    """True if Ctrl-C ended it before all folds were done."""

    @property
    def window_words(self) -> str:
        """Length of the signal each model decides on, for people; empty without a fold."""
        if not self.folds:
            return ""
        fold, rate_hz = self.folds[0], self.study.recordings.sampling_rate_hz
        window, reach = (
            _span(n_samples, rate_hz) for n_samples in (fold.window_samples, fold.reach_samples)
        )
        if window == reach:
            return window
        return f"{window}; network and strong LDA look back over {reach}"

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON's own types."""
        recordings = self.study.recordings
        model = self.study.model
        return {
            "format_version": FORMAT_VERSION,
            "protocol": self.plan.protocol,
            "reason": self.plan.reason,
            "sessions": [
                {**_file(table), **vars(session)}
                for table, session in zip(recordings.tables, recordings.sessions, strict=True)
            ],
            "sampling_rate_hz": recordings.sampling_rate_hz,
            "classes": list(recordings.class_names),
            "chance": 1.0 / len(recordings.class_names),
            "recipe": self.study.recipe.name if model is None else model.manifest.recipe,
            "trained_here": model is None,
            "seed": self.study.seed,
            "window": self.window_words,
            "folds": [_fold(fold) for fold in self.folds],
            "n_folds_planned": len(self.plan.folds),
            "interrupted": self.interrupted,
            "notes": list(self.notes),
            "models": {
                name: figures.to_json(recordings.class_names)
                for name, figures in self.models.items()
            },
            "lead_against": STRONG_LDA,
            "leads": {name: lead.to_json() for name, lead in self.leads.items()},
            "paths": {name: figures.to_json() for name, figures in self.paths.items()},
        }


def evaluation_of(
    study: Study,
    plan: FoldPlan,
    folds: Sequence[FoldResult],
    random_split: RandomSplit | None,
    notes: Sequence[str],
    *,
    interrupted: bool,
) -> Evaluation:
    """Return the result of finished folds and of the random split."""
    leaky = {} if random_split is None else random_split.balanced_accuracy
    folds = [fold for fold in folds if fold.decisions]
    models = {
        name: _figures(study, folds, name, leaky.get(name))
        for name in (NETWORK, *BASELINES)
        if leaky.get(name) is not None or any(name in fold.decisions for fold in folds)
    }
    return Evaluation(
        study, plan, tuple(folds), models, _leads(folds), _paths(folds), tuple(notes), interrupted
    )


def _leads(folds: Sequence[FoldResult]) -> dict[str, FoldDifference]:
    """Return the lead of the network over each baseline, on the folds that both were judged on."""
    found = {}
    for name in BASELINES:
        judged = [fold for fold in folds if {name, NETWORK} <= fold.decisions.keys()]
        if judged:
            scores = [fold.balanced_accuracy for fold in judged]
            found[name] = _difference(judged, [one[NETWORK] - one[name] for one in scores])
    return found


def _paths(folds: Sequence[FoldResult]) -> dict[str, PathFigures]:
    """Return what each path of the network is worth, over the folds in which it has that path."""
    found = {}
    for name in dict.fromkeys(name for fold in folds for name in fold.paths):
        judged = [fold for fold in folds if name in fold.paths]
        scores = [balanced(fold.paths[name].alone) for fold in judged]
        found[name] = PathFigures(
            tuple(scores),
            confidence_interval(scores, _test_share(judged)),
            _difference(
                judged,
                [
                    fold.balanced_accuracy[NETWORK] - balanced(fold.paths[name].without)
                    for fold in judged
                ],
            ),
        )
    return found


def _difference(folds: Sequence[FoldResult], values: list[float]) -> FoldDifference:
    return FoldDifference(tuple(values), difference_interval(values, _test_share(folds)))


def _test_share(folds: Sequence[FoldResult]) -> float:
    """Return the mean number of test rows over that of training rows; 0 without a fold."""
    return float(np.mean([fold.test_share for fold in folds])) if folds else 0.0


def _figures(
    study: Study, folds: Sequence[FoldResult], name: str, random_split: float | None
) -> ModelFigures:
    recordings = study.recordings
    rest, n_classes = rest_class(recordings.class_names), len(recordings.class_names)
    judged = [fold for fold in folds if name in fold.decisions]
    of_folds = [fold.decisions[name] for fold in judged]
    pooled = EvaluatedDecisions.joined(of_folds) if of_folds else EvaluatedDecisions.none(n_classes)
    scores = [balanced(one) for one in of_folds]
    whole = [balanced(one.take(one.instants.whole)) for one in of_folds]
    return ModelFigures(
        folds=tuple(scores),
        balanced_accuracy=confidence_interval(scores, _test_share(judged)),
        within_movements=float(np.mean(whole)) if whole else float("nan"),
        confusion=confusion(pooled),
        reliability=reliability(pooled.probabilities, pooled.instants.truth, N_BINS),
        active_error_rate=active_error_rate(pooled, rest),
        instability=instability(pooled.decided, pooled.instants.movements),
        onsets=onsets(pooled, rest, recordings.sampling_rate_hz) if of_folds else None,
        false_activations_per_hour=(
            false_activations(pooled, rest, judged[0].decision_s) if judged else None
        ),
        ribbon=ribbon_of(pooled),
        random_split=random_split,
    )


def _span(n_rows: int, rate_hz: float | None) -> str:
    return f"{n_rows} samples" if rate_hz is None else f"{1000.0 * n_rows / rate_hz:.0f} ms"


def _over_folds(what: str, interval: Interval, folds: Sequence[float]) -> dict[str, Any]:
    return {
        what: number(interval.mean),
        "confidence_interval_95": [number(interval.low), number(interval.high)],
        "folds": [number(fold) for fold in folds],
    }


def _onsets_json(found: OnsetDelays) -> dict[str, Any]:
    return {
        "n": len(found.times_s) + found.n_missed,
        "n_missed": found.n_missed,
        "median_s": number(found.median_s),
        "p90_s": number(found.p90_s),
    }


def _file(table: EmgTable) -> dict[str, Any]:
    return {"file": table.path.name, "sha256": table.sha256, "n_rows": table.n_rows}


def _fold(fold: FoldResult) -> dict[str, Any]:
    n_decisions = len(next(iter(fold.decisions.values())).instants)
    return {"held_out": fold.name, "n_decisions": n_decisions, "duration_s": fold.duration_s}
