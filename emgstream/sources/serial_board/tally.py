"""Counts and status of a board, written by the reader thread and read by any thread."""

from __future__ import annotations

import threading
from dataclasses import asdict, fields

from emgstream.clock import Clock
from emgstream.logs import get_logger
from emgstream.sources.serial_board.board_connection import SIMULATED
from emgstream.sources.serial_board.indexer import Indexer
from emgstream.sources.serial_board.timebase import Timebase
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.sources.stream_condition import STALL_S, StreamCondition
from emgstream.wire import Counters, Identity

__all__ = ["StreamTally"]

_log = get_logger(__name__)

_NETWORK = "socket://"
_CABLE = "check cable and baud"


class StreamTally:
    """Counts of a board, behind one lock; its ``condition`` has the state, notes and alarms."""

    def __init__(self, clock: Clock, timebase: Timebase, indexer: Indexer) -> None:
        self.condition = StreamCondition("board", clock, _CABLE)
        self._clock = clock
        self._timebase = timebase
        self._indexer = indexer
        self._lock = threading.Lock()
        self._port = ""
        self._identity: Identity | None = None
        self._sends_time = True
        self._newest_s: float | None = None  # of the newest sample
        self._ended_s: float | None = None
        self._n_received = self._n_lost = self._n_missed = self._n_gaps = 0
        self._n_reconnects = 0
        self._past, self._present = Counters(), Counters()

    def finish(self) -> None:
        """Set that the source was left; nothing more is missed from now on."""
        with self._lock:
            self._ended_s = self._ended_s or self._clock.now()
        self.condition.set_state(SourceState.FINISHED)

    def connected(self, port: str, identity: Identity | None, sends_time: bool) -> None:
        """Set that the board streams, over a new connection."""
        _log.info("streaming from %s: %s", port, identity or "lines of text")
        with self._lock:
            self._port, self._identity, self._sends_time = port, identity, sends_time
            self._past, self._present = _sum(self._past, self._present), Counters()
        self.condition.advice = _advice(port, identity)
        self.condition.set_streaming()

    def resumed(self, port: str) -> None:
        """Set that the board streams again, to the decoder it had before."""
        _log.info("streaming from %s again, without a new start", port)
        with self._lock:
            self._port = port
        self.condition.set_streaming()

    def reconnected(self) -> None:
        """Count a reconnect."""
        with self._lock:
            self._n_reconnects += 1
        _log.info("reconnected")

    def received(self, now_s: float, counters: Counters) -> None:
        """Take the counts of the indexer and the decoder, after new samples."""
        with self._lock:
            indexer = self._indexer
            n_received, n_lost = indexer.n_received, indexer.n_lost
            if n_received > self._n_received:
                self._newest_s = now_s
            n_new, n_new_lost = n_received - self._n_received, n_lost - self._n_lost
            self._n_received, self._n_lost = n_received, n_lost
            self._n_missed, self._n_gaps = indexer.n_missed, indexer.n_gaps
            self._present = counters
        self.condition.add_samples(now_s, n_new, n_new_lost)

    def count(self, counters: Counters) -> None:
        """Take the counts of the decoder, also while nothing is understood."""
        with self._lock:
            self._present = counters

    def status(self) -> SourceStatus:
        """Return the status."""
        rate_hz, ppm = self._timebase.rate_hz, self._timebase.ppm
        now_s = self._clock.now()
        state, words = self.condition.state_at(now_s)
        with self._lock:
            n_missing = self._n_missing(state, now_s)
            total = self._n_received + self._n_lost
            counters = _sum(self._past, self._present)
            return SourceStatus(
                state=state,
                words=words,
                port=self._port,
                rate_hz=rate_hz,
                ppm=ppm if self._sends_time else None,
                n_received=self._n_received,
                n_lost=self._n_lost,
                n_missed=self._n_missed + n_missing,
                n_missed_now=n_missing,
                n_gaps=self._n_gaps + (n_missing > 0),
                loss=self._n_lost / total if total else 0.0,
                recent_loss=self.condition.recent_loss(now_s),
                n_reconnects=self._n_reconnects,
                sees_loss=counters.sees_loss,
                is_synthetic=self._identity is not None and self._identity.board == SIMULATED,
                counters=asdict(counters),
                identity=None if self._identity is None else asdict(self._identity),
                notes=self.condition.notes,
                alarms=self.condition.alarms,
                alarms_over=self.condition.alarms_over,
            )

    def _n_missing(self, state: SourceState, now_s: float) -> int:
        """Return the number of samples missed since the newest one, if none comes any more."""
        if self._newest_s is None or state is SourceState.STREAMING:
            return 0
        silent_s = (self._ended_s or now_s) - self._newest_s
        is_over = state is SourceState.FINISHED and silent_s < STALL_S
        return 0 if is_over else round(silent_s * self._indexer.rate_hz)


def _sum(past: Counters, present: Counters) -> Counters:
    names = [field.name for field in fields(Counters) if field.name != "sees_loss"]
    totals = {name: getattr(past, name) + getattr(present, name) for name in names}
    return Counters(**totals, sees_loss=present.sees_loss)


def _advice(port: str, identity: Identity | None) -> str:
    """Return what to check where samples are lost: only what this stream has."""
    if identity is not None and identity.board == SIMULATED:
        return "check the load of this computer: a simulated board has no cable"
    if identity is None:
        cable = "" if port.startswith(_NETWORK) else f", and {_CABLE}"
        return f"these are lines that cannot be read: look at what the sketch prints{cable}"
    if port.startswith(_NETWORK):
        return "check the network and the load of this computer"
    return _CABLE
