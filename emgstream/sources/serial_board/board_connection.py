"""A connection to a board that streams: the open port and the decoder of its bytes."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress

from emgstream.clock import Clock
from emgstream.errors import SourceError
from emgstream.sources.serial_board.handshake import BoardGreeting, start_board
from emgstream.sources.serial_board.serial_link import BoardLink
from emgstream.sources.serial_board.serial_ports import is_network
from emgstream.wire import Command, Counters, FrameDecoder, Frames, Identity, TextDecoder

__all__ = ["SIMULATED", "BoardConnection"]

SIMULATED = "simulated"
"""Name of the board type of a simulated board."""


class BoardConnection:
    """A started board, or a sketch that prints numbers. Only one thread uses it.

    Parameters
    ----------
    link
        The open port; closed with the connection.
    speaker
        The identity, or the decoder of text, found on the port.
    clock
        The host time.
    """

    def __init__(self, link: BoardLink, speaker: BoardGreeting, clock: Clock) -> None:
        self.baud = speaker.baud
        self.line_rate_hz = speaker.line_rate_hz
        self.n_lines_before = 0 if speaker.text is None else speaker.text.counters.n_frames
        self.identity: Identity | None = speaker.identity
        self._link = link
        self._clock = clock
        self._decoder: FrameDecoder | TextDecoder = speaker.text or TextDecoder()
        self._waiting: Frames | None = None

    @property
    def device(self) -> str:
        """The port."""
        return self._link.device

    @property
    def title(self) -> str:
        """Port and board, for people."""
        who = self.identity
        if who is None:
            speed = "" if is_network(self.device) else f", {self.baud} baud"
            return f"{self.device} (text{speed})"
        synthetic = "synthetic, " if who.board == SIMULATED else ""
        return f"{self.device} ({synthetic}{who.board}, firmware {who.firmware})"

    @property
    def channel_names(self) -> tuple[str, ...]:
        """Channel names of the board."""
        if self.identity is not None:
            return self.identity.channel_names
        names = self._decoder.channel_names if isinstance(self._decoder, TextDecoder) else None
        return names or ()

    @property
    def sends_time(self) -> bool:
        """True if the board sends the time of its samples."""
        if isinstance(self._decoder, FrameDecoder):
            return True
        return self._decoder.layout is not None and self._decoder.layout.has_time

    @property
    def counters(self) -> Counters:
        """Counters of the decoder."""
        return self._decoder.counters

    def start(self, rate_hz: float | None) -> Generator[None, None, None]:
        """Make the board stream, at ``rate_hz`` if it can; a sketch streams by itself."""
        if self.identity is not None:
            self.identity, self._decoder, self._waiting = yield from start_board(
                self._link, self.identity, rate_hz, self._clock
            )

    def goes_on(self, before: BoardConnection) -> bool:
        """Return True if the board kept its power and continues the stream of a connection."""
        now, then = self.identity, before.identity
        return now is not None and then is not None and now == then and now.is_streaming

    def go_on(self, before: BoardConnection) -> None:
        """Continue the stream of another connection to the same board."""
        self._decoder = before._decoder

    def read(self, *, waits: bool = False) -> tuple[Frames, float]:
        """Return new samples, possibly none, and the host time of reading them, within 20 ms.

        With ``waits``, it waits for more than those that are already there. Raises
        SourceDisconnectedError.
        """
        if self._waiting is not None:
            frames, self._waiting = self._waiting, None
            return frames, self._clock.now()
        data = self._link.read(waits=waits)
        received_s = self._clock.now()
        return self._decoder.feed(data), received_s

    def was_reset(self) -> bool:
        """Return True if the board has sent its identity since the last call, and is idle."""
        names = (reply for reply in self._decoder.take_replies() if reply.kind == "id")
        return any(reply.values.get("on") == "0" for reply in names)

    def ask_for_name(self) -> None:
        """Ask the board for its identity; `was_reset` evaluates the answer."""
        if self.identity is not None:
            self._link.write(Command("identify").encode())

    def close(self) -> None:
        """Stop the board, if it has our firmware, and close the port."""
        with suppress(SourceError):
            if self.identity is not None:
                self._link.write(Command("stop").encode())
        self._link.close()
