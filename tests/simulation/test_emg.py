"""Synthetic EMG as a stream: repeatable, and the same in any chunks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.errors import UsageError
from emgstream.simulation import MOVEMENTS, CueSchedule, SyntheticEmg
from emgstream.types import FloatArray

SCRIPT = CueSchedule.parse("rest:0.7,hand_close:0.9,wrist_left:0.05,elbow_bend:1.1,rest:0.4")
ENDLESS = CueSchedule.parse("rest:0.3,hand_close:0.45", repeats=True)


def read_in(emg: SyntheticEmg, sizes: list[int]) -> FloatArray:
    return np.concatenate([emg.read(size) for size in sizes])


def test_the_same_arguments_give_the_same_samples() -> None:
    first, second = (SyntheticEmg(SCRIPT, 1000.0, seed=3, session=2).read(3150) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("seed", "session"), [(4, 2), (3, 3), (2, 3)])
def test_another_seed_or_session_gives_other_samples(seed: int, session: int) -> None:
    first = SyntheticEmg(SCRIPT, 1000.0, seed=3, session=2).read(3150)
    second = SyntheticEmg(SCRIPT, 1000.0, seed, session).read(3150)
    assert np.mean(first == second) < 0.2


def test_the_global_random_state_plays_no_part() -> None:
    np.random.seed(1)  # noqa: NPY002 - the very state that must not matter
    first = SyntheticEmg(SCRIPT).read(500)
    np.testing.assert_array_equal(first, SyntheticEmg(SCRIPT).read(500))
    drawn = np.random.random()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert drawn == np.random.random()  # noqa: NPY002


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(0, 1500), max_size=30),
    rate_hz=st.sampled_from([50.0, 333.3, 1000.0, 1500.0]),
    script=st.sampled_from([SCRIPT, ENDLESS]),
)
def test_any_chunking_gives_the_same_bits(
    sizes: list[int], rate_hz: float, script: CueSchedule
) -> None:
    chunked = read_in(SyntheticEmg(script, rate_hz, seed=5), [*sizes, 0])
    whole = SyntheticEmg(script, rate_hz, seed=5).read(sum(sizes))
    assert chunked.tobytes() == whole.tobytes()


def test_one_sample_at_a_time_is_the_same_as_all_at_once() -> None:
    emg = SyntheticEmg(SCRIPT, 1000.0)
    np.testing.assert_array_equal(read_in(emg, [1] * 2200), SyntheticEmg(SCRIPT).read(2200))


def test_a_script_that_ends_gives_exactly_its_samples() -> None:
    emg = SyntheticEmg(SCRIPT, 1000.0)
    assert emg.n_samples == 3150
    assert emg.read(3000).shape == (3000, 3)
    assert emg.read(3000).shape == (150, 3)
    assert emg.read(3000).shape == (0, 3)
    assert emg.n_read == 3150


def test_an_endless_script_never_ends_nor_repeats_its_noise() -> None:
    emg = SyntheticEmg(ENDLESS, 1000.0)
    assert emg.n_samples is None
    passes = emg.read(7500).reshape(10, 750, 3)
    assert all(np.mean(passes[0] == later) < 0.2 for later in passes[1:])


@pytest.mark.parametrize("rate_hz", [50.0, 200.0, 1000.0, 2000.0, 5000.0])
def test_samples_are_whole_ten_bit_counts_around_mid_scale(rate_hz: float) -> None:
    script = CueSchedule.shuffled(MOVEMENTS, repetitions=1, hold_s=1.0, rest_s=1.0)
    samples = SyntheticEmg(script, rate_hz).read(10**6)
    assert samples.dtype == np.float32
    np.testing.assert_array_equal(samples, np.rint(samples))
    assert samples.min() >= 0.0
    assert samples.max() <= 1023.0
    assert np.all(np.abs(samples.mean(axis=0) - 512.0) < 20.0)


def test_labels_are_those_of_the_cues() -> None:
    emg = SyntheticEmg(SCRIPT, 1000.0)
    assert emg.label_at(699) == "rest"
    assert emg.label_at(700) == "hand_close"
    assert emg.labels_at(np.array([1649, 1650])) == ["wrist_left", "elbow_bend"]


@pytest.mark.parametrize("rate_hz", [0.0, 49.0, 5001.0, float("nan")])
def test_a_rate_outside_50_to_5000_hz_is_refused(rate_hz: float) -> None:
    with pytest.raises(UsageError, match="expected 50 to 5000 Hz"):
        SyntheticEmg(SCRIPT, rate_hz)


def test_a_label_without_muscles_a_negative_seed_and_a_negative_read_are_refused() -> None:
    with pytest.raises(UsageError, match="'wave'"):
        SyntheticEmg(CueSchedule.of([("wave", 1.0)]))
    with pytest.raises(UsageError, match="seed -1"):
        SyntheticEmg(SCRIPT, seed=-1)
    with pytest.raises(UsageError, match="-5 samples"):
        SyntheticEmg(SCRIPT).read(-5)
