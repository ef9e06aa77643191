"""What the simulated board promises the tests that use it."""

import time
from pathlib import Path

import pytest

from tests.board import SimulatedUno
from tests.board.host import Host, ramp

pytestmark = pytest.mark.realtime


def test_a_reset_stops_the_stream_and_a_start_opens_a_segment() -> None:
    with SimulatedUno(ramp) as uno, Host(uno.port) as host:
        host.ask("start")
        host.read_samples(100)
        host.replies = []
        uno.reset()
        host.wait_for("id")
        host.parts.clear()  # what was on its way when it was reset
        host.ask("start", 12_345)
        assert set(host.read_samples(100).segment) == {1}
        assert host.decoder.counters.n_lost == 0


def test_an_unplugged_board_is_gone_and_a_replugged_one_is_back() -> None:
    with SimulatedUno(ramp) as uno:
        with Host(uno.port) as host:
            host.ask("start")
            host.read_samples(100)
            uno.unplug()
            with pytest.raises(OSError, match=r"returned no data|Input/output error"):
                host.read_samples(10_000)
        assert not Path(uno.port).exists()
        uno.replug()
        with Host(uno.port) as host:
            host.ask("start")
            host.read_samples(100)


def test_opening_the_port_resets_the_board_and_the_bootloader_takes_its_time() -> None:
    with SimulatedUno(ramp, resets_on_open=True, boot_s=0.3, boot_garbage=b"\xf0\x00\x5a") as uno:
        for n_opened in (1, 2):
            with Host(uno.port, asks=False) as host:
                opened_s = time.monotonic()
                host.wait_for("id")
                assert time.monotonic() - opened_s >= 0.25
                assert uno.n_resets == n_opened
                assert host.received.startswith(b"\xf0\x00\x5a")
            uno.wait_until_closed()


def test_what_goes_wrong_in_the_board_is_raised_where_it_was_made() -> None:
    uno = SimulatedUno(ramp, elf=Path("no such.elf"))
    with pytest.raises(RuntimeError, match="cannot read"), uno:
        pass
