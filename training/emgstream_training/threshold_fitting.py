"""Thresholds of the decisions, fitted to the figures of a cued test.

A threshold trades wrong movements against late and missed ones. The cost of settings is the time
that something moves wrongly, as a multiple of that without any smoothing and threshold, and a
multiple of the mean time that movements are named later than so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.decisions import (
    ARGMAX,
    Decisions,
    DecisionSettings,
    DecisionStage,
    SmoothedPredictions,
    WindowPredictions,
    rest_class,
)
from emgstream.trial import (
    Attempt,
    DecisionScore,
    TrueMovements,
    added_delay_s,
    attempts_of,
    score,
)
from emgstream.wording import counted

__all__ = ["JudgedWindows", "fit_thresholds"]

Mask: TypeAlias = npt.NDArray[np.bool_]

_REJECTED_SHARES = (0.0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.065, 0.08)
"""Shares of the movements' windows under the thresholds that are tried (choice)."""
_BEGIN_ODDS = (1.0, 2.0, 4.0)
"""Odds relative to the threshold, to begin a movement after a rest, that are tried (choice)."""
_CLASS_ODDS = (0.5, 2.0)
"""Odds of single classes, relative to the threshold, that are tried (choice)."""
_LEAST_GAIN = 0.02
"""Share of the cost that a class's own threshold must save: less is chance (choice)."""
_LEAST_REPETITIONS = 3
"""Judged repetitions that a class needs for a threshold of its own (choice)."""
_LATE, _TOO_LATE = 1.0, 10.0
"""Cost of a second that the movements are late, in multiples of the plain active errors, up to
`_IN_TIME_S` and beyond (choice)."""
_IN_TIME_S = 0.08
"""Mean delay that is hardly felt (choice)."""
_LEAST_ERRORS = 0.01
"""Active errors below which a further share of them is no longer worth time (choice)."""
_LOST_S = 0.5
"""Seconds late that a movement counts which is no longer completed, or never named."""
_FALSE_S = 2.0
"""Seconds of wrong movement that a false activation in settled rest counts."""
_FLOOR = 0.5
"""Share of a class's completed repetitions that must stay completed."""


@dataclass(frozen=True, eq=False)
class JudgedWindows:
    """The windows of unbroken stretches of time, one entry per stretch in each list."""

    class_names: tuple[str, ...]
    """The classes."""
    n_channels: int
    """Channels of the stream."""
    hop_s: float
    """Time from one window to the next, in seconds."""
    predictions: Sequence[WindowPredictions]
    """Input of the decision stage."""
    truth: TrueMovements
    """Movement at the last step of each window, over all stretches."""
    judged: Mask
    """True for windows that no network was trained on which predicts them, as ``truth``."""

    def n_repetitions(self, place: int, judged: bool = True) -> int:
        """Return the number of repetitions of a class, given by its place; by default of judged."""
        own = self.truth.classes == place
        return len(np.unique(self.truth.movements[own & self.judged if judged else own]))

    def stage(self, settings: DecisionSettings) -> DecisionStage:
        """Return a stage that decides by some settings."""
        return DecisionStage(self.class_names, self.n_channels, settings)


@dataclass(frozen=True)
class _Trial:
    """The figures of a cued test that some decisions come to."""

    score: DecisionScore
    attempts: tuple[Attempt, ...]


def fit_thresholds(windows: JudgedWindows, settings: DecisionSettings) -> DecisionSettings:
    """Return the settings with the thresholds of the least cost, and the figures reached.

    First one threshold for all classes is chosen, then the odds to begin after a rest, then odds
    of single classes. No class loses more than half of the repetitions that it completes without
    thresholds.
    """
    if not windows.judged.any():
        return replace(settings, fitted={"notes": _notes(windows)})
    plain = _trial(windows, _all_decisions(windows))
    smoothed = _smoothed(windows, settings)

    def costs(one: DecisionSettings) -> tuple[float, _Trial]:
        without_strength = replace(one, strength=None)  # is not counted, and takes time
        found = _trial(windows, _decided(windows, smoothed, without_strength))
        return _cost(found, plain, windows), found

    best = _cheapest(_with_thresholds(windows, smoothed, settings), costs)
    best = _cheapest((replace(best, begin_odds=odds) for odds in _BEGIN_ODDS), costs)
    best = _with_class_odds(windows, best, costs)
    fitted = _fitted_entry(plain, costs(best)[1])
    return replace(best, fitted=fitted | {"notes": _notes(windows)})


_Costs: TypeAlias = Callable[[DecisionSettings], tuple[float, _Trial]]


def _cheapest(ways: Iterator[DecisionSettings], costs: _Costs) -> DecisionSettings:
    return min(ways, key=lambda one: costs(one)[0])


def _with_thresholds(
    windows: JudgedWindows, smoothed: Sequence[SmoothedPredictions], settings: DecisionSettings
) -> Iterator[DecisionSettings]:
    """Yield the settings with each threshold to be tried, the lowest first."""
    confidences = np.concatenate([one.confidences for one in smoothed])
    classes = np.concatenate([one.classes for one in smoothed])
    moves = windows.judged & (classes != rest_class(windows.class_names))
    yield settings
    if not moves.any():
        return
    for threshold in np.quantile(confidences[moves], _REJECTED_SHARES[1:]).tolist():
        yield replace(settings, threshold=threshold)


def _with_class_odds(
    windows: JudgedWindows, settings: DecisionSettings, costs: _Costs
) -> DecisionSettings:
    """Return the settings with odds of the classes that save a noticeable part of the cost."""
    rest, n_classes = rest_class(windows.class_names), len(windows.class_names)
    odds = [1.0] * n_classes
    least = costs(settings)[0]
    for place in range(n_classes):
        is_fit = windows.n_repetitions(place) >= _LEAST_REPETITIONS
        if place == rest or not is_fit or not settings.threshold:
            continue
        for factor in _CLASS_ODDS:
            tried = (*odds[:place], factor, *odds[place + 1 :])
            found = costs(replace(settings, class_odds=tried))[0]
            if found < (1.0 - _LEAST_GAIN) * least:
                least, odds = found, list(tried)
    return replace(settings, class_odds=None if set(odds) == {1.0} else tuple(odds))


def _cost(found: _Trial, plain: _Trial, windows: JudgedWindows) -> float:
    """Return the cost of decisions; infinite where a class is lost."""
    completed, lost = Counter[str](), Counter[str]()
    late_s = np.subtract(found.score.onsets_s, plain.score.onsets_s)
    late_s = np.where(np.isnan(found.score.onsets_s), _LOST_S, np.minimum(late_s, _LOST_S))
    late_s[np.isnan(plain.score.onsets_s)] = 0.0
    for place, (now, before) in enumerate(zip(found.attempts, plain.attempts, strict=True)):
        if before.to_correct_s is None:
            continue
        completed[now.label] += 1
        if now.to_correct_s is None:
            lost[now.label] += 1
            late_s[place] = _LOST_S
    if any(n > (1.0 - _FLOOR) * completed[label] for label, n in lost.items()):
        return np.inf
    counted_s = found.score.n_decisions * windows.hop_s
    wrong = found.score.active_error_rate
    wrong += _FALSE_S * found.score.n_false_activations / counted_s
    late = float(np.mean(late_s)) if len(late_s) else 0.0
    cost_of_delay = _LATE * late + (_TOO_LATE - _LATE) * max(late - _IN_TIME_S, 0.0)
    return wrong / max(plain.score.active_error_rate, _LEAST_ERRORS) + cost_of_delay


def _trial(windows: JudgedWindows, decisions: Decisions) -> _Trial:
    judged = windows.judged & (windows.truth.classes >= 0)
    truth = TrueMovements(np.where(judged, windows.truth.classes, -1), windows.truth.movements)
    return _Trial(
        score(decisions, truth, windows.hop_s), attempts_of(decisions, truth, windows.hop_s)
    )


def _all_decisions(windows: JudgedWindows) -> Decisions:
    stage = windows.stage(ARGMAX)
    return reduce(Decisions.joined, [stage.decide(one) for one in windows.predictions])


def _smoothed(windows: JudgedWindows, settings: DecisionSettings) -> list[SmoothedPredictions]:
    stage, parts = windows.stage(settings), []
    for one in windows.predictions:
        stage.restart()
        parts.append(stage.smooth(one))
    return parts


def _decided(
    windows: JudgedWindows, smoothed: Sequence[SmoothedPredictions], settings: DecisionSettings
) -> Decisions:
    """Return the decisions on predictions that are smoothed already."""
    stage, parts = windows.stage(settings), []
    for one in smoothed:
        stage.restart()
        parts.append(stage.decide_smoothed(one))
    return reduce(Decisions.joined, parts)


def _notes(windows: JudgedWindows) -> list[str]:
    """Return what a person should know about the data behind the thresholds."""
    names = windows.class_names
    rest = rest_class(names)
    counts = {
        name: windows.n_repetitions(place, judged=False)
        for place, name in enumerate(names)
        if place != rest
    }
    few = [
        f"{name} has {counted(n, 'repetition')}, too few for a threshold of its own; expected at "
        f"least {_LEAST_REPETITIONS}; record more of it"
        for name, n in counts.items()
        if 0 < n < _LEAST_REPETITIONS
    ]
    if rest is None:
        few.append(
            "there is no class of rest, so something moves whenever the model is sure enough; "
            "record rest between the movements"
        )
    return few


def _fitted_entry(plain: _Trial, found: _Trial) -> dict[str, Any]:
    """Return the manifest's entry on what the settings were fitted on and reached."""
    delay_s = added_delay_s(found.score, plain.score)
    return {
        "held_out": "what the settings were fitted on, which the network had not seen",
        "active_error_rate_argmax": plain.score.active_error_rate,
        "active_error_rate": found.score.active_error_rate,
        "abstained": found.score.abstained,
        "completion_rate_argmax": _completion(plain.attempts),
        "completion_rate": _completion(found.attempts),
        "false_activations_per_h_argmax": plain.score.to_json()["false_activations_per_h"],
        "false_activations_per_h": found.score.to_json()["false_activations_per_h"],
        "added_delay_s": None if np.isnan(delay_s) else delay_s,
    }


def _completion(attempts: Sequence[Attempt]) -> float | None:
    done = [one.to_correct_s is not None for one in attempts]
    return sum(done) / len(done) if done else None
