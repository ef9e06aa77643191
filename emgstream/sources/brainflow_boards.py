"""The boards that BrainFlow knows: their names in an address, and what each needs to be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from emgstream.errors import UsageError
from emgstream.wording import did_you_mean

__all__ = [
    "BoardNeeds",
    "BoardParameter",
    "board_address",
    "board_name",
    "check_board",
    "dongle_address",
    "needs_of",
]


@dataclass(frozen=True, slots=True)
class BoardParameter:
    """One parameter in the address of a board."""

    key: str
    """Its name in the address: ``serial_port``."""
    value: str
    """Its value in words: ``PORT``."""
    condition: str = ""
    """The condition under which it is needed: ``if there are several``; empty for always."""

    @property
    def words(self) -> str:
        """The parameter in words: ``serial_port=PORT``."""
        return f"{self.key}={self.value} {self.condition}".strip()


@dataclass(frozen=True, slots=True)
class BoardNeeds:
    """The needs of a board in its address."""

    parameters: tuple[BoardParameter, ...] = ()
    """Its parameters."""
    remark: str = ""
    """A remark on how the board is found, in a few words."""

    @property
    def words(self) -> str:
        """All of it in words."""
        named = [one.words for one in self.parameters]
        listed = " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
        return "; ".join(filter(None, (self.remark, listed)))


_PORT = BoardParameter("serial_port", "PORT")
_DONGLE_PORT = BoardParameter("serial_port", "PORT of its dongle")
_MAC = BoardParameter("mac_address", "MAC")
_MAC_OF_SEVERAL = BoardParameter("mac_address", "MAC", "if there are several")
_ADDRESS, _IP_PORT = BoardParameter("ip_address", "ADDRESS"), BoardParameter("ip_port", "PORT")
_MASTER = BoardParameter("master_board", "BOARD")
_BY_PORT, _BY_MAC = BoardNeeds((_PORT,)), BoardNeeds((_MAC,))
_BY_DONGLE, _BY_NETWORK = BoardNeeds((_DONGLE_PORT,)), BoardNeeds((_ADDRESS, _IP_PORT))
_WIFI = BoardNeeds(
    (
        BoardParameter("ip_port", "FREE PORT"),
        BoardParameter("ip_address", "SHIELD", "if not 192.168.4.1"),
    )
)
_NEEDS = {
    "PLAYBACK_FILE": BoardNeeds((BoardParameter("file", "FILE"), _MASTER)),
    "STREAMING": BoardNeeds((BoardParameter("ip_address", "GROUP"), _IP_PORT, _MASTER)),
    "SYNTHETIC": BoardNeeds(remark="nothing: synthetic signals"),
    "CYTON": _BY_DONGLE,
    "CYTON_DAISY": _BY_DONGLE,
    "CYTON_WIFI": _WIFI,
    "CYTON_DAISY_WIFI": _WIFI,
    "GANGLION": BoardNeeds((_DONGLE_PORT, _MAC_OF_SEVERAL)),
    "GANGLION_NATIVE": BoardNeeds((_MAC_OF_SEVERAL,), "Bluetooth"),
    "GANGLION_WIFI": _WIFI,
    "GALEA": BoardNeeds((BoardParameter("ip_address", "ADDRESS", "if it is not found"),)),
    "FREEEEG32": _BY_PORT,
    "FREEEEG128": _BY_PORT,
    "NEUROPAWN_KNIGHT": _BY_PORT,
    "NEUROPAWN_KNIGHT_IMU": _BY_PORT,
    "SHIMMER3": _BY_PORT,
    "PIEEG": BoardNeeds((BoardParameter("serial_port", "/dev/spidev0.0"),)),
    "ENOPHONE": _BY_MAC,
    "AAVAA_V3": _BY_MAC,
    "EXPLORE_4_CHAN": _BY_MAC,
    "EXPLORE_8_CHAN": _BY_MAC,
    "EXPLORE_PLUS_8_CHAN": _BY_MAC,
    "EXPLORE_PLUS_32_CHAN": _BY_MAC,
    "NTL_WIFI": _BY_NETWORK,
    "BIOLISTENER": _BY_NETWORK,
    "GFORCE_PRO": BoardNeeds(remark="nothing; Windows only"),
    "GFORCE_DUAL": BoardNeeds(remark="nothing; Windows only"),
}
"""Needs of a board in its address, from BrainFlow's list of supported boards (docs, 5.x)."""
_NEEDS_BY_ENDING = {
    "_BLED": BoardNeeds((BoardParameter("serial_port", "PORT of a BLED112 dongle"),))
}
_BLUETOOTH = BoardNeeds(
    (BoardParameter("serial_number", "NUMBER", "if there are several"),), "Bluetooth"
)
_NEEDS_BY_START = {
    "MUSE": _BLUETOOTH,
    "BRAINBIT": _BLUETOOTH,
    "CALLIBRI": _BLUETOOTH,
    "ANT_NEURO": BoardNeeds(remark="nothing, by USB"),
}
_NOT_KNOWN = BoardNeeds(remark="see BrainFlow's list of supported boards")

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
    meant = did_you_mean(wanted, known)
    hint = "" if meant else "; expected one such as CYTON"
    raise UsageError(f"BrainFlow has no board {name!r}{meant}{hint}; the list of ports has all")


def needs_of(name: str) -> BoardNeeds:
    """Return the needs of a board in its address.

    >>> needs_of("CYTON").words
    'serial_port=PORT of its dongle'
    >>> [one.key for one in needs_of("MUSE_2").parameters]
    ['serial_number']
    """
    if name in _NEEDS:
        return _NEEDS[name]
    for ending, needs in _NEEDS_BY_ENDING.items():
        if name.endswith(ending):
            return needs
    for start, needs in _NEEDS_BY_START.items():
        if name.startswith(start):
            return needs
    return _NOT_KNOWN


def board_address(name: str, values: Mapping[str, str]) -> str:
    """Return the address of a board with its parameters; empty ones are left out.

    >>> board_address("GANGLION", {"serial_port": "/dev/ttyACM0", "mac_address": ""})
    'brainflow://GANGLION?serial_port=/dev/ttyACM0'
    """
    given = {key: value.strip() for key, value in values.items() if value.strip()}
    query = urlencode(given, safe="/:", quote_via=quote)
    return f"brainflow://{name}" + (f"?{query}" if query else "")


def dongle_address(vid: int | None, pid: int | None, device: str) -> str | None:
    """Return the address to try for a dongle on a port; None if it is not known.

    >>> dongle_address(0x2458, 0x0001, "COM3")
    'brainflow://GANGLION?serial_port=COM3'
    """
    name = None if vid is None or pid is None else _DONGLES.get((vid, pid))
    return None if name is None else f"brainflow://{name}?serial_port={device}"
