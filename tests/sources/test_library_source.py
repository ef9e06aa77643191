"""A source over a library's stream whose samples, losses and delays are known."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.clock import ManualClock
from emgstream.errors import EndOfStream, SourceNotFoundError, StreamMismatchError
from emgstream.sources.library_link import Arrivals, OpenedStream
from emgstream.sources.library_source import LibrarySource
from emgstream.sources.sample_steps import PackageSteps, SampleNumbering, StampSteps
from emgstream.sources.source_kind import SourceOptions
from emgstream.sources.source_status import SourceState
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray

RATE_HZ = 250.0
TOP = 256
_ENDS_S = 1.0
"""Seconds after the last sample at which a stream has ended."""


class TimedStream:
    """A stream of numbered samples, each with the time at which it arrives; then it ends.

    A number that is not there is lost. The counter of packages has 8 bits.
    """

    def __init__(self, clock: ManualClock, numbers: IndexArray, arrives_s: TimeArray) -> None:
        self.silence_is_loss_s: float | None = None
        self.loss_advice = "see the sender of the test"
        self.names = ("number",)
        self.stated_hz: float | None = RATE_HZ
        self.no_numbers: dict[int, float] = {}
        self.is_counted = self.has_end = True
        self._clock = clock
        self._numbers, self._arrives_s = numbers, arrives_s
        self._n_read = 0

    def open(self) -> Generator[None, None, OpenedStream]:
        yield
        return OpenedStream(StreamInfo("timed", self.names, self.stated_hz), "timed", {})

    def pull(self, *, waits: bool = False) -> Arrivals:
        start = self._n_read
        if waits:
            until_s = self._clock.now() + 0.02
            next_s = float(self._arrives_s[start]) if start < len(self._arrives_s) else until_s
            self._clock.sleep(min(next_s, until_s) - self._clock.now() + 1e-9)  # not before it
        self._n_read = int(np.searchsorted(self._arrives_s, self._clock.now(), side="right"))
        is_over = self._clock.now() > self._arrives_s[-1] + _ENDS_S
        if self.has_end and is_over:
            raise EndOfStream("it has ended")
        numbers = self._numbers[start : self._n_read]
        samples = numbers[:, np.newaxis].astype(np.float32)
        for number, value in self.no_numbers.items():
            samples[numbers == number] = value
        return Arrivals(
            samples, self._arrives_s[start : self._n_read], (numbers % TOP).astype(np.float64)
        )

    def learn(self, first: Arrivals) -> SampleNumbering | None:
        return PackageSteps.learn(first.numbers) if self.is_counted else None

    def close(self) -> None:
        pass


def chunks_of(source: LibrarySource) -> list[Chunk]:
    """Return all that a source gives until its end."""
    chunks: list[Chunk] = []
    with source, suppress(EndOfStream):
        while True:
            chunks += [chunk] if len(chunk := source.read()) else []
    return chunks


def read_on(source: LibrarySource) -> None:
    while True:
        source.read()


def indices(chunks: list[Chunk]) -> list[int]:
    return [index for one in chunks for index in range(one.first_index, one.end_index)]


def numbers(chunks: list[Chunk]) -> list[int]:
    return [int(number) for one in chunks for number in one.samples[:, 0]]


@settings(max_examples=10)
@given(
    lost=st.lists(st.integers(200, 900), max_size=60),
    bursts_s=st.sampled_from([0.0, 0.02, 0.1]),
)
def test_losses_and_bursts_of_any_kind_give_the_same_samples_at_their_index(
    lost: list[int], bursts_s: float
) -> None:
    kept = np.setdiff1d(np.arange(1000), [one for one in lost if one % 3 == 0])
    arrives_s = kept / RATE_HZ
    if bursts_s:
        arrives_s = np.ceil(arrives_s / bursts_s) * bursts_s
    clock = ManualClock()
    source = LibrarySource("timed", TimedStream(clock, kept, arrives_s), clock=clock)
    chunks = chunks_of(source)
    np.testing.assert_array_equal(numbers(chunks), kept)
    np.testing.assert_array_equal(indices(chunks), kept)
    status = source.status()
    assert (status.n_lost, status.n_received) == (1000 - len(kept), len(kept))
    assert (status.sees_loss, status.n_missed) == (True, 0)
    times_s = source.time_at(np.array(indices(chunks)))
    np.testing.assert_allclose(times_s, kept / RATE_HZ, atol=max(bursts_s, 0.01))


@pytest.mark.parametrize("pause_s", [0.4, 1.0, 3.0, 10.0])
def test_a_pause_of_several_rounds_of_the_counter_is_counted_exactly(pause_s: float) -> None:
    n_away = round(pause_s * RATE_HZ)
    kept = np.setdiff1d(np.arange(4000), np.arange(1000, 1000 + n_away))
    clock = ManualClock()
    source = LibrarySource("timed", TimedStream(clock, kept, kept / RATE_HZ), clock=clock)
    chunks = chunks_of(source)
    np.testing.assert_array_equal(indices(chunks), kept)
    assert source.status().n_lost == n_away


class SleepingStream(TimedStream):
    """A stream whose sender sleeps with this computer: its clock stands still meanwhile.

    After that it needs ``wakes_s`` seconds before it sends, and takes samples, again.
    """

    def __init__(
        self, clock: ManualClock, at_s: float, slept_s: float, wakes_s: float = 0.0
    ) -> None:
        kept = np.arange(3000)
        stamps_s = kept / RATE_HZ
        super().__init__(clock, kept, stamps_s + (slept_s + wakes_s) * (stamps_s >= at_s))
        self._sleep = at_s, slept_s
        self._away_s = slept_s + wakes_s

    def pull(self, *, waits: bool = False) -> Arrivals:
        at_s, slept_s = self._sleep
        if self._n_read / RATE_HZ >= at_s > self._clock.now() - slept_s:
            self._clock.advance(slept_s)
        arrivals = super().pull(waits=waits)
        stamps_s = arrivals.stamps_s - self._away_s * (arrivals.stamps_s >= at_s + self._away_s)
        return replace(arrivals, stamps_s=stamps_s)


@pytest.mark.parametrize("is_counted", [True, False])
@pytest.mark.parametrize("slept_s", [5.0, 3600.0])
def test_a_computer_that_sleeps_with_the_sender_has_a_gap_and_the_stream_goes_on(
    slept_s: float, is_counted: bool
) -> None:
    clock = ManualClock()
    stream = SleepingStream(clock, 6.0, slept_s)
    stream.is_counted = is_counted
    source = LibrarySource("timed", stream, clock=clock)
    chunks = chunks_of(source)
    status = source.status()
    assert status.n_missed == pytest.approx(slept_s * RATE_HZ, abs=10)
    assert (status.n_lost, status.n_received) == (0, 3000)
    assert any(f"stood still for {slept_s:.1f} s" in note for note in status.notes)
    times_s = source.time_at(np.array(indices(chunks)))
    np.testing.assert_allclose(times_s[-1], 3000 / RATE_HZ + slept_s, atol=0.1)
    assert np.diff(times_s).max() == pytest.approx(slept_s, abs=0.1)


def test_a_stream_that_is_silent_while_this_computer_sleeps_is_not_lost() -> None:
    clock = ManualClock()
    stream = SleepingStream(clock, 6.0, slept_s=20.0, wakes_s=2.0)
    stream.silence_is_loss_s = 5.0
    source = LibrarySource("timed", stream, clock=clock)
    chunks = chunks_of(source)
    status = source.status()
    assert (status.n_lost, status.n_received, status.n_reconnects) == (0, 3000, 0)
    assert indices(chunks)[-1] == pytest.approx(3000 + 22.0 * RATE_HZ, abs=10)


@pytest.mark.parametrize("is_counted", [True, False])
@pytest.mark.parametrize("pause_s", [0.4, 1.0, 3.0])
def test_samples_that_come_late_in_one_lump_are_not_lost(pause_s: float, is_counted: bool) -> None:
    kept = np.arange(3000)
    arrives_s = kept / RATE_HZ
    is_late = (arrives_s >= 4.0) & (arrives_s < 4.0 + pause_s)
    arrives_s[is_late] = 4.0 + pause_s
    clock = ManualClock()
    stream = TimedStream(clock, kept, arrives_s)
    stream.is_counted = is_counted
    source = LibrarySource("timed", stream, clock=clock)
    np.testing.assert_array_equal(indices(chunks_of(source)), kept)
    assert (source.status().n_lost, source.status().n_missed) == (0, 0)


def test_without_a_counter_a_pause_is_missed_by_the_clock() -> None:
    kept = np.setdiff1d(np.arange(3000), np.arange(1000, 1500))
    clock = ManualClock()
    stream = TimedStream(clock, kept, kept / RATE_HZ)
    stream.is_counted = False
    source = LibrarySource("timed", stream, clock=clock)
    np.testing.assert_array_equal(indices(chunks_of(source)), kept)
    status = source.status()
    assert (status.sees_loss, status.n_lost, status.n_missed, status.n_gaps) == (None, 0, 500, 1)


def test_a_silent_stream_is_opened_again_and_its_time_away_is_a_gap() -> None:
    kept = np.setdiff1d(np.arange(6000), np.arange(1000, 3500))
    clock = ManualClock()
    stream = TimedStream(clock, kept, kept / RATE_HZ)
    stream.silence_is_loss_s = 5.0
    source = LibrarySource("timed", stream, clock=clock)
    with source:
        chunks: list[Chunk] = []
        states = set()
        while len(indices(chunks)) < 3000:
            chunks += [chunk] if len(chunk := source.read()) else []
            states.add(source.status().state)
    np.testing.assert_allclose(indices(chunks), kept[:3000], atol=5)
    status = source.status()
    assert {SourceState.STREAMING, SourceState.STALLED, SourceState.UNPLUGGED} <= states
    assert (status.n_reconnects, status.n_gaps, chunks[-1].segment) == (1, 1, 1)
    assert status.n_missed == pytest.approx(2500, abs=5)


def test_a_stream_that_comes_back_with_other_channels_is_refused() -> None:
    kept = np.setdiff1d(np.arange(6000), np.arange(1000, 3500))
    clock = ManualClock()
    stream = TimedStream(clock, kept, kept / RATE_HZ)
    stream.silence_is_loss_s = 5.0
    source = LibrarySource("timed", stream, clock=clock)
    with source:
        while source.status().state is not SourceState.UNPLUGGED:
            source.read()
        stream.names = ("other",)
        with pytest.raises(StreamMismatchError, match="came back with the channels other"):
            read_on(source)


@pytest.mark.parametrize("stated_hz", [125.0, 260.0])
def test_a_stream_that_comes_back_at_another_rate_is_refused_beyond_5_percent(
    stated_hz: float,
) -> None:
    kept = np.setdiff1d(np.arange(6000), np.arange(1000, 3500))
    clock = ManualClock()
    stream = TimedStream(clock, kept, kept / RATE_HZ)
    stream.silence_is_loss_s = 5.0
    source = LibrarySource("timed", stream, SourceOptions(force=True), clock=clock)
    with source:
        while source.status().state is not SourceState.UNPLUGGED:
            source.read()
        stream.stated_hz = stated_hz
        if abs(stated_hz / RATE_HZ - 1.0) > 0.05:
            with pytest.raises(StreamMismatchError, match="came back at 125 Hz; expected the 250"):
                read_on(source)
        else:
            with pytest.raises(EndOfStream):
                read_on(source)


@pytest.mark.parametrize("stated_hz", [RATE_HZ, None])
@pytest.mark.parametrize("after_hz", [125.0, 500.0])
def test_a_stream_that_sends_at_another_rate_after_a_break_is_told_and_in_time(
    stated_hz: float | None, after_hz: float
) -> None:
    clock = ManualClock()
    arrives_s = np.concatenate([np.arange(2000) / RATE_HZ, 20.0 + np.arange(4000) / after_hz])
    stream = TimedStream(clock, np.arange(6000), arrives_s)
    stream.is_counted, stream.silence_is_loss_s, stream.stated_hz = False, 5.0, stated_hz
    source = LibrarySource("timed", stream, clock=clock)
    chunks = chunks_of(source)
    status = source.status()
    assert any(f"came back at {after_hz:.0f}" in alarm for alarm in status.alarms)
    assert any(f"states 250 Hz and sends {after_hz:.0f}" in note for note in status.notes) == (
        stated_hz is not None
    )
    back = np.array(indices([chunk for chunk in chunks if chunk.segment == 1]))
    first_s = source.time_at(back[: int(after_hz)])
    if stated_hz is None:
        assert np.ptp(first_s) == pytest.approx(1.0, rel=0.05)


def test_a_stream_that_states_another_rate_than_it_sends_is_told_once() -> None:
    clock = ManualClock()
    stream = TimedStream(clock, np.arange(3000), np.arange(3000) / RATE_HZ)
    stream.stated_hz = 1.25 * RATE_HZ
    source = LibrarySource("timed", stream, clock=clock)
    chunks_of(source)
    told = [note for note in source.status().notes if "states 312.5 Hz and sends 250 Hz" in note]
    assert len(told) == 1
    assert source.status().alarms == ()


class StampedStream(TimedStream):
    """A stream whose losses are told by its stamps, which need not be the times of arrival."""

    def __init__(self, clock: ManualClock, stamps_s: TimeArray, rate_hz: float = RATE_HZ) -> None:
        kept = np.arange(len(stamps_s))
        super().__init__(clock, kept, kept / rate_hz)
        self._stamps_s = stamps_s

    def pull(self, *, waits: bool = False) -> Arrivals:
        pulled = super().pull(waits=waits)
        stamps_s = self._stamps_s[self._n_read - len(pulled) : self._n_read]
        return Arrivals(pulled.samples, stamps_s, stamps_s)

    def learn(self, first: Arrivals) -> SampleNumbering | None:
        return StampSteps.learn(first.numbers)


STEADY_S = np.arange(4000) / RATE_HZ
JITTER_S = np.random.default_rng(2).uniform(0, 0.003, 4000)
AFTER = np.arange(4000) >= 1500


@pytest.mark.parametrize("jitter_s", [0.0, JITTER_S], ids=["steady", "pushed"])
@pytest.mark.parametrize(
    ("stamps_s", "fault"),
    [
        (np.where(AFTER, np.nan, STEADY_S), "are not numbers"),
        (np.full(4000, np.nan), "are not numbers"),
        (np.where(np.arange(4000) == 0, np.inf, STEADY_S), "are not numbers"),
        (STEADY_S + 100.0 * AFTER, "do not run with time"),
        (STEADY_S - 100.0 * AFTER, "go back"),
        (STEADY_S + 100.0 * (np.arange(4000) // 700 % 2), "do not run with time"),
        (2.0 * STEADY_S, "do not run with time"),
        (0.5 * STEADY_S, "do not run with time"),
        (np.zeros(4000), "do not run with time"),
    ],
)
def test_stamps_that_cannot_be_times_are_told_once_and_losses_are_not_known(
    stamps_s: TimeArray, fault: str, jitter_s: TimeArray | float
) -> None:
    clock = ManualClock()
    source = LibrarySource("timed", StampedStream(clock, stamps_s + jitter_s), clock=clock)
    chunks = chunks_of(source)
    np.testing.assert_array_equal(indices(chunks), np.arange(4000))
    status = source.status()
    assert status.sees_loss is None
    assert (status.n_lost, status.n_missed, status.n_received) == (0, 0, 4000)
    told = [note for note in status.notes if "time stamps" in note]
    assert told == [
        f"the time stamps of timed {fault}: times of arrival are used; "
        "losses are not known from here on"
    ]
    times_s = source.time_at(np.array(indices(chunks)))
    np.testing.assert_allclose(times_s, STEADY_S, atol=0.05)


def test_steady_stamps_of_another_clock_are_trusted() -> None:
    clock = ManualClock()
    stamps_s = 1e6 + 1.0002 * STEADY_S
    source = LibrarySource("timed", StampedStream(clock, stamps_s), clock=clock)
    chunks_of(source)
    assert (source.status().sees_loss, source.status().notes) == (True, ())


def test_a_loss_is_blamed_on_what_the_stream_has() -> None:
    clock = ManualClock()
    kept = np.setdiff1d(np.arange(3000), np.arange(1000, 3000, 7))
    source = LibrarySource("timed", TimedStream(clock, kept, kept / RATE_HZ), clock=clock)
    chunks_of(source)
    (alarm,) = source.status().alarms
    assert alarm.endswith("see the sender of the test")


def test_a_stream_that_never_sends_is_an_error() -> None:
    clock = ManualClock()
    stream = TimedStream(clock, np.arange(10), np.full(10, 1e6))
    stream.silence_is_loss_s = 5.0
    with (
        LibrarySource("timed", stream, SourceOptions(), clock) as source,
        pytest.raises(SourceNotFoundError, match="sent nothing for 10 s"),
    ):
        read_on(source)


def test_the_time_in_which_nothing_comes_at_the_end_is_missed() -> None:
    kept = np.arange(1000)
    clock = ManualClock()
    stream = TimedStream(clock, kept, kept / RATE_HZ)
    stream.has_end = False
    source = LibrarySource("timed", stream, clock=clock)
    with source:
        while clock.now() < kept[-1] / RATE_HZ + 4.0:
            source.read()
        assert source.status().n_missed == pytest.approx(4.0 * RATE_HZ, abs=10)
    assert source.status().n_missed == pytest.approx(4.0 * RATE_HZ, abs=10)


def test_values_that_are_no_numbers_are_counted_told_and_missing() -> None:
    clock = ManualClock()
    stream = TimedStream(clock, np.arange(500), np.arange(500) / RATE_HZ)
    stream.no_numbers = {3: np.nan, 250: np.inf, 251: -np.inf}
    source = LibrarySource("timed", stream, clock=clock)
    samples = np.concatenate([chunk.samples[:, 0] for chunk in chunks_of(source)])
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(samples)), [3, 250, 251])
    assert not np.isinf(samples).any()
    status = source.status()
    assert (status.counters["n_incomplete"], status.n_lost) == (3, 0)
    assert [note for note in status.notes if "are not numbers" in note]


def test_a_sample_that_is_awaited_is_pulled_as_it_arrives() -> None:
    clock = ManualClock()
    numbers = np.arange(2500)
    source = LibrarySource("timed", TimedStream(clock, numbers, numbers / RATE_HZ), clock=clock)
    delays_s, end, n_reads = [], 0, 0
    with source, suppress(EndOfStream):
        while True:
            source.expect(end + -(end + 1) % 5)
            chunk = source.read()
            if len(chunk) and clock.now() > 5.0 and chunk.end_index % 5 == 0:
                n_reads += 1
                delays_s.append(clock.now() - (chunk.end_index - 1) / RATE_HZ)
            end = chunk.end_index
    assert len(delays_s) > 240
    assert max(delays_s) < 1e-6
    assert n_reads < 2 * len(delays_s)


def test_a_stream_in_lumps_of_one_stamp_each_has_its_rate_from_the_start() -> None:
    clock = ManualClock()
    numbers = np.arange(2500)
    stream = TimedStream(clock, numbers, 0.2 * np.ceil((numbers + 1) / (0.2 * RATE_HZ)))
    stream.stated_hz, stream.is_counted = None, False
    source = LibrarySource("timed", stream, clock=clock)
    sampled_s = np.concatenate([chunk.sampled_s for chunk in chunks_of(source)])
    assert np.diff(sampled_s).max() < 0.05
    assert np.median(np.diff(sampled_s)[:400]) == pytest.approx(1.0 / RATE_HZ, rel=0.05)
