"""The shipped sketch on a simulated Uno, read by the product's own source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from emgstream.sources.source_status import SourceStatus
from emgstream.wire import Identity
from tests.board import SimulatedUno, compiled
from tests.board.host import Host, ramp
from tests.serial_board.reader import Reader, reading

pytestmark = [pytest.mark.board, pytest.mark.realtime]

LONG_S = 20


@contextmanager
def uno_and_reader(
    board: dict[str, Any] | None = None, **source: Any
) -> Iterator[tuple[SimulatedUno, Reader]]:
    with SimulatedUno(ramp, **(board or {})) as uno, reading(uno.port, **source) as reader:
        yield uno, reader


def assert_is_the_ramp(reader: Reader, segment: int = 0) -> None:
    """Every value is exact to the LSB, given the index it says it has."""
    samples, index = reader.samples(segment), reader.index(segment)
    first = int(samples[0, 0]) * pow(7, -1, 1024) % 1024
    truth = [[ramp(first + n, pin) for pin in range(3)] for n in (index - index[0]).tolist()]
    np.testing.assert_array_equal(samples, truth)


def assert_has_the_rate(status: SourceStatus, most_off: float) -> None:
    """The board samples at 1 kHz by its own clock, and by the host's where that kept up.

    A busy host runs the simulated board too slowly. The measured pace is the edge of a convex hull
    over the middle of the run, so it is at most twice as far off as the whole run; 10 % off it is
    taken for no clock's, and nothing is measured.
    """
    if status.rate_hz is None or status.ppm is None:
        assert most_off > 0.1, "nothing was measured"
        return
    assert status.rate_hz == pytest.approx(1000.0, rel=1e-3 + most_off)
    assert status.rate_hz / (1.0 + 1e-6 * status.ppm) == pytest.approx(1000.0, rel=1e-4)


def test_20_seconds_at_1_khz_have_no_gap_and_every_value_exact_to_the_lsb() -> None:
    with uno_and_reader({"resets_on_open": True}) as (uno, reader):
        reader.take(LONG_S * 1000)
        status = reader.settled()
        most_off = 2.0 * uno.lag_s / LONG_S
        n_dropped = uno.n_bytes_dropped
    assert_is_the_ramp(reader)
    np.testing.assert_array_equal(np.diff(reader.index()), 1)
    assert (status.n_lost, status.n_gaps, status.n_reconnects, n_dropped) == (0, 0, 0, 0)
    assert status.counters["n_crc_failures"] == status.counters["n_implausible"] == 0
    assert_has_the_rate(status, most_off)
    assert status.alarms == ()
    assert status.identity is not None
    identity = status.identity
    assert (identity["board"], identity["firmware"], identity["bits"]) == ("uno", "1.0.0", 10)
    assert identity["channel_names"] == ("biceps", "triceps", "middle")
    assert not status.is_synthetic
    assert reader.source.info.name == f"{uno.port} (uno, firmware 1.0.0)"


def test_opening_resets_the_board_and_its_boot_is_waited_out() -> None:
    told = {"resets_on_open": True, "boot_s": 1.7, "boot_garbage": b"\xf0\x00\x5a\xff#id x"}
    with uno_and_reader(told) as (uno, reader):
        reader.take(200)
        assert uno.n_resets == 1
        assert reader.source.status().counters["n_lost"] == 0
    first = reader.samples()[0].tolist() == [ramp(0, pin) for pin in range(3)]
    assert first or uno.heard.count(b"start ") > 1  # a busy host starts it again
    assert_is_the_ramp(reader)
    assert reader.states == ["waiting for the board to start", "streaming"]


@pytest.mark.parametrize("rate_hz", [200.0, 2000.0])
def test_the_rate_is_set_to_the_models(rate_hz: float) -> None:
    with uno_and_reader(sampling_rate_hz=rate_hz) as (_, reader):
        reader.take(50)  # in less than the 2 s it takes to refuse a board that a busy host slows
        assert reader.source.info.sampling_rate_hz == rate_hz
        assert reader.source.status().alarms == ()
    assert_is_the_ramp(reader)


def test_leaving_tells_the_board_to_stop_and_a_second_reader_starts_it_again() -> None:
    with SimulatedUno(ramp) as uno:
        for _ in range(2):
            with reading(uno.port) as reader:
                reader.take(100)
            assert_is_the_ramp(reader)
            uno.wait_until_closed()
            with Host(uno.port) as host:
                identity = Identity.from_reply(host.ask("identify", kind="id"))
                assert not identity.is_streaming
            uno.wait_until_closed()
        assert uno.n_resets == 0


def test_a_reset_in_mid_stream_opens_a_segment() -> None:
    with uno_and_reader() as (uno, reader):
        reader.take(100)
        uno.reset()
        reader.take_segment(1)
        status = reader.settled()
    assert_is_the_ramp(reader, 0)
    assert_is_the_ramp(reader, 1)
    assert status.n_reconnects == 1
    assert "the board was reset, and started again" in status.notes


def test_an_unplugged_board_goes_on_in_a_new_segment_when_it_is_back() -> None:
    with uno_and_reader({"boot_s": 0.3}) as (uno, reader):
        reader.take(100)
        uno.unplug()
        reader.until(lambda: reader.states[-1].startswith("unplugged"))
        uno.replug()
        reader.take_segment(1)
        status = reader.settled()
    assert_is_the_ramp(reader, 0)
    assert_is_the_ramp(reader, 1)
    assert (status.n_reconnects, status.n_lost) == (1, 0)
    assert status.n_missed > 0
    assert np.diff(reader.index()).min() == 1


def test_a_board_left_in_text_mode_is_put_back_into_frames() -> None:
    with SimulatedUno(ramp) as uno:
        with Host(uno.port) as host:
            host.ask("text", kind="start")
        uno.wait_until_closed()
        with reading(uno.port) as reader:
            reader.take(200)
            status = reader.settled()
    assert_is_the_ramp(reader)
    assert status.sees_loss
    assert status.identity is not None
    assert status.identity["mode"] == "binary"


def test_the_slow_fallback_build_is_read_too() -> None:
    elf = compiled("EMG_BAUD=115200UL").elf
    with uno_and_reader({"elf": elf}, baud=115_200) as (_, reader):
        reader.take(200)
        status = reader.settled()
    assert status.identity is not None
    assert status.identity["baud"] == 115_200
    assert status.n_lost == 0
    assert_is_the_ramp(reader)
