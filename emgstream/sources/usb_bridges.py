"""Boards as the USB shows them: which chip they have, and the driver it needs to become a port.

A cheap copy of an Arduino has a CH340 or CP210x where the original has a chip of its own. Without
the driver of that chip the board is on the USB, and no port appears.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emgstream.host_system import platform_name
from emgstream.sources.serial_board.serial_ports import PortInfo

__all__ = [
    "BRIDGES",
    "UsbBridge",
    "UsbDevice",
    "bridge_of",
    "bridges_without_port",
    "is_running",
    "usb_devices",
]

_DEVICES = Path("/sys/bus/usb/devices")
_PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """A device on the USB."""

    vid: int
    """Vendor number."""
    pid: int
    """Product number."""


@dataclass(frozen=True, slots=True)
class UsbBridge:
    """A chip that makes a serial port of a USB device."""

    name: str
    """Name of the chip, as it is printed on it."""
    driver: str
    """Name and maker of its driver for Windows and macOS."""
    vid: int
    """Vendor number on the USB."""
    pids: tuple[int, ...]
    """Product numbers on the USB."""

    def is_in(self, vid: int | None, pid: int | None) -> bool:
        """Return True if a USB device with these numbers has this chip."""
        return vid == self.vid and pid in self.pids


BRIDGES = (
    UsbBridge("CH340", "CH341SER of WCH", 0x1A86, (0x7523, 0x7522, 0x5523)),
    UsbBridge("CH9102", "CH343SER of WCH", 0x1A86, (0x55D3, 0x55D4)),
    UsbBridge("CP210x", "CP210x VCP of Silicon Labs", 0x10C4, (0xEA60, 0xEA70, 0xEA71)),
    UsbBridge("FT232", "VCP of FTDI", 0x0403, (0x6001, 0x6010, 0x6011, 0x6014, 0x6015)),
)
"""The chips on the usual boards. Numbers: those of the Linux drivers ch341, cdc_acm, cp210x and
ftdi_sio."""


def bridge_of(port: PortInfo | UsbDevice) -> UsbBridge | None:
    """Return the chip of a port or device; None for another, as on an original Arduino.

    >>> bridge_of(UsbDevice(0x1A86, 0x7523)).name
    'CH340'
    """
    return next((one for one in BRIDGES if one.is_in(port.vid, port.pid)), None)


def usb_devices(folder: Path = _DEVICES) -> list[UsbDevice]:
    """Return the devices on the USB, also those without a port; none where that is not told.

    Linux tells in ``folder``. Windows and macOS do not tell without further libraries.
    """
    found = []
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    for entry in entries:
        try:
            vid, pid = ((entry / name).read_text().strip() for name in ("idVendor", "idProduct"))
            found.append(UsbDevice(int(vid, 16), int(pid, 16)))
        except (OSError, ValueError):  # an interface or a hub port, or it was pulled out just now
            continue
    return found


def bridges_without_port(
    devices: Sequence[UsbDevice], ports: Sequence[PortInfo]
) -> list[UsbBridge]:
    """Return the chips on the USB of which no port has appeared."""
    with_port = {(port.vid, port.pid) for port in ports}
    without = (one for one in devices if (one.vid, one.pid) not in with_port)
    return [bridge for bridge in map(bridge_of, without) if bridge is not None]


def is_running(program: str, folder: Path = _PROCESSES) -> bool:
    """Return True if a process of this name runs; False where the system does not tell."""
    if platform_name() == "win32":
        return False
    for entry in list(folder.glob("[0-9]*")):  # all of it: an iterator left half-way stays open
        try:
            if (entry / "comm").read_text().strip() == program:
                return True
        except OSError:  # it has ended just now
            continue
    return False
