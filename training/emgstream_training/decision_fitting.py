"""The settings of a model's decisions, fitted on predictions of repetitions not trained on.

The windows of whole recordings, in the order of time, go through the decision stage of the live
path, and its decisions on judged windows are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.decisions import BayesSmoothing, DecisionSettings, WindowPredictions, rest_class
from emgstream.steps import Step
from emgstream.tables import EmgTable
from emgstream.trial import TrueMovements
from emgstream.types import FloatArray
from emgstream_training.decision_limits import (
    familiar_strengths,
    rails_of_converter,
    rest_gate,
    strength_range,
)
from emgstream_training.realtime import N_STEPS, NO_FOLD, RepetitionCut
from emgstream_training.threshold_fitting import JudgedWindows, fit_thresholds

__all__ = ["SMOOTHING", "fit_decision"]

Mask: TypeAlias = npt.NDArray[np.bool_]

SMOOTHING = BayesSmoothing(stay=0.3, weight=0.8, to_rest=0.9, from_rest=0.1)
"""Default smoothing; measured by `scripts/ablate_decisions.py`, see BENCHMARKS.md, Decisions."""

_CONFIDENCE_LIMITS = (0.5, 0.99)
"""Range of the typical confidence, for the case that few windows are judged (choice)."""


@dataclass(frozen=True, eq=False)
class _PredictedCut:
    """The windows of one unbroken stretch of time, with predictions and truth."""

    predictions: WindowPredictions
    """Input of the decision stage."""
    truth: TrueMovements
    """Movement at the last step of each window."""
    judged: Mask
    """True where the last step is held out in a fold, ``(n_windows,)``: only these are counted."""
    whole: Mask
    """True for those of them that lie within one held movement, ``(n_windows,)``."""


def fit_decision(
    cuts: Sequence[RepetitionCut],
    probabilities: Sequence[FloatArray],
    tables: Sequence[EmgTable],
    class_names: tuple[str, ...],
    step: Step,
    step_s: float,
) -> DecisionSettings:
    """Return the settings for a network, by its decisions in repetitions it was not trained on.

    Parameters
    ----------
    cuts, tables
        The recordings, cut into steps and as they were read.
    probabilities
        Calibrated probabilities of every window of each cut that is as long as a window,
        ``(n_windows, n_classes)``, each by a network that was not trained on its repetition.
    class_names, step
        Those of the model.
    step_s
        Length of a step in seconds; a window ends with each.
    """
    n_channels = tables[0].samples.shape[1]
    long_enough = [cut for cut in cuts if len(cut.last_steps)]
    recordings = [
        _predicted(cut, of_cut, step, n_channels)
        for cut, of_cut in zip(long_enough, probabilities, strict=True)
    ]
    settings = DecisionSettings(
        smoothing=SMOOTHING,
        rails=rails_of_converter(tables, N_STEPS * step.length),
        tells_gaps=True,
        confidence=_typical_confidence(recordings),
    )
    if step.n_strengths(n_channels):
        settings = _with_strengths(settings, recordings, class_names, n_channels)
    windows = JudgedWindows(
        class_names,
        n_channels,
        step_s,
        [one.predictions for one in recordings],
        TrueMovements(
            np.concatenate([one.truth.classes for one in recordings]),
            np.concatenate([one.truth.movements for one in recordings]),
        ),
        np.concatenate([one.judged for one in recordings]),
    )
    return fit_thresholds(windows, settings)


def _predicted(
    cut: RepetitionCut, probabilities: FloatArray, step: Step, n_channels: int
) -> _PredictedCut:
    last = cut.last_steps
    first = last - (N_STEPS - 1)
    judged = cut.folds[last] != NO_FOLD
    repetitions = np.where(cut.classes >= 0, cut.repetitions, -1)
    return _PredictedCut(
        WindowPredictions(
            indices=last,
            probabilities=probabilities,
            strengths=step.strengths(cut.steps[last], n_channels),
            saturated=np.zeros(len(last), dtype=np.bool_),
            filled=cut.filled[last],
        ),
        TrueMovements(cut.classes[last], cut.repetitions[last]),
        judged=judged,
        whole=judged & (repetitions[first] == repetitions[last]) & (cut.classes[last] >= 0),
    )


def _typical_confidence(recordings: Sequence[_PredictedCut]) -> float:
    """Return the median probability of the true class over judged windows."""
    of_true_class = [
        one.predictions.probabilities[one.whole, one.truth.classes[one.whole]]
        for one in recordings
        if one.whole.any()
    ]
    median = np.median(np.concatenate(of_true_class)) if of_true_class else np.float64(1.0)
    return round(float(np.clip(median, *_CONFIDENCE_LIMITS)), 3)


def _with_strengths(
    settings: DecisionSettings,
    recordings: Sequence[_PredictedCut],
    class_names: tuple[str, ...],
    n_channels: int,
) -> DecisionSettings:
    """Return the settings with those that depend on the strength of the signal."""
    classes = np.concatenate([one.truth.classes for one in recordings])
    strengths = np.concatenate([one.predictions.strengths for one in recordings])
    known = np.concatenate([one.whole for one in recordings]) & np.isfinite(strengths).all(axis=1)
    classes, strengths = classes[known], strengths[known]
    levels = strengths[:, :n_channels]
    return replace(
        settings,
        familiar=familiar_strengths(strengths, classes, len(class_names), strengths, n_channels),
        rest_gate=rest_gate(levels, classes, rest_class(class_names)),
        strength=strength_range(levels.mean(axis=1), classes, len(class_names)),
    )
