"""The board's thread at work: the cable in and out, bytes to and fro, and what happened."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass

from emgstream.clock import Clock
from emgstream.simulation.board.board_protocol import BoardProtocol
from emgstream.simulation.board.board_records import BoardUnplug
from emgstream.simulation.board.board_settings import BoardSettings
from emgstream.simulation.board.simulated_link import SimulatedLink

__all__ = ["BoardEvent", "BoardRunner", "BoardWrite"]

_MAX_EVENTS = 1000
_MAX_WRITES = 1 << 16


@dataclass(frozen=True, slots=True)
class BoardEvent:
    """Something a person who watches the board wants to know."""

    time_s: float
    """Seconds since the board came up."""
    text: str
    """What happened."""


@dataclass(frozen=True, slots=True)
class BoardWrite:
    """The moment some frames were handed to the operating system."""

    run: int
    """Number of the run."""
    index: int
    """The newest frame handed over; the one after the newest of the write before is the oldest."""
    host_s: float
    """Host time, `emgstream.clock.MonotonicClock`."""


class BoardRunner:
    """A board at a cable. Only its thread calls what acts; its owner reads under their lock."""

    def __init__(self, settings: BoardSettings, link: SimulatedLink, clock: Clock) -> None:
        self.link = link
        self.wants_plugged = True
        self.is_plugged = False
        self.is_open = False
        self.unplugs: list[BoardUnplug] = []
        self.events: deque[BoardEvent] = deque(maxlen=_MAX_EVENTS)
        self.writes: deque[BoardWrite] = deque(maxlen=_MAX_WRITES)
        self._settings = settings
        self._clock = clock
        self._came_up_s = clock.now()
        self._ended_s: float | None = None
        self.protocol = BoardProtocol(settings, self._came_up_s)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the board came up; stands still once it has ended."""
        ended_s = self._ended_s
        return (self._clock.now() if ended_s is None else ended_s) - self._came_up_s

    def come_up(self) -> None:
        """Start to count the seconds."""
        self._came_up_s = self._clock.now()

    def settle(self) -> None:
        """Pull or plug the cable as the owner and the faults want it."""
        wanted = self.wants_plugged and not self._is_unplug_due()
        if wanted and not self.is_plugged:
            self.link.plug()
            self.is_plugged = True
            if self.unplugs:
                self.unplugs[-1].replugged_s = self.elapsed_s
            self._say(f"plugged in at {self.link.address}")
        elif self.is_plugged and not wanted:
            self._pull()

    def _is_unplug_due(self) -> bool:
        unplug, first_s = self._settings.faults.unplug, self.protocol.sampler.first_s
        if unplug is None or first_s is None:
            return False
        return unplug.until(self._clock.now() - first_s) is not None

    def _pull(self) -> None:
        run = self.protocol.sampler.run
        number, index = (None, 0) if run is None else (run.run, run.n_instants)
        self.link.unplug()
        self.unplugs.append(BoardUnplug(self.elapsed_s, None, number, index))
        self.protocol.lose_reader("unplug")
        self.is_plugged = self.is_open = False
        self._say("unplugged")

    def step(self, is_open: bool) -> None:
        """Take one turn: reset or cut where a reader came or went, else serve the one there is."""
        now_s = self._clock.now()
        if is_open and not self.is_open:
            self._open(now_s)
        elif self.is_open and not is_open:
            self.protocol.feed(self.link.read(), now_s)  # a stop just before the end, say
            self.protocol.lose_reader("closed")
            self._say("closed by its reader")
        self.is_open = is_open
        if is_open:
            self._serve(now_s)
        else:
            self.protocol.run_unheard(now_s)

    def rest(self) -> None:
        """Take one turn with the cable out."""
        self.protocol.run_unheard(self._clock.now())

    def _open(self, now_s: float) -> None:
        if self._settings.has_battery and self.protocol.n_boots:
            self._say("opened by a reader")
            return
        self.protocol.reset(now_s)
        self._say("opened by a reader: reset, silent until told to start")

    def _serve(self, now_s: float) -> None:
        is_behind = True
        while is_behind:
            is_behind = self.protocol.advance(now_s)
            self._flush(now_s)
        data = self.link.read()
        if data:
            self.protocol.feed(data, now_s)
            self._flush(now_s)
        self._tell_movements()

    def _flush(self, now_s: float) -> None:
        data = self.protocol.outbox.ready(now_s)
        if data:
            newest = self.protocol.outbox.take(self.link.write(data))
            if newest is not None:
                self.writes.append(BoardWrite(*newest, self._clock.now()))

    def _tell_movements(self) -> None:
        for run, movement in self.protocol.sampler.take_movements():
            what = f"{movement.label} (no. {movement.repetition})"
            self._say(f"{what} from sample {movement.start} of start {run.run}")

    def _say(self, text: str) -> None:
        self.events.append(BoardEvent(self.elapsed_s, text))

    def finish(self) -> None:
        """End what runs, and let go of the cable."""
        self.protocol.cut("end")
        self._ended_s = self._clock.now()
        with suppress(OSError):  # whoever removed the name already did our work
            self.link.close()
