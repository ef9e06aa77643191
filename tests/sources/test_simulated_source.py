"""Synthetic EMG as a source: paced by a clock, losing nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.clock import ManualClock, MonotonicClock
from emgstream.errors import EndOfStream, UsageError
from emgstream.simulation import CueSchedule, SyntheticEmg
from emgstream.sources.source import MAX_READ_S, Source
from emgstream.types import Chunk
from tests.simulated_source import SimulatedSource

SCRIPT = CueSchedule.parse("rest:1,hand_close:1,rest:1.5")


def read_all(source: Source) -> list[Chunk]:
    chunks: list[Chunk] = []
    while sum(len(chunk) for chunk in chunks) < 3500:
        chunks.append(source.read())
    with pytest.raises(EndOfStream, match="is over after 3500 samples"):
        source.read()
    return chunks


def test_it_says_that_it_is_synthetic() -> None:
    source: Source = SimulatedSource(SCRIPT, seed=3, clock=ManualClock())
    assert source.info.name == "synthetic EMG (seed 3, session 0)"
    assert source.info.channel_names == ("biceps", "triceps", "middle")
    assert source.info.sampling_rate_hz == 1000.0
    assert source.info.unit == "counts"


@pytest.mark.parametrize("speed", [0.25, 1.0, 4.0, None])
def test_at_any_speed_it_gives_every_sample_once_and_then_ends(speed: float | None) -> None:
    with SimulatedSource(SCRIPT, seed=3, speed=speed, clock=ManualClock(7.0)) as source:
        chunks = read_all(source)
    starts = [chunk.first_index for chunk in chunks]
    assert starts == [0, *np.cumsum([len(chunk) for chunk in chunks])[:-1]]
    samples = np.concatenate([chunk.samples for chunk in chunks])
    np.testing.assert_array_equal(samples, SyntheticEmg(SCRIPT, seed=3).read(3500))


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_no_sample_comes_before_it_is_due_and_none_more_than_a_tick_late(speed: float) -> None:
    clock = ManualClock(100.0)
    with SimulatedSource(SCRIPT, speed=speed, clock=clock) as source:
        for _ in range(200):
            chunk = source.read()
            elapsed_s = clock.now() - 100.0
            assert chunk.end_index == int(elapsed_s * 1000.0 * speed) + 1
            np.testing.assert_allclose(
                chunk.received_s,
                100.0 + np.arange(chunk.first_index, chunk.end_index) / (1000.0 * speed),
                atol=1e-9,
            )


@settings(deadline=None)
@given(pauses_s=st.lists(st.floats(0.0, 2.0), max_size=20))
def test_a_reader_that_comes_late_loses_nothing(pauses_s: list[float]) -> None:
    clock = ManualClock()
    chunks = []
    with SimulatedSource(SCRIPT, clock=clock) as source:
        try:
            for pause_s in pauses_s:
                clock.advance(pause_s)
                chunks.append(source.read())
        except EndOfStream:
            pass
    n_read = sum(len(chunk) for chunk in chunks)
    assert [chunk.first_index for chunk in chunks[1:]] == [c.end_index for c in chunks[:-1]]
    samples = np.concatenate([np.empty((0, 3)), *(chunk.samples for chunk in chunks)])
    np.testing.assert_array_equal(samples, SyntheticEmg(SCRIPT).read(n_read))


def test_a_late_reader_catches_up_in_bounded_chunks_without_waiting() -> None:
    clock = ManualClock()
    with SimulatedSource(SCRIPT, clock=clock) as source:
        clock.advance(3.0)
        sizes = [len(source.read()) for _ in range(2)]
        assert clock.now() == 3.0
    assert sizes == [2048, 953]


def test_a_read_never_waits_longer_than_a_source_may() -> None:
    clock = ManualClock()
    with SimulatedSource(SCRIPT, 50.0, speed=0.1, clock=clock) as source:
        assert len(source.read()) == 1
        before = clock.now()
        assert len(source.read()) == 0
        assert 0.0 < clock.now() - before < MAX_READ_S


def test_on_the_hosts_clock_it_gives_what_is_due() -> None:
    clock = MonotonicClock()
    with SimulatedSource(SCRIPT, clock=clock) as source:
        entered_s = clock.now()
        n_read = 0
        while n_read < 50:
            chunk = source.read()
            n_read += len(chunk)
            assert np.all(chunk.received_s <= clock.now())
        assert clock.now() - entered_s > 0.045


def test_it_knows_the_time_and_the_truth_of_every_sample() -> None:
    with SimulatedSource(SCRIPT, 500.0, speed=None, clock=ManualClock()) as source:
        source.read()
        indices = np.array([0, 499, 500, 999, 1000])
        np.testing.assert_array_equal(source.time_at(indices), indices / 500.0)
        assert source.labels_at(indices) == ["rest", "rest", "hand_close", "hand_close", "rest"]


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_speed_is_refused(speed: float) -> None:
    with pytest.raises(UsageError, match="a speed of"):
        SimulatedSource(SCRIPT, speed=speed)


def test_a_source_that_was_read_is_not_entered_again() -> None:
    source = SimulatedSource(SCRIPT, clock=ManualClock())
    with source:
        source.read()
    with pytest.raises(UsageError, match="make a new one"):
        source.__enter__()
