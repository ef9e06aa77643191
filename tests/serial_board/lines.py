"""A line in memory, and the simulated board at its other end: time is a parameter."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from emgstream.clock import ManualClock
from emgstream.errors import SourceDisconnectedError
from emgstream.simulation.board import BoardProtocol, BoardSettings, Faults
from tests.simulation.boards import SCRIPT

__all__ = ["BoardLine", "SpokenLine", "result_of"]

Result = TypeVar("Result")

_TURN_S = 0.005
_GARBLE = bytes((value * 37 + 129) & 0xFF for value in range(256))


class SpokenLine:
    """A line in memory as a `Link`, whose time passes as it is read.

    At another speed than the board's own everything arrives garbled, in both directions.

    Parameters
    ----------
    clock
        Moved on by 5 ms at every read.
    baud
        Speed of the board; None for a line without a speed.
    speak
        Bytes that came in a turn, given its end.
    """

    device = "a line in memory"

    def __init__(
        self, clock: ManualClock, baud: int | None, speak: Callable[[float], bytes]
    ) -> None:
        self.has_speed = baud is not None
        self.speeds: list[int] = []
        self.heard: list[tuple[float, bytes]] = []
        self.is_closed = False
        self._clock, self._baud, self._speak = clock, baud, speak

    @property
    def is_understood(self) -> bool:
        """Whether both ends run at one speed; the host begins at 500000."""
        return self._baud in (None, (self.speeds or [500_000])[-1])

    def read(self, *, waits: bool = False) -> bytes:  # noqa: ARG002
        self._clock.advance(_TURN_S)
        data = self._speak(self._clock.now())
        return data if self.is_understood else data.translate(_GARBLE)

    def write(self, data: bytes) -> None:
        self.heard.append((self._clock.now(), data))

    def set_speed(self, baud: int) -> None:
        self.speeds.append(baud)

    def close(self) -> None:
        self.is_closed = True


class BoardLine(SpokenLine):
    """The simulated board at the other end of a line in memory."""

    def __init__(self, clock: ManualClock, faults: str = "", baud: int | None = 500_000) -> None:
        super().__init__(clock, baud, self._take)
        settings = BoardSettings(SCRIPT, 1000.0, Faults.parse(faults), seed=1)
        self.board = BoardProtocol(settings, clock.now())
        self.board.reset(clock.now())

    def write(self, data: bytes) -> None:
        super().write(data)
        self.board.feed(data if self.is_understood else data.translate(_GARBLE), self._clock.now())

    def _take(self, now_s: float) -> bytes:
        while self.board.advance(now_s):
            pass
        data = self.board.send_queue.ready(now_s)
        self.board.send_queue.mark_sent(len(data))
        return data


def result_of(steps: Generator[None, None, Result]) -> Result:
    """Drive one of the source's generators to its end; the time of its clock is what passes."""
    for _ in range(1_000_000):
        try:
            next(steps)
        except StopIteration as end:
            value: Result = end.value
            return value
    raise SourceDisconnectedError("it never ended")
