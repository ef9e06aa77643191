"""The boards that BrainFlow knows: their names in an address, and what each needs to be found."""

from __future__ import annotations

from difflib import get_close_matches

from emgstream.errors import UsageError

__all__ = ["board_name", "check_board", "dongle_address", "needs_of"]

_SERIAL = "serial_port=PORT"
_MAC = "mac_address=MAC"
_SERIAL_NUMBER = "serial_number=NUMBER if there are several"
_WIFI = "ip_port=FREE PORT, ip_address=SHIELD if not 192.168.4.1"
_NEEDS = {
    "PLAYBACK_FILE": "file=FILE and master_board=BOARD",
    "STREAMING": "ip_address=GROUP, ip_port=PORT and master_board=BOARD",
    "SYNTHETIC": "nothing: synthetic signals",
    "CYTON": f"{_SERIAL} of its dongle",
    "CYTON_DAISY": f"{_SERIAL} of its dongle",
    "CYTON_WIFI": _WIFI,
    "CYTON_DAISY_WIFI": _WIFI,
    "GANGLION": f"{_SERIAL} of its dongle; {_MAC} if there are several",
    "GANGLION_NATIVE": f"Bluetooth; {_MAC} if there are several",
    "GANGLION_WIFI": _WIFI,
    "GALEA": "ip_address=ADDRESS if it is not found",
    "FREEEEG32": _SERIAL,
    "FREEEEG128": _SERIAL,
    "NEUROPAWN_KNIGHT": _SERIAL,
    "NEUROPAWN_KNIGHT_IMU": _SERIAL,
    "SHIMMER3": _SERIAL,
    "PIEEG": "serial_port=/dev/spidev0.0",
    "ENOPHONE": _MAC,
    "AAVAA_V3": _MAC,
    "EXPLORE_4_CHAN": _MAC,
    "EXPLORE_8_CHAN": _MAC,
    "EXPLORE_PLUS_8_CHAN": _MAC,
    "EXPLORE_PLUS_32_CHAN": _MAC,
    "NTL_WIFI": "ip_address=ADDRESS and ip_port=PORT",
    "BIOLISTENER": "ip_address=ADDRESS and ip_port=PORT",
    "GFORCE_PRO": "nothing; Windows only",
    "GFORCE_DUAL": "nothing; Windows only",
}
"""Needs of a board in its address, from BrainFlow's list of supported boards (docs, 5.x)."""
_NEEDS_BY_ENDING = {"_BLED": f"{_SERIAL} of a BLED112 dongle"}
_NEEDS_BY_START = {
    "MUSE": f"Bluetooth; {_SERIAL_NUMBER}",
    "BRAINBIT": f"Bluetooth; {_SERIAL_NUMBER}",
    "CALLIBRI": f"Bluetooth; {_SERIAL_NUMBER}",
    "ANT_NEURO": "nothing, by USB",
}

_DONGLES = {
    (0x0403, 0x6015): "CYTON",  # FT231X, which other boards have, too: it is only suggested
    (0x2458, 0x0001): "GANGLION",  # BLED112
}
"""Boards by VID and PID of the dongle they come with (OpenBCI's documentation)."""


def board_name(identifier: str) -> str:
    """Return the name in an address for a name in BrainFlow's list.

    >>> board_name("CYTON_BOARD"), board_name("NEUROPAWN_KNIGHT_BOARD_IMU")
    ('CYTON', 'NEUROPAWN_KNIGHT_IMU')
    """
    return identifier.upper().replace("-", "_").replace("_BOARD", "")


def check_board(name: str, known: tuple[str, ...]) -> str:
    """Return the name of a board as an address has it; raises UsageError if it is not known."""
    wanted = board_name(name)
    if wanted in known:
        return wanted
    near = get_close_matches(wanted, known, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "expected one such as CYTON"
    raise UsageError(f"BrainFlow has no board {name!r}; {hint}; emgstream ports lists all")


def needs_of(name: str) -> str:
    """Return what a board needs in its address, in words.

    >>> needs_of("CYTON")
    'serial_port=PORT of its dongle'
    """
    if name in _NEEDS:
        return _NEEDS[name]
    for ending, needs in _NEEDS_BY_ENDING.items():
        if name.endswith(ending):
            return needs
    for start, needs in _NEEDS_BY_START.items():
        if name.startswith(start):
            return needs
    return "see BrainFlow's list of supported boards"


def dongle_address(vid: int | None, pid: int | None, device: str) -> str | None:
    """Return the address to try for a dongle on a port; None if it is not known.

    >>> dongle_address(0x2458, 0x0001, "COM3")
    'brainflow://GANGLION?serial_port=COM3'
    """
    name = None if vid is None or pid is None else _DONGLES.get((vid, pid))
    return None if name is None else f"brainflow://{name}?serial_port={device}"
