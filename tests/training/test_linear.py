from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from emgstream_training.backend import keras
from emgstream_training.examples import Examples
from emgstream_training.linear import discriminant, separate_linear_path, with_linear_path
from emgstream_training.metrics import classify, probabilities
from emgstream_training.network import build_network
from emgstream_training.network_export import BATCH_SIZE, to_litert
from emgstream_training.temperature import scaled_probabilities, set_temperature

from emgstream.network.litert_classifier import LitertClassifier

pytestmark = pytest.mark.tensorflow


def examples(n_classes: int, seed: int) -> Examples:
    """Each class has a level of its own in one channel."""
    random = np.random.default_rng(seed)
    classes = random.integers(0, n_classes, 600)
    windows = random.standard_normal((len(classes), 10, 4)).astype(np.float32)
    windows[np.arange(len(classes)), :, classes] += 1.0
    return Examples(windows, classes)


def untrained(n_classes: int) -> Any:
    keras.utils.set_random_seed(7)
    return build_network(10, 4, n_classes, unroll=True)


@pytest.fixture(scope="module")
def both() -> Any:
    return with_linear_path(untrained(3), discriminant(examples(3, 1)))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_path_tells_apart_what_is_linear_where_the_network_knows_nothing(
    n_classes: int,
) -> None:
    unseen = examples(n_classes, 2)
    alone = untrained(n_classes)
    assert np.mean(classify(alone, unseen.windows) == unseen.classes) < 0.7
    both = with_linear_path(alone, discriminant(examples(n_classes, 1)))
    assert np.mean(classify(both, unseen.windows) == unseen.classes) > 0.95


def test_it_is_the_geometric_mean_of_the_network_and_the_discriminant(both: Any) -> None:
    windows = examples(3, 2).windows
    alone = probabilities(untrained(3), windows)
    # A network that says nothing leaves the discriminant, at half its weight.
    silent = untrained(3)
    silent.layers[-1].set_weights([0.0 * one for one in silent.layers[-1].get_weights()])
    linear = probabilities(with_linear_path(silent, discriminant(examples(3, 1))), windows)
    product = np.sqrt(alone.astype(np.float64)) * linear
    expected = product / product.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities(both, windows), expected, atol=1e-5)


def test_network_and_path_are_found_again(both: Any) -> None:
    alone, linear = separate_linear_path(both)
    assert linear is not None
    for ours, theirs in zip(alone, untrained(3).get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for ours, theirs in zip(linear, discriminant(examples(3, 1)), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert separate_linear_path(untrained(3))[1] is None


def test_the_exported_network_has_the_path_too(both: Any) -> None:
    windows = examples(3, 3).windows
    expected = probabilities(both, windows)
    single, batch = (to_litert(both, batch_size=size) for size in (1, BATCH_SIZE))
    one_by_one = LitertClassifier(single, single).predict(windows)
    np.testing.assert_allclose(one_by_one, expected, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(one_by_one, LitertClassifier(single, batch).predict(windows))


def test_a_temperature_is_that_of_the_whole() -> None:
    both = with_linear_path(untrained(3), discriminant(examples(3, 1)))
    windows = examples(3, 2).windows
    expected = scaled_probabilities(probabilities(both, windows), 3.0)
    set_temperature(both, 3.0)
    np.testing.assert_allclose(probabilities(both, windows), expected, atol=1e-5)
