"""Index, time, counts and status of a stream that a library delivers."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

from emgstream.clock import Clock
from emgstream.logs import get_logger
from emgstream.sources.serial_board.losses import LossWindow
from emgstream.sources.serial_board.timebase import Timebase
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.types import Chunk, FloatArray

__all__ = ["StreamAccount"]

_log = get_logger(__name__)

_STALL_S = 1.0  # a choice, as for a board: decisions come every 20 ms
_LOSS_ALARM = 0.01  # a choice, as for a board: a window of 200 samples then misses two
_NO_NUMBERS = (
    "some values that were sent are no numbers; they count as missing: empty cells of a recording, "
    "filled for the decisions"
)
_SURE_SAMPLES = 200  # so that it takes three lost ones at least


class StreamAccount:
    """Gives samples their index and time, and counts them. Any thread may ask for the status.

    Time is that of the index, fitted to the arrivals by `Timebase`.

    Parameters
    ----------
    name
        Name of the stream for people.
    clock
        The host time.
    """

    def __init__(self, name: str, clock: Clock) -> None:
        self.timebase = Timebase()
        self.sees_loss: bool | None = None
        self.identity: Mapping[str, Any] | None = None
        self.is_synthetic = False
        self.n_received = 0
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._state, self._words = SourceState.CONNECTING, "not opened yet"
        self._port = ""
        self._last_s: float | None = None  # of the newest sample, while streaming
        self._losses = LossWindow()
        self._end, self._segment = 0, -1
        self._n_lost = self._n_missed = self._n_gaps = self._n_reconnects = self._n_incomplete = 0
        self._rate_hz = 1.0
        self._notes: dict[str, str] = {}
        self._alarms: dict[str, str] = {}
        self._kinds_over: set[str] = set()

    def set_state(self, state: SourceState, words: str) -> None:
        """Set a state other than streaming, and its words."""
        with self._lock:
            is_new = (state, words) != (self._state, self._words) or self._last_s is not None
            self._state, self._words, self._last_s = state, words, None
        if is_new:
            _log.info("%s: %s", self._name, words)

    def finish(self) -> None:
        """Set that the source was left; what was missed until now stays counted."""
        n_away = self._n_away()
        with self._lock:
            self._n_missed += n_away
            self._n_gaps += n_away > 0
        self.set_state(SourceState.FINISHED, SourceState.FINISHED.value)

    def note(self, text: str) -> None:
        """Add a note for the user, once."""
        with self._lock:
            is_new = text not in self._notes
            self._notes[text] = text
        if is_new:
            _log.info("note: %s", text)

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

    def connected(self, port: str, identity: Mapping[str, Any]) -> None:
        """Set that samples arrive over a new connection."""
        _log.info("streaming from %s: %s", port, dict(identity))
        with self._lock:
            self._port, self.identity = port, identity
            self._n_reconnects += self._segment >= 0
            self._last_s = self._clock.now()

    def begin(self, rate_hz: float, first_s: float) -> None:
        """Begin a segment with a sample that was taken at a host time.

        The index is increased by the samples that were missed since the newest one.
        """
        _, newest_s = self.timebase.newest
        rate_now_hz = self.timebase.rate_hz or rate_hz
        missed = 0 if self._segment < 0 else round((first_s - newest_s) * rate_now_hz) - 1
        self._rate_hz = rate_hz
        self.skip(max(0, missed))

    def skip(self, n_missed: int) -> None:
        """Begin a segment after a number of samples that were missed."""
        with self._lock:
            self._n_missed += n_missed
            self._n_gaps += n_missed > 0
            self._end += n_missed
            self._segment += 1
        self.timebase.begin_segment(1.0 / self._rate_hz)

    def take(self, samples: FloatArray, n_lost: int, received_s: float) -> Chunk:
        """Return consecutive samples as a chunk, after a number of lost ones.

        A value that is infinite becomes NaN, as one that is missing.
        """
        known = np.isfinite(samples)
        n_incomplete = int(np.count_nonzero(~known.all(axis=1)))
        if n_incomplete:
            samples = np.where(known, samples, np.float32(np.nan))
            self.note(_NO_NUMBERS)
        with self._lock:
            first = self._end + n_lost
            self._end = first + len(samples)
            self.n_received += len(samples)
            self._n_lost += n_lost
            self._n_gaps += n_lost > 0
            self._n_incomplete += n_incomplete
            self._losses.add(received_s, len(samples), n_lost)
            self._last_s = received_s
        sampled_s = self.timebase.add(first, np.arange(first, self._end), received_s)
        received = np.full(len(samples), received_s)
        return Chunk(first, samples, self._segment, received, sampled_s)

    def watch_loss(self, now_s: float) -> None:
        """Add the alarm if too many samples are lost; it is over if they are not any more."""
        with self._lock:
            share = self._losses.share(now_s, _SURE_SAMPLES)
        if share > _LOSS_ALARM:
            self.alarm(
                "loss",
                f"{share:.1%} of the samples were lost in 5 s; expected at most "
                f"{_LOSS_ALARM:.0%}; check the distance and the load of this computer",
            )
        elif share < _LOSS_ALARM / 2:  # a choice: no message comes and goes at the bound itself
            self.alarm_over("loss")

    def silent_s(self) -> float:
        """Return the seconds since the last sample; 0 while not connected."""
        with self._lock:
            return 0.0 if self._last_s is None else self._clock.now() - self._last_s

    def status(self) -> SourceStatus:
        """Return the status."""
        rate_hz, silent_s, now_s = self.timebase.rate_hz, self.silent_s(), self._clock.now()
        n_away = self._n_away()
        with self._lock:
            state, words = self._state, self._words
            if self._last_s is not None:
                is_stalled = silent_s >= _STALL_S
                state = SourceState.STALLED if is_stalled else SourceState.STREAMING
                words = f"stalled {silent_s:.1f} s" if is_stalled else ""
            total = self.n_received + self._n_lost
            return SourceStatus(
                state=state,
                words=words,
                port=self._port,
                rate_hz=rate_hz,
                n_received=self.n_received,
                n_lost=self._n_lost,
                n_missed=self._n_missed + n_away,
                n_gaps=self._n_gaps,
                loss=self._n_lost / total if total else 0.0,
                recent_loss=self._losses.share(now_s),
                n_reconnects=self._n_reconnects,
                sees_loss=self.sees_loss,
                is_synthetic=self.is_synthetic,
                counters={"n_incomplete": self._n_incomplete},
                identity=self.identity,
                notes=tuple(self._notes.values()),
                alarms=tuple(self._alarms.values()),
                alarms_over=tuple(self._alarms[kind] for kind in sorted(self._kinds_over)),
            )

    def _n_away(self) -> int:
        """Return the samples of the time in which the stream is silent or lost, up to now."""
        away_s = self._clock.now() - self.timebase.newest[1]
        rate_hz = self.timebase.rate_hz or self._rate_hz
        with self._lock:
            is_gone = self._state is SourceState.UNPLUGGED and self._last_s is None
            is_away = self.n_received > 0 and (is_gone or self._last_s is not None)
        return round(away_s * rate_hz) if is_away and away_s >= _STALL_S else 0
