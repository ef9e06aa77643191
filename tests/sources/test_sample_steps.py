"""Lost samples, told from time stamps or from a counter of packages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.sources.sample_steps import PackageSteps, SampleNumbering, StampSteps
from emgstream.types import IndexArray, TimeArray

N = 3000
LEARNED = 200


def kept_of(lost: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the numbers of samples that are left if those after the learned ones are lost."""
    return np.setdiff1d(np.arange(N), np.array(lost, dtype=np.int64) + LEARNED)


def indices(numbering: SampleNumbering, values: TimeArray, cuts: list[int]) -> IndexArray:
    """Return the index of each sample, for values that arrive in pieces."""
    parts = [part for part in np.split(values, sorted(cuts)) if len(part)]
    steps = np.concatenate([numbering.steps(part) for part in parts])
    index: IndexArray = np.cumsum(steps) - steps[0]
    return index


losses = st.lists(st.integers(0, N - LEARNED - 2), max_size=100)
cuts = st.lists(st.integers(0, N - 200), max_size=20)


@given(lost=losses, cuts=cuts, rate_hz=st.sampled_from([125.0, 250.0, 1000.0, 2000.0]))
def test_steady_stamps_give_the_index_of_every_sample(
    lost: list[int], cuts: list[int], rate_hz: float
) -> None:
    kept = kept_of(lost)
    stamps_s = 5000.0 + kept / (rate_hz * 1.0001)
    numbering = StampSteps.learn(stamps_s[:LEARNED])
    assert numbering is not None
    np.testing.assert_array_equal(indices(numbering, stamps_s, cuts), kept)
    assert numbering.is_sure


@given(lost=losses, cuts=cuts, top=st.sampled_from([256, 65536]), increment=st.sampled_from([1, 2]))
def test_a_package_counter_gives_the_index_of_every_sample(
    lost: list[int], cuts: list[int], top: int, increment: int
) -> None:
    few = [place for place in lost if place % 10 == 0]  # no tenth of the range in one piece
    kept = kept_of(few)
    counter = (kept * increment % top).astype(np.float64)
    numbering = PackageSteps.learn(counter[:LEARNED])
    assert numbering is not None
    np.testing.assert_array_equal(indices(numbering, counter, cuts), kept)
    assert numbering.is_sure


@pytest.mark.parametrize("n_in_package", [2, 12])
def test_a_package_of_several_samples_is_lost_as_one_or_in_part(n_in_package: int) -> None:
    packages = np.repeat(np.arange(500), n_in_package)
    kept = np.ones(len(packages), dtype=bool)
    kept[300 * n_in_package : 303 * n_in_package] = False
    kept[401 * n_in_package] = False
    counter = (packages % 256).astype(np.float64)[kept]
    numbering = PackageSteps.learn(counter[: 40 * n_in_package])
    assert numbering is not None
    lost = numbering.steps(counter) - 1
    assert lost.sum() == 3 * n_in_package + 1
    assert numbering.cycle == 256 * n_in_package


def test_a_counter_that_starts_again_at_a_number_of_its_own_is_followed() -> None:
    counter = (1 + np.arange(1000) % 100).astype(np.float64)
    numbering = PackageSteps.learn(counter[:60])
    assert numbering is not None
    assert numbering.steps(counter).max() == 1
    assert numbering.cycle == 100


@pytest.mark.parametrize(
    "counter",
    [np.zeros(300), np.random.default_rng(1).permutation(300) * 1.0, np.arange(300) / 3.0],
)
def test_what_does_not_count_is_no_counter(counter: TimeArray) -> None:
    assert PackageSteps.learn(counter) is None


def test_stamps_of_arrivals_tell_nothing() -> None:
    jitter_s = np.random.default_rng(2).normal(0.0, 1e-3, 300)
    assert StampSteps.learn(np.arange(300) / 1000.0 + jitter_s) is None
    assert StampSteps.learn(np.zeros(300)) is None


def test_stamps_that_stop_being_steady_are_not_trusted_any_more() -> None:
    numbering = StampSteps.learn(np.arange(200) / 1000.0)
    assert numbering is not None
    numbering.steps(np.arange(200) / 1000.0)
    numbering.steps(np.array([0.2005, 0.2007]))
    assert not numbering.is_sure
