"""Work of the board's thread: plugging, receiving, sending, and the log of events."""

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

_MAX_EVENTS = 1000  # a choice: an hour of movements of a few seconds
_SLEEP_S = 10.0  # a choice: a thread waits for a processor far shorter, and a laptop sleeps longer
_MAX_WRITES = 1 << 16  # a choice: a minute or more of frames at 1 kHz


@dataclass(frozen=True, slots=True)
class BoardEvent:
    """An event of the board, for people."""

    time_s: float
    """Seconds since the board was started."""
    text: str
    """Description of the event."""


@dataclass(frozen=True, slots=True)
class BoardWrite:
    """Handover of some frames to the operating system."""

    run: int
    """Number of the run."""
    index: int
    """Index of the newest frame; the oldest follows the newest of the write before."""
    host_s: float
    """Host time in seconds, of `emgstream.clock.MonotonicClock`."""


class BoardRunner:
    """A board and its link. Only its thread calls the methods; its owner reads under their lock."""

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
        self._started_s = clock.now()
        self._ended_s: float | None = None
        self._stepped_s = self._started_s
        self.protocol = BoardProtocol(settings, self._started_s)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the board was started; constant after its end."""
        ended_s = self._ended_s
        return (self._clock.now() if ended_s is None else ended_s) - self._started_s

    def start_clock(self) -> None:
        """Count `elapsed_s` from now on."""
        self._started_s = self._clock.now()

    def update_cable(self) -> None:
        """Plug or pull the cable as its owner and the faults require."""
        wanted = self.wants_plugged and not self._is_unplug_due()
        if wanted and not self.is_plugged:
            self.link.plug()
            self.is_plugged = True
            if self.unplugs:
                self.unplugs[-1].replugged_s = self.elapsed_s
            self._log(f"plugged in at {self.link.address}")
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
        self._log("unplugged")

    def step(self, is_open: bool) -> None:
        """Run one tick: reset or cut if a reader came or went, else serve the present one."""
        now_s = self._clock.now()
        self._look_for_sleep(now_s)
        if is_open and not self.is_open:
            self._open(now_s)
        elif self.is_open and not is_open:
            self.protocol.feed(self.link.read(), now_s)  # such as a stop just before the end
            self.protocol.lose_reader("closed")
            self._log("closed by its reader")
        self.is_open = is_open
        if is_open:
            self._serve(now_s)
        else:
            self.protocol.run_unheard(now_s)

    def step_unplugged(self) -> None:
        """Run one tick with the cable out."""
        self.protocol.run_unheard(self._clock.now())

    def _look_for_sleep(self, now_s: float) -> None:
        """Reset a board without a battery if the computer slept: USB gave it no power then."""
        slept_s = now_s - self._stepped_s
        self._stepped_s = now_s
        if self.is_open and slept_s >= _SLEEP_S and not self._settings.has_battery:
            self.protocol.reset(now_s)
            self._log(f"reset: the computer slept for {slept_s:.0f} s")

    def _open(self, now_s: float) -> None:
        if self._settings.has_battery and self.protocol.n_boots:
            self._log("opened by a reader")
            return
        self.protocol.reset(now_s)
        self._log("opened by a reader: reset, silent until told to start")

    def _serve(self, now_s: float) -> None:
        is_behind = True
        while is_behind:
            is_behind = self.protocol.advance(now_s)
            self._flush(now_s)
        data = self.link.read()
        if data:
            self.protocol.feed(data, now_s)
            self._flush(now_s)
        self._log_movements()

    def _flush(self, now_s: float) -> None:
        data = self.protocol.send_queue.ready(now_s)
        if data:
            newest = self.protocol.send_queue.mark_sent(self.link.write(data))
            if newest is not None:
                self.writes.append(BoardWrite(*newest, self._clock.now()))

    def _log_movements(self) -> None:
        for run, movement in self.protocol.sampler.take_movements():
            what = f"{movement.label} (no. {movement.repetition})"
            self._log(f"{what} from sample {movement.start} of start {run.run}")

    def _log(self, text: str) -> None:
        self.events.append(BoardEvent(self.elapsed_s, text))

    def finish(self) -> None:
        """End the run, if any, and close the link."""
        self.protocol.cut("end")
        self._ended_s = self._clock.now()
        with suppress(OSError):  # the link's name may have been removed by somebody else
            self.link.close()
