"""The firmware's protocol, simulated without a cable: bytes in, bytes out, time as a parameter.

Commands and replies are those of the firmware; `emgstream.simulation.board` lists the differences.
"""

from __future__ import annotations

import random

from emgstream.simulation.board.board_clock import BoardClock, reported_rate_of, ticks_of
from emgstream.simulation.board.board_sampler import Sampler
from emgstream.simulation.board.board_settings import BOARD_NAME, BoardSettings
from emgstream.simulation.board.send_queue import SendQueue
from emgstream.simulation.movements import MUSCLES
from emgstream.wire import (
    MAX_RATE_HZ,
    MIN_RATE_HZ,
    VERBS,
    Command,
    CommandReader,
    Identity,
    Reply,
    allowed_rate_hz,
)

__all__ = ["BAUD", "BoardProtocol"]

BAUD = 500_000
"""Speed of the line, the firmware's default."""
_FIRMWARE = "1.0.0"
_BITS, _REFERENCE_MV = 10, 5000  # as of an Uno
_GARBAGE_BYTES = 24  # a choice: more than a frame, less than a reply


class BoardProtocol:
    """Protocol of a simulated board. One thread uses it; nothing here waits.

    Call `advance` until it returns False, and send what `send_queue` has ready in between; then
    `feed` the bytes that were received.
    """

    def __init__(self, settings: BoardSettings, now_s: float) -> None:
        self.send_queue = SendQueue()
        self.sampler = Sampler(settings, self.send_queue)
        self.n_boots = 0
        self._settings = settings
        self._commands = CommandReader()
        self._clock = BoardClock(now_s, settings.ppm)
        self._next_counter = 0
        self._mode = "binary"
        self._period_ticks = 0
        self._awake_s: float | None = None

    @property
    def is_streaming(self) -> bool:
        """True while samples are taken."""
        return self.sampler.run is not None

    def reset(self, now_s: float) -> None:
        """Reset the board: not streaming, in binary mode, at the rate of the settings.

        It sends its identity once it has booted.
        """
        self.cut("closed")
        self._commands = CommandReader()
        self._clock = BoardClock(now_s, self._settings.ppm)
        self._next_counter = 0
        self._mode = "binary"
        self._set_period(round(self._settings.sampling_rate_hz))
        self._awake_s = now_s + self._settings.faults.boot
        self.n_boots += 1
        self._wake(now_s)

    def lose_reader(self, why: str) -> None:
        """Clear the queue, as the reader is gone; without a battery, stop sampling too."""
        if self._settings.has_battery:
            self.send_queue.clear()
        else:
            self.cut(why)

    def run_unheard(self, now_s: float) -> None:
        """Sample on without a reader, on the battery; every frame is dropped."""
        while self.is_streaming and self.advance(now_s):
            self.send_queue.clear()
        self.send_queue.clear()

    def cut(self, why: str) -> None:
        """Stop sampling and clear the queue, as the line is cut."""
        self._end_run(why)
        self.send_queue.clear()

    def advance(self, now_s: float) -> bool:
        """Take the samples that are due, 64 at most; return whether more are due."""
        self._wake(now_s)
        return self.sampler.advance(self._clock.ticks(now_s))

    def feed(self, data: bytes, now_s: float) -> None:
        """Execute the commands that the host sent."""
        self._wake(now_s)
        if self._awake_s is None:
            for command in self._commands.feed(data):
                self._execute(command, now_s)

    def _wake(self, now_s: float) -> None:
        if self._awake_s is None or now_s < self._awake_s:
            return
        self._awake_s = None
        if self._settings.faults.boot > 0.0:
            draw = random.Random(self._settings.seed + self.n_boots)
            self.send_queue.put_reply(draw.randbytes(_GARBAGE_BYTES))
        self._reply(self._identity().reply())

    def _execute(self, command: Command | None, now_s: float) -> None:
        match command:
            case Command("identify"):
                self._reply(self._identity().reply())
            case Command("start", counter):
                self._start(counter or 0, now_s)
            case Command("stop"):
                self._end_run("stop")
                self._reply(Reply("stop", {}))
            case Command("rate", int(asked_hz)):
                self._set_rate(asked_hz, now_s)
            case Command("text" | "binary" as mode):
                self._set_mode(mode, now_s)
            case Command("status"):
                self._reply(self.sampler.status().reply())
            case _:
                self._reply(Reply("error", {"expected": ",".join(VERBS)}))

    def _start(self, counter: int, now_s: float) -> None:
        self._end_run("start")
        rate = {"rate": self._rate_text(), "mode": self._mode}
        self._reply(Reply("start", {"counter": str(counter), **rate}))
        boot = self.n_boots - 1
        self.sampler.begin(self._clock, now_s, boot, self._mode, counter, self._period_ticks)

    def _set_rate(self, asked_hz: int, now_s: float) -> None:
        was_streaming = self.is_streaming
        self._end_run("start")
        self._set_period(asked_hz)
        self._reply(Reply("rate", {"asked": str(asked_hz), "rate": self._rate_text()}))
        if was_streaming:
            self._start(self._next_counter, now_s)

    def _set_mode(self, mode: str, now_s: float) -> None:
        was_streaming = self.is_streaming
        self._end_run("start")
        self._mode = mode
        if was_streaming or mode == "text":
            self._start(self._next_counter, now_s)
        else:
            self._reply(Reply("mode", {"mode": mode}))

    def _end_run(self, why: str) -> None:
        run = self.sampler.end(why)
        if run is not None:
            self._next_counter = (run.first_counter + run.n_instants) & 0xFFFF

    def _set_period(self, asked_hz: int) -> None:
        """Set the rate as the sketch does; a board that begins faster can have all up to that."""
        own_hz = round(self._settings.sampling_rate_hz)
        if own_hz > MAX_RATE_HZ:
            rate_hz = max(MIN_RATE_HZ, min(asked_hz, own_hz))
        else:
            rate_hz = allowed_rate_hz(asked_hz, BAUD, len(MUSCLES))
        self._period_ticks = ticks_of(rate_hz)

    def _rate_text(self) -> str:
        return f"{reported_rate_of(self._period_ticks):.3f}"

    def _identity(self) -> Identity:
        return Identity(
            board=BOARD_NAME,
            firmware=_FIRMWARE,
            channel_names=MUSCLES,
            sampling_rate_hz=reported_rate_of(self._period_ticks),
            bits=_BITS,
            reference_mv=_REFERENCE_MV,
            baud=BAUD,
            mode=self._mode,
            is_streaming=self.is_streaming,
        )

    def _reply(self, reply: Reply) -> None:
        self.send_queue.put_reply(reply.encode(binary=self._mode == "binary"))
