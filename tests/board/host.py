"""A host for the tests: the decoders on a port, without the product's own serial source."""

from __future__ import annotations

import time
from types import TracebackType

import numpy as np
import serial

from emgstream.wire import Command, FrameDecoder, Frames, Reply, ReplyScanner, TextDecoder

__all__ = ["Host", "joined", "ramp"]

_PATIENCE_S = 20.0


def ramp(number: int, pin: int) -> int:
    """Return counts that tell the conversion and the pin apart, over the whole range."""
    return (number * 7 + pin * 341) % 1024


def joined(parts: list[Frames]) -> Frames:
    """Return some frames as one piece."""
    return Frames(
        np.concatenate([part.index for part in parts]),
        np.concatenate([part.device_us for part in parts]),
        np.concatenate([part.samples for part in parts]),
        np.concatenate([part.segment for part in parts]),
    )


class Host:
    """An open port and a decoder behind it, as a context manager.

    Parameters
    ----------
    port
        Path of the port.
    decoder
        What reads the bytes; a binary decoder of three channels at 1 kHz by default.
    baud
        Speed of the line.
    asks
        Whether to ask the board who it is until it answers, as it may still be booting.
    """

    def __init__(
        self,
        port: str,
        decoder: FrameDecoder | TextDecoder | None = None,
        *,
        baud: int = 500_000,
        asks: bool = True,
    ) -> None:
        self.decoder = decoder or FrameDecoder(3, 1000.0, bits=10)
        self.parts: list[Frames] = []
        self.replies: list[Reply] = []
        self.received = b""
        self._scanner = ReplyScanner()
        self._port, self._baud, self._asks = port, baud, asks

    def __enter__(self) -> Host:
        self._serial = serial.Serial(self._port, self._baud, timeout=0.02)
        if self._asks:
            self._ask_until_it_answers()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._serial.close()

    def _ask_until_it_answers(self) -> None:
        deadline_s = time.monotonic() + _PATIENCE_S
        next_s = 0.0
        while not any(reply.kind == "id" for reply in self.replies):
            self._check(deadline_s, "no identity")
            if time.monotonic() > next_s:  # its buffer for commands is a small one
                self.send("identify")
                next_s = time.monotonic() + 0.2
            self.read()
        self.ask("status")  # behind it there is no answer to an earlier identify

    @property
    def n_samples(self) -> int:
        """Samples read so far."""
        return sum(map(len, self.parts))

    def read(self) -> None:
        """Read what is there, for 20 ms at most."""
        data = self._serial.read(self._serial.in_waiting or 1)
        self.received += data
        self.parts.append(self.decoder.feed(data))
        self.replies += self._scanner.feed(data)  # whatever the mode

    def read_samples(self, n: int) -> Frames:
        """Read until ``n`` samples came since the last call, by whatever call; return them."""
        deadline_s = time.monotonic() + _PATIENCE_S + n / 50
        while self.n_samples < n:
            self._check(deadline_s, f"{self.n_samples} of {n} samples")
            self.read()
        parts, self.parts = self.parts, []
        return joined(parts)

    def send(self, verb: str, argument: int | None = None) -> None:
        """Send a command."""
        self._serial.write(Command(verb, argument).encode())

    def send_bytes(self, data: bytes) -> None:
        """Send anything."""
        self._serial.write(data)

    def ask(self, verb: str, argument: int | None = None, *, kind: str | None = None) -> Reply:
        """Send a command and return the reply to it, samples read meanwhile aside."""
        self.replies = []
        self.send(verb, argument)
        return self.wait_for(kind or verb)

    def wait_for(self, kind: str) -> Reply:
        """Read until a reply of a kind came, and return it."""
        deadline_s = time.monotonic() + _PATIENCE_S
        while True:
            for reply in self.replies:
                if reply.kind == kind:
                    return reply
            self._check(deadline_s, f"replies {self.replies} instead of {kind!r}")
            self.read()

    def _check(self, deadline_s: float, got: str) -> None:
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"{got}; the last bytes were {self.received[-80:]!r}")
