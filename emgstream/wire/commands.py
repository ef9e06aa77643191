"""Commands of a host to a board, as lines of ASCII; used at both ends."""

from __future__ import annotations

from dataclasses import dataclass

from emgstream.errors import UsageError
from emgstream.wire.framing import line_length

__all__ = [
    "MAX_RATE_HZ",
    "MIN_RATE_HZ",
    "VERBS",
    "Command",
    "CommandReader",
    "allowed_rate_hz",
    "parse_command",
]

VERBS = ("identify", "start", "stop", "rate", "text", "binary", "status")
"""Every command. ``start`` may and ``rate`` must be followed by a number."""

MIN_RATE_HZ = 50
"""Lowest rate of the firmware. A choice: an envelope of surface EMG, below 10 Hz, needs no more."""
MAX_RATE_HZ = 2000
"""Highest rate of the firmware: an ATmega's converter samples 3 channels about 3,000 times a
second (measured), which leaves a third of the time for the rest."""

_LONGEST_LINE = 32
"""Bytes of a command line that the firmware keeps (``LONGEST_COMMAND``)."""


@dataclass(frozen=True, slots=True)
class Command:
    r"""One command of a host; raises UsageError for an unknown one.

    >>> Command("rate", 500).encode()
    b'\nrate 500\n'
    """

    verb: str
    """One of `VERBS`."""
    argument: int | None = None
    """First counter of ``start`` (0 to 65535, 0 if absent), samples per second of ``rate``."""

    def __post_init__(self) -> None:
        if _is_complete(self.verb, self.argument):
            return
        message = f"{self.verb!r} with {self.argument!r} is not a command"
        hint = f"write start [COUNTER], rate HZ, or one of {', '.join(VERBS)} alone"
        raise UsageError(f"{message}; {hint}")

    def encode(self) -> bytes:
        """Return the bytes to send.

        The line feed in front ends any noise that the board may have taken for a command.
        """
        words = self.verb if self.argument is None else f"{self.verb} {self.argument}"
        return f"\n{words}\n".encode("ascii")


def parse_command(line: bytes) -> Command | None:
    r"""Return the command in a line, in upper or lower case; None if there is none.

    >>> parse_command(b" START 40000\r")
    Command(verb='start', argument=40000)
    >>> parse_command(b"start now") is None
    True
    """
    words = line.decode("ascii", "replace").lower().split()
    if not 1 <= len(words) <= 2:
        return None
    argument = None
    if len(words) == 2:
        if not (words[1].isascii() and words[1].isdigit()):
            return None
        argument = int(words[1])
    return Command(words[0], argument) if _is_complete(words[0], argument) else None


def allowed_rate_hz(asked_hz: int, baud: int, n_channels: int) -> int:
    """Return the rate a board sets when asked for one: 50 to 2000 Hz, limited by its line.

    Frames may fill 97 % of the line, at 10 bits per byte; the rest is left for replies, a choice
    of the firmware.

    >>> allowed_rate_hz(1000, 500_000, 3), allowed_rate_hz(1000, 115_200, 3)
    (1000, 698)
    """
    carried = baud * 97 // 1000 // line_length(n_channels)
    return max(MIN_RATE_HZ, min(asked_hz, MAX_RATE_HZ, carried))


def _is_complete(verb: str, argument: int | None) -> bool:
    if verb == "start":
        return argument is None or 0 <= argument <= 0xFFFF
    if verb == "rate":
        return argument is not None and 0 <= argument <= 0xFFFF
    return verb in VERBS and argument is None


class CommandReader:
    """Decoder of commands, at the board's end. Keeps at most one unfinished line of 32 bytes."""

    def __init__(self) -> None:
        self._line = b""

    def feed(self, data: bytes) -> list[Command | None]:
        r"""Return the commands that these bytes complete; None for each invalid line.

        >>> CommandReader().feed(b"identify\r\nfly\nst")
        [Command(verb='identify', argument=None), None]
        """
        *lines, rest = (self._line + data).replace(b"\r", b"\n").split(b"\n")
        # one byte more than a line may have, to distinguish an overlong line from a full one
        self._line = rest[: _LONGEST_LINE + 1]
        return [self._parse(line) for line in lines if line.strip()]

    @staticmethod
    def _parse(line: bytes) -> Command | None:
        return parse_command(line) if len(line) <= _LONGEST_LINE else None
