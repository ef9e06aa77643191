"""The simulated board as a whole: its protocol, its link, and the thread that runs both."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from emgstream.clock import MonotonicClock
from emgstream.cue_schedule import CueSchedule
from emgstream.errors import UsageError
from emgstream.simulation.board.board_runner import BoardEvent, BoardRunner, BoardWrite
from emgstream.simulation.board.board_settings import BoardSettings
from emgstream.simulation.board.faults import Faults
from emgstream.simulation.board.instructions import Instructions
from emgstream.simulation.board.ledger import Ledger
from emgstream.simulation.board.simulated_link import SimulatedLink
from emgstream.simulation.board.tcp_link import TcpLink
from emgstream.worker import Worker

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["OWN_TCP", "SimulatedBoard"]

OWN_TCP = None if sys.platform == "linux" else 0
"""TCP port for a board that the same program reads: None on Linux, where a pty detects that it was
opened; 0, any free port, elsewhere."""

_TICK_S = 0.002  # a choice: two samples at 1 kHz
_IDLE_S = 0.01  # a choice: nobody reads, so that this only delays the opening
_PATIENCE_S = 5.0  # a choice: far longer than a busy computer takes


class SimulatedBoard:
    """A simulated board; a context manager. Inside it, open `port` and send commands.

    The thread ``emg-board`` runs it; any thread may call the public methods.

    Parameters
    ----------
    script
        The cue schedule of the simulated subject, repeated without end; by default every movement.
    sampling_rate_hz
        Rate after a reset, 50 to 4000 Hz.
    faults, seed, session, ppm, has_battery, instructions
        As in `BoardSettings`.
    link
        Path of the symbolic link to the pty; by default one in a temporary folder.
    tcp
        TCP port of this machine to listen on in place of a pty; 0 for any free one.

    Raises
    ------
    UsageError
        If settings are out of range, or a pty is requested on Windows, which has none.
    OutputError, SourceError
        On entering, if the symbolic link cannot be created or the TCP port is taken.
    """

    def __init__(
        self,
        script: CueSchedule | None = None,
        sampling_rate_hz: float = 1000.0,
        *,
        faults: Faults | None = None,
        seed: int = 0,
        session: int = 0,
        ppm: float = 0.0,
        has_battery: bool = False,
        instructions: Instructions | None = None,
        link: str | os.PathLike[str] | None = None,
        tcp: int | None = None,
    ) -> None:
        self._settings = BoardSettings(
            script or CueSchedule.shuffled(seed=seed),
            sampling_rate_hz,
            faults or Faults(),
            seed,
            session,
            has_battery,
            ppm,
            instructions,
        )
        link_to = _make_link(None if link is None else os.fspath(link), tcp)
        self._runner = BoardRunner(self._settings, link_to, MonotonicClock())
        self._lock = threading.Lock()
        self._settled = threading.Event()
        self._worker = Worker("emg-board", self._run)

    def __enter__(self) -> Self:
        self._runner.start_clock()
        self._worker.start()
        try:
            self._await_settled()
        except BaseException:
            self._worker.stop()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._worker.stop()
        if exc_info[0] is None:
            self._worker.check()

    @property
    def port(self) -> str:
        """Address for a reader, known once entered: a path, or ``socket://127.0.0.1:PORT``."""
        return self._runner.link.address

    @property
    def elapsed_s(self) -> float:
        """Seconds since the board was started; constant after its end."""
        return self._runner.elapsed_s

    def check(self) -> None:
        """Raise the error that ended the board's thread, if one did."""
        self._worker.check()

    def unplug(self) -> None:
        """Pull the cable; return once it is out."""
        self._ask_plugged(False)

    def replug(self) -> None:
        """Plug the cable in; return once it is in, or once the faults keep it out."""
        self._ask_plugged(True)

    def label_at(self, run: int, index: int) -> str | None:
        """Return the true label of an index of a run; None before it is sampled."""
        # without the lock, which the board holds most of the time; these lists only grow
        runs = self._runner.protocol.sampler.runs
        movements = runs[run].movements if run < len(runs) else []
        return next((one.label for one in reversed(movements) if one.start <= index), None)

    def ledger(self) -> Ledger:
        """Return the ledger up to now."""
        with self._lock:
            return Ledger.of(
                replace(self._settings, script=self._runner.protocol.sampler.script),
                self.elapsed_s,
                self._runner.protocol.n_boots,
                self._runner.protocol.sampler.runs,
                self._runner.unplugs,
            )

    def take_writes(self) -> list[BoardWrite]:
        """Return the writes to the link since the last call, at most the newest 65,536.

        For measuring the delay from the board to a decision.
        """
        with self._lock:
            writes = list(self._runner.writes)
            self._runner.writes.clear()
        return writes

    def take_events(self) -> list[BoardEvent]:
        """Return the events since the last call, at most the newest 1,000."""
        with self._lock:
            events = list(self._runner.events)
            self._runner.events.clear()
        return events

    def _ask_plugged(self, wanted: bool) -> None:
        with self._lock:
            self._runner.wants_plugged = wanted
            self._settled.clear()
        self._await_settled()

    def _await_settled(self) -> None:
        waited_s = 0.0
        while not self._settled.wait(0.05):  # a choice: how soon a failure of the thread is seen
            waited_s += 0.05
            self._worker.check()
            if waited_s > _PATIENCE_S or not self._worker.alive:
                raise RuntimeError(f"the simulated board did not answer within {_PATIENCE_S} s")

    def _run(self, stop: threading.Event) -> None:
        runner = self._runner
        try:
            while not stop.is_set():
                with self._lock:
                    runner.update_cable()
                    self._settled.set()
                if runner.is_plugged:
                    is_open = runner.link.wait(_TICK_S if runner.is_open else _IDLE_S)
                    with self._lock:
                        runner.step(is_open)
                else:
                    with self._lock:
                        runner.step_unplugged()
                    stop.wait(_IDLE_S)
        finally:
            with self._lock:
                runner.finish()


def _make_link(link: str | None, tcp: int | None) -> SimulatedLink:
    if link is not None and tcp is not None:
        raise UsageError(f"both a link, {link}, and TCP port {tcp}; give one of them")
    if tcp is not None:
        return TcpLink(tcp)
    if os.name == "nt":
        raise UsageError("Windows has no pseudo-terminals; add --tcp PORT, and read socket://")
    from emgstream.simulation.board.pty_link import PtyLink

    return PtyLink(link)
