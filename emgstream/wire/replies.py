"""Replies of a board, as checksummed lines of readable ASCII; used at both ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from emgstream.errors import SourceError
from emgstream.wire.framing import crc16

__all__ = [
    "PROTOCOL",
    "BoardStatus",
    "Identity",
    "Reply",
    "ReplyScanner",
    "find_replies",
    "split_replies",
]

PROTOCOL = 1
"""Version of the wire protocol spoken here."""

_LONGEST = 320
"""Longest reply without checksum, in bytes. A choice: an identity with 11 channel names of 15
letters has 282."""
_PATTERN = re.compile(rb"#([\x20-\x22\x24-\x29\x2b-\x7e]{1,%d})\*([0-9A-F]{4})" % _LONGEST)


@dataclass(frozen=True)
class Reply:
    r"""One reply of a board: a kind and named values.

    >>> Reply("rate", {"asked": "1000", "rate": "698.000"}).encode()
    b'#rate asked=1000 rate=698.000*5D83\r\n'
    """

    kind: str
    """``id``, ``start``, ``stop``, ``rate``, ``mode``, ``status`` or ``error``."""
    values: Mapping[str, str]
    """Values by name; no space, ``#``, ``*`` or control character in either."""

    def encode(self, *, binary: bool = False) -> bytes:
        """Return the bytes of the line; between two delimiters if ``binary``."""
        body = " ".join([self.kind, *(f"{name}={text}" for name, text in self.values.items())])
        raw = body.encode("ascii")
        line = b"#%s*%04X\r\n" % (raw, crc16(raw))
        return b"\0" + line + b"\0" if binary else line


def find_replies(data: bytes) -> list[Reply]:
    """Return all replies with a good checksum among any bytes, in order."""
    return [reply for match in _PATTERN.finditer(data) if (reply := _reply(match))]


def split_replies(data: bytes) -> tuple[list[Reply], bytes]:
    """Return all replies with a good checksum, and the remaining bytes."""
    replies, rest, done = [], b"", 0
    for match in _PATTERN.finditer(data):
        reply = _reply(match)
        if reply is not None:
            replies.append(reply)
            rest, done = rest + data[done : match.start()], match.end()
    return replies, (rest + data[done:]).strip(b"\r\n") if replies else data


def _reply(match: re.Match[bytes]) -> Reply | None:
    body, checksum = match.groups()
    if crc16(body) != int(checksum, 16):
        return None
    kind, *words = body.decode("ascii").split()
    return Reply(kind, dict(word.split("=", 1) for word in words if "=" in word))


class ReplyScanner:
    """Decoder of replies in a stream of any content: frames, text, garbage from booting.

    For the handshake, when it is not known yet what the board sends. Keeps at most one reply's
    length of bytes.
    """

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> list[Reply]:
        """Return the replies that these bytes complete; any split gives the same replies."""
        data = self._tail + data
        ends = [match.end() for match in _PATTERN.finditer(data)]
        self._tail = data[ends[-1] if ends else 0 :][-_LONGEST - 8 :]
        return find_replies(data)


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity of a board, and how it samples."""

    board: str
    """Kind of board, such as ``uno``."""
    firmware: str
    """Version of the firmware, such as ``1.0.0``."""
    channel_names: tuple[str, ...]
    """Name of each channel, in the order of the frames."""
    sampling_rate_hz: float
    """Samples per second by the board's clock, rounded to a period that its timer can count."""
    bits: int
    """Resolution of the converter: samples are 0 to ``2**bits - 1``."""
    reference_mv: int
    """Nominal voltage of a full-scale sample in millivolts."""
    baud: int
    """Speed of the line."""
    mode: str = "binary"
    """``binary`` or ``text``."""
    is_streaming: bool = False
    """True while samples are being sent."""
    protocol: int = PROTOCOL
    """Version of the wire protocol."""

    def reply(self) -> Reply:
        """Return the identity as the reply to ``identify``."""
        values = {
            "proto": str(self.protocol),
            "board": self.board,
            "fw": self.firmware,
            "names": ",".join(self.channel_names),
            "rate": f"{self.sampling_rate_hz:.3f}",
            "bits": str(self.bits),
            "vref_mv": str(self.reference_mv),
            "baud": str(self.baud),
            "mode": self.mode,
            "on": str(int(self.is_streaming)),
        }
        return Reply("id", values)

    @classmethod
    def from_reply(cls, reply: Reply) -> Identity:
        """Return the identity in a reply.

        Raises
        ------
        SourceError
            The board speaks another version of the protocol, or the reply lacks a value.
        """
        if reply.values.get("proto") != str(PROTOCOL):
            message = f"the board speaks wire protocol {reply.values.get('proto')}"
            hint = f"this emgstream speaks {PROTOCOL}; flash the sketch it brings"
            raise SourceError(f"{message}; {hint}: emgstream firmware export DIR")
        values = reply.values
        try:
            return cls(
                board=values["board"],
                firmware=values["fw"],
                channel_names=tuple(values["names"].split(",")),
                sampling_rate_hz=float(values["rate"]),
                bits=int(values["bits"]),
                reference_mv=int(values["vref_mv"]),
                baud=int(values["baud"]),
                mode=values["mode"],
                is_streaming=values["on"] == "1",
            )
        except (KeyError, ValueError) as error:
            raise _incomplete(reply, error) from error


@dataclass(frozen=True, slots=True)
class BoardStatus:
    """Counters of a board since its last ``start``."""

    n_instants: int
    """Sampling instants; the lower 16 bits of the last one plus the first counter are the counter
    of the newest frame."""
    n_sent: int
    """Frames handed to the line as a whole."""
    n_queue_full: int
    """Instants dropped because the line had not taken the earlier frames."""
    n_late: int
    """Instants dropped because the converter or the main loop was still busy with the previous."""

    def reply(self) -> Reply:
        """Return the counters as the reply to ``status``."""
        numbers = (self.n_instants, self.n_sent, self.n_queue_full, self.n_late)
        names = ("instants", "sent", "queue_full", "late")
        return Reply("status", {n: str(v) for n, v in zip(names, numbers, strict=True)})

    @classmethod
    def from_reply(cls, reply: Reply) -> BoardStatus:
        """Return the counters in a reply; raises SourceError if one is missing."""
        names = ("instants", "sent", "queue_full", "late")
        try:
            return cls(*(int(reply.values[name]) for name in names))
        except (KeyError, ValueError) as error:
            raise _incomplete(reply, error) from error


def _incomplete(reply: Reply, error: Exception) -> SourceError:
    message = f"the board's {reply.kind} reply {dict(reply.values)} is incomplete ({error})"
    return SourceError(f"{message}; flash the sketch again: emgstream firmware export DIR")
