"""What a sketch that prints lines loses: time without lines, and lines that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from emgstream.clock import ManualClock
from emgstream.errors import StreamMismatchError
from tests.serial_board.reader import Reader, reading_virtually
from tests.simulation.virtual_board import VirtualSketch

RATE_HZ = 1000.0
PERIOD, STEP = 4999, 617  # a prime, and steps up and down, so that no column looks like a time


def counted(line: int) -> bytes:
    """Return a line whose first value tells its number, up to whole periods."""
    return b"%d,%d,%d\r\n" % (line * STEP % PERIOD, line % 7, line * 451 % 1000)


def number_of(value: float) -> int:
    return round(value) * pow(STEP, -1, PERIOD) % PERIOD


def timed(line: int) -> bytes:
    return b"%d,%b" % (100_000 + line, counted(line))


@contextmanager
def printing(
    line: Callable[[int], bytes] = counted, rate_hz: float = RATE_HZ, **source: Any
) -> Iterator[tuple[VirtualSketch, Reader, ManualClock]]:
    clock = ManualClock()
    sketch = VirtualSketch(clock, line, rate_hz)
    with reading_virtually(sketch, clock, **source) as reader:
        yield sketch, reader, clock


def pause(
    sketch: VirtualSketch, reader: Reader, clock: ManualClock, length_s: float, *, loses: bool
) -> None:
    """Let the sketch print nothing for so long, while the reader reads."""
    end_s = clock.now() + length_s
    sketch.fall_silent(loses_lines=loses)
    reader.until(lambda: clock.now() >= end_s)
    sketch.speak()


def assert_in_time(reader: Reader, within: int) -> None:
    """The index of a sample is the number of its line, but for one offset."""
    values = np.concatenate([chunk.samples[:, 0] for chunk in reader.chunks])
    lines = np.array([number_of(value) for value in values])
    offset = (reader.index() - lines) % PERIOD
    from_first = (offset - offset[0] + PERIOD / 2) % PERIOD - PERIOD / 2
    assert np.abs(from_first).max() <= within, f"out of time by {np.abs(from_first).max()}"


@pytest.mark.parametrize("line", [counted, timed], ids=["arrival", "time in the lines"])
@pytest.mark.parametrize("length_s", [0.1, 0.3, 1.0, 3.5])
def test_time_without_lines_is_missed_and_counted(
    line: Callable[[int], bytes], length_s: float
) -> None:
    names = ("a", "b", "c")
    with printing(line, channel_names=names, sampling_rate_hz=RATE_HZ) as (sketch, reader, clock):
        reader.take(6000)
        pause(sketch, reader, clock, length_s, loses=True)
        reader.take(10_000)
        status = reader.settled()
    assert status.n_missed == pytest.approx(length_s * RATE_HZ, abs=12)
    assert (status.n_gaps, status.n_lost, status.n_reconnects) == (1, 0, 0)
    assert status.rate_hz == pytest.approx(RATE_HZ, rel=1e-4)
    assert status.alarms == ()
    assert_in_time(reader, within=12)


def test_several_pauses_soon_after_each_other_are_each_a_gap() -> None:
    with printing(sampling_rate_hz=RATE_HZ) as (sketch, reader, clock):
        reader.take(1000)
        for _ in range(5):
            pause(sketch, reader, clock, 0.3, loses=True)
            reader.take(1500)
        status = reader.settled()
    assert (status.n_gaps, status.alarms) == (5, ())
    assert status.n_missed == pytest.approx(1500, abs=60)
    assert_in_time(reader, within=60)


@pytest.mark.parametrize("length_s", [0.05, 0.3, 4.0])
def test_lines_that_come_late_in_one_lump_are_not_told_as_lost(length_s: float) -> None:
    with printing(sampling_rate_hz=RATE_HZ) as (sketch, reader, clock):
        reader.take(6000)
        pause(sketch, reader, clock, length_s, loses=False)
        reader.take(10_000)
        status = reader.settled()
    assert (status.n_missed, status.n_lost, status.n_gaps) == (0, 0, 0)
    assert reader.segments == [0]
    assert status.rate_hz == pytest.approx(RATE_HZ, rel=1e-4)
    assert_in_time(reader, within=0)


@pytest.mark.parametrize("rate_hz", [50.0, 250.0, 500.0, 4000.0])
def test_a_gap_is_counted_at_any_rate(rate_hz: float) -> None:
    with printing(rate_hz=rate_hz) as (sketch, reader, clock):
        reader.take(int(4 * rate_hz))
        pause(sketch, reader, clock, 1.0, loses=True)
        reader.take(int(3 * rate_hz))
        status = reader.settled()
    assert status.n_missed == pytest.approx(rate_hz, rel=0.03)
    assert status.rate_hz == pytest.approx(rate_hz, rel=1e-3)


def test_a_computer_that_sleeps_and_wakes_has_a_gap_and_the_stream_goes_on() -> None:
    with printing(sampling_rate_hz=RATE_HZ) as (sketch, reader, _clock):
        reader.take(6000)
        sketch.fall_silent(loses_lines=True)
        sketch.pass_time(3600.0)
        sketch.speak()
        reader.take(4000)
        status = reader.settled()
    assert status.n_missed == pytest.approx(3600 * RATE_HZ, rel=1e-3)
    assert (status.n_gaps, status.is_streaming) == (1, True)


@pytest.mark.parametrize("bad", [b"nan,1,2\r\n", b"51\r\n", b"512,4\r\n", b"\r\n", b"\xff\x00,\n"])
def test_lines_that_cannot_be_read_are_counted_and_keep_their_place(bad: bytes) -> None:
    def line(number: int) -> bytes:
        return bad if number > 4000 and number % 14 == 0 else counted(number)

    with printing(line, sampling_rate_hz=RATE_HZ) as (_, reader, _clock):
        reader.take(10_000)
        status = reader.settled()
    assert status.n_lost == pytest.approx(status.n_received / 13, rel=0.3)
    assert status.counters["n_malformed"] == status.n_lost
    assert (status.n_missed, len(reader.segments)) == (0, 1)
    assert status.rate_hz == pytest.approx(RATE_HZ, rel=1e-3)
    assert status.loss_words("") == f"lost {status.n_lost:,} or more"
    assert_in_time(reader, within=0)


def test_empty_lines_of_a_sketch_that_always_prints_them_are_no_samples() -> None:
    with printing(lambda number: counted(number) + b"\r\n") as (_, reader, _clock):
        reader.take(3000)
        status = reader.settled()
    assert (status.n_lost, status.counters["n_malformed"]) == (0, 0)


def test_lines_lost_and_lines_unread_at_once_keep_the_time() -> None:
    def line(number: int) -> bytes:
        return b"nan,nan,nan\n" if number % 50 == 0 else counted(number)

    with printing(line, sampling_rate_hz=RATE_HZ) as (sketch, reader, clock):
        for n_before in (4000, 1500, 2500):
            reader.take(n_before)
            pause(sketch, reader, clock, 0.7, loses=True)
        reader.take(4000)
        status = reader.settled()
    assert status.n_missed == pytest.approx(2100, abs=40)
    assert_in_time(reader, within=40)


def test_a_rate_that_was_counted_roughly_at_the_start_makes_no_gap() -> None:
    with printing() as (sketch, reader, clock):
        reader.take(1)
        sketch.set_rate(940.0)  # as if the lines of the first half second had come in lumps
        for _ in range(20):
            pause(sketch, reader, clock, 0.05, loses=False)
            reader.take(150)
        status = reader.settled()
    assert (status.n_missed, status.n_gaps) == (0, 0)
    assert status.rate_hz == pytest.approx(940.0, rel=2e-3)


def test_the_lines_that_finding_their_form_costs_are_told() -> None:
    with printing() as (_, reader, _clock):
        reader.take(1000)
        first = number_of(reader.chunks[0].samples[0, 0])
        notes = reader.source.status().notes
    (told,) = (note for note in notes if "not in the stream" in note)
    assert int(told.split()[0]) == pytest.approx(first, abs=1)
    assert first >= 400


def test_a_board_that_is_silent_at_the_end_has_missed_that_time() -> None:
    with printing() as (sketch, reader, clock):
        reader.take(4000)
        pause(sketch, reader, clock, 5.0, loses=True)
        status = reader.source.status()
        reader.leave()
        clock.advance(100.0)
        left = reader.source.status()
    assert status.words.startswith("stalled")
    for one in (status, left):
        assert one.n_missed == pytest.approx(5000, abs=50)
        assert one.n_gaps == 1


def test_a_board_that_stays_away_has_missed_that_time() -> None:
    with printing() as (sketch, reader, clock):
        reader.take(4000)
        sketch.unplug()
        end_s = clock.now() + 5.0
        reader.until(lambda: clock.now() >= end_s)
        reader.leave()
        status = reader.source.status()
    assert status.n_missed == pytest.approx(5000, abs=50)


def test_a_sketch_that_prints_other_channels_from_now_on_ends_the_stream() -> None:
    has_one_more = False

    def line(number: int) -> bytes:
        return counted(number).strip() + (b",7\n" if has_one_more else b"\n")

    with printing(line) as (_, reader, _clock):
        reader.take(2000)
        has_one_more = True
        skipped = reader.source.status().counters["bytes_skipped"]
        reader.until(lambda: reader.source.status().counters["bytes_skipped"] > skipped)
        with pytest.raises(StreamMismatchError, match=r"came back with 4 channels.*the 3 it had"):
            reader.take(100_000)


def test_a_rate_that_was_right_at_the_start_is_only_warned_of_later() -> None:
    clock = ManualClock()
    sketch = VirtualSketch(clock, counted, RATE_HZ)
    with reading_virtually(sketch, clock, sampling_rate_hz=RATE_HZ) as reader:
        reader.take(8000)
        sketch.set_rate(700.0)
        reader.take(60_000)
        (alarm,) = reader.source.status().alarms
    assert "decisions may be wrong" in alarm
