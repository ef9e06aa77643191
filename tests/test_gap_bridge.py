"""Short gaps are bridged by one rule, whatever the losses and the chunks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.bundle import Model
from emgstream.gap_bridge import BridgedSamples, FilledShares, GapBridge
from emgstream.pipeline import Pipeline
from emgstream.types import Chunk, FloatArray
from tests.decisions.test_chunking import assert_same
from tests.test_pipeline import synthetic

STEP = 5
LOST = -1e9
"""Marks a lost sample in the tests: its row is not sent."""

VALUES = st.one_of(
    st.floats(-1e3, 1e3, width=32), st.just(np.nan), st.just(np.nan), st.just(LOST), st.just(LOST)
)


def chunks(rows: FloatArray, cuts: list[int] | None = None, first: int = 100) -> Iterator[Chunk]:
    """Yield rows up to each lost one and each cut; a row that begins with `LOST` is lost."""
    is_lost = rows[:, 0] == np.float32(LOST)
    changes = np.flatnonzero(np.diff(is_lost)) + 1
    inner = [cut for cut in cuts or [] if cut < len(rows)]
    for start, stop in pairwise(sorted({0, *changes.tolist(), *inner, len(rows)})):
        if not is_lost[start]:
            yield Chunk(first + start, rows[start:stop])


def stretches(parts: list[BridgedSamples]) -> list[tuple[int, FloatArray, npt.NDArray[np.bool_]]]:
    """Return first index, samples and missing values of each unbroken stretch."""
    found: list[list[BridgedSamples]] = []
    for part in parts:
        if part.begins:
            found.append([])
        if len(part.samples):
            found[-1].append(part)
    return [
        (
            own[0].first_index,
            np.concatenate([one.samples for one in own]),
            np.concatenate(
                [np.isnan(one.samples) if one.missing is None else one.missing for one in own]
            ),
        )
        for own in found
    ]


def bridged(rows: FloatArray, cuts: list[int] | None = None) -> list[BridgedSamples]:
    bridge = GapBridge(STEP)
    return [bridge.push(chunk) for chunk in chunks(rows, cuts)]


@st.composite
def lossy(draw: st.DrawFn) -> FloatArray:
    """Rows of two channels with lost samples and empty cells in runs of any length."""
    runs = draw(st.lists(st.tuples(VALUES, VALUES, st.integers(1, 8)), min_size=1, max_size=30))
    rows = [
        (a, LOST if a == LOST else (0.5 if b == LOST else b)) for a, b, n in runs for _ in range(n)
    ]
    return np.array([(1.0, 2.0), *rows], dtype=np.float32)


def filled_by_hand(column: FloatArray) -> FloatArray:
    """Return one channel with the rule applied value by value, as the issue states it."""
    column, place = column.copy(), 0
    while place < len(column):
        stop = place
        while stop < len(column) and np.isnan(column[stop]):
            stop += 1
        if 0 < place < stop < len(column) and stop - place < STEP:
            start, end = float(column[place - 1]), float(column[stop])
            for k in range(stop - place):
                share = (k + 1) / (stop - place + 1)
                column[place + k] = np.float32(start + (end - start) * share)
        place = stop + 1
    return column


@given(rows=lossy(), cuts=st.lists(st.integers(1, 200), max_size=40))
def test_any_chunks_give_the_same_bits(rows: FloatArray, cuts: list[int]) -> None:
    for found, expected in zip(
        stretches(bridged(rows, cuts)), stretches(bridged(rows)), strict=True
    ):
        assert found[0] == expected[0]
        np.testing.assert_array_equal(found[1], expected[1])
        np.testing.assert_array_equal(found[2], expected[2])


@given(rows=lossy())
def test_lost_samples_and_empty_cells_are_filled_alike_by_the_rule(rows: FloatArray) -> None:
    for first_index, samples, missing in stretches(bridged(rows)):
        own = rows[first_index - 100 :]
        own = np.where(own == np.float32(LOST), np.float32(np.nan), own)
        np.testing.assert_array_equal(missing, np.isnan(own[: len(samples)]))
        for column, given_column in zip(samples.T, own.T, strict=True):
            np.testing.assert_array_equal(column, filled_by_hand(given_column)[: len(column)])


@given(rows=lossy())
def test_as_many_lost_samples_as_a_step_has_break_the_stream(rows: FloatArray) -> None:
    lengths, n_lost = {100: 0}, 0
    for index, row in enumerate(rows.tolist(), 100):
        if row[0] == np.float32(LOST):
            n_lost += 1
            continue
        if n_lost >= STEP:
            lengths[index] = 0
        start = max(lengths)
        lengths[start] = index + 1 - start
        n_lost = 0
    found = [first_index for first_index, *_ in stretches(bridged(rows))]
    assert set(found) <= set(lengths)
    assert {start for start, length in lengths.items() if length >= 2 * STEP} <= set(found)


@given(rows=lossy(), cuts=st.lists(st.integers(1, 200), max_size=40))
def test_fewer_than_two_steps_are_held_back_and_whole_ones_passed_on(
    rows: FloatArray, cuts: list[int]
) -> None:
    bridge = GapBridge(STEP)
    for chunk in chunks(rows, cuts):
        part = bridge.push(chunk)
        assert len(part.samples) % STEP == 0
        if len(part.samples):
            assert chunk.end_index - (part.first_index + len(part.samples)) < 2 * STEP
        assert bridge._n_waiting < 2 * STEP


def test_a_clean_stream_passes_as_it_is_without_a_copy() -> None:
    samples = synthetic(100)
    part = GapBridge(20).push(Chunk(7, samples[:67]))
    assert np.shares_memory(part.samples, samples)
    assert part.missing is None
    assert (part.first_index, len(part.samples)) == (7, 60)


def test_after_whole_steps_nothing_waits_and_the_next_samples_are_not_copied_either() -> None:
    samples = synthetic(100)
    bridge = GapBridge(20)
    bridge.push(Chunk(7, samples[:60]))
    assert np.shares_memory(bridge.push(Chunk(67, samples[60:])).samples, samples)


def test_a_step_of_one_sample_is_never_bridged() -> None:
    bridge = GapBridge(1)
    rows = np.array([[1.0], [np.nan], [3.0]], dtype=np.float32)
    assert np.shares_memory(bridge.push(Chunk(0, rows)).samples, rows)
    assert bridge.push(Chunk(4, rows)).begins
    assert GapBridge(1).push(Chunk(0, rows[:1])).begins


def test_the_share_is_that_of_the_worst_channel_and_forgets_what_is_older() -> None:
    shares = FilledShares(4)
    missing = np.array([[True, False], [True, True], [False, True], [False, True]])
    shares.add(BridgedSamples(0, np.zeros((4, 2), np.float32), missing, begins=True))
    assert shares.of_windows(np.array([3])).tolist() == [0.75]
    shares.add(BridgedSamples(4, np.zeros((3, 2), np.float32), None, begins=False))
    assert shares.of_windows(np.array([4, 5, 6])).tolist() == [0.75, 0.5, 0.25]
    shares.add(BridgedSamples(50, np.zeros((4, 2), np.float32), None, begins=True))
    assert shares.of_windows(np.array([53])).tolist() == [0.0]


def test_without_any_missing_value_every_share_is_zero() -> None:
    assert FilledShares(4).of_windows(np.array([3, 4])).tolist() == [0.0, 0.0]


def test_what_was_missing_before_a_break_is_in_no_window_after_it() -> None:
    shares = FilledShares(4)
    missing = np.array([[False], [True], [True], [True]])
    shares.add(BridgedSamples(0, np.zeros((4, 1), np.float32), missing, begins=True))
    shares.add(BridgedSamples(4, np.zeros((4, 1), np.float32), None, begins=True))
    assert shares.of_windows(np.array([4, 5, 6, 7])).tolist() == [0.0] * 4
    shares.add(BridgedSamples(8, np.zeros((4, 1), np.float32), missing, begins=False))
    assert shares.of_windows(np.array([8, 9, 11])).tolist() == [0.0, 0.25, 0.75]
    assert shares.of_windows(np.empty(0, np.int64)).tolist() == []


def test_a_stretch_of_two_channels_has_the_share_of_the_worse_one_of_each_window() -> None:
    shares = FilledShares(2)
    missing = np.array([[True, False], [False, False], [False, True], [False, True]])
    shares.add(BridgedSamples(6, np.zeros((4, 2), np.float32), missing, begins=True))
    assert shares.of_windows(np.array([7, 8])).tolist() == [0.5, 0.5]
    assert shares.of_windows(np.array([9])).tolist() == [1.0]


def test_samples_that_wait_are_told_with_the_index_that_comes_next() -> None:
    bridge = GapBridge(3)
    rows = np.arange(1.0, 6.0, dtype=np.float32)[:, np.newaxis]
    part = bridge.push(Chunk(7, rows[:2]))
    assert (part.first_index, len(part.samples), part.begins) == (9, 0, False)
    assert part.samples.shape == (0, 1)
    part = bridge.push(Chunk(9, rows[:0]))
    assert (part.first_index, len(part.samples), part.begins) == (9, 0, False)
    part = bridge.push(Chunk(9, rows[2:]))
    assert (part.first_index, part.samples.ravel().tolist(), part.begins) == (7, [1, 2, 3], True)
    assert part.missing is None
    part = bridge.push(Chunk(12, rows[:1]))
    assert (part.first_index, part.samples.ravel().tolist(), part.begins) == (10, [4, 5, 1], False)


def test_the_index_that_can_complete_a_step_is_told_before_and_between_samples() -> None:
    bridge = GapBridge(3)
    assert bridge.due_index == 2
    rows = np.ones((5, 1), dtype=np.float32)
    bridge.push(Chunk(7, rows[:2]))
    assert bridge.due_index == 9
    bridge.push(Chunk(9, rows[:1]))
    assert bridge.due_index == 12
    bridge.push(Chunk(10, np.array([[1.0], [np.nan], [np.nan]], dtype=np.float32)))
    assert bridge.due_index == 13  # a step waits for the end of its gap


@pytest.mark.parametrize("segment", [0, 1])
@pytest.mark.parametrize("first_index", [0, 1, 2, 500])
def test_the_first_samples_begin_a_stretch_at_any_index_of_any_segment(
    first_index: int, segment: int
) -> None:
    rows = np.ones((3, 1), dtype=np.float32)
    part = GapBridge(3).push(Chunk(first_index, rows, segment=segment))
    assert (part.first_index, len(part.samples), part.begins) == (first_index, 3, True)
    assert part.missing is None


NAN = np.nan


@pytest.mark.parametrize(
    ("first", "later", "passed_on"),
    [
        pytest.param([1, 2, 3], [NAN, 5, 6], [1, 2, 3, 4, 5, 6], id="after a clean step"),
        pytest.param([1, 2, 3], [NAN, NAN, 6], [1, 2, 3, 4, 5, 6], id="two after a clean step"),
        pytest.param([1, NAN, 3, NAN], [5, 6], [1, 2, 3, 4, 5, 6], id="after a step with a gap"),
        pytest.param(
            [1, 2, NAN, NAN], [5, 6, 7, 8, 9], [1, 2, 3, 4, 5, 6, 7, 8, 9], id="over two steps"
        ),
        pytest.param(
            [1, 2, 3], [NAN, NAN, NAN, 7, 8, 9], [1, 2, 3, NAN, NAN, NAN, 7, 8, 9], id="one step"
        ),
        pytest.param(
            [1, 2, NAN, NAN, NAN, 6], [7, 8, 9], [1, 2, NAN, NAN, NAN, 6, 7, 8, 9], id="in a chunk"
        ),
        pytest.param([NAN, 2, 3], [4, 5, 6], [NAN, 2, 3, 4, 5, 6], id="before the first value"),
        pytest.param(
            [NAN, NAN, NAN], [NAN, 5, 6], [NAN, NAN, NAN, NAN, 5, 6], id="more than a step at first"
        ),
        pytest.param(
            [1, 2, 3, NAN, NAN, NAN],
            [NAN, 8, NAN, 10, 11, 12],
            [1, 2, 3, NAN, NAN, NAN, NAN, 8, 9, 10, 11, 12],
            id="a long one goes on",
        ),
    ],
)
def test_values_are_filled_at_the_places_where_fewer_than_a_step_are_missing(
    first: list[float], later: list[float], passed_on: list[float]
) -> None:
    bridge = GapBridge(3)
    parts = [
        bridge.push(Chunk(0, np.array([first], dtype=np.float32).T)),
        bridge.push(Chunk(len(first), np.array([later], dtype=np.float32).T)),
    ]
    ((first_index, samples, missing),) = stretches(parts)
    assert first_index == 0
    np.testing.assert_array_equal(samples.ravel(), passed_on)
    np.testing.assert_array_equal(missing.ravel(), np.isnan([*first, *later]))


def test_a_gap_that_another_channel_cuts_in_two_is_one_line_all_the_same() -> None:
    bridge = GapBridge(3)
    rows = np.array([[1, 10], [2, 20], [3, NAN], [4, NAN], [NAN, 50]], dtype=np.float32)
    part = bridge.push(Chunk(0, rows))
    assert part.samples.tolist() == [[1, 10], [2, 20], [3, 30]]
    part = bridge.push(Chunk(5, np.array([[6, 60]], dtype=np.float32)))
    assert part.samples.tolist() == [[4, 40], [5, 50], [6, 60]]
    assert part.missing is not None
    assert part.missing.tolist() == [[False, True], [True, False], [False, False]]


def test_lost_samples_are_filled_from_the_last_one_passed_on_in_single_precision() -> None:
    bridge = GapBridge(3)
    rows = np.array([[1], [2], [3], [6], [7], [8]], dtype=np.float32)
    bridge.push(Chunk(0, rows[:3]))
    part = bridge.push(Chunk(5, rows[3:]))
    assert (part.first_index, part.samples.ravel().tolist()) == (3, [4, 5, 6])
    assert part.samples.dtype == part.measured.dtype == np.float32
    np.testing.assert_array_equal(part.measured.ravel(), [NAN, NAN, 6])


def test_another_segment_and_samples_of_earlier_break_the_stream() -> None:
    rows = np.ones((3, 1), dtype=np.float32)
    for later in (Chunk(3, rows, segment=1), Chunk(2, rows), Chunk(6, rows)):
        bridge = GapBridge(3)
        assert bridge.push(Chunk(0, rows)).begins
        assert bridge.push(later).begins
    bridge = GapBridge(3)
    assert bridge.push(Chunk(0, rows)).begins
    assert not bridge.push(Chunk(5, rows)).begins


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_gap_that_is_open_waits_for_its_next_value_and_a_long_one_does_not(value: float) -> None:
    bridge = GapBridge(3)
    rows = np.array([[1.0], [2.0], [3.0], [4.0], [value], [value]], dtype=np.float32)
    part = bridge.push(Chunk(0, rows))
    assert part.samples.ravel().tolist() == [1.0, 2.0, 3.0]
    part = bridge.push(Chunk(6, np.array([[7.0], [value], [value]], dtype=np.float32)))
    assert part.samples.ravel().tolist() == [4.0, 5.0, 6.0]
    assert part.missing is not None
    assert part.missing.ravel().tolist() == [False, True, True]
    assert part.measured.ravel().tolist()[:1] == [4.0]
    assert np.isnan(part.measured[1:]).all()
    part = bridge.push(Chunk(9, np.array([[value], [11.0], [12.0]], dtype=np.float32)))
    assert part.samples[0].tolist() == [7.0]
    assert part.missing is not None
    assert part.missing.ravel().tolist() == [False, True, True, True, False, False]


def with_losses(n_samples: int, gaps: list[tuple[int, int, int]]) -> FloatArray:
    """Return a signal; of each gap the start, the length, and the empty channel; -1 to lose all."""
    samples = synthetic(n_samples)
    for start, length, channel in gaps:
        if channel < 0:
            samples[start : start + length] = LOST
        else:
            samples[start : start + length, channel] = np.where(
                samples[start : start + length, channel] == np.float32(LOST), LOST, np.nan
            )
    samples[:1] = 500.0
    return samples


@settings(max_examples=settings().max_examples // 4, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 1499), max_size=30),
    gaps=st.lists(
        st.tuples(st.integers(1, 1499), st.integers(1, 30), st.integers(-1, 2)), max_size=12
    ),
)
def test_live_is_one_pass_for_every_recipe_and_any_losses(
    model: Model, cuts: list[int], gaps: list[tuple[int, int, int]]
) -> None:
    rows = with_losses(1500, gaps)
    live, whole = Pipeline(model), Pipeline(model)
    parts = [live.push(chunk) for chunk in chunks(rows, cuts)]
    expected = [whole.push(chunk) for chunk in chunks(rows)]
    assert_same(parts[0].joined(*parts[1:]), expected[0].joined(*expected[1:]))
    assert live.n_incomplete == whole.n_incomplete


def test_a_lost_sample_costs_no_decision(demo_model: Model) -> None:
    samples = synthetic(1000)
    pipeline, clean = Pipeline(demo_model), Pipeline(demo_model).push(Chunk(0, samples))
    found = pipeline.push(Chunk(0, samples[:505])).joined(pipeline.push(Chunk(506, samples[506:])))
    np.testing.assert_array_equal(found.indices, clean.indices)
    assert not any(one.status == "gap" for one in found)
    in_window = (found.indices >= 505) & (found.indices < 705)
    np.testing.assert_array_equal(found.filled, np.where(in_window, 1 / 200, 0.0))


def test_a_window_that_is_filled_too_much_is_a_gap(demo_model: Model) -> None:
    samples = synthetic(2000)
    own = demo_model.manifest.decision
    samples[900:1100, 1] = np.where(np.arange(200) % 20 < 14, np.nan, samples[900:1100, 1])
    pipeline = Pipeline(demo_model)
    found = pipeline.push(Chunk(0, samples))
    over = found.filled > own.most_filled
    assert over.any()
    assert {one.status for one in found if one.filled > own.most_filled} == {"gap"}
    assert "gap" not in {one.status for one in found if one.filled <= own.most_filled}
    assert pipeline.n_incomplete == int(over.sum())
