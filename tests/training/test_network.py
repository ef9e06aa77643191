from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from emgstream_training.backend import keras, quietly, tensorflow
from emgstream_training.epoch_progress import EpochProgress, TrainingSchedule
from emgstream_training.examples import Examples, balanced_weights
from emgstream_training.fit import FittedNetworks, fit
from emgstream_training.metrics import classify
from emgstream_training.network import build_network
from emgstream_training.network_export import BATCH_SIZE, to_litert
from emgstream_training.recipes import PUBLISHED
from emgstream_training.trained_network import TrainedNetwork

from emgstream.errors import ModelFileError
from emgstream.network.litert_classifier import LitertClassifier

pytestmark = pytest.mark.tensorflow


def examples(n: int, seed: int) -> Examples:
    """Three classes, told apart by the level of one channel each."""
    random = np.random.default_rng(seed)
    classes = random.integers(0, 3, n)
    windows = random.standard_normal((n, 10, 3)).astype(np.float32)
    windows[np.arange(n), :, classes] += 3.0
    return Examples(windows, classes)


TRAINING, VALIDATION = examples(200, 1), examples(70, 2)


def trained(**schedule: Any) -> FittedNetworks:
    return fit(TRAINING, VALIDATION, 3, TrainingSchedule(**schedule), seed=7)


@pytest.fixture(scope="module")
def network() -> Any:
    return trained(max_epochs=3).network


def test_the_published_network_has_153_670_parameters() -> None:
    assert build_network(10, 3, 6).count_params() == 153_670
    assert build_network(10, 3, 6, unroll=True).count_params() == 153_670


def test_the_published_layers_come_in_their_order() -> None:
    layers = build_network(10, 3, 6).get_config()["layers"][1:]
    told = [
        tuple(
            layer["config"][key]
            for key in ("filters", "kernel_size", "pool_size", "rate", "units", "activation")
            if key in layer["config"]
        )
        for layer in layers
    ]
    assert [layer["class_name"] for layer in layers] == [
        "Conv1D",
        "MaxPooling1D",
        "Dropout",
        "LSTM",
        "Dropout",
        "LSTM",
        "Dropout",
        "BatchNormalization",
        "Dense",
        "Dropout",
        "Dense",
    ]
    assert told == [
        (64, (3,), "relu"),
        ((2,),),
        (0.3,),
        (128, "tanh"),
        (0.5,),
        (64, "tanh"),
        (0.3,),
        (),
        (64, "relu"),
        (0.3,),
        (6, "softmax"),
    ]


def test_the_published_schedule_is_this() -> None:
    assert PUBLISHED.schedule == TrainingSchedule(
        max_epochs=300, batch_size=32, learning_rate=5e-4, clipnorm=1.0, stop_accuracy=0.97
    )


def test_the_exported_network_agrees_with_keras_on_1000_windows(network: Any) -> None:
    windows = examples(1000, 3).windows
    expected = network(windows, training=False).numpy()
    weights = TrainedNetwork(network).weights()
    single, batch = (to_litert(weights, (size, 10, 3)) for size in (1, BATCH_SIZE))
    one_by_one = LitertClassifier(single, single).predict(windows)
    many_at_once = LitertClassifier(single, batch)
    assert many_at_once.batch_size == BATCH_SIZE
    np.testing.assert_allclose(one_by_one, expected, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(one_by_one, many_at_once.predict(windows))


@pytest.mark.parametrize(
    ("reshape", "what"),
    [
        (lambda x: tensorflow.reduce_mean(x), "output of shape"),
        (lambda x: tensorflow.cast(x[:, 0], tensorflow.int32), "output of shape .* int32"),
        (lambda x: [x[:, 0], x[:, 1]], "output of shape"),
    ],
)
def test_a_network_that_gives_no_probabilities_is_no_model(
    reshape: Callable[[Any], Any], what: str
) -> None:
    spec = tensorflow.TensorSpec((1, 10, 3), tensorflow.float32)
    function = tensorflow.function(reshape, input_signature=[spec])
    concrete = [function.get_concrete_function()]
    with quietly():
        foreign = tensorflow.lite.TFLiteConverter.from_concrete_functions(concrete).convert()
    with pytest.raises(ModelFileError, match=what):
        LitertClassifier(foreign, foreign)


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


def test_training_stops_at_the_accuracy_asked_for() -> None:
    reached = trained(max_epochs=50, stop_accuracy=0.6)
    assert len(reached.history) < 50
    assert reached.best.number == len(reached.history)


def test_ctrl_c_keeps_the_best_weights_so_far() -> None:
    told: list[EpochProgress] = []

    def press_ctrl_c(progress: EpochProgress) -> None:
        told.append(progress)
        if progress.epoch == 3:
            raise KeyboardInterrupt

    fitted = fit(
        TRAINING, VALIDATION, 3, TrainingSchedule(max_epochs=9), seed=7, progress=press_ctrl_c
    )
    assert fitted.interrupted
    assert [progress.epoch for progress in told] == [1, 2, 3]
    assert all(progress.n_epochs == 9 and progress.time_left_s > 0.0 for progress in told)
    found = classify(fitted.network, VALIDATION.windows)
    assert np.mean(found == VALIDATION.classes) == pytest.approx(fitted.best.val_accuracy)


def test_examples_of_no_weight_teach_nothing() -> None:
    keras.utils.set_random_seed(7)
    untrained = build_network(10, 3, 3, unroll=True)
    nothing = np.zeros(len(TRAINING), dtype=np.float32)
    weightless = fit(
        TRAINING, VALIDATION, 3, TrainingSchedule(max_epochs=1), seed=7, weights=nothing
    )
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


def test_without_validation_there_is_nothing_to_judge_by() -> None:
    fitted = fit(TRAINING, None, 3, TrainingSchedule(max_epochs=2, cosine=True), seed=7)
    assert all(np.isnan([epoch.val_loss, epoch.val_accuracy]).all() for epoch in fitted.history)
