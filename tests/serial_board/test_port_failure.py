"""Why a port cannot be opened: by numbers, in whatever language the system writes."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import serial
from serial.tools.list_ports_common import ListPortInfo

from emgstream.cli import main, ports_verb
from emgstream.errors import SourceError
from emgstream.sources.serial_board import list_ports
from emgstream.sources.serial_board.port_failure import PortFailure, port_failure
from emgstream.sources.serial_board.serial_link import SerialLink
from emgstream.sources.serial_board.serial_ports import PortInfo, not_found


def of_windows(kind: str, number: int, words: str, code: int) -> serial.SerialException:
    """Return what pyserial raises on Windows where a port cannot be opened."""
    return serial.SerialException(
        f"could not open port 'COM5': {kind}({number}, {words!r}, None, {code})"
    )


@pytest.mark.parametrize("words", ["Access is denied.", "Zugriff verweigert", "拒绝访问。", "it's"])
def test_a_port_in_use_is_told_in_every_language(words: str) -> None:
    assert port_failure(of_windows("PermissionError", 13, words, 5)) is PortFailure.IN_USE


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (2, PortFailure.MISSING),
        (1167, PortFailure.MISSING),
        (121, PortFailure.NO_ANSWER),
        (170, PortFailure.IN_USE),
        (31, PortFailure.OTHER),
    ],
)
def test_an_error_of_windows_is_told_by_its_code(code: int, failure: PortFailure) -> None:
    assert port_failure(of_windows("OSError", 22, "Das System …", code)) is failure


def test_a_speed_that_windows_refuses_is_one_of_the_line() -> None:
    error = serial.SerialException(
        "Cannot configure port, something went wrong. Original message: "
        "OSError(22, 'Falscher Parameter.', None, 87)"
    )
    assert port_failure(error) is PortFailure.NO_SUCH_SPEED
    assert port_failure(ValueError("Invalid baud rate: 7")) is PortFailure.NO_SUCH_SPEED


@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (errno.ENOENT, PortFailure.MISSING),
        (errno.EBUSY, PortFailure.IN_USE),
        (errno.EAGAIN, PortFailure.IN_USE),
        (errno.EACCES, PortFailure.NOT_ALLOWED),
        (errno.EIO, PortFailure.OTHER),
    ],
)
def test_an_error_of_linux_or_macos_is_told_by_its_number(
    number: int, failure: PortFailure
) -> None:
    words = f"could not open port /dev/ttyACM0: [Errno {number}] Keine Berechtigung"
    assert port_failure(serial.SerialException(number, words)) is failure


@pytest.mark.skipif(os.name == "nt", reason="on Windows a file cannot be opened as a port")
def test_a_file_is_no_terminal(tmp_path: Path) -> None:
    file = tmp_path / "arm.csv"
    file.touch()
    with pytest.raises(SourceError, match="is not a serial port"):
        SerialLink(str(file), 500_000)


def test_a_bluetooth_port_whose_device_is_off_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise of_windows("OSError", 22, "Das Semaphor-Zeitlimit wurde erreicht.", 121)

    monkeypatch.setattr("serial.Serial", refuse)
    with pytest.raises(SourceError, match=r"behind COM7 does not answer; .*switched on"):
        SerialLink("COM7", 500_000)


def test_a_port_of_bluetooth_is_told_from_one_on_a_cable(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for device, hwid in (("COM3", "USB VID:PID=2341:0043"), ("COM7", "BTHENUM\\{00001101}_LOCAL")):
        port = ListPortInfo(device)
        port.hwid = hwid
        found.append(port)
    monkeypatch.setattr("emgstream.sources.serial_board.serial_ports.comports", lambda: found)
    assert [port.device for port in list_ports() if port.is_bluetooth] == ["COM7"]


def test_ports_of_bluetooth_are_asked_only_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """To open one takes ten seconds and more where its device is off, for all ports together."""
    asked: list[str] = []

    def ask(ports: list[PortInfo], _: object) -> list[tuple[PortInfo, str]]:
        asked.extend(port.device for port in ports)
        return [(port, "silent") for port in ports]

    monkeypatch.setattr(
        ports_verb, "list_ports", lambda: [PortInfo("COM3"), PortInfo("COM7", is_bluetooth=True)]
    )
    monkeypatch.setattr(ports_verb, "_ask", ask)
    assert main(["ports"]) == 0
    assert asked == ["COM3"]
    assert "COM7" in (shown := capsys.readouterr().out)
    assert "Bluetooth, not asked" in shown
    assert main(["ports", "COM7"]) == 0
    assert asked == ["COM3", "COM3", "COM7"]


def test_a_port_that_is_listed_and_gone_is_not_asked_for_by_its_own_name() -> None:
    told = str(not_found("COM5", [PortInfo("COM5")]))
    assert "did you mean" not in told
    assert "unplug the board" in told
