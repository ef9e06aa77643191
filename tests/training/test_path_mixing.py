from __future__ import annotations

import numpy as np
from emgstream_training.examples import Examples
from emgstream_training.path_mixing import NEW_ALONE, PathMix, best_mix
from emgstream_training.paths import Doubles, kernel_path, linear_path, path_logits
from emgstream_training.trained_network import joined_probabilities

from emgstream.network.network_weights import CNN_LSTM_PATH, KERNEL_PATH, LINEAR_PATH, Weights


def examples(seed: int, n: int, turned: bool = False) -> Examples:
    """Each class has a level of its own in one channel; turned, in the next one."""
    random = np.random.default_rng(seed)
    classes = np.arange(n) % 3
    windows = 1.5 * random.standard_normal((n, 10, 4)).astype(np.float32)
    windows[np.arange(n), :, (classes + turned) % 3] += 1.0
    return Examples(windows, classes)


def paths_of(training: Examples) -> Weights:
    return linear_path(training, 0) | kernel_path(training, 0)


def logits_of(paths: Weights, judged: Examples) -> dict[str, Doubles]:
    """Those of a network whose CNN-LSTM knows nothing."""
    return {CNN_LSTM_PATH: np.zeros((len(judged), 3)), **path_logits(paths, judged.windows, 0)}


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


def test_the_logits_of_a_mix_are_those_of_its_layers() -> None:
    new, earlier, judged = paths_of(examples(1, 90)), paths_of(examples(2, 300)), examples(3, 50)
    for mix in (PathMix(0.25, kernel=True), PathMix(1.0), NEW_ALONE):
        found = mix.of_logits(logits_of(new, judged), logits_of(earlier, judged))
        expected = logits_of(mix.of(new, earlier), judged)
        assert found.keys() == expected.keys()
        for path, values in expected.items():
            np.testing.assert_allclose(found[path], values, atol=1e-4)


def test_of_few_new_repetitions_much_is_kept_of_a_model_that_knew_many() -> None:
    judged = examples(3, 900)
    new, earlier = (logits_of(paths_of(examples(*one)), judged) for one in ((1, 24), (2, 3000)))
    mix, shares = best_mix(new, earlier, judged.classes)
    assert mix.linear > 0.0
    _, alone = best_mix(new, {}, judged.classes)

    def right(logits: dict[str, Doubles], shares: dict[str, float]) -> float:
        return float(np.mean(joined_probabilities(logits, shares).argmax(axis=1) == judged.classes))

    assert right(mix.of_logits(new, earlier), shares) > right(new, alone) + 0.05


def test_nothing_is_kept_of_a_model_that_is_wrong_today() -> None:
    judged = examples(3, 900)
    new = logits_of(paths_of(examples(1, 300)), judged)
    wrong = logits_of(paths_of(examples(2, 300, turned=True)), judged)
    mix, _ = best_mix(new, wrong, judged.classes)
    assert (mix.linear, mix.kernel) == (0.0, False)


def test_an_earlier_model_without_a_kernel_path_gives_its_linear_path_alone() -> None:
    judged = examples(3, 900)
    new = logits_of(paths_of(examples(1, 24)), judged)
    earlier = path_logits(linear_path(examples(2, 3000), 0), judged.windows, 0)
    mix, shares = best_mix(new, earlier, judged.classes)
    assert mix.linear > 0.0
    assert not mix.kernel
    assert set(shares) == {CNN_LSTM_PATH, LINEAR_PATH, KERNEL_PATH}
