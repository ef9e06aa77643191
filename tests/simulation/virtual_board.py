"""A board or a sketch on a cable in memory, in a time of its own: nothing waits for a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from emgstream.clock import Clock
from emgstream.cue_schedule import CueSchedule
from emgstream.errors import SourceDisconnectedError, SourceError
from emgstream.simulation.board import BoardSettings, Faults, Instructions, Ledger
from emgstream.simulation.board.board_runner import BoardRunner
from emgstream.sources.serial_board import probe
from tests.simulation.boards import SCRIPT

__all__ = ["VirtualBoard", "VirtualDevice", "VirtualSketch"]

_ADDRESS = "socket://a-cable-in-memory:1"
_TURN_S = 0.005  # a real board's thread serves its line every 2 to 10 ms


class MemoryCable:
    """Both ends of a cable, for one reader at a time."""

    address = _ADDRESS

    def __init__(self) -> None:
        self.is_in = False
        self.reader: MemoryLink | None = None
        self.to_board = self.to_reader = b""

    def plug(self) -> None:
        self.is_in = True

    def unplug(self) -> None:
        self.is_in = False
        self.reader = None
        self.to_board = self.to_reader = b""

    close = unplug

    def wait(self, _timeout_s: float) -> bool:
        return self.reader is not None

    def read(self) -> bytes:
        data, self.to_board = self.to_board, b""
        return data

    def write(self, data: bytes) -> int:
        self.to_reader += data
        return len(data)


class MemoryLink:
    """The reader's end. Time passes as it is read."""

    device = _ADDRESS
    has_speed = False

    def __init__(self, device: VirtualDevice) -> None:
        self._device = device

    def read(self, *, waits: bool = False) -> bytes:  # noqa: ARG002
        self._device.pass_time(_TURN_S)
        cable = self._hold()
        data, cable.to_reader = cable.to_reader, b""
        return data

    def write(self, data: bytes) -> None:
        self._hold().to_board += data

    def set_speed(self, baud: int) -> None:
        raise AssertionError(f"a line without a speed is asked for {baud} baud")

    def close(self) -> None:
        if self._device.cable.reader is self:
            self._device.cable.reader = None
            self._device.pass_time(0.0)

    def _hold(self) -> MemoryCable:
        if self._device.cable.reader is not self:
            raise SourceDisconnectedError(f"{self.device} is gone (unplugged)")
        return self._device.cable


class VirtualDevice:
    """What is at the other end of a cable in memory; takes a turn whenever it is read.

    Parameters
    ----------
    clock
        Its time, and its reader's: a `ManualClock`, which moves on as it is slept on, or another.
    """

    port = _ADDRESS

    def __init__(self, clock: Clock) -> None:
        self.cable = MemoryCable()
        self._clock = clock

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let `SerialBoardSource` find this where it opens `port`."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(probe, "open_link", self.open_link)
            yield

    def open_link(self, device: str, _baud: int) -> MemoryLink:
        """Open the cable, as `emgstream.sources.serial_board.serial_link.open_link` does a port."""
        if not self.cable.is_in:
            raise SourceError(f"nothing answers at {device}")
        self.cable.reader = MemoryLink(self)
        self.pass_time(0.0)
        return self.cable.reader

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and give the device a turn at its end."""
        self._clock.sleep(seconds)
        self._take_turn()

    def _take_turn(self) -> None:
        raise NotImplementedError


class VirtualBoard(VirtualDevice):
    """A `SimulatedBoard` without a thread, and without a port that the system knows.

    Parameters
    ----------
    clock
        Its time, and its reader's.
    faults, script, seed, session, has_battery, ppm, instructions
        As in `BoardSettings`.
    """

    def __init__(
        self,
        clock: Clock,
        faults: str = "",
        *,
        script: CueSchedule = SCRIPT,
        seed: int = 5,
        session: int = 0,
        has_battery: bool = False,
        ppm: float = 0.0,
        instructions: Instructions | None = None,
    ) -> None:
        super().__init__(clock)
        self._settings = BoardSettings(
            script, 1000.0, Faults.parse(faults), seed, session, has_battery, ppm, instructions
        )
        self._runner = BoardRunner(self._settings, self.cable, clock)
        self._runner.update_cable()

    def unplug(self) -> None:
        self._runner.wants_plugged = False
        self._runner.update_cable()

    def replug(self) -> None:
        self._runner.wants_plugged = True
        self._runner.update_cable()

    def ledger(self) -> Ledger:
        """Return what was sent up to now."""
        sampler = self._runner.protocol.sampler
        return Ledger.of(
            replace(self._settings, script=sampler.script),
            self._runner.elapsed_s,
            self._runner.protocol.n_boots,
            sampler.runs,
            self._runner.unplugs,
        )

    def _take_turn(self) -> None:
        self._runner.update_cable()
        if self._runner.is_plugged:
            self._runner.step(self.cable.reader is not None)
        else:
            self._runner.step_unplugged()


class VirtualSketch(VirtualDevice):
    """A board that prints without being asked, while somebody has the port open.

    Parameters
    ----------
    clock
        Its time, and its reader's.
    line
        Number of the line, from 0 -> its bytes.
    rate_hz
        Lines a second.
    """

    def __init__(self, clock: Clock, line: Callable[[int], bytes], rate_hz: float = 400.0) -> None:
        super().__init__(clock)
        self._line, self._rate_hz = line, rate_hz
        self._last_s = clock.now()
        self._due, self._n_lines = 0.0, 0
        self._is_silent = self._loses_lines = False
        self.cable.plug()

    def fall_silent(self, *, loses_lines: bool) -> None:
        """Print nothing until `speak`; what is due meanwhile is lost, or printed late."""
        self._is_silent, self._loses_lines = True, loses_lines

    def speak(self) -> None:
        self._is_silent = self._loses_lines = False

    @property
    def n_printed(self) -> int:
        return self._n_lines

    def set_rate(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz

    def unplug(self) -> None:
        self.cable.unplug()

    def replug(self) -> None:
        self.cable.plug()

    def _take_turn(self) -> None:
        now_s = self._clock.now()
        elapsed_s, self._last_s = now_s - self._last_s, now_s
        if self.cable.reader is not None:
            self._due += elapsed_s * self._rate_hz
        if self._loses_lines:
            self._n_lines = int(self._due)
        while not self._is_silent and self._n_lines < int(self._due):
            self.cable.write(self._line(self._n_lines))
            self._n_lines += 1
