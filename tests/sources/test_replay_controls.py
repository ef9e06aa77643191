from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.bundle import Model
from emgstream.clock import ManualClock
from emgstream.decisions import ARGMAX
from emgstream.errors import UsageError
from emgstream.pipeline import Pipeline
from emgstream.sources.replay_source import ReplaySource
from emgstream.tables import EmgTable, read_table
from emgstream.types import Chunk

RATE_HZ = 100.0
N_ROWS = 500


@pytest.fixture(scope="module")
def ramp(tmp_path_factory: pytest.TempPathFactory) -> EmgTable:
    """Five seconds at 100 Hz; each sample is its row number, the label its second."""
    path = tmp_path_factory.mktemp("ramp") / "ramp.csv"
    rows = [f"{i / RATE_HZ},{i},{-i},{i % 7},s{i // 100}" for i in range(N_ROWS)]
    path.write_text("time_s,biceps,triceps,middle,label\n" + "\n".join(rows) + "\n")
    return read_table(path)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(start_s=10.0)


@pytest.fixture
def source(ramp: EmgTable, clock: ManualClock) -> ReplaySource:
    return ReplaySource(ramp, clock=clock, stays_at_end=True)


def play(source: ReplaySource, clock: ManualClock, seconds: float) -> list[Chunk]:
    """Read for so long and return what came."""
    end_s = clock.now() + seconds
    chunks = []
    while clock.now() < end_s:
        chunks.append(source.read())
    return [chunk for chunk in chunks if len(chunk)]


def rows_of(chunks: list[Chunk]) -> list[int]:
    return [int(value) for chunk in chunks for value in chunk.samples[:, 0]]


def test_nothing_comes_while_it_is_paused_and_nothing_is_missed(
    source: ReplaySource, clock: ManualClock
) -> None:
    with source:
        before = play(source, clock, 1.0)
        source.pause()
        assert not play(source, clock, 30.0)
        source.play()
        after = play(source, clock, 1.0)
    rows = rows_of(before + after)
    assert rows == list(range(len(rows)))
    assert len(rows) == pytest.approx(201, abs=6)
    assert {chunk.segment for chunk in before + after} == {0}


def test_a_new_speed_counts_from_where_it_stands(source: ReplaySource, clock: ManualClock) -> None:
    with source:
        play(source, clock, 1.0)
        source.set_speed(2.0)
        rows = rows_of(play(source, clock, 1.0))
        source.set_speed(0.5)
        slow = rows_of(play(source, clock, 1.0))
    assert len(rows) == pytest.approx(200, abs=12)
    assert len(slow) == pytest.approx(50, abs=6)


@pytest.mark.parametrize("target_s", [0.0, 0.5, 3.21, 4.99])
def test_a_seek_goes_on_from_there_in_a_new_segment_with_the_next_index(
    source: ReplaySource, clock: ManualClock, target_s: float
) -> None:
    with source:
        before = play(source, clock, 2.0)
        source.seek(target_s)
        assert source.position_s == pytest.approx(target_s)
        after = play(source, clock, 0.5)
    assert rows_of(after)[0] == round(target_s * RATE_HZ)
    assert after[0].first_index == before[-1].end_index
    assert after[0].segment == before[-1].segment + 1
    assert after[0].received_s[0] - before[-1].received_s[-1] <= 0.1


def test_a_seek_of_which_nothing_was_played_takes_no_index(
    source: ReplaySource, clock: ManualClock
) -> None:
    with source:
        before = play(source, clock, 0.3)
        source.pause()
        for target_s in (0.0, 0.0, 3.0, 0.0):
            source.seek(target_s)
            assert not play(source, clock, 0.3)
        source.play()
        after = play(source, clock, 0.3)
    assert rows_of(after)[0] == 0
    assert after[0].first_index == before[-1].end_index
    assert after[0].segment > before[-1].segment
    indices = np.arange(after[0].first_index, after[-1].end_index)
    np.testing.assert_allclose(source.time_at(indices), np.array(rows_of(after)) / RATE_HZ)


def test_a_seek_far_ahead_gives_no_row_between(source: ReplaySource, clock: ManualClock) -> None:
    with source:
        play(source, clock, 0.1)
        source.seek(4.0)
        assert rows_of(play(source, clock, 0.2))[0] == 400


def test_time_and_label_are_those_of_what_was_played(
    source: ReplaySource, clock: ManualClock
) -> None:
    with source:
        chunks = play(source, clock, 1.5)
        source.seek(4.0)
        chunks += play(source, clock, 0.5)
        source.seek(0.2)
        chunks += play(source, clock, 0.5)
    indices = np.concatenate([np.arange(c.first_index, c.end_index) for c in chunks])
    rows = np.array(rows_of(chunks))
    np.testing.assert_array_equal(indices, np.arange(len(indices)))
    np.testing.assert_allclose(source.time_at(indices), rows / RATE_HZ)
    assert source.labels_at(indices) == [f"s{row // 100}" for row in rows]
    matrix = indices[:10].reshape(5, 2)
    np.testing.assert_allclose(source.time_at(matrix), rows[:10].reshape(5, 2) / RATE_HZ)
    assert source.labels_at(indices[:0]) == []


@pytest.mark.parametrize(("asked_s", "given_s"), [(-3.0, 0.0), (99.0, 4.99)])
def test_a_seek_stays_within_the_recording(
    source: ReplaySource, clock: ManualClock, asked_s: float, given_s: float
) -> None:
    with source:
        source.seek(asked_s)
        assert source.position_s == pytest.approx(given_s)
        assert rows_of(play(source, clock, 0.1))[0] == round(given_s * RATE_HZ)


def test_a_seek_while_paused_shows_nothing_until_it_plays(
    source: ReplaySource, clock: ManualClock
) -> None:
    with source:
        source.pause()
        source.seek(2.0)
        assert not play(source, clock, 1.0)
        assert source.position_s == pytest.approx(2.0)
        source.play()
        assert rows_of(play(source, clock, 0.1))[0] == 200


def test_it_waits_at_its_end_for_a_seek(source: ReplaySource, clock: ManualClock) -> None:
    with source:
        assert len(rows_of(play(source, clock, 30.0))) == N_ROWS
        assert source.at_end
        assert source.position_s == pytest.approx(4.99)
        source.seek(4.0)
        assert rows_of(play(source, clock, 0.5))[0] == 400
        assert not source.at_end


def test_playing_at_the_end_begins_again(source: ReplaySource, clock: ManualClock) -> None:
    with source:
        play(source, clock, 6.0)
        source.play()
        assert rows_of(play(source, clock, 0.1))[0] == 0


def test_a_loop_switched_on_at_the_end_begins_again_at_its_pace(
    source: ReplaySource, clock: ManualClock
) -> None:
    with source:
        play(source, clock, 60.0)
        source.set_loop(True)
        rows = rows_of(play(source, clock, 1.0))
    assert rows == list(range(len(rows)))
    assert len(rows) == pytest.approx(100, abs=6)


def test_full_speed_can_be_paused_and_left(ramp: EmgTable, clock: ManualClock) -> None:
    source = ReplaySource(ramp, speed=None, loop=True, clock=clock)
    with source:
        assert rows_of([source.read()]) == list(range(N_ROWS))
        source.read()
        source.pause()
        assert not play(source, clock, 1.0)
        source.set_speed(1.0)
        source.seek(1.0)
        source.play()
        assert rows_of(play(source, clock, 0.1))[0] == 100


@pytest.mark.parametrize("speed", [0.0, -1.0, float("inf"), float("nan"), "max"])
def test_a_speed_that_cannot_be_is_refused(source: ReplaySource, speed: float) -> None:
    with pytest.raises(UsageError, match="expected more than 0"):
        source.set_speed(speed)


def test_a_recording_without_time_cannot_be_sought_in(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    source = ReplaySource(read_table(path), speed=None)
    with pytest.raises(UsageError, match="no clock, so that it cannot be searched by time"):
        source.seek(0.0)
    with pytest.raises(UsageError, match="no clock"):
        source.set_speed(1.0)


COMMANDS: list[Callable[[ReplaySource, float], None]] = [
    lambda source, _: source.pause(),
    lambda source, _: source.play(),
    lambda source, share: source.seek(share * 5.0),
    lambda source, share: source.set_speed(0.5 + 7.0 * share),
    lambda source, share: source.set_loop(share < 0.5),
]


@settings(deadline=None, max_examples=60)
@given(
    commands=st.lists(st.tuples(st.sampled_from(COMMANDS), st.floats(0.0, 1.0)), max_size=12),
)
def test_whatever_is_commanded_every_sample_has_its_own_index_and_its_own_row(
    ramp: EmgTable, commands: list[tuple[Callable[[ReplaySource, float], None], float]]
) -> None:
    clock = ManualClock()
    chunks: list[Chunk] = []
    with ReplaySource(ramp, clock=clock, stays_at_end=True) as source:
        for command, share in commands:
            chunks += play(source, clock, 0.3)
            command(source, share)
        chunks += play(source, clock, 0.3)
    indices = np.concatenate([np.arange(c.first_index, c.end_index) for c in chunks])
    np.testing.assert_array_equal(indices, np.arange(len(indices)))
    rows = np.array(rows_of(chunks))
    assert source.labels_at(indices) == [f"s{row // 100}" for row in rows]
    for one, other in pairwise(chunks):
        follows = other.samples[0, 0] == one.samples[-1, 0] + 1
        assert follows or other.segment > one.segment


def test_what_is_decided_after_a_seek_is_what_is_decided_there_without_one(
    ramp: EmgTable, clock: ManualClock, demo_model: Model
) -> None:
    source = ReplaySource(ramp, clock=clock, stays_at_end=True)
    with source:
        play(source, clock, 1.0)
        source.seek(2.0)
        sought = play(source, clock, 2.0)
    plain = demo_model.tuned(ARGMAX)  # a ramp is no muscle
    pipeline = Pipeline(plain)
    pipeline.push(Chunk(0, ramp.samples[:100]))
    after_seek = np.concatenate([pipeline.push(chunk).probabilities for chunk in sought])
    n_sought = sum(map(len, sought))
    without = Pipeline(plain).push(Chunk(0, ramp.samples[200 : 200 + n_sought]))
    assert len(after_seek) > 0
    np.testing.assert_array_equal(after_seek, without.probabilities)
