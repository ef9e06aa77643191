from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from emgstream_training.evaluation.baselines import (
    DEADZONE,
    fit_baseline,
    hudgins_features,
    predict_baseline,
    strong_features,
)
from emgstream_training.evaluation.evaluated_decisions import (
    DecidedWindows,
    decided_windows,
    instants_of,
    replay,
)
from emgstream_training.evaluation.fold_recording import FoldRecording
from emgstream_training.evaluation.protocols import Fold
from emgstream_training.realtime import TRAINING

from emgstream.bundle import Model
from emgstream.decisions import DecisionSettings, MajoritySmoothing
from emgstream.tables import ColumnChoice, EmgTable, read_table
from tests.decisions.guarded import guarded
from tests.evaluation.conftest import recordings


@pytest.fixture(scope="module")
def broken_table(tmp_path_factory: pytest.TempPathFactory) -> EmgTable:
    """Lost samples, a new segment, and a stretch too short for a window."""
    path = tmp_path_factory.mktemp("broken") / "arm.csv"
    rows = ["index,biceps,triceps,middle,label,segment"]
    index = 0
    for row in range(3000):
        index += 5 if row == 700 else 1
        segment = int(row >= 1500) + int(row >= 1590)
        label = "rest" if row % 600 < 300 else "fist"
        rows.append(f"{index},{500 + row % 7},{512 + row % 5},{505 + row % 11},{label},{segment}")
    path.write_text("\n".join(rows) + "\n")
    return read_table(path, ColumnChoice(channels=("biceps", "triceps", "middle")))


def test_decisions_fall_where_they_are_said_to(model: Model, broken_table: EmgTable) -> None:
    rows, probabilities = replay(model, broken_table)
    np.testing.assert_array_equal(rows, decided_windows(model.manifest, broken_table).rows)
    assert len(probabilities) == len(rows) > 100


def test_the_classifier_is_judged_whatever_the_model_says_of_smoothing_and_gaps(
    model: Model, broken_table: EmgTable
) -> None:
    settings = DecisionSettings(MajoritySmoothing(5), threshold=0.9, tells_gaps=True)
    rows, probabilities = replay(guarded(model, settings), broken_table)
    plain_rows, plain_probabilities = replay(model, broken_table)
    np.testing.assert_array_equal(rows, plain_rows)
    np.testing.assert_array_equal(probabilities, plain_probabilities)


def test_what_is_true_at_a_decision_is_told_from_its_last_row(broken_table: EmgTable) -> None:
    rows = np.array([250, 305, 360, 1520, 2999])
    windows = DecidedWindows(rows - 49, rows, rows)
    found = instants_of(broken_table, ("fist", "rest"), windows)
    assert found.truth.tolist() == [1, 0, 0, 0, 0]
    assert found.whole.tolist() == [True, False, True, False, True]
    assert found.since_onset.tolist() == [-1, 5, 60, -1, 299]


def test_hudgins_features_are_those_of_the_plain_definition() -> None:
    samples = np.random.default_rng(4).normal(0.0, 10.0, (200, 2)).astype(np.float32)
    rows, length, deadzone = np.array([49, 120, 199]), 50, np.array([1.0, 4.0])
    expected = []
    for row in rows:
        window = samples[row - length + 1 : row + 1].astype(np.float64)
        mav = np.mean(np.abs(window), axis=0)
        wl = np.sum(np.abs(np.diff(window, axis=0)), axis=0)
        zc, ssc = np.zeros(2), np.zeros(2)
        for channel, values in enumerate(window.T):
            for k in range(length - 1):
                far = abs(values[k] - values[k + 1]) >= deadzone[channel]
                zc[channel] += far and values[k] * values[k + 1] < 0.0
            for k in range(1, length - 1):
                before, after = values[k] - values[k - 1], values[k + 1] - values[k]
                far = max(abs(before), abs(after)) >= deadzone[channel]
                ssc[channel] += far and before * after < 0.0
        expected.append(np.concatenate([mav, wl, zc, ssc]))
    np.testing.assert_allclose(hudgins_features(samples, rows, length, deadzone), expected, 1e-5)


def test_strong_features_are_hudgins_per_sample_with_compressed_amplitudes() -> None:
    samples = np.random.default_rng(4).normal(0.0, 10.0, (200, 2)).astype(np.float32)
    last, length, amplitudes = np.array([49, 120, 199]), 50, np.array([10.0, 20.0])
    plain = hudgins_features(samples, last, length, DEADZONE * amplitudes) / length
    mav, wl = length * plain[:, :2], plain[:, 2:4]
    found = strong_features(samples, last - 49, last, amplitudes)
    floor = 0.2 * amplitudes
    expected = np.hstack([np.log(mav + floor), np.log(wl + floor), plain[:, 4:]])
    np.testing.assert_allclose(found, expected, 1e-4)


@pytest.mark.parametrize("level", [0.0, 0.1])
def test_a_flat_line_gives_finite_features(level: float) -> None:
    samples = np.full((300, 2), level, dtype=np.float32)
    samples[:100, 0] = 1e6 * np.sin(np.arange(100.0))  # the totals have large roundings after it
    samples[150] = np.nan
    last = np.arange(150, 300)
    for amplitudes in (np.zeros(2), np.array([1.0, 0.0])):
        assert np.isfinite(strong_features(samples, last - 49, last, amplitudes)).all()


def test_what_looks_back_begins_with_the_unbroken_stretch(
    model: Model, broken_table: EmgTable
) -> None:
    used = recordings(broken_table)
    plan = Fold("all", (np.full(broken_table.n_rows, TRAINING),), (np.ones(3000, np.bool_),))
    view = FoldRecording.of(used, model.manifest, plan, 0)
    amplitudes = np.ones(3)
    whole = view.features("strong_lda", view.test, amplitudes)
    for start in view.stretch_starts[1:]:
        before = replace(view, conditioned=view.conditioned.copy())
        before.conditioned[:start] = 1e3
        later = view.test.places >= start
        found = before.features("strong_lda", view.test, amplitudes)
        np.testing.assert_allclose(found[later], whole[later], 1e-3, 1e-3)
        assert np.any(np.abs(found[~later] - whole[~later]) > 1.0)


@pytest.mark.parametrize("name", ["strong_lda", "lda", "random_forest"])
def test_a_baseline_learns_gives_probabilities_and_passes_over_classes_it_never_saw(
    name: str,
) -> None:
    random = np.random.default_rng(1)
    classes = np.repeat([0, 2], [300, 30])
    features = random.normal(0.0, 1.0, (330, 4)).astype(np.float32)
    features[:, 0] += 4.0 * classes
    features[:, 3] = 7.0  # an envelope never crosses zero
    fitted = fit_baseline(name, features, classes, seed=1)
    probabilities = predict_baseline(fitted, features, 3)
    assert probabilities.shape == (330, 3)
    assert np.all(probabilities[:, 1] == 0.0)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-5)
    assert np.mean(probabilities.argmax(axis=1) == classes) > 0.95
