"""Handshake with a board: line speed, identity, and the start of the stream.

Each function is a generator that waits for at most 20 ms between two yields, so that its caller can
stop at any time, and several ports can be asked at once.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from emgstream.clock import Clock
from emgstream.errors import SourceDisconnectedError, SourceError, UsageError
from emgstream.logs import get_logger
from emgstream.sources.serial_board.protocol_detector import DetectionLimits, ProtocolDetector
from emgstream.sources.serial_board.serial_link import BoardLink
from emgstream.sources.serial_board.serial_ports import is_network
from emgstream.wire import (
    Command,
    FrameDecoder,
    Frames,
    Identity,
    Reply,
    ReplyScanner,
    TextDecoder,
)
from emgstream.wording import counted

__all__ = ["BAUDS", "BoardGreeting", "Steps", "find_speaker", "no_answer", "start_board"]

_log = get_logger(__name__)

BAUDS = (500_000, 115_200, 1_000_000, 250_000, 230_400, 57_600, 9_600)
"""Line speeds in baud that are tried, in this order: that of our firmware, then common ones."""

_FIRST = DetectionLimits(silent_s=3.0)  # at the first speed: opening resets the board
_LATER = DetectionLimits(silent_s=0.7)  # at another speed: the board has started by then
_ONLY = DetectionLimits(silent_s=4.0)  # if the speed is given, there is no other to try
_ASK_EVERY_S = 0.3  # a choice: several questions during the 1.7 s of a bootloader
_WAITS_S = (0.3, 0.6, 1.2, 2.4)  # for an answer before the command is repeated: a busy line is slow

Steps: TypeAlias = Generator[None, None, None]


@dataclass(frozen=True, slots=True, eq=False)
class BoardGreeting:
    """The result of listening on a line."""

    baud: int
    """Speed in baud at which it was understood; the last one tried if it was not."""
    n_bytes: int
    """Bytes received at all speeds."""
    identity: Identity | None = None
    """Identity of the board; None if there was no answer."""
    text: TextDecoder | None = None
    """Decoder of the lines of numbers, if there are any; it knows their layout."""
    line_rate_hz: float = float("nan")
    """Lines per second, roughly."""

    @property
    def is_understood(self) -> bool:
        """True if samples can be read."""
        return self.identity is not None or self.text is not None


def find_speaker(
    link: BoardLink, bauds: Sequence[int], n_channels: int | None, clock: Clock
) -> Generator[None, None, BoardGreeting]:
    """Return what is on a line; try one speed after the other. The link is at the first speed.

    Asks for the identity meanwhile. Raises SourceError for another version of the protocol, and
    SourceDisconnectedError.
    """
    bauds = bauds if link.has_speed else bauds[:1]
    n_bytes = 0
    for number, baud in enumerate(bauds):
        if number:
            try:
                link.set_speed(baud)
            except UsageError:
                continue  # a speed this port does not have cannot be the board's
        _log.debug("%s: listening at %d baud", link.device, baud)
        patience = _ONLY if len(bauds) == 1 else _LATER if number else _FIRST
        listener = ProtocolDetector(n_channels, clock.now())
        yield from _listen(link, listener, patience, clock)
        n_bytes += listener.n_bytes
        if listener.identity is not None:
            _log.info("%s: %s answered at %d baud", link.device, listener.identity, baud)
            return BoardGreeting(baud, n_bytes, listener.identity)
        if listener.has_lines:
            _log.info("%s: lines of text at %d baud", link.device, baud)
            return BoardGreeting(baud, n_bytes, None, listener.text, listener.line_rate_hz())
    _log.info("%s: nothing that makes sense in %d bytes", link.device, n_bytes)
    return BoardGreeting(baud, n_bytes)


def start_board(
    link: BoardLink, identity: Identity, rate_hz: float | None, clock: Clock
) -> Generator[None, None, tuple[Identity, FrameDecoder, Frames]]:
    """Make a board stream frames, at ``rate_hz`` if it can.

    Returns its identity after that, the decoder, and the first samples of the stream. Earlier bytes
    are dropped. Raises SourceDisconnectedError if the board does not answer any more.
    """
    yield from _ask(link, Command("stop"), "stop", clock)
    if identity.mode != "binary":
        yield from _ask(link, Command("binary"), "mode", clock)
    if rate_hz is not None and abs(identity.sampling_rate_hz - rate_hz) > 0.05:
        wanted = Command("rate", min(max(round(rate_hz), 1), 0xFFFF))
        reply = yield from _ask(link, wanted, "rate", clock)
        identity = replace(identity, sampling_rate_hz=_rate_in(reply))
    identity = replace(identity, mode="binary", is_streaming=True)
    decoder, frames = yield from _start(link, identity, clock)
    return identity, decoder, frames


def no_answer(device: str, bauds: Sequence[int], speaker: BoardGreeting) -> SourceError:
    """Return the error to raise if nothing on a line is understood."""
    has_speed = not is_network(device)
    tried = "any of " * (len(bauds) > 1) + ", ".join(map(str, bauds))
    at_speed = f" at {tried} baud" if has_speed else ""
    hint = "is this the EMG firmware? load it with emgstream firmware export DIR"
    if speaker.n_bytes == 0:
        return SourceError(
            f"{device} stayed silent{at_speed}; expected a board that names itself or "
            f"prints numbers; {hint}"
        )
    others = [baud for baud in BAUDS if has_speed and baud not in bauds]
    other = f"; or try --baud {others[0]}, or none to have it found" if others else ""
    return SourceError(
        f"no valid frame in {counted(speaker.n_bytes, 'byte')} from {device}{at_speed}; "
        f"{hint}{other}"
    )


def _listen(
    link: BoardLink, listener: ProtocolDetector, patience: DetectionLimits, clock: Clock
) -> Steps:
    ask_s = clock.now()
    while not listener.is_done(clock.now(), patience):
        if clock.now() >= ask_s:
            link.write(Command("identify").encode())
            ask_s = clock.now() + _ASK_EVERY_S
        listener.feed(link.read(), clock.now())
        yield


def _ask(
    link: BoardLink, command: Command, kind: str, clock: Clock
) -> Generator[None, None, Reply]:
    """Return the reply to a command; the command is repeated if there is none in time."""
    scanner = ReplyScanner()
    for wait_s in _WAITS_S:
        link.write(command.encode())
        until_s = clock.now() + wait_s
        while clock.now() < until_s:
            replies = scanner.feed(link.read())
            found = [reply for reply in replies if reply.kind == kind]
            if found:
                _log.debug("%s: '%s' is answered by %s", link.device, command.verb, found[-1])
                return found[-1]
            yield
    raise _unheard(link, command)


def _start(
    link: BoardLink, identity: Identity, clock: Clock
) -> Generator[None, None, tuple[FrameDecoder, Frames]]:
    """Return the decoder and its first samples, from the reply to the newest start command on.

    A start that was answered late is ignored: the next one opens another segment.
    """
    n_channels = len(identity.channel_names)
    for wait_s in _WAITS_S:
        counter = random.randrange(1 << 16)  # tells this start from any other
        link.write(Command("start", counter).encode())
        until_s, heard = clock.now() + wait_s, b""
        while clock.now() < until_s:
            heard += link.read()
            _, mark, rest = heard.partition(b"#start counter=%d " % counter)
            decoder = FrameDecoder(n_channels, identity.sampling_rate_hz, identity.bits)
            frames = decoder.feed(mark + rest)
            if any(reply.kind == "start" for reply in decoder.take_replies()):
                return decoder, frames
            yield
    raise _unheard(link, Command("start"))


def _rate_in(reply: Reply) -> float:
    try:
        return float(reply.values["rate"])
    except (KeyError, ValueError) as error:
        raise SourceError(
            f"the board's answer to 'rate' has none ({dict(reply.values)}); "
            "flash the sketch again: emgstream firmware export DIR"
        ) from error


def _unheard(link: BoardLink, command: Command) -> SourceDisconnectedError:
    return SourceDisconnectedError(
        f"the board at {link.device} named itself, then left '{command.verb}' unanswered "
        f"{len(_WAITS_S)} times; expected a reply; check the cable, and unplug and replug the board"
    )
