from __future__ import annotations

import numpy as np
import pytest
from emgstream_training.backend import keras
from emgstream_training.examples import Examples
from emgstream_training.network import build_network
from emgstream_training.path_mixing import NEW_ALONE, PathMix, best_mix, judged_apart
from emgstream_training.paths import kernel_path, linear_path
from emgstream_training.trained_network import TrainedNetwork

from emgstream.network.network_weights import CNN_LSTM_PATH, KERNEL_PATH, LINEAR_PATH, Weights

pytestmark = pytest.mark.tensorflow


def examples(seed: int, n: int, turned: bool = False) -> Examples:
    """Each class has a level of its own in one channel; turned, in the next one."""
    random = np.random.default_rng(seed)
    classes = np.arange(n) % 3
    windows = 1.5 * random.standard_normal((n, 10, 4)).astype(np.float32)
    windows[np.arange(n), :, (classes + turned) % 3] += 1.0
    return Examples(windows, classes)


def paths_of(training: Examples) -> Weights:
    return linear_path(training, 0) | kernel_path(training, 0)


def network_of(paths: Weights) -> TrainedNetwork:
    keras.utils.set_random_seed(7)
    return TrainedNetwork(build_network(10, 4, 3, unroll=True), 0, paths)


def test_a_mix_is_an_average_of_the_linear_paths_and_one_of_the_kernel_paths() -> None:
    new, earlier = paths_of(examples(1, 90)), paths_of(examples(2, 300))
    mixed = PathMix(linear=0.25, kernel=True).of(new, earlier)
    linear = [layers[LINEAR_PATH] for layers in (mixed, earlier, new)]
    for ours, old, one in zip(*linear, strict=True):
        np.testing.assert_allclose(ours, 0.25 * old + 0.75 * one, rtol=1e-5)
        assert ours.dtype == np.float32
    assert mixed[KERNEL_PATH] is earlier[KERNEL_PATH]
    assert NEW_ALONE.of(new, earlier)[KERNEL_PATH] is new[KERNEL_PATH]
    np.testing.assert_array_equal(NEW_ALONE.of(new, earlier)[LINEAR_PATH][0], new[LINEAR_PATH][0])


def test_of_few_new_repetitions_much_is_kept_of_a_model_that_knew_many() -> None:
    network, held_out = network_of(paths_of(examples(1, 24))), examples(3, 900)
    alone, _ = best_mix(network, {}, held_out)
    mixed, mix = best_mix(network, paths_of(examples(2, 3000)), held_out)
    assert mix.linear > 0.0

    def right(one: TrainedNetwork) -> float:
        decided = one.probabilities(held_out.windows).argmax(axis=1)
        return float(np.mean(decided == held_out.classes))

    assert right(mixed) > right(alone) + 0.05


def test_nothing_is_kept_of_a_model_that_is_wrong_today() -> None:
    network, held_out = network_of(paths_of(examples(1, 300))), examples(3, 900)
    _, mix = best_mix(network, paths_of(examples(2, 300, turned=True)), held_out)
    assert mix == NEW_ALONE


def test_an_earlier_model_without_a_kernel_path_gives_its_linear_path_alone() -> None:
    network, held_out = network_of(paths_of(examples(1, 24))), examples(3, 900)
    mixed, mix = best_mix(network, linear_path(examples(2, 3000), 0), held_out)
    assert mix.linear > 0.0
    assert not mix.kernel
    assert mixed.paths[KERNEL_PATH] is network.paths[KERNEL_PATH]
    assert set(mixed.shares) == {CNN_LSTM_PATH, LINEAR_PATH, KERNEL_PATH}


def test_nothing_is_judged_by_what_it_was_chosen_on() -> None:
    """The earlier half of each class is as on the earlier day, the later half as on the new one."""
    as_earlier, as_new = examples(3, 900, turned=True), examples(4, 900)
    held_out = as_earlier.joined(as_new)
    network = network_of(paths_of(examples(1, 300)))
    earlier = paths_of(examples(2, 300, turned=True))
    _, of_both = best_mix(network, earlier, held_out.take(np.arange(900)))
    assert of_both.linear == 1.0
    found = judged_apart(network, earlier, held_out).argmax(axis=1)
    assert np.mean(found[:900] == as_earlier.classes) < 0.4
    assert np.mean(found[900:] == as_new.classes) < 0.4


def test_a_single_window_is_judged_by_equal_shares() -> None:
    network = network_of(paths_of(examples(1, 300)))
    one = examples(3, 3).take(np.array([0]))
    found = judged_apart(network, {}, one)
    np.testing.assert_array_equal(found, network.probabilities(one.windows))
