"""Index, time, counts and status of a stream that a library delivers."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

from emgstream.clock import Clock
from emgstream.logs import get_logger
from emgstream.sources.serial_board.timebase import Timebase
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.sources.stream_condition import STALL_S, StreamCondition
from emgstream.types import Chunk, FloatArray

__all__ = ["StreamAccount"]

_log = get_logger(__name__)

_NO_NUMBERS = (
    "some values that were sent are not numbers; they count as missing: empty cells of a "
    "recording, "
    "filled for the decisions"
)


class StreamAccount:
    """Gives samples their index and time, and counts them. Any thread may ask for the status.

    Its ``condition`` has the state, notes and alarms.

    Time is that of the index, fitted to the arrivals by `Timebase`.

    Parameters
    ----------
    name
        Name of the stream for people.
    clock
        The host time.
    advice
        Advice for the user on what to check where samples are lost.
    """

    def __init__(self, name: str, clock: Clock, advice: str) -> None:
        self.timebase = Timebase()
        self.sees_loss: bool | None = None
        self.identity: Mapping[str, Any] | None = None
        self.is_synthetic = False
        self.n_received = 0
        self.condition = StreamCondition(name, clock, advice)
        self._clock = clock
        self._lock = threading.Lock()
        self._port = ""
        self._end, self._segment = 0, -1
        self._n_lost = self._n_missed = self._n_gaps = self._n_reconnects = self._n_incomplete = 0
        self._rate_hz = 1.0

    def finish(self) -> None:
        """Set that the source was left; what was missed until now stays counted."""
        n_away = self._n_away()
        with self._lock:
            self._n_missed += n_away
            self._n_gaps += n_away > 0
        self.condition.set_state(SourceState.FINISHED)

    def connected(self, port: str, identity: Mapping[str, Any]) -> None:
        """Set that samples arrive over a new connection."""
        _log.info("streaming from %s: %s", port, dict(identity))
        with self._lock:
            self._port, self.identity = port, identity
            self._n_reconnects += self._segment >= 0
        self.condition.set_streaming()

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
            self.condition.note(_NO_NUMBERS)
        with self._lock:
            first = self._end + n_lost
            self._end = first + len(samples)
            self.n_received += len(samples)
            self._n_lost += n_lost
            self._n_gaps += n_lost > 0
            self._n_incomplete += n_incomplete
        self.condition.add_samples(received_s, len(samples), n_lost)
        sampled_s = self.timebase.add(first, np.arange(first, self._end), received_s)
        received = np.full(len(samples), received_s)
        return Chunk(first, samples, self._segment, received, sampled_s)

    def status(self) -> SourceStatus:
        """Return the status."""
        rate_hz, now_s = self.timebase.rate_hz, self._clock.now()
        n_away = self._n_away()
        state, words = self.condition.state_at(now_s)
        with self._lock:
            total = self.n_received + self._n_lost
            return SourceStatus(
                state=state,
                words=words,
                port=self._port,
                rate_hz=rate_hz,
                n_received=self.n_received,
                n_lost=self._n_lost,
                n_missed=self._n_missed + n_away,
                n_missed_now=n_away,
                n_gaps=self._n_gaps + (n_away > 0),
                loss=self._n_lost / total if total else 0.0,
                recent_loss=self.condition.recent_loss(now_s),
                n_reconnects=self._n_reconnects,
                sees_loss=self.sees_loss,
                is_synthetic=self.is_synthetic,
                counters={"n_incomplete": self._n_incomplete},
                identity=self.identity,
                notes=self.condition.notes,
                alarms=self.condition.alarms,
                alarms_over=self.condition.alarms_over,
            )

    def _n_away(self) -> int:
        """Return the samples of the time in which the stream is silent or lost, up to now."""
        now_s = self._clock.now()
        state, _ = self.condition.state_at(now_s)
        away_s = now_s - self.timebase.newest[1]
        is_away = state in (SourceState.UNPLUGGED, SourceState.STALLED, SourceState.STREAMING)
        rate_hz = self.timebase.rate_hz or self._rate_hz
        return round(away_s * rate_hz) if is_away and self.n_received and away_s >= STALL_S else 0
