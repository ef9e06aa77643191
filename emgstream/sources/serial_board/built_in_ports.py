"""Serial ports of Linux that are part of the computer, as those at the pins of a Raspberry Pi."""

from __future__ import annotations

from pathlib import Path

__all__ = ["alias_of", "built_in_ports", "is_phantom"]

_DEV = Path("/dev")
_TTY = Path("/sys/class/tty")
_PATTERNS = ("ttyS*", "ttyTHS*")
"""Names of ports that pyserial 3.5 leaves out: of a Raspberry Pi before Linux 6.5, of a Jetson."""
_UNKNOWN = "0"
"""PORT_UNKNOWN of the kernel's serial_core.h: a name that is reserved, with no port behind it."""
_ALIASES = ("serial0", "serial1")
"""Links of Raspberry Pi OS to its first and its second port, whichever these are."""


def is_phantom(device: str, folder: Path = _TTY) -> bool:
    """Return True for a name that Linux reserves for a port that this computer does not have.

    From Linux 6.5 on, pyserial 3.5 lists these (its issue 763): ``/dev/ttyS0`` to ``/dev/ttyS31``.
    """
    return _type_of(folder / Path(device).name) == _UNKNOWN


def built_in_ports(devices: Path = _DEV, folder: Path = _TTY) -> list[str]:
    """Return the ports that Linux has a driver for, of the names that pyserial may leave out."""
    return [
        str(devices / entry.name)
        for pattern in _PATTERNS
        for entry in sorted(folder.glob(pattern))
        if _type_of(entry) not in ("", _UNKNOWN) and (devices / entry.name).exists()
    ]


def alias_of(device: str, devices: Path = _DEV) -> str:
    """Return the name by which Raspberry Pi OS knows a port, as ``serial0``; empty for none."""
    place = Path(device).resolve()
    return next((name for name in _ALIASES if (devices / name).resolve() == place), "")


def _type_of(entry: Path) -> str:
    """Return the kind of chip of a port by its number in the kernel; empty if it is not told."""
    try:
        return (entry / "type").read_text().strip()
    except OSError:
        return ""
