"""Checks of serial ports: boards on USB, drivers, permissions, who holds a port, latency timers."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from emgstream.app.doctor.doctor_check import DoctorCheck, good, problem, warning
from emgstream.errors import SourceError
from emgstream.sources.serial_board import PortInfo, check_port, list_ports
from emgstream.translation import tr

__all__ = ["port_checks"]

_CHIPS = {0x1A86: "CH340", 0x10C4: "CP210x", 0x0403: "FTDI", 0x067B: "PL2303", 0x2341: "Arduino"}
"""Serial chips of boards by their USB vendor number (USB ID database, usb-ids.gowdy.us)."""
_MODULES = {0x1A86: "ch341", 0x10C4: "cp210x", 0x0403: "ftdi_sio", 0x067B: "pl2303"}
"""Drivers of Linux for them."""
_FTDI = 0x0403
_GROUPS = ("dialout", "uucp")
"""Groups that may open serial ports: of Debian, Ubuntu and Fedora, and of Arch."""
_USB = Path("/sys/bus/usb/devices")
_TIMERS = Path("/sys/bus/usb-serial/devices")
_COMMAND = re.compile(r"sudo [^,;]+")
_ENTER = tr("enter the line in a terminal")
_LONGEST_MS = 1
"""The least an FTDI chip can wait; 16 ms, the default, is most of a step of 20 ms."""


def port_checks() -> Iterator[DoctorCheck]:
    """Give the checks of every port on USB, or of why there is none."""
    listed = list_ports()
    boards = [port for port in listed if port.vid is not None]
    for port in boards:
        yield _port_check(port, listed)
        yield from _timer_check(port)
    if not boards:
        yield good("ports", tr("no board on USB; plug one in with a cable that carries data"))
        yield from _group_check()
    if sys.platform == "linux":
        yield from _driver_checks({port.vid for port in boards})


def _port_check(port: PortInfo, listed: Sequence[PortInfo]) -> DoctorCheck:
    chip = _CHIPS.get(port.vid or 0, "")
    name = " ".join(filter(None, (port.device, port.description, chip and f"({chip})")))
    try:
        check_port(port.device, listed)
    except SourceError as error:
        what, *clauses = str(error).split("; ")
        cure = "; ".join(clause for clause in clauses if not clause.startswith("expected "))
        found = _COMMAND.search(cure)
        command = "" if found is None else found[0]
        return problem("port", what, cure.replace(command, _ENTER) if command else cure, command)
    return good("port", tr("{name} is free and may be opened", name=name))


def _timer_check(port: PortInfo) -> Iterator[DoctorCheck]:
    """Give whether an FTDI chip holds samples back before it sends them."""
    if port.vid != _FTDI:
        return
    timer = _TIMERS / Path(port.device).name / "latency_timer"
    try:
        waits_ms = int(timer.read_text())
    except (OSError, ValueError):
        if sys.platform == "win32":
            yield warning(
                "latency",
                tr(
                    "{device} has an FTDI chip, which holds samples back for 16 ms by default",
                    device=port.device,
                ),
                tr("set the latency timer to 1 ms: Device Manager, Ports, Port Settings, Advanced"),
            )
        return
    if waits_ms > _LONGEST_MS:
        yield warning(
            "latency",
            tr(
                "the FTDI chip of {device} holds samples back for up to {waits_ms} ms",
                device=port.device,
                waits_ms=waits_ms,
            ),
            tr("set that to 1 ms, which holds until the board is plugged in again"),
            f"echo 1 | sudo tee {timer}",
        )
    else:
        yield good(
            "latency",
            tr(
                "the FTDI chip of {device} sends after {waits_ms} ms",
                device=port.device,
                waits_ms=waits_ms,
            ),
        )


def _group_check() -> Iterator[DoctorCheck]:
    """Give whether this user may open serial ports, while there is none to try it on."""
    found: Iterator[DoctorCheck] = iter(())
    if sys.platform == "linux" and os.geteuid() != 0:
        found = _user_check()
    return found


if sys.platform == "linux":
    import grp
    import pwd

    def _user_check() -> Iterator[DoctorCheck]:
        there = [group for group in grp.getgrall() if group.gr_name in _GROUPS]
        if not there or any(group.gr_gid in os.getgroups() for group in there):
            return
        try:
            user = pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            user = "$USER"
        name = there[0].gr_name
        if any(user in group.gr_mem for group in there):
            yield warning(
                "group",
                tr("{user} was added to the group {name}", user=user, name=name),
                tr("log out and in again"),
            )
        else:
            yield warning(
                "group",
                tr(
                    "{user} is not in the group {name}, which may open serial ports",
                    user=user,
                    name=name,
                ),
                tr("add {user} to that group, then log out and in again", user=user),
                f"sudo usermod -aG {name} {user}",
            )


def _driver_checks(known: set[int | None]) -> Iterator[DoctorCheck]:
    """Give the serial chips on USB that have no port: no driver took them."""
    for path in sorted(_USB.glob("*/idVendor")):
        try:
            vid = int(path.read_text(), 16)
        except (OSError, ValueError):
            continue
        if vid in _MODULES and vid not in known:
            has_brltty = shutil.which("brltty") is not None
            yield problem(
                "driver",
                tr("a {chip} chip is on USB and has no port: no driver took it", chip=_CHIPS[vid]),
                tr("remove the package brltty, which takes such boards for braille displays")
                if has_brltty
                else tr("load its driver"),
                "sudo apt-get remove brltty" if has_brltty else f"sudo modprobe {_MODULES[vid]}",
            )
