from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.app.signal_history import SignalHistory
from emgstream.types import FloatArray


def noise(n_samples: int, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).normal(0.0, 1.0, (n_samples, 2)).astype(np.float32)


@settings(deadline=None, max_examples=150)
@given(
    n_samples=st.integers(200, 6000),
    spike_at=st.floats(0.0, 0.999),
    n_columns=st.integers(1, 190),
    chunk=st.integers(1, 700),
    capacity=st.integers(6000, 9000),
)
def test_a_spike_of_one_sample_is_never_invisible(
    n_samples: int, spike_at: float, n_columns: int, chunk: int, capacity: int
) -> None:
    samples = noise(n_samples)
    samples[int(spike_at * n_samples), 1] = 99.0
    history = SignalHistory(capacity, 2)
    for start in range(0, n_samples, chunk):
        history.push(start, samples[start : start + chunk])
    edges = np.linspace(0, n_samples, n_columns + 1).astype(np.int64)
    outline = history.outline(edges, n_samples / n_columns)
    assert np.nanmax(outline.high[1]) == 99.0
    assert np.nanmax(outline.high[0]) == samples[:, 0].max()
    assert np.nanmin(outline.low[0]) == samples[:, 0].min()


@settings(deadline=None, max_examples=80)
@given(
    sizes=st.lists(st.integers(0, 90), min_size=1, max_size=40),
    gaps=st.lists(st.sampled_from([0, 0, 0, 1, 17, 400]), min_size=40, max_size=40),
    capacity=st.integers(16, 500),
)
def test_it_is_the_tail_of_all_that_came_with_nan_for_what_was_lost(
    sizes: list[int], gaps: list[int], capacity: int
) -> None:
    history = SignalHistory(capacity, 2)
    whole = np.empty((0, 2), dtype=np.float32)
    n_lost = 0
    for number, (size, gap) in enumerate(zip(sizes, gaps, strict=False)):
        if size and len(whole):
            whole = np.concatenate((whole, np.full((gap, 2), np.nan, dtype=np.float32)))
            n_lost += gap
        samples = noise(size, number)
        history.push(len(whole), samples)
        whole = np.concatenate((whole, samples))
    assert history.end_index == len(whole)
    assert sum(one.n_lost for one in history.breaks) == n_lost
    assert history.end_index - history.start_index >= min(capacity, len(whole))
    tail = whole[history.start_index :]
    np.testing.assert_array_equal(history.values(history.start_index, len(whole)), tail.T)
    if len(tail) > 70:
        edges = np.arange(history.start_index, len(whole), 64)
        outline = history.outline(edges, 64.0)
        blocks = edges // 16 * 16
        for column in range(1, len(edges) - 2):
            part = whole[blocks[column] : blocks[column + 1], 0]
            expected = np.nan if np.isnan(part).all() else np.nanmax(part)
            np.testing.assert_array_equal(outline.high[0, column], expected)


def test_what_is_not_there_is_nan() -> None:
    history = SignalHistory(100, 2)
    history.push(50, noise(20))
    assert history.start_index == 50
    found = history.values(40, 80)
    assert np.isnan(found[:, :10]).all()
    assert np.isnan(found[:, 30:]).all()
    np.testing.assert_array_equal(found[:, 10:30], noise(20).T)
    assert np.isnan(history.outline(np.array([1000, 1100, 1300]), 150.0).low).all()


def test_a_new_segment_without_a_loss_is_a_break_too() -> None:
    history = SignalHistory(100, 2)
    history.push(0, noise(20), segment=0)
    history.push(20, noise(20), segment=1)
    assert [(one.index, one.n_lost) for one in history.breaks] == [(20, 0)]
