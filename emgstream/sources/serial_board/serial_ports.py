"""The serial ports of this machine, and the errors if one cannot be opened."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from serial.tools.list_ports import comports

from emgstream.errors import SourceError, SourceNotFoundError
from emgstream.sources.serial_board.built_in_ports import alias_of, built_in_ports, is_phantom
from emgstream.sources.serial_board.holders import holders
from emgstream.sources.source_kind import AUTO, SIMULATED, FoundSource
from emgstream.wording import did_you_mean

__all__ = [
    "PortInfo",
    "PortLister",
    "check_port",
    "find_again",
    "find_boards",
    "is_network",
    "list_ports",
    "no_partner",
    "no_permission",
    "no_port",
    "not_found",
    "port_in_use",
]

_NETWORK = "socket://"
_MOST_NAMED = 3
_CONSOLE_GROUP = "tty"
"""Group of a port that the system uses to log in (agetty(8)); no group of people for ports."""
_LEAVE_CONSOLE = (
    "the system offers a login on it: on a Raspberry Pi switch that off with sudo raspi-config "
    "(Interface Options, Serial Port: no login shell, but the hardware), and start it again"
)


@dataclass(frozen=True, slots=True)
class PortInfo:
    """One serial port, as the operating system describes it."""

    device: str
    """Name to open it by: ``/dev/ttyACM0``, ``COM3``."""
    description: str = ""
    """Description by the system."""
    vid: int | None = None
    """USB vendor number; None if it is not on USB."""
    pid: int | None = None
    """USB product number."""
    serial_number: str | None = None
    """Serial number of the USB device, if it has one."""
    is_bluetooth: bool = False
    """True for a port of Bluetooth: to open it, the system looks for its device for seconds."""

    @property
    def usb_id(self) -> str:
        """Vendor and product number, as ``2341:0043``; empty if it is not on USB."""
        return "" if self.vid is None else f"{self.vid:04X}:{self.pid or 0:04X}"

    def is_same_board(self, other: PortInfo) -> bool:
        """Return True if both are the same USB device, whatever their names."""
        return (
            self.vid is not None
            and self.serial_number is not None
            and (self.vid, self.pid, self.serial_number)
            == (other.vid, other.pid, other.serial_number)
        )


PortLister: TypeAlias = Callable[[], Sequence[PortInfo]]


def list_ports() -> list[PortInfo]:
    """Return the serial ports of this machine, those on USB first, by name."""
    found = [
        PortInfo(
            port.device,
            "" if port.description in (None, "n/a") else port.description,
            port.vid,
            port.pid,
            port.serial_number,
            _is_bluetooth(port.device, port.hwid or ""),
        )
        for port in comports()
    ]
    if sys.platform == "linux":
        found = _as_linux_has_them(found)
    return sorted(found, key=lambda port: (port.vid is None, port.device))


def _as_linux_has_them(found: Sequence[PortInfo]) -> list[PortInfo]:
    """Return the ports without those that are none, and with those of the computer itself."""
    there = [port for port in found if not is_phantom(port.device)]
    known = {port.device for port in there}
    there += [PortInfo(device) for device in built_in_ports() if device not in known]
    return [replace(port, description=port.description or alias_of(port.device)) for port in there]


def _is_bluetooth(device: str, hardware: str) -> bool:
    r"""Return True for a port of Bluetooth, by its names on Windows, Linux and macOS.

    >>> _is_bluetooth("COM7", r"BTHENUM\{00001101-0000-1000-8000-00805F9B34FB}_LOCALMFG&0000")
    True
    """
    name = device.rpartition("/")[2]
    return hardware.upper().startswith("BTHENUM") or name.startswith(("rfcomm", "cu.Bluetooth"))


def find_boards() -> list[FoundSource]:
    """Return the serial ports on USB, which may have a board; none is opened."""
    return [
        FoundSource(port.device, f"{port.device}  {port.description}".rstrip())
        for port in list_ports()
        if port.vid is not None
    ]


def find_again(lost: PortInfo, listed: Sequence[PortInfo]) -> PortInfo | None:
    """Return the port of a board that is back, by serial number or path; None if it is not.

    A bootloader that takes the place of its board for an upload has another product number.
    """
    for port in listed:
        if lost.is_same_board(port):
            return port
    if lost.vid is not None and lost.serial_number is not None:
        return None
    there = next((port for port in listed if port.device == lost.device), lost)
    return lost if there.usb_id == lost.usb_id and _exists(lost.device, listed) else None


def is_network(device: str) -> bool:
    """Return True if a port is a TCP connection."""
    return device.startswith(_NETWORK)


def check_port(device: str, listed: Sequence[PortInfo]) -> None:
    """Raise the reason why a port cannot be opened, before it is opened.

    Raises
    ------
    SourceNotFoundError
        There is no such port, or it is not a serial port.
    SourceError
        Another process has it open, or this user has no permission.
    """
    if is_network(device):
        return
    if not _exists(device, listed):
        raise not_found(device, listed)
    if os.name != "nt" and not Path(device).is_char_device():
        raise no_port(device, listed)
    if os.name != "nt" and not os.access(device, os.R_OK | os.W_OK):
        raise no_permission(device)
    by = holders(device)
    if by:
        raise port_in_use(device, by)


def not_found(device: str, listed: Sequence[PortInfo]) -> SourceNotFoundError:
    """Return the error for a port that does not exist."""
    names = [port.device for port in listed]
    if device in names:  # opening it failed all the same
        return SourceNotFoundError(
            f"{device} is listed, and cannot be found; expected a board on it; unplug the board, "
            "and plug it in again"
        )
    meant = did_you_mean(device, [*names, *_siblings(device), AUTO, SIMULATED])
    there = "" if meant else f"; {_there_are(listed)}"
    return SourceNotFoundError(
        f"no port {device or repr(device)}{meant}{there}; see emgstream ports"
    )


def no_port(device: str, listed: Sequence[PortInfo]) -> SourceNotFoundError:
    """Return the error for a path that is not a serial port."""
    hint = f"expected one; {_there_are(listed)}"
    return SourceNotFoundError(f"{device} is not a serial port; {hint}; see emgstream ports")


def port_in_use(device: str, by: Sequence[str]) -> SourceError:
    """Return the error for a port that another process has open."""
    named = [*by[:_MOST_NAMED], f"{len(by) - _MOST_NAMED} more"] if len(by) > _MOST_NAMED else by
    who = " and ".join(named) or "another program"
    hint = "close that first"
    if any(name.startswith("ModemManager") for name in by):
        hint = "it lets go after about 10 s; or: sudo systemctl stop ModemManager"
    return SourceError(f"{device} is in use: held by {who}; expected a free port; {hint}")


def no_partner(device: str) -> SourceError:
    """Return the error for a port of Bluetooth whose device is switched off or away."""
    return SourceError(
        f"what is behind {device} does not answer; expected it to be switched on and near; for a "
        "board on a cable name another port: emgstream ports"
    )


def no_permission(device: str) -> SourceError:
    """Return the error for a port that this user may not open."""
    fix = "ask who runs this machine for access to it"
    if sys.platform == "linux":
        group = _group(device)
        fix = f"sudo usermod -aG {group} $USER, then log out and in again"
        if group == _CONSOLE_GROUP:
            fix = _LEAVE_CONSOLE
    return SourceError(f"no permission to open {device}; expected to read and write it; {fix}")


def _exists(device: str, listed: Sequence[PortInfo]) -> bool:
    if is_network(device):
        return True
    if os.name == "nt":
        return any(port.device.upper() == device.upper() for port in listed)
    return bool(device) and Path(device).exists()


def _there_are(listed: Sequence[PortInfo]) -> str:
    if listed:
        return f"there are {', '.join(port.device for port in listed)}"
    return "no serial port is there at all: plug the board in, with a cable that carries data"


def _siblings(device: str) -> list[str]:
    """Return the ports in the folder of a path that does not exist."""
    folder = Path(device).parent
    if os.name == "nt" or folder == Path("/dev") or not folder.is_absolute():
        return []  # what counts of /dev is listed anyway, and the rest would mislead
    try:
        return sorted(str(path) for path in folder.iterdir() if path.is_char_device())
    except OSError:
        return []


def _group(device: str) -> str:
    name = "dialout"
    if sys.platform != "win32":
        import grp

        with suppress(KeyError, OSError):
            name = grp.getgrgid(Path(device).stat().st_gid).gr_name
    return name
