"""The port of a board that has just been plugged in, or the reason why there is none."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from emgstream.sources.serial_board.holders import holders
from emgstream.sources.serial_board.serial_ports import PortInfo, list_ports
from emgstream.sources.usb_bridges import (
    BRIDGES,
    UsbBridge,
    UsbDevice,
    bridge_of,
    bridges_without_port,
    is_running,
    usb_devices,
)
from emgstream.translation import tr

__all__ = ["PortFinding", "PortLook", "find_port", "look_for_port"]

_PATIENCE_S = 4.0
"""Seconds after which a missing port is no longer one that is about to appear. A choice: a board
takes one to two from the plug to its port."""
_BRAILLE = ("CH340", "CP210x")
"""Chips that are in some Braille displays too, so that the service for these takes them."""


class PortFinding(Enum):
    """The state of the search for the port of a board."""

    LOOKING = "looking"
    """No port yet; the board may have been plugged in just now."""
    NONE = "no board"
    """No board on the USB, or one whose driver is missing on a system that does not tell."""
    TAKEN = "taken by the service for Braille displays"
    """Linux: the board is on the USB, and brltty has taken its chip."""
    NO_DRIVER = "driver missing"
    """The board is on the USB, and no port appears."""
    NOT_ALLOWED = "no permission"
    """There is a port, and this user may not open it."""
    IN_USE = "in use"
    """There is a port, and another program has it open."""
    FOUND = "found"
    """There is one port on USB."""
    SEVERAL = "several"
    """There are several ports on USB; each is asked which board it is."""


@dataclass(frozen=True, slots=True)
class PortLook:
    """The result of a search, in words, with the port where there is one."""

    finding: PortFinding
    """The state of the search."""
    words: str
    """The same for people, with what to do."""
    port: str | None = None
    """The port to connect to."""


def find_port(
    ports: Sequence[PortInfo],
    devices: Sequence[UsbDevice],
    brltty_runs: bool,
    platform: str,
    waited_s: float,
) -> PortLook:
    """Return the state of the search for a board after ``waited_s`` seconds.

    Parameters
    ----------
    ports
        The serial ports of this machine.
    devices
        The devices on the USB, where the system tells; else none.
    brltty_runs
        True if Linux's service for Braille displays runs.
    platform
        ``sys.platform``.
    waited_s
        Seconds since the first look.
    """
    on_usb = [port for port in ports if port.vid is not None]
    if len(on_usb) > 1:
        names = ", ".join(port.device for port in on_usb)
        return PortLook(
            PortFinding.SEVERAL,
            tr("There are several ports: {names}. Each is asked which it is.", names=names),
        )
    if on_usb:
        return _of_port(on_usb[0])
    if waited_s < _PATIENCE_S:
        return PortLook(PortFinding.LOOKING, tr("Looking for the board …"))
    bridges = bridges_without_port(devices, ports)
    if bridges:
        return _without_port(bridges[0], brltty_runs, platform)
    return PortLook(PortFinding.NONE, _nothing(platform, brltty_runs))


def look_for_port(waited_s: float) -> PortLook:
    """Return the state of the search on this machine now; takes up to a second."""
    ports, devices = list_ports(), usb_devices()
    return find_port(ports, devices, is_running("brltty"), sys.platform, waited_s)


def _without_port(bridge: UsbBridge, brltty_runs: bool, platform: str) -> PortLook:
    """Return why a chip on the USB has become no port."""
    if brltty_runs and bridge.name in _BRAILLE:
        return PortLook(
            PortFinding.TAKEN,
            tr(
                "The board is there (chip {chip}), but brltty, the service for Braille "
                "displays, has taken it. Remove the package brltty with the program for "
                "software of your system if you use no such display, then plug the board in "
                "again.",
                chip=bridge.name,
            ),
        )
    return PortLook(
        PortFinding.NO_DRIVER,
        tr(
            "The board is there (chip {chip}), but no port appears. Its driver is missing: "
            "{cure}. Then plug the board in again.",
            chip=bridge.name,
            cure=_driver(platform, bridge.driver),
        ),
    )


def _of_port(port: PortInfo) -> PortLook:
    chip = bridge_of(port)
    what = port.device
    if chip is not None:
        what = tr("{port} (chip {chip})", port=port.device, chip=chip.name)
    if os.name != "nt" and Path(port.device).exists():
        if not os.access(port.device, os.R_OK | os.W_OK):
            return PortLook(
                PortFinding.NOT_ALLOWED,
                tr(
                    "The board is at {what}, but you may not open it. Ask who runs this computer "
                    "for access to serial ports (on Linux the group dialout), then log out and in "
                    "again.",
                    what=what,
                ),
            )
        by = [one for one in holders(port.device) if not one.startswith("this program")]
        if by:
            return PortLook(
                PortFinding.IN_USE,
                tr(
                    "The board is at {what}, but {names} has it open. Close its serial monitor, or "
                    "the program.",
                    what=what,
                    names=tr(" and ").join(by),
                ),
            )
    return PortLook(PortFinding.FOUND, tr("Your board is at {what}.", what=what), port.device)


def _driver(platform: str, driver: str) -> str:
    if platform.startswith("linux"):
        return tr(
            "the kernel of this system was built without it; install the kernel's extra modules"
        )
    return tr("install {driver}, from its maker's web page", driver=driver)


def _nothing(platform: str, brltty_runs: bool) -> str:
    plug = tr(
        "No board yet. Plug it in with a USB cable that carries data: many only charge. Try "
        "another socket of the computer, without a hub."
    )
    if not platform.startswith("linux"):
        chips = ", ".join(
            tr("{driver} for a {chip}", driver=one.driver, chip=one.name) for one in BRIDGES[:3:2]
        )
        driver = tr(
            "A copy of an Arduino may need the driver of its USB chip: {chips}. The name is "
            "printed on the chip beside the USB socket.",
            chips=chips,
        )
        return f"{plug} {driver}"
    light = tr(
        "A light on the board should be on. The drivers of the usual USB chips (CH340, CP210x, "
        "FT232) are part of Linux; nothing has to be installed."
    )
    further = (
        tr(
            "brltty, the service for Braille displays, runs here and may take such a board: remove "
            "that package if you use no such display, then plug the board in again."
        )
        if brltty_runs
        else tr("Still nothing: try another cable.")
    )
    return f"{plug} {light} {further}"
