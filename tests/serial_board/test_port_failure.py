"""Why a port cannot be opened: by numbers, in whatever language the system writes."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import serial

from emgstream.errors import SourceError
from emgstream.sources.serial_board.port_failure import PortFailure, port_failure
from emgstream.sources.serial_board.serial_link import SerialLink


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
    with pytest.raises(SourceError, match="is no serial port"):
        SerialLink(str(file), 500_000)


def test_a_bluetooth_port_whose_device_is_off_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise of_windows("OSError", 22, "Das Semaphor-Zeitlimit wurde erreicht.", 121)

    monkeypatch.setattr("serial.Serial", refuse)
    with pytest.raises(SourceError, match=r"behind COM7 does not answer; .*switched on"):
        SerialLink("COM7", 500_000)
