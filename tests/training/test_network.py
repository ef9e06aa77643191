from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emgstream.classifier import Classifier
from training.backend import keras
from training.evaluate import classify
from training.examples import Examples, balanced_weights
from training.export import BATCH_SIZE, to_keras_archive, to_litert
from training.fit import Fitted, fit
from training.history import Progress, Schedule
from training.network import build_network


def examples(n: int, seed: int) -> Examples:
    """Three classes, told apart by the level of one channel each."""
    random = np.random.default_rng(seed)
    classes = random.integers(0, 3, n)
    windows = random.standard_normal((n, 10, 3)).astype(np.float32)
    windows[np.arange(n), :, classes] += 3.0
    return Examples(windows, classes)


TRAINING, VALIDATION = examples(200, 1), examples(70, 2)


def trained(**schedule: Any) -> Fitted:
    return fit(TRAINING, VALIDATION, 3, Schedule(**schedule), seed=7)


@pytest.fixture(scope="module")
def network() -> Any:
    return trained(max_epochs=3).network


def test_the_published_network_has_153_670_parameters() -> None:
    assert build_network(10, 3, 6).count_params() == 153_670
    assert build_network(10, 3, 6, unroll=True, batch_size=1).count_params() == 153_670


def test_the_exported_network_agrees_with_keras_on_1000_windows(
    network: Any, tmp_path: Path
) -> None:
    path = tmp_path / "network.keras"
    path.write_bytes(to_keras_archive(network))
    windows = examples(1000, 3).windows
    expected = keras.models.load_model(path)(windows, training=False).numpy()
    single, batch = (to_litert(network, batch_size=size) for size in (1, BATCH_SIZE))
    one_by_one = Classifier(single, single).predict(windows)
    many_at_once = Classifier(single, batch)
    assert many_at_once.batch_size == BATCH_SIZE
    np.testing.assert_allclose(one_by_one, expected, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(one_by_one, many_at_once.predict(windows))


def test_the_archive_holds_no_code(network: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(to_keras_archive(network))) as archive:
        config = archive.read("config.json").decode()
    assert "Lambda" not in config


def test_the_same_seed_gives_the_same_network() -> None:
    first, second = trained(max_epochs=2), trained(max_epochs=2)
    for ours, theirs in zip(first.network.get_weights(), second.network.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_training_learns_and_keeps_the_best_epoch() -> None:
    fitted = trained(max_epochs=12)
    assert fitted.best.rank == max(epoch.rank for epoch in fitted.history)
    assert fitted.best.val_accuracy > 0.9
    found = classify(fitted.network, VALIDATION.windows)
    assert np.mean(found == VALIDATION.classes) == pytest.approx(fitted.best.val_accuracy)


def test_an_epoch_reports_what_keras_itself_computes() -> None:
    fitted = trained(max_epochs=2)
    expected = keras.losses.categorical_crossentropy(
        np.eye(3)[VALIDATION.classes], fitted.network(VALIDATION.windows, training=False)
    )
    assert fitted.best.val_loss == pytest.approx(float(np.mean(expected)), rel=1e-5)


def test_training_stops_at_the_accuracy_asked_for_and_without_progress() -> None:
    reached = trained(max_epochs=50, stop_accuracy=0.6)
    assert len(reached.history) < 50
    assert reached.best.number == len(reached.history)
    stale = trained(max_epochs=200, patience=2)
    assert len(stale.history) == stale.best.number + 2


def test_ctrl_c_keeps_the_best_weights_so_far() -> None:
    told: list[Progress] = []

    def press_ctrl_c(progress: Progress) -> None:
        told.append(progress)
        if progress.epoch == 3:
            raise KeyboardInterrupt

    fitted = fit(TRAINING, VALIDATION, 3, Schedule(max_epochs=9), seed=7, progress=press_ctrl_c)
    assert fitted.interrupted
    assert [progress.epoch for progress in told] == [1, 2, 3]
    assert all(progress.n_epochs == 9 and progress.time_left_s > 0.0 for progress in told)
    found = classify(fitted.network, VALIDATION.windows)
    assert np.mean(found == VALIDATION.classes) == pytest.approx(fitted.best.val_accuracy)


def test_examples_of_no_weight_teach_nothing() -> None:
    keras.utils.set_random_seed(7)
    untrained = build_network(10, 3, 3, unroll=True)
    nothing = np.zeros(len(TRAINING), dtype=np.float32)
    weightless = fit(TRAINING, VALIDATION, 3, Schedule(max_epochs=1), seed=7, weights=nothing)
    assert weightless.history[0].loss == 0.0
    as_they_are = trained(max_epochs=1)
    for before, same, other in zip(
        untrained.trainable_variables,
        weightless.network.trainable_variables,
        as_they_are.network.trainable_variables,
        strict=True,
    ):
        np.testing.assert_array_equal(before.numpy(), same.numpy())
        assert np.any(before.numpy() != other.numpy())


def test_balanced_weights_let_every_class_weigh_the_same() -> None:
    weights = balanced_weights(TRAINING.classes, 3)
    sums = np.bincount(TRAINING.classes, weights=weights)
    np.testing.assert_allclose(sums, len(TRAINING) / 3, rtol=1e-5)


def test_where_the_rate_comes_down_the_last_pass_is_kept() -> None:
    fitted = trained(max_epochs=12, cosine=True, learning_rate=2e-3)
    assert fitted.best is fitted.history[-1]
    found = classify(fitted.network, VALIDATION.windows)
    assert np.mean(found == VALIDATION.classes) == pytest.approx(fitted.best.val_accuracy)
    assert fitted.best.val_accuracy > 0.9


def test_mixed_windows_teach_as_well() -> None:
    assert trained(max_epochs=20, mixup=0.5).best.val_accuracy > 0.9


def test_without_validation_there_is_nothing_to_judge_by() -> None:
    fitted = fit(TRAINING, None, 3, Schedule(max_epochs=2, cosine=True), seed=7)
    assert all(np.isnan([epoch.val_loss, epoch.val_accuracy]).all() for epoch in fitted.history)
