"""Sketches that only print numbers, in a virtual time and on real ports."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from emgstream.clock import ManualClock
from emgstream.errors import SourceError, StreamMismatchError
from emgstream.sources.serial_board.serial_link import SerialLink
from tests.serial_board.reader import Reader, reading, reading_virtually
from tests.simulation.virtual_board import VirtualSketch

termios = pytest.importorskip("termios", reason="Windows has no pseudo-terminals")
from tests.serial_board.sketch import Sketch  # noqa: E402

N_SAMPLES = 60
STEPS = (617, 7, 451)


def values_of(line: int) -> tuple[int, int, int]:
    """Return what the sketch prints: up and down, as a signal does, and never twice the same."""
    return tuple((line * step + 3) % 1000 for step in STEPS)  # type: ignore[return-value]


def printed(separator: str, end: str = "\r\n") -> Callable[[int], bytes]:
    return lambda line: (separator.join(map(str, values_of(line))) + end).encode()


def labelled(line: int) -> bytes:
    return b"biceps:%d,triceps:%d,middle:%d\r\n" % values_of(line)


def in_millis(line: int) -> bytes:
    return b"%d,%d,%d,%d\n" % (100_000 + line * 5, *values_of(line))


SKETCHES = {
    "comma": printed(","),
    "tab": printed("\t"),
    "semicolon": printed(";"),
    "space": printed(" "),
    "comma and space": printed(", "),
    "without CR": printed(",", "\n"),
    "labels": labelled,
    "leading time": in_millis,
}


@contextmanager
def printing(
    line: Callable[[int], bytes], rate_hz: float = 400.0, **source: Any
) -> Iterator[tuple[VirtualSketch, Reader]]:
    """Give a sketch in memory and a reader on it, in one virtual time."""
    clock = ManualClock()
    sketch = VirtualSketch(clock, line, rate_hz)
    with reading_virtually(sketch, clock, **source) as reader:
        yield sketch, reader


def assert_consecutive(reader: Reader, segment: int = 0) -> None:
    samples, index = reader.samples(segment), reader.index(segment)
    np.testing.assert_array_equal(np.diff(index), 1)
    first = next(line for line in range(1000) if values_of(line) == tuple(samples[0]))
    np.testing.assert_array_equal(samples, [values_of(first + row) for row in range(len(samples))])


@pytest.mark.parametrize("kind", SKETCHES)
def test_what_any_sketch_prints_is_read_whole(kind: str) -> None:
    with printing(SKETCHES[kind]) as (_, reader):
        reader.take(N_SAMPLES)
        status, info = reader.source.status(), reader.source.info
    assert_consecutive(reader)
    named = ("biceps", "triceps", "middle") if kind == "labels" else ("ch1", "ch2", "ch3")
    assert info.channel_names == named
    assert info.sampling_rate_hz is None  # nobody stated one
    assert "text" in info.name
    assert status.identity is None
    assert (status.sees_loss, status.n_lost) == (False, 0)
    assert any("lost samples cannot be seen" in note for note in status.notes)


def test_a_known_number_of_channels_tells_the_time_from_a_channel() -> None:
    names = ("a", "b", "c")
    with printing(in_millis, channel_names=names) as (_, reader):
        reader.take(N_SAMPLES)
    assert_consecutive(reader)
    assert reader.source.info.channel_names == names


@pytest.mark.parametrize("rate_hz", [200.0, 500.0, 930.0, 1070.0, 2000.0])
def test_a_sketch_at_another_rate_than_the_models_is_refused_before_its_first_sample(
    rate_hz: float,
) -> None:
    with printing(printed(","), rate_hz, sampling_rate_hz=1000.0) as (_, reader):
        with pytest.raises(StreamMismatchError, match=r"was measured at .* Hz.*1000 Hz.*--force"):
            reader.take(100_000)
        assert reader.n_samples == 0


@pytest.mark.parametrize("source", [{}, {"sampling_rate_hz": 1000.0, "force": True}])
def test_a_sketch_whose_rate_is_not_refused_gives_samples_at_once(source: dict[str, Any]) -> None:
    with printing(printed(","), 500.0, **source) as (_, reader):
        reader.take(50)
        assert not any("their rate" in note for note in reader.source.status().notes)


def test_a_sketch_that_falls_silent_while_its_rate_is_measured_is_not_waited_for() -> None:
    with printing(printed(","), 1000.0, sampling_rate_hz=1000.0) as (sketch, reader):
        reader.until(lambda: sketch.n_printed > 800)
        sketch.fall_silent(loses_lines=True)
        reader.until(lambda: reader.states[-1].startswith("stalled"))
        sketch.speak()
        reader.take(3000)


@pytest.mark.realtime
def test_an_unplugged_sketch_goes_on_in_a_new_segment() -> None:
    with Sketch(printed(",")) as sketch, reading(sketch.port) as reader:
        reader.take(N_SAMPLES)
        sketch.unplug()
        reader.until(lambda: reader.states[-1].startswith("unplugged"))
        sketch.replug()
        reader.take_segment(1, N_SAMPLES)
        assert reader.source.status().n_reconnects == 1
    assert_consecutive(reader, 0)
    assert_consecutive(reader, 1)


def test_a_sketch_that_comes_back_with_another_channel_ends_the_stream() -> None:
    has_one_more = False

    def line(number: int) -> bytes:
        return printed(",")(number).strip() + (b",7\n" if has_one_more else b"\n")

    with printing(line) as (sketch, reader):
        reader.take(N_SAMPLES)
        sketch.unplug()
        reader.until(lambda: reader.states[-1].startswith("unplugged"))
        has_one_more = True
        sketch.replug()
        with pytest.raises(StreamMismatchError, match=r"came back with 4 channels.*the 3 it had"):
            reader.take_segment(1)


@pytest.mark.parametrize(("before_hz", "after_hz"), [(1000.0, 500.0), (400.0, 1000.0)])
@pytest.mark.parametrize("expected_hz", [None, "before"])
def test_a_sketch_that_comes_back_at_another_rate_is_told_and_in_time_from_its_first_line(
    before_hz: float, after_hz: float, expected_hz: str | None
) -> None:
    expected = {} if expected_hz is None else {"sampling_rate_hz": before_hz}
    with printing(printed(","), before_hz, **expected) as (sketch, reader):
        reader.take(int(6 * before_hz))
        sketch.unplug()
        reader.until(lambda: reader.states[-1].startswith("unplugged"))
        sketch.set_rate(after_hz)
        sketch.replug()
        reader.take_segment(1, int(1.5 * after_hz))
        first_s = reader.source.time_at(reader.index(1))
        reader.take(int(3 * after_hz))
        status = reader.settled()
    assert np.ptp(first_s) == pytest.approx((len(first_s) - 1) / after_hz, rel=0.05)
    (alarm,) = [one for one in status.alarms if "came back at" in one]
    assert f"came back at {after_hz:g} Hz" in alarm
    assert f"the {before_hz:g} Hz it had" in alarm


def test_a_sketch_that_comes_back_at_its_rate_raises_no_alarm() -> None:
    with printing(printed(",")) as (sketch, reader):
        reader.take(2000)
        sketch.unplug()
        reader.until(lambda: reader.states[-1].startswith("unplugged"))
        sketch.replug()
        reader.take_segment(1, 3000)
        assert reader.source.status().alarms == ()


def test_a_sketch_that_pauses_and_goes_on_at_another_rate_is_told() -> None:
    with printing(printed(","), 1000.0) as (sketch, reader):
        reader.take(6000)
        sketch.fall_silent(loses_lines=True)
        reader.until(lambda: reader.states[-1].startswith("stalled 2"))
        sketch.set_rate(500.0)
        sketch.speak()
        reader.take(2500)
        assert any("came back at 500 Hz" in alarm for alarm in reader.source.status().alarms)


@pytest.mark.parametrize("expected", [{}, {"sampling_rate_hz": 1000.0}])
def test_a_sketch_that_changes_its_rate_without_a_break_is_told(expected: dict[str, Any]) -> None:
    with printing(printed(","), 1000.0, **expected) as (sketch, reader):
        reader.take(40_000)
        assert reader.source.status().alarms == ()
        sketch.set_rate(500.0)
        reader.take(40_000)
        alarms = reader.source.status().alarms
    (alarm,) = [one for one in alarms if "sends" in one]
    assert "sends 500 Hz now; expected the 1000 Hz it had" in alarm


def test_the_channels_beside_the_wanted_ones_are_kept_under_their_own_names() -> None:
    wanted = ("middle", "biceps")
    with printing(labelled, channel_names=wanted, keep_others=True) as (_, reader):
        reader.take(N_SAMPLES)
        assert reader.source.info.channel_names == ("biceps", "triceps", "middle")
    assert_consecutive(reader)


@pytest.mark.realtime
def test_a_sketch_at_the_speed_that_was_given_is_opened_at_that_speed() -> None:
    with Sketch(printed(",")) as sketch, reading(sketch.port, baud=115_200) as reader:
        reader.take(N_SAMPLES)
        assert sketch.speed == termios.B115200
        assert "115200 baud" in reader.source.info.name


def test_an_open_port_goes_on_at_another_speed() -> None:
    with Sketch(printed(",")) as sketch:
        link = SerialLink(sketch.port, 500_000)
        link.set_speed(57_600)
        assert sketch.speed == termios.B57600
        link.close()


def test_bytes_that_make_no_sense_are_told_with_what_to_do() -> None:
    draw = random.Random(4)
    with (
        printing(lambda _: draw.randbytes(20)) as (_, reader),
        pytest.raises(SourceError, match=r"no valid frame in [\d,]+ bytes from .*firmware export"),
    ):
        reader.take(1)
