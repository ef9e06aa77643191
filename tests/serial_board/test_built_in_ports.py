"""Ports that are part of a computer: those of a Raspberry Pi and a Jetson, and names of none."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import serial

from emgstream.sources.serial_board import PortInfo, list_ports, serial_link, serial_ports
from emgstream.sources.serial_board.built_in_ports import alias_of, built_in_ports, is_phantom
from emgstream.sources.serial_board.serial_ports import no_permission
from tests.posix import posix_os, posix_termios

PL011, UNKNOWN = "32", "0"


@pytest.fixture
def computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer with the folders ``dev`` and ``tty`` in place of /dev and /sys/class/tty."""
    for name in ("dev", "tty"):
        (tmp_path / name).mkdir()

    def found() -> list[SimpleNamespace]:
        return [
            SimpleNamespace(
                device=str(path),
                description="n/a",
                hwid="n/a",
                vid=None,
                pid=None,
                serial_number=None,
            )
            for path in sorted((tmp_path / "dev").iterdir())
            if not path.is_symlink() and not path.name.startswith("ttyTHS")
        ]

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(serial_ports, "comports", found)
    dev, tty = tmp_path / "dev", tmp_path / "tty"
    monkeypatch.setattr(serial_ports, "is_phantom", lambda one: is_phantom(one, tty))
    monkeypatch.setattr(serial_ports, "built_in_ports", lambda: built_in_ports(dev, tty))
    monkeypatch.setattr(serial_ports, "alias_of", lambda one: alias_of(one, dev))
    return tmp_path


def add(computer: Path, name: str, kind: str) -> str:
    device = computer / "dev" / name
    device.touch()
    (computer / "tty" / name).mkdir()
    (computer / "tty" / name / "type").write_text(f"{kind}\n")
    return str(device)


def test_names_without_a_port_behind_them_are_not_listed(computer: Path) -> None:
    there = add(computer, "ttyS0", "4")
    for number in range(1, 32):  # as on Ubuntu 24.04
        add(computer, f"ttyS{number}", UNKNOWN)
    assert [port.device for port in list_ports()] == [there]


def test_the_ports_of_a_raspberry_pi_are_listed_with_their_aliases(computer: Path) -> None:
    pins, bluetooth = add(computer, "ttyAMA0", PL011), add(computer, "ttyS0", "3")
    (computer / "dev" / "serial0").symlink_to(pins)
    (computer / "dev" / "serial1").symlink_to(bluetooth)
    assert list_ports() == [
        PortInfo(pins, "serial0"),
        PortInfo(bluetooth, "serial1"),
    ]


def test_the_ports_of_a_jetson_are_listed(computer: Path) -> None:
    pins = add(computer, "ttyTHS1", "20")
    assert list_ports() == [PortInfo(pins)]


def test_a_port_of_the_driver_that_pyserial_leaves_out_is_listed_once(computer: Path) -> None:
    pins = add(computer, "ttyS0", "3")
    assert [port.device for port in list_ports()] == [pins]


def test_a_mac_lists_its_call_out_ports_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["/dev/cu.Bluetooth-Incoming-Port", "/dev/cu.usbmodem14101"]
    ports = [
        SimpleNamespace(
            device=name, description="n/a", hwid="n/a", vid=vid, pid=vid, serial_number=None
        )
        for name, vid in zip(names, (None, 0x2341), strict=True)
    ]
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(serial_ports, "comports", lambda: ports)
    assert [port.device for port in list_ports()] == names[::-1]


def test_a_port_on_which_people_log_in_is_not_blamed_on_a_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(serial_ports, "_group", lambda _: "tty")
    message = str(no_permission("/dev/ttyAMA0"))
    assert "the system offers a login on it" in message
    assert "usermod" not in message
    monkeypatch.setattr(serial_ports, "_group", lambda _: "dialout")
    assert "sudo usermod -aG dialout $USER" in str(no_permission("/dev/ttyAMA0"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
def test_a_mac_keeps_a_port_for_itself_and_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Low latency has no call there: its absence must not keep the port from opening."""
    fcntl: Any = import_module("fcntl")
    termios = posix_termios()
    ours, theirs = posix_os.openpty()
    asked: list[int] = []
    ioctl = fcntl.ioctl

    def noted(descriptor: int, request: int, *rest: Any) -> Any:
        asked.append(request)
        return ioctl(descriptor, request, *rest)

    def absent(_port: Any, _is_low: bool) -> None:
        raise NotImplementedError

    monkeypatch.setattr(serial_link, "_PSEUDO_TERMINALS", ("/nowhere/",))  # a port with a speed
    monkeypatch.setattr(serial.Serial, "set_low_latency_mode", absent, raising=False)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "ioctl", noted)
    link = serial_link.SerialLink(posix_os.ttyname(theirs), 115_200)
    try:
        assert termios.TIOCEXCL in asked
        assert termios.TIOCNXCL not in asked
        os.write(ours, b"frame")
        assert link.read() == b"frame"
    finally:
        link.close()
        os.close(ours)
        os.close(theirs)
    assert termios.TIOCNXCL in asked
