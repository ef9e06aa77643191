from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from emgstream_training.threshold_fitting import JudgedWindows, fit_thresholds

from emgstream.decisions import DecisionSettings, DecisionStage, WindowPredictions
from emgstream.trial import TrueMovements, attempts_of

HOP_S = 0.02
SHARES = {"fist": 0.95, "open": 0.7, "rest": 0.95}


def session(
    labels: list[str], names: tuple[str, ...], seed: int = 1, wrong: float = 0.1, hold: int = 100
) -> JudgedWindows:
    """Return windows of movements one after the other; a share of short runs is wrong."""
    random = np.random.default_rng(seed)
    classes = np.repeat([names.index(one) for one in labels], hold)
    movements = np.repeat(np.arange(len(labels)), hold)
    n = len(classes)
    predicted = classes.copy()
    confidences = np.array([SHARES[names[one]] for one in classes])
    for first in np.flatnonzero(random.random(n) < wrong / 3).tolist():
        run = slice(first, first + 3)
        predicted[run] = (classes[run] + 1) % len(names)
        confidences[run] = random.uniform(0.4, 0.75)
    confidences = np.clip(confidences + random.normal(0.0, 0.03, n), 0.3, 0.999)
    rows = np.tile(((1.0 - confidences) / (len(names) - 1))[:, np.newaxis], len(names))
    rows[np.arange(n), predicted] = confidences
    predictions = WindowPredictions(
        np.arange(n), rows.astype(np.float32), np.zeros((n, 1)), np.zeros(n, dtype=np.bool_)
    )
    return JudgedWindows(
        names, 1, HOP_S, [predictions], TrueMovements(classes, movements), np.ones(n, np.bool_)
    )


def completed(windows: JudgedWindows, settings: DecisionSettings) -> dict[str, int]:
    stage = DecisionStage(windows.class_names, 1, settings)
    found = attempts_of(stage.decide(windows.predictions[0]), windows.truth, HOP_S)
    counts = dict.fromkeys((one.label for one in found), 0)
    for one in found:
        counts[one.label] += one.to_correct_s is not None
    return counts


USUAL = ["rest", "fist", "rest", "open"] * 4


def test_thresholds_take_away_wrong_movements_and_no_class() -> None:
    windows = session(USUAL, ("fist", "open", "rest"))
    settings = fit_thresholds(windows, DecisionSettings(tells_gaps=True))
    fitted = settings.fitted
    assert settings.threshold > 0.0
    assert fitted["active_error_rate"] < 0.6 * fitted["active_error_rate_argmax"]
    assert fitted["abstained"] < 0.1
    assert completed(windows, settings) == {"fist": 4, "open": 4}


def test_no_class_loses_more_than_half_of_what_it_completes_whatever_that_would_save() -> None:
    """The windows of one class are as little sure as those that are wrong, and one is held long."""
    names, labels = ("fist", "open", "rest"), ["rest", *["fist"] * 8, "rest", "open"]
    windows = session(labels, names, wrong=0.6)
    plain = completed(windows, DecisionSettings(tells_gaps=True))
    settings = fit_thresholds(windows, DecisionSettings(tells_gaps=True))
    found = completed(windows, settings)
    assert all(2 * found[label] >= n for label, n in plain.items())


def test_only_judged_windows_count() -> None:
    names = ("fist", "open", "rest")
    judged, other = session(USUAL, names), session(USUAL, names, seed=2, wrong=0.9)
    n = len(judged.judged)
    both = replace(
        judged,
        predictions=[*judged.predictions, *other.predictions],
        truth=TrueMovements(
            np.tile(judged.truth.classes, 2),
            np.concatenate([judged.truth.movements, judged.truth.movements + 99]),
        ),
        judged=np.arange(2 * n) < n,
    )
    alone = fit_thresholds(judged, DecisionSettings(tells_gaps=True))
    together = fit_thresholds(both, DecisionSettings(tells_gaps=True))
    assert together == alone
    assert together.fitted == alone.fitted


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["rest", *["fist"] * 20, "rest", "open"], ("fist", "open", "rest")),  # 20 to 1
        (["rest", "fist", "rest", "open"] * 2, ("fist", "open", "rest")),
        (["fist", "open"] * 5, ("fist", "open")),
        (["rest"] * 3, ("fist", "open", "rest")),  # no movement is judged
    ],
)
def test_few_repetitions_and_no_rest_give_usable_settings(
    labels: list[str], names: tuple[str, ...]
) -> None:
    windows = session(labels, names)
    bare = DecisionSettings(tells_gaps=True)
    settings = fit_thresholds(windows, bare)
    assert 0.0 <= settings.threshold < 1.0
    assert completed(windows, settings) == completed(windows, bare)
    few = [name for name in names if 0 < labels.count(name) < 3 and name != "rest"]
    told = [*few, *(["there"] if "rest" not in names else [])]
    assert [note.split()[0] for note in settings.fitted["notes"]] == told


def test_no_judged_window_gives_the_settings_without_threshold() -> None:
    windows = session(USUAL, ("fist", "open", "rest"))
    nothing = replace(windows, judged=np.zeros_like(windows.judged))
    settings = fit_thresholds(nothing, DecisionSettings(tells_gaps=True))
    assert (settings.threshold, settings.class_odds) == (0.0, None)
