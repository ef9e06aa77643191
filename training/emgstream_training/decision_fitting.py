"""The settings of a model's decisions, fitted on held-out repetitions.

The windows of whole recordings, in the order of time, go through the decision stage of the live
path, and its decisions at held-out samples are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.decisions import (
    ARGMAX,
    BayesSmoothing,
    Decisions,
    DecisionSettings,
    DecisionStage,
    SmoothedPredictions,
    WindowPredictions,
    rest_class,
)
from emgstream.steps import Step
from emgstream.tables import EmgTable
from emgstream.trial import DecisionScore, TrueMovements, added_delay_s, score
from emgstream.types import FloatArray
from emgstream_training.decision_limits import (
    familiar_strengths,
    rails_of_converter,
    rest_gate,
    strength_range,
)
from emgstream_training.realtime import N_STEPS, NO_FOLD, RepetitionCut

__all__ = ["SMOOTHING", "HeldOutRecording", "fit_decision"]

Mask: TypeAlias = npt.NDArray[np.bool_]

SMOOTHING = BayesSmoothing(stay=0.3, weight=0.8, to_rest=0.7, from_rest=0.7)
"""Default smoothing, chosen on 15 sessions: few active errors with a delay of 22 ms.

Measured by `scripts/ablate_decisions.py`; see BENCHMARKS.md, Decisions."""

_ERROR_SHARE = 0.25
"""Share of the active errors to reach on the held-out repetitions."""
_MOST_REJECTED = 0.14
"""Largest share of rejected decisions there.

Few repetitions are held out, so other repetitions reach less: these two values gave half of the
active errors with under a tenth rejected on 15 sessions (BENCHMARKS.md, Decisions)."""
_BEGIN_ODDS = 2.0
"""Odds, relative to the threshold, that begin a movement. With 1.0, rest had 38 instead of 23 false
activations per hour (BENCHMARKS.md, Decisions)."""
_REJECTED_SHARES = np.linspace(0.0, 0.3, 151)
"""Rejected shares that are tried, in steps of 0.2 points (choice)."""
_CONFIDENCE_LIMITS = (0.5, 0.99)
"""Range of the typical confidence, for the case that few windows are held out (choice)."""


@dataclass(frozen=True, eq=False)
class HeldOutRecording:
    """The windows of one unbroken stretch of time, with predictions and truth."""

    predictions: WindowPredictions
    """Input of the decision stage."""
    truth: TrueMovements
    """Movement at the last step of each window."""
    judged: Mask
    """True where the last step is held out in a fold, shape ``(n_windows,)``."""
    whole: Mask
    """True where the window lies within one held movement, shape ``(n_windows,)``."""


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
    long_enough = [cut for cut in cuts if len(cut.steps) >= N_STEPS]
    recordings = [
        _recording(cut, step, n_channels, of_cut)
        for cut, of_cut in zip(long_enough, probabilities, strict=True)
    ]
    settings = DecisionSettings(
        smoothing=SMOOTHING,
        begin_odds=_BEGIN_ODDS,
        rails=rails_of_converter(tables, N_STEPS * step.length),
        tells_gaps=True,
        confidence=_typical_confidence(recordings),
    )
    if step.n_strengths(n_channels):
        settings = _with_strengths(settings, recordings, class_names, n_channels)
    return _with_threshold(settings, recordings, class_names, n_channels, step_s)


def _recording(
    cut: RepetitionCut, step: Step, n_channels: int, probabilities: FloatArray
) -> HeldOutRecording:
    last = np.arange(N_STEPS - 1, len(cut.steps))
    first = last - (N_STEPS - 1)
    repetitions = np.where(cut.classes >= 0, cut.repetitions, -1)
    return HeldOutRecording(
        WindowPredictions(
            indices=last,
            probabilities=probabilities,
            strengths=step.strengths(cut.steps[last], n_channels),
            saturated=np.zeros(len(last), dtype=np.bool_),
            filled=cut.filled[last],
        ),
        TrueMovements(cut.classes[last], cut.repetitions[last]),
        judged=cut.folds[last] != NO_FOLD,
        whole=(repetitions[first] == repetitions[last]) & (cut.classes[last] >= 0),
    )


def _typical_confidence(recordings: Sequence[HeldOutRecording]) -> float:
    """Return the median probability of the true class over held-out windows."""
    of_true_class = [
        one.predictions.probabilities[chosen, one.truth.classes[chosen]]
        for one in recordings
        if (chosen := one.whole & one.judged).any()
    ]
    median = np.median(np.concatenate(of_true_class))
    return round(float(np.clip(median, *_CONFIDENCE_LIMITS)), 3)


def _with_strengths(
    settings: DecisionSettings,
    recordings: Sequence[HeldOutRecording],
    class_names: tuple[str, ...],
    n_channels: int,
) -> DecisionSettings:
    """Return the settings with those that depend on the strength of the signal."""
    classes = np.concatenate([one.truth.classes for one in recordings])
    judged = np.concatenate([one.judged for one in recordings])
    strengths = np.concatenate([one.predictions.strengths for one in recordings])
    whole = np.concatenate([one.whole for one in recordings])
    training = whole & judged & np.isfinite(strengths).all(axis=1)
    levels = strengths[:, :n_channels]
    return replace(
        settings,
        familiar=familiar_strengths(
            strengths[training],
            classes[training],
            len(class_names),
            strengths[training],
            n_channels,
        ),
        rest_gate=rest_gate(levels[training], classes[training], rest_class(class_names)),
        strength=strength_range(levels[training].mean(axis=1), classes[training], len(class_names)),
    )


def _with_threshold(
    settings: DecisionSettings,
    recordings: Sequence[HeldOutRecording],
    class_names: tuple[str, ...],
    n_channels: int,
    step_s: float,
) -> DecisionSettings:
    """Return the settings with the lowest threshold that reaches the target of active errors."""
    truth = _joined_truth(recordings)
    held_out = np.concatenate([one.judged for one in recordings])

    def scored(decisions: Decisions) -> DecisionScore:
        return score(decisions, truth, step_s, held_out)

    def stage(one: DecisionSettings) -> DecisionStage:
        return DecisionStage(class_names, n_channels, one)

    before = scored(_all_decisions(recordings, stage(ARGMAX)))
    target = _ERROR_SHARE * before.active_error_rate
    smoothed = _smoothed(recordings, stage(settings))
    best, reached = settings, scored(_decided(smoothed, stage(settings)))
    for threshold in _thresholds(smoothed, held_out):
        stricter = replace(settings, threshold=threshold)
        found = scored(_decided(smoothed, stage(stricter)))
        if found.abstained > _MOST_REJECTED:
            break
        best, reached = stricter, found
        if found.active_error_rate <= target:
            break
    return replace(best, fitted=_fitted_entry(before, reached, target))


def _thresholds(smoothed: Sequence[SmoothedPredictions], held_out: Mask) -> list[float]:
    confidences = np.concatenate([one.confidences for one in smoothed])[held_out]
    thresholds: list[float] = np.quantile(confidences, _REJECTED_SHARES).tolist()
    return thresholds


def _all_decisions(recordings: Sequence[HeldOutRecording], stage: DecisionStage) -> Decisions:
    return reduce(Decisions.joined, [stage.decide(one.predictions) for one in recordings])


def _smoothed(
    recordings: Sequence[HeldOutRecording], stage: DecisionStage
) -> list[SmoothedPredictions]:
    parts = []
    for one in recordings:
        stage.restart()
        parts.append(stage.smooth(one.predictions))
    return parts


def _decided(smoothed: Sequence[SmoothedPredictions], stage: DecisionStage) -> Decisions:
    """Return the decisions on predictions that are smoothed already."""
    parts = []
    for one in smoothed:
        stage.restart()
        parts.append(stage.decide_smoothed(one))
    return reduce(Decisions.joined, parts)


def _joined_truth(recordings: Sequence[HeldOutRecording]) -> TrueMovements:
    return TrueMovements(
        np.concatenate([one.truth.classes for one in recordings]),
        np.concatenate([one.truth.movements for one in recordings]),
    )


def _fitted_entry(before: DecisionScore, found: DecisionScore, target: float) -> dict[str, Any]:
    """Return the manifest's entry on what the settings were fitted on and reached."""
    delay_s = added_delay_s(found, before)
    return {
        "held_out": "what the settings were fitted on, which the network had not seen",
        "active_error_rate_argmax": before.active_error_rate,
        "active_error_target": target,
        "active_error_rate": found.active_error_rate,
        "abstained": found.abstained,
        "false_activations_per_h_argmax": before.to_json()["false_activations_per_h"],
        "false_activations_per_h": found.to_json()["false_activations_per_h"],
        "added_delay_s": None if np.isnan(delay_s) else delay_s,
    }
