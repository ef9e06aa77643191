"""Which port it is, who has it, and what keeps it from being opened."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from emgstream.clock import MonotonicClock
from emgstream.errors import SourceError, SourceNotFoundError, UsageError
from emgstream.simulation.board import SimulatedBoard
from emgstream.sources.serial_board import BAUDS, PortInfo, PortProbe, list_ports
from emgstream.sources.serial_board.holders import holders
from emgstream.sources.serial_board.serial_link import SerialLink
from emgstream.sources.serial_board.serial_ports import (
    check_port,
    find_again,
    no_permission,
    not_found,
    port_in_use,
)
from tests.posix import posix_os
from tests.serial_board.reader import assert_is_the_truth, reading, streaming_on_a_port
from tests.simulation.boards import SCRIPT

on_a_pty = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a port")

HOLD = """
import os, sys
port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
print("held", flush=True)
sys.stdin.read()
"""


def usb(device: str, serial_number: str | None = "A1", pid: int = 0x43) -> PortInfo:
    return PortInfo(device, "Arduino Uno", 0x2341, pid, serial_number)


@contextmanager
def held(port: str) -> Iterator[int]:
    """Give the number of another process that has a port open."""
    words = [sys.executable, "-c", HOLD, port]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.communicate()


@contextmanager
def boards(*names: str) -> Iterator[list[SimulatedBoard]]:
    """Give some boards, plugged in."""
    with ExitStack() as stack:
        yield [stack.enter_context(SimulatedBoard(SCRIPT, seed=n)) for n, _ in enumerate(names)]


def asked(port: PortInfo) -> str:
    with PortProbe(port, [port], BAUDS, None, MonotonicClock()) as probe:
        while not probe.is_done:
            probe.step()
        return probe.answer()


@pytest.mark.realtime
@on_a_pty
def test_auto_takes_the_port_on_which_our_board_answers() -> None:
    with boards("silent", "ours") as (other, ours), SimulatedBoard(SCRIPT) as unlisted:
        other.unplug()
        listed = [usb(other.port), usb(ours.port), PortInfo(unlisted.port)]
        with reading("auto", ports=lambda: listed) as reader:
            reader.take(50)
            assert reader.source.status().port == ours.port
            assert f"found the board at {ours.port}" in reader.source.status().notes
            assert_is_the_truth(reader, ours.ledger())
        assert unlisted.ledger().n_boots == 0  # a port that is not on USB is not ours to touch


@on_a_pty
@on_linux
def test_auto_leaves_a_port_in_use_alone_and_says_who_has_it() -> None:
    with boards("busy") as (board,), held(board.port) as pid:
        with (
            reading("auto", ports=lambda: [usb(board.port)]) as reader,
            pytest.raises(SourceNotFoundError, match=rf"held by python\S* \({pid}\)"),
        ):
            reader.take(1)
        assert board.ledger().runs == ()


def test_auto_without_any_port_says_what_to_do() -> None:
    with (
        reading("auto", ports=list) as reader,
        pytest.raises(SourceNotFoundError, match=r"no serial port at all.*--port simulated"),
    ):
        reader.take(1)


def test_auto_lists_what_it_saw_and_did_not_ask() -> None:
    with (
        reading("auto", ports=lambda: [PortInfo("/dev/ttyS0")]) as reader,
        pytest.raises(SourceNotFoundError, match=r"/dev/ttyS0 \(not on USB, not asked\)"),
    ):
        reader.take(1)


@on_a_pty
@on_linux
def test_a_port_in_use_names_the_process_that_has_it_and_does_not_disturb_it() -> None:
    with boards("busy") as (board,), held(board.port) as pid:
        with (
            reading(board.port) as reader,
            pytest.raises(SourceError, match=rf"in use: held by python\S* \({pid}\)"),
        ):
            reader.take(1)
        assert f"({pid})" in asked(PortInfo(board.port))
        assert board.ledger().n_boots == 1  # that of the other process


@pytest.mark.realtime
@on_a_pty
@on_linux
def test_a_port_that_this_program_reads_already_is_told_as_such() -> None:
    with streaming_on_a_port() as (board, reader):
        reader.take(10)
        with (
            reading(board.port) as second,
            pytest.raises(SourceError, match=rf"held by this program \({os.getpid()}\)"),
        ):
            second.take(1)
        reader.take(100)
        assert reader.source.status().n_lost == 0


@on_a_pty
@on_linux
def test_the_board_that_answers_in_this_program_does_not_hold_its_own_port() -> None:
    with boards("ours") as (board,):
        for _ in range(30):
            assert holders(board.port) == []
            link = SerialLink(board.port, 500_000)
            assert holders(board.port) == [f"this program ({os.getpid()})"]
            link.close()


@pytest.mark.realtime
@on_a_pty
@on_linux
def test_an_end_left_open_of_a_port_that_is_gone_holds_no_other() -> None:
    with boards("first") as (board,):
        left_open = os.open(board.port, os.O_RDWR | posix_os.O_NOCTTY)
        try:
            board.unplug()
            board.replug()
            assert holders(board.port) == []
            with reading(board.port) as reader:
                reader.take(10)
        finally:
            os.close(left_open)


@on_a_pty
def test_a_path_that_is_not_there_names_what_is_near() -> None:
    with (
        boards("ours") as (board,),
        reading(board.port[:-1] + "H") as reader,
        pytest.raises(SourceNotFoundError, match=rf"did you mean {board.port}\?"),
    ):
        reader.take(1)


def test_a_path_that_is_not_there_names_no_folder_or_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "pty0").mkdir()
    (tmp_path / "pty2").touch()
    assert "did you mean" not in str(not_found(str(tmp_path / "pty1"), []))


def test_a_path_far_from_any_lists_the_ports_there_are() -> None:
    told = str(not_found("COM77", [usb("/dev/ttyACM0")]))
    assert "no port COM77; there are /dev/ttyACM0" in told
    assert "plug the board in" in str(not_found("COM77", []))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such paths")
@pytest.mark.parametrize("what", ["a file", "a folder", "/dev/zero"])
def test_what_is_no_serial_port_is_told_as_such(what: str, tmp_path: Path) -> None:
    path = {"a file": tmp_path / "file", "a folder": tmp_path}.get(what, Path(what))
    (tmp_path / "file").touch()
    with (
        reading(str(path)) as reader,
        pytest.raises(
            SourceNotFoundError, match=rf"^{path} is not a serial port; .*emgstream ports"
        ),
    ):
        reader.take(1)


def test_an_empty_name_is_no_port() -> None:
    with reading("") as reader, pytest.raises(SourceNotFoundError, match=r"^no port ''; "):
        reader.take(1)


@pytest.mark.parametrize("address", ["socket://", "socket://host", "socket://:7", "socket://a:b"])
def test_half_an_address_is_told_with_the_whole_form(address: str) -> None:
    with reading(address) as reader, pytest.raises(UsageError, match="socket://HOST:PORT"):
        reader.take(1)


def test_an_address_nobody_listens_at_is_told() -> None:
    with (
        reading("socket://127.0.0.1:1") as reader,
        pytest.raises(SourceError, match=r"nothing answers at socket://127\.0\.0\.1:1"),
    ):
        reader.take(1)


@pytest.mark.parametrize(
    ("platform", "fix"),
    [("linux", "sudo usermod -aG"), ("darwin", "ask who runs"), ("win32", "ask who runs")],
)
def test_no_permission_comes_with_the_fix_for_this_system(
    platform: str, fix: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    port = tmp_path / "ttyUSB0"
    port.touch()
    assert fix in str(no_permission(str(port)))


@on_a_pty
def test_a_port_this_user_may_not_open_is_told_before_it_is_touched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with boards("ours") as (board,):
        Path(board.port).chmod(0o000)
        if os.access(board.port, os.R_OK):  # root may do anything
            monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(SourceError, match=r"no permission to open .*to read and write"):
            check_port(board.port, [])
        assert board.ledger().n_boots == 0


def test_a_port_held_by_the_modem_manager_comes_with_what_helps() -> None:
    assert "systemctl stop ModemManager" in str(port_in_use("COM3", ["ModemManager (612)"]))
    assert "held by another program" in str(port_in_use("COM3", []))
    assert "held by a and b and c and 2 more;" in str(port_in_use("COM3", list("abcde")))


@pytest.mark.parametrize(
    ("lost", "listed", "found"),
    [
        (usb("/dev/a"), [usb("/dev/b", "B2"), usb("/dev/c")], "/dev/c"),
        (usb("{here}"), [usb("{here}", "B2")], None),  # another board in its place
        (usb("{here}"), [usb("{here}", pid=0x10)], None),
        (usb("/dev/a"), [], None),
        (usb("{here}", None), [], "{here}"),  # no serial number: the path has to do
        (PortInfo("{here}"), [], "{here}"),
        (PortInfo("/dev/none"), [], None),
        (PortInfo("socket://127.0.0.1:9"), [], "socket://127.0.0.1:9"),
    ],
)
@on_a_pty
def test_a_board_is_found_again_by_its_serial_number_else_by_its_path(
    lost: PortInfo, listed: list[PortInfo], found: str | None, tmp_path: Path
) -> None:
    here = tmp_path / "ttyEMG"
    here.touch()
    lost, *there = (replace(p, device=p.device.format(here=here)) for p in (lost, *listed))
    again = find_again(lost, there)
    assert (again and again.device) == (found and found.format(here=here))


@pytest.mark.realtime
@on_a_pty
def test_another_board_in_its_place_is_not_taken() -> None:
    with boards("ours", "other") as (ours, other):
        listed = [usb(ours.port)]
        with reading(ours.port, ports=lambda: listed) as reader:
            reader.take(50)
            listed[:] = [usb(other.port, "B2")]
            ours.unplug()
            reader.until(lambda: reader.states[-1].startswith("unplugged"))
            for _ in range(30):
                reader.read()
            assert other.ledger().n_boots == 0
            ours.replug()
            listed.append(usb(ours.port))
            reader.take_segment(1, 50)
            assert_is_the_truth(reader, ours.ledger(), 1)


@on_a_pty
def test_a_probe_says_who_answered_and_starts_nothing() -> None:
    with boards("ours") as (board,):
        assert asked(PortInfo(board.port)) == (
            "EMG firmware 1.0.0 (simulated, synthetic), biceps, triceps, middle at 1000 Hz, "
            "500000 baud"
        )
        assert board.ledger().runs == ()
        assert holders(board.port) == []


@on_a_pty
def test_an_answer_stays_while_others_are_still_asked() -> None:
    with boards("ours") as (board,):
        port = PortInfo(board.port)
        with PortProbe(port, [port], BAUDS, None, MonotonicClock()) as probe:
            while not probe.is_done:
                probe.step()
            answer = probe.answer()
            probe.step()
            assert (probe.is_done, probe.answer()) == (True, answer)


def test_ports_on_usb_come_first_and_have_their_numbers() -> None:
    ports = list_ports()
    assert [port.vid is None for port in ports] == sorted(port.vid is None for port in ports)
    assert usb("x").usb_id == "2341:0043"
    assert PortInfo("x").usb_id == ""
