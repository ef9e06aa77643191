"""Status of a board, written by the reader thread and read by any thread."""

from __future__ import annotations

import threading
from dataclasses import asdict, fields

from emgstream.clock import Clock
from emgstream.logs import get_logger
from emgstream.sources.serial_board.board_connection import SIMULATED
from emgstream.sources.serial_board.indexer import Indexer
from emgstream.sources.serial_board.losses import LOSS_WINDOW_S, LossWindow
from emgstream.sources.serial_board.timebase import Timebase
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.wire import Counters, Identity

__all__ = ["STALL_S", "StreamTally"]

_log = get_logger(__name__)

STALL_S = 1.0
"""Seconds without a sample after which a stream is stalled: a choice, a thousand samples."""

_NETWORK = "socket://"
_LOSS_ALARM = 0.01  # a choice: a window of 200 samples then misses two on average
_SURE_SAMPLES = 200  # so that it takes three lost ones at least


class StreamTally:
    """State, counts, notes and alarms of a board, behind one lock."""

    def __init__(self, clock: Clock, timebase: Timebase, indexer: Indexer) -> None:
        self._clock = clock
        self._timebase = timebase
        self._indexer = indexer
        self._lock = threading.Lock()
        self._state, self._words = SourceState.CONNECTING, "not opened yet"
        self._port = ""
        self._identity: Identity | None = None
        self._sends_time = True
        self._last_s: float | None = None  # of the newest sample, while streaming
        self._newest_s: float | None = None  # of the newest sample
        self._ended_s: float | None = None
        self._losses = LossWindow()
        self._n_received = self._n_lost = self._n_missed = self._n_gaps = 0
        self._n_reconnects = 0
        self._past, self._present = Counters(), Counters()
        self._notes: dict[str, str] = {}
        self._alarms: dict[str, str] = {}
        self._kinds_over: set[str] = set()

    def set_state(self, state: SourceState, words: str = "") -> None:
        """Set a state other than streaming, and its words if they are not its value."""
        if (state, words) != (self._state, self._words):
            _log.info("board: %s", words or state.value)
        with self._lock:
            self._state, self._words, self._last_s = state, words, None
            if state is SourceState.FINISHED and self._ended_s is None:
                self._ended_s = self._clock.now()

    def note(self, text: str) -> None:
        """Add a note for the user, once."""
        if text not in self._notes:
            _log.info("note: %s", text)
        with self._lock:
            self._notes.setdefault(text, text)

    def alarm(self, kind: str, text: str) -> None:
        """Add an alarm, the first of its kind or since the last one was over."""
        with self._lock:
            is_new = kind not in self._alarms or kind in self._kinds_over
            if is_new:
                self._alarms[kind] = text
                self._kinds_over.discard(kind)
        if is_new:
            _log.warning("alarm: %s", text)

    def alarm_over(self, kind: str) -> None:
        """Set that the cause of an alarm is over, if there was one."""
        with self._lock:
            if kind in self._alarms:
                self._kinds_over.add(kind)

    def connected(self, port: str, identity: Identity | None, sends_time: bool) -> None:
        """Set that the board streams, over a new connection."""
        _log.info("streaming from %s: %s", port, identity or "lines of text")
        with self._lock:
            self._port, self._identity, self._sends_time = port, identity, sends_time
            self._past, self._present = _sum(self._past, self._present), Counters()
            self._last_s = self._clock.now()

    def resumed(self, port: str) -> None:
        """Set that the board streams again, to the decoder it had before."""
        _log.info("streaming from %s again, without a new start", port)
        with self._lock:
            self._port, self._last_s = port, self._clock.now()

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
            self._losses.add(now_s, n_received - self._n_received, n_lost - self._n_lost)
            self._n_received, self._n_lost = n_received, n_lost
            self._n_missed, self._n_gaps = indexer.n_missed, indexer.n_gaps
            self._present = counters
            self._last_s = now_s

    def count(self, counters: Counters) -> None:
        """Take the counts of the decoder, also while nothing is understood."""
        with self._lock:
            self._present = counters

    def watch_loss(self, now_s: float) -> None:
        """Add the alarm if too many samples are lost; it is over if they are not any more."""
        with self._lock:
            share = self._losses.share(now_s, _SURE_SAMPLES)
            advice = _advice(self._port, self._identity)
        if share > _LOSS_ALARM:
            what = f"{share:.1%} of the samples were lost in {LOSS_WINDOW_S:.0f} s"
            self.alarm("loss", f"{what}; expected at most {_LOSS_ALARM:.0%}; {advice}")
        elif share < _LOSS_ALARM / 2:  # a choice: no message comes and goes at the bound itself
            self.alarm_over("loss")

    def silent_s(self) -> float:
        """Return the seconds since the last sample; 0 while not connected."""
        with self._lock:
            return 0.0 if self._last_s is None else self._clock.now() - self._last_s

    def status(self) -> SourceStatus:
        """Return the status."""
        rate_hz, ppm = self._timebase.rate_hz, self._timebase.ppm
        now_s = self._clock.now()
        with self._lock:
            state, words = self._state_now(now_s)
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
                n_gaps=self._n_gaps + (n_missing > 0),
                loss=self._n_lost / total if total else 0.0,
                recent_loss=self._losses.share(now_s),
                n_reconnects=self._n_reconnects,
                sees_loss=counters.sees_loss,
                is_synthetic=self._identity is not None and self._identity.board == SIMULATED,
                counters=asdict(counters),
                identity=None if self._identity is None else asdict(self._identity),
                notes=tuple(self._notes.values()),
                alarms=tuple(self._alarms.values()),
                alarms_over=tuple(self._alarms[kind] for kind in sorted(self._kinds_over)),
            )

    def _n_missing(self, state: SourceState, now_s: float) -> int:
        """Return the number of samples missed since the newest one, if none comes any more."""
        if self._newest_s is None or state is SourceState.STREAMING:
            return 0
        silent_s = (self._ended_s or now_s) - self._newest_s
        is_over = state is SourceState.FINISHED and silent_s < STALL_S
        return 0 if is_over else round(silent_s * self._indexer.rate_hz)

    def _state_now(self, now_s: float) -> tuple[SourceState, str]:
        if self._last_s is None:
            return self._state, self._words
        silent_s = now_s - self._last_s
        if silent_s >= STALL_S:
            return SourceState.STALLED, f"stalled {silent_s:.1f} s"
        return SourceState.STREAMING, ""


def _sum(past: Counters, present: Counters) -> Counters:
    names = [field.name for field in fields(Counters) if field.name != "sees_loss"]
    totals = {name: getattr(past, name) + getattr(present, name) for name in names}
    return Counters(**totals, sees_loss=present.sees_loss)


def _advice(port: str, identity: Identity | None) -> str:
    """Return what to check where samples are lost: only what this stream has."""
    if identity is not None and identity.board == SIMULATED:
        return "check the load of this computer: a simulated board has no cable"
    if port.startswith(_NETWORK):
        return "check the network and the load of this computer"
    return "check cable and baud"
