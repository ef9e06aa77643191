"""The settings of a model's decisions, fitted on repetitions that the network had not seen.

Everything is judged as it will be live: the windows of whole recordings in the order of time go
through the very stage that decides, and what it says at held-out samples is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from emgstream.transforms import Transforms
from emgstream.trial import DecisionScore, TrueMovements, added_delay_s, score
from emgstream.types import FloatArray
from emgstream.windowing import Windowing
from emgstream_training.decision_limits import (
    familiar_strengths,
    rails_of_converter,
    rest_gate,
    strength_range,
)
from emgstream_training.realtime import (
    N_STEPS,
    NEITHER,
    TRAINING,
    VALIDATION,
    PartArray,
    RepetitionCut,
)

__all__ = ["SMOOTHING", "HeldOutRecording", "Judge", "fit_decision"]

Doubles: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Judge: TypeAlias = Callable[[FloatArray], FloatArray]
"""Windows in, calibrated class probabilities out."""

SMOOTHING = BayesSmoothing(stay=0.3, weight=0.8, to_rest=0.7, from_rest=0.7)
"""The default: of what is hardly late, the fewest active errors (`scripts/ablate_decisions.py`)."""

_ERROR_SHARE = 0.25
_MOST_REJECTED = 0.14
"""Few repetitions are held out, so that what they promise is not kept elsewhere: asked for are a
quarter of the active errors and at most so many rejected, for half of them and under a tenth."""
_BEGIN_ODDS = 2.0
_REJECTED_SHARES = np.linspace(0.0, 0.3, 151)


@dataclass(frozen=True, eq=False)
class HeldOutRecording:
    """The windows of one unbroken stretch of time, and what is known of each."""

    seen: WindowPredictions
    """What the stage that decides sees of them, shape ``(n_windows, ...)``."""
    truth: TrueMovements
    """What was done at the last step of each."""
    parts: PartArray
    """Part that this step belongs to, shape ``(n_windows,)``."""
    whole: Mask
    """Whether the window lies within one held movement, same shape."""


def fit_decision(
    cuts: Sequence[RepetitionCut],
    tables: Sequence[EmgTable],
    class_names: tuple[str, ...],
    step: Step,
    transforms: Transforms,
    step_s: float,
    judge: Judge,
) -> DecisionSettings:
    """Return the settings for a network that learned from the training part alone.

    Parameters
    ----------
    cuts, tables
        The recordings, cut into steps and as they were read.
    class_names, step, transforms
        Those of the model.
    step_s
        Length of a step in seconds, a window following each.
    judge
        The network, its probabilities calibrated.
    """
    n_channels = tables[0].samples.shape[1]
    recordings = [
        _recording(cut, step, transforms, n_channels, judge)
        for cut in cuts
        if len(cut.steps) >= N_STEPS
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
    cut: RepetitionCut, step: Step, transforms: Transforms, n_channels: int, judge: Judge
) -> HeldOutRecording:
    windows = Windowing(N_STEPS, 1, cut.steps.shape[1]).push(transforms.apply(cut.steps))
    last, first = windows.last_steps, windows.last_steps - (N_STEPS - 1)
    repetitions = np.where(cut.classes >= 0, cut.repetitions, -1)
    return HeldOutRecording(
        WindowPredictions(
            indices=last,
            probabilities=judge(windows.values),
            strengths=step.strengths(cut.steps[last], n_channels),
            saturated=np.zeros(len(last), dtype=np.bool_),
        ),
        TrueMovements(cut.classes[last], cut.repetitions[last]),
        parts=cut.parts[last],
        whole=(repetitions[first] == repetitions[last]) & (cut.classes[last] >= 0),
    )


def _typical_confidence(recordings: Sequence[HeldOutRecording]) -> float:
    """Return the median probability that held-out windows give to their true class."""
    said = [
        one.seen.probabilities[chosen, one.truth.classes[chosen]]
        for one in recordings
        if (chosen := one.whole & (one.parts == VALIDATION)).any()
    ]
    return round(float(np.clip(np.median(np.concatenate(said)), 0.5, 0.99)), 3)


def _with_strengths(
    settings: DecisionSettings,
    recordings: Sequence[HeldOutRecording],
    class_names: tuple[str, ...],
    n_channels: int,
) -> DecisionSettings:
    """Return the settings with what is measured by the strength of the signal."""
    classes = np.concatenate([one.truth.classes for one in recordings])
    parts = np.concatenate([one.parts for one in recordings])
    strengths = np.concatenate([one.seen.strengths for one in recordings])
    usable = np.concatenate([one.whole for one in recordings]) & np.isfinite(strengths).all(axis=1)
    learned = usable & (parts == TRAINING)
    levels = strengths[:, :n_channels]
    return replace(
        settings,
        familiar=familiar_strengths(
            strengths[learned],
            classes[learned],
            len(class_names),
            strengths[usable & (parts != NEITHER)],
            n_channels,
        ),
        rest_gate=rest_gate(levels[learned], classes[learned], rest_class(class_names)),
        strength=strength_range(levels[learned].mean(axis=1), classes[learned], len(class_names)),
    )


def _with_threshold(
    settings: DecisionSettings,
    recordings: Sequence[HeldOutRecording],
    class_names: tuple[str, ...],
    n_channels: int,
    step_s: float,
) -> DecisionSettings:
    """Return the settings with the least confidence that reaches the target of active errors."""
    truth = _joined_truth(recordings)
    held_out = np.concatenate([one.parts for one in recordings]) == VALIDATION

    def scored(decisions: Decisions) -> DecisionScore:
        return score(decisions, truth, step_s, held_out)

    def stage(one: DecisionSettings) -> DecisionStage:
        return DecisionStage(class_names, n_channels, one)

    before = scored(_decided(recordings, stage(ARGMAX)))
    target = _ERROR_SHARE * before.active_error_rate
    steadied = _steadied(recordings, stage(settings))
    best, reached = settings, scored(_judged(steadied, stage(settings)))
    for threshold in _thresholds(steadied, held_out):
        stricter = replace(settings, threshold=threshold)
        found = scored(_judged(steadied, stage(stricter)))
        if found.abstained > _MOST_REJECTED:
            break
        best, reached = stricter, found
        if found.active_error_rate <= target:
            break
    return replace(best, fitted=_for_people(before, reached, target))


def _thresholds(steadied: Sequence[SmoothedPredictions], held_out: Mask) -> list[float]:
    confidences = np.concatenate([one.confidences for one in steadied])[held_out]
    thresholds: list[float] = np.quantile(confidences, _REJECTED_SHARES).tolist()
    return thresholds


def _decided(recordings: Sequence[HeldOutRecording], stage: DecisionStage) -> Decisions:
    return reduce(Decisions.joined, [stage.push(one.seen) for one in recordings])


def _steadied(
    recordings: Sequence[HeldOutRecording], stage: DecisionStage
) -> list[SmoothedPredictions]:
    parts = []
    for one in recordings:
        stage.restart()
        parts.append(stage.steadied(one.seen))
    return parts


def _judged(steadied: Sequence[SmoothedPredictions], stage: DecisionStage) -> Decisions:
    parts = []
    for one in steadied:
        stage.restart()
        parts.append(stage.judged(one))
    return reduce(Decisions.joined, parts)


def _joined_truth(recordings: Sequence[HeldOutRecording]) -> TrueMovements:
    return TrueMovements(
        np.concatenate([one.truth.classes for one in recordings]),
        np.concatenate([one.truth.movements for one in recordings]),
    )


def _for_people(before: DecisionScore, found: DecisionScore, target: float) -> dict[str, Any]:
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
