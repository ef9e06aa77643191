from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from emgstream_training import paths
from emgstream_training.backend import keras
from emgstream_training.examples import Examples
from emgstream_training.metrics import classify, probabilities
from emgstream_training.network import build_network
from emgstream_training.network_export import BATCH_SIZE, to_litert
from emgstream_training.path_shares import best_shares
from emgstream_training.paths import kernel_path, linear_path
from emgstream_training.temperature import scaled_probabilities
from emgstream_training.trained_network import TrainedNetwork

from emgstream.network.litert_classifier import LitertClassifier
from emgstream.network.network_weights import (
    CNN_LSTM_PATH,
    KERNEL_LANDMARKS,
    KERNEL_PATH,
    LINEAR_PATH,
)

pytestmark = pytest.mark.tensorflow

N_CONTEXT = 2
SHARES = {CNN_LSTM_PATH: 0.2, LINEAR_PATH: 0.3, KERNEL_PATH: 0.5}


def examples(n_classes: int, seed: int) -> Examples:
    """Each class has a level of its own in one channel, and the context tells nothing."""
    random = np.random.default_rng(seed)
    classes = random.integers(0, n_classes, 600)
    windows = random.standard_normal((len(classes), 10, 4 + N_CONTEXT)).astype(np.float32)
    windows[np.arange(len(classes)), :, classes] += 1.0
    return Examples(windows, classes)


def on_both_sides(seed: int) -> Examples:
    """Classes that no straight line separates: one is on both sides of another."""
    random = np.random.default_rng(seed)
    classes = random.integers(0, 3, 900)
    centres = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])[classes]
    centres[(classes == 1) & (random.uniform(size=len(classes)) < 0.3)] = -4.0, 0.0
    windows = 0.1 * random.standard_normal((len(classes), 10, 4 + N_CONTEXT)).astype(np.float32)
    windows[:, -1, -2:] = centres + 0.5 * random.standard_normal(centres.shape)
    return Examples(windows, classes)


def with_paths(training: Examples, **shares: float) -> TrainedNetwork:
    keras.utils.set_random_seed(7)
    cnn_lstm = build_network(10, 4, int(training.classes.max()) + 1, unroll=True)
    paths = linear_path(training, N_CONTEXT) | kernel_path(training, N_CONTEXT)
    return TrainedNetwork(cnn_lstm, N_CONTEXT, paths, shares or SHARES)


def right(network: TrainedNetwork, unseen: Examples) -> float:
    decided = network.probabilities(unseen.windows).argmax(axis=1)
    return float(np.mean(decided == unseen.classes))


@pytest.fixture(scope="module")
def whole() -> TrainedNetwork:
    return with_paths(examples(3, 1))


@pytest.mark.parametrize("path", [LINEAR_PATH, KERNEL_PATH])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_path_tells_apart_what_the_untrained_network_does_not(path: str, n_classes: int) -> None:
    unseen = examples(n_classes, 2)
    steps = unseen.of_steps(N_CONTEXT).windows
    alone = with_paths(examples(n_classes, 1), **{path: 1.0})
    assert np.mean(classify(alone.cnn_lstm, steps) == unseen.classes) < 0.7
    assert right(alone, unseen) > 0.9


def test_the_kernel_path_tells_apart_what_no_straight_line_does() -> None:
    training, unseen = on_both_sides(1), on_both_sides(2)
    linear, kernel = (with_paths(training, **{one: 1.0}) for one in (LINEAR_PATH, KERNEL_PATH))
    assert right(linear, unseen) < 0.95
    assert right(kernel, unseen) > 0.98


def test_the_whole_is_the_weighted_geometric_mean_of_its_paths(whole: TrainedNetwork) -> None:
    windows = examples(3, 2).windows
    product = np.ones((len(windows), 3))
    for path, share in SHARES.items():
        alone = replace(whole, shares={path: 1.0}).probabilities(windows)
        product *= np.maximum(alone.astype(np.float64), 1e-30) ** share
    expected = product / product.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(whole.probabilities(windows), expected, atol=1e-5)


def test_the_cnn_lstm_does_not_see_the_context(whole: TrainedNetwork) -> None:
    windows = examples(3, 2).windows
    other = windows.copy()
    other[:, :, -N_CONTEXT:] += 5.0
    np.testing.assert_array_equal(
        whole.logits(other)[CNN_LSTM_PATH], whole.logits(windows)[CNN_LSTM_PATH]
    )
    assert np.any(whole.logits(other)[LINEAR_PATH] != whole.logits(windows)[LINEAR_PATH])


def test_of_the_context_the_newest_step_alone_counts(whole: TrainedNetwork) -> None:
    windows = examples(3, 2).windows
    earlier = windows.copy()
    earlier[:, :-1, -N_CONTEXT:] += 5.0
    np.testing.assert_array_equal(whole.probabilities(earlier), whole.probabilities(windows))


@pytest.mark.parametrize("temperature", [1.0, 1.7])
def test_the_exported_network_has_the_paths_too(whole: TrainedNetwork, temperature: float) -> None:
    windows = examples(3, 3).windows
    network = replace(whole, temperature=temperature)
    expected = network.probabilities(windows)
    shape = windows.shape[1:]
    single, batch = (to_litert(network.weights(), (n, *shape)) for n in (1, BATCH_SIZE))
    one_by_one = LitertClassifier(single, single).predict(windows)
    np.testing.assert_allclose(one_by_one, expected, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(one_by_one, LitertClassifier(single, batch).predict(windows))


def test_a_temperature_is_that_of_the_whole(whole: TrainedNetwork) -> None:
    windows = examples(3, 2).windows
    expected = scaled_probabilities(whole.probabilities(windows), 3.0)
    cooled = replace(whole, temperature=3.0)
    np.testing.assert_allclose(cooled.probabilities(windows), expected, atol=1e-5)


def test_a_cnn_lstm_alone_is_what_keras_says() -> None:
    keras.utils.set_random_seed(7)
    network = build_network(10, 4, 3, unroll=True)
    windows = examples(3, 2).of_steps(N_CONTEXT).windows
    found = TrainedNetwork(network).probabilities(windows)
    np.testing.assert_allclose(found, probabilities(network, windows), atol=1e-6)


def test_few_windows_are_landmarks_each_once() -> None:
    few = examples(3, 1).take(np.arange(40))
    (points,) = kernel_path(few, N_CONTEXT)[KERNEL_LANDMARKS]
    assert points.shape == (40, 2)
    assert len(np.unique(points, axis=0)) == 40


def test_the_shares_are_those_that_decide_best() -> None:
    random = np.random.default_rng(5)
    classes = random.integers(0, 3, 900)
    truth = np.eye(3)[classes]

    def path(signal: float) -> np.ndarray:
        return signal * truth + random.standard_normal(truth.shape)

    for best in (LINEAR_PATH, KERNEL_PATH):
        logits = {one: path(3.0 if one == best else 0.0) for one in SHARES}
        shares = best_shares(logits, classes)
        assert max(shares, key=lambda one: shares[one]) == best
        assert sum(shares.values()) == pytest.approx(1.0)
    strong = {CNN_LSTM_PATH: path(3.0), LINEAR_PATH: path(0.0)}
    assert best_shares(strong, classes)[CNN_LSTM_PATH] == 0.5
    assert (
        best_shares({CNN_LSTM_PATH: path(0.0), LINEAR_PATH: path(3.0)}, classes)[CNN_LSTM_PATH]
        == 0.1
    )


def test_a_discriminant_of_many_terms_is_fitted_on_part_of_the_frequent_classes() -> None:
    classes = np.repeat([0, 1, 2], [20, 3000, 6000])
    windows = np.random.default_rng(0).standard_normal((len(classes), 10, 400)).astype(np.float32)
    many = Examples(windows, classes)
    used = paths._thinned(many, 12_000)
    assert np.bincount(used.classes).tolist() == [20, 490, 490]
    assert paths._thinned(many, 100).windows.shape == many.windows.shape
    gaps = np.diff(np.flatnonzero(np.isin(many.windows[:, 0, 0], used.windows[:, 0, 0])))
    assert gaps.max() <= 6000 // 490 + 1, "evenly, over all of the recording"
