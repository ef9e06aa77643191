"""A host at the other end of a simulated board's line: in memory, and on a real port."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from emgstream.simulation import CueSchedule
from emgstream.simulation.board import BoardProtocol, BoardSettings, Faults, Ledger
from emgstream.wire import Command, FrameDecoder, Frames, Reply
from tests.posix import posix_os

SCRIPT = CueSchedule.parse("rest:0.5,hand_close:0.5,elbow_bend:0.5")
PATIENCE_S = 20.0


def rows_of(frames: Frames, chosen: Any) -> Frames:
    """Return some rows, chosen by a mask or by their numbers."""
    return Frames(*(getattr(frames, name)[chosen] for name in Frames.__slots__))


def joined(parts: list[Frames]) -> Frames:
    return Frames(
        np.concatenate([part.index for part in parts]),
        np.concatenate([part.device_us for part in parts]),
        np.concatenate([part.samples for part in parts]),
        np.concatenate([part.segment for part in parts]),
    )


class Bench:
    """A board in memory, and the time it lives in."""

    def __init__(
        self, faults: str = "", seed: int = 1, ppm: float = 0.0, rate_hz: float = 1000.0
    ) -> None:
        self.settings = BoardSettings(SCRIPT, rate_hz, Faults.parse(faults), seed, ppm=ppm)
        self.now_s = 100.0
        self.board = BoardProtocol(self.settings, self.now_s)
        self.board.reset(self.now_s)

    def say(self, *words: str) -> bytes:
        """Send command lines, and return what the board answers at once."""
        for word in words:
            self.board.feed(f"{word}\n".encode(), self.now_s)
        return self.take()

    def pass_time(self, seconds: float) -> bytes:
        """Let time pass in one go, and return what the board sent meanwhile."""
        self.now_s += seconds
        data, is_behind = b"", True
        while is_behind:
            is_behind = self.board.advance(self.now_s)
            data += self.take()
        return data

    def take(self) -> bytes:
        data = self.board.send_queue.ready(self.now_s)
        self.board.send_queue.mark_sent(len(data))
        return data

    @property
    def ledger(self) -> Ledger:
        return Ledger.of(self.settings, self.now_s, 1, self.board.sampler.runs, [])


@dataclass
class Host:
    """A reader of a port, as plain as can be; reads and decodes until it has seen enough."""

    read: Callable[[], bytes]
    write: Callable[[bytes], object]
    decoder: FrameDecoder = field(default_factory=lambda: FrameDecoder(3, 1000.0, bits=10))
    parts: list[Frames] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    def say(self, verb: str, argument: int | None = None) -> None:
        self.write(Command(verb, argument).encode())

    def take(self) -> None:
        self.parts.append(self.decoder.feed(self.read()))
        self.replies += self.decoder.take_replies()

    def read_until(self, is_enough: Callable[[Host], bool]) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not is_enough(self):
            got = f"{self.decoder.counters}, {[reply.kind for reply in self.replies]}"
            assert time.monotonic() < deadline_s, f"not enough after {PATIENCE_S} s: {got}"
            self.take()

    def stream(self, n_frames: int) -> Frames:
        """Start, take that many frames, stop, and return all that came."""
        self.say("start", 65_000)
        self.read_until(lambda host: host.decoder.counters.n_frames >= n_frames)
        self.say("stop")
        self.read_until(lambda host: host.has("stop"))
        return joined(self.parts)

    def has(self, kind: str) -> bool:
        return any(reply.kind == kind for reply in self.replies)


@contextmanager
def opened(port: str) -> Iterator[Host]:
    """Give a host that has a port open: a path, or ``socket://HOST:PORT``."""
    if port.startswith("socket://"):
        name, _, number = port.removeprefix("socket://").partition(":")
        with socket.create_connection((name, int(number))) as line:
            yield Host(lambda: _when_ready(line.fileno(), lambda: line.recv(65_536)), line.sendall)
        return
    fd = os.open(port, os.O_RDWR | posix_os.O_NOCTTY)
    try:
        yield Host(
            lambda: _when_ready(fd, lambda: os.read(fd, 65_536)), lambda data: os.write(fd, data)
        )
    finally:
        os.close(fd)


def _when_ready(fd: int, read: Callable[[], bytes]) -> bytes:
    readable, _, _ = select.select([fd], [], [], 0.05)
    data = read() if readable else b""
    if readable and not data:
        raise ConnectionError("the line is dead")
    return data


def is_dead(host: Host) -> bool:
    """Tell whether reading fails, which it does once what was on its way is read."""
    try:
        host.take()
    except OSError:
        return True
    return False


def wait_for(what: Callable[[], bool], told: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline_s, f"waited {PATIENCE_S} s in vain: {told()}"
        time.sleep(0.002)
