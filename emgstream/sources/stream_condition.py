"""State, notes and alarms of a live stream, and its loss of late."""

from __future__ import annotations

import threading

from emgstream.clock import Clock
from emgstream.logs import get_logger
from emgstream.significant_digits import percent
from emgstream.sources.losses import LOSS_WINDOW_S, LossWindow
from emgstream.sources.source_status import SourceState

__all__ = ["STALL_S", "StreamCondition"]

_log = get_logger(__name__)

STALL_S = 1.0
"""Seconds without a sample after which a stream is stalled: a choice, a thousand samples."""

_LOSS_ALARM = 0.01  # a choice: a window of 200 samples then misses two on average
_SURE_SAMPLES = 200  # so that it takes three lost ones at least


class StreamCondition:
    """State, notes and alarms of a live stream; its reader sets them, any thread asks.

    Parameters
    ----------
    name
        Name of the stream in the log.
    clock
        The host time.
    advice
        What to do about a high loss, for the user; it may be set anew.
    """

    def __init__(self, name: str, clock: Clock, advice: str) -> None:
        self._name = name
        self._clock = clock
        self.advice = advice
        self._lock = threading.Lock()
        self._state, self._words = SourceState.CONNECTING, "not opened yet"
        self._last_s: float | None = None  # of the newest sample, while streaming
        self._losses = LossWindow()
        self._notes: dict[str, str] = {}
        self._alarms: dict[str, str] = {}
        self._kinds_over: set[str] = set()

    def set_state(self, state: SourceState, words: str = "") -> None:
        """Set a state other than streaming, and its words if they are not its value."""
        with self._lock:
            is_new = (state, words) != (self._state, self._words) or self._last_s is not None
            self._state, self._words, self._last_s = state, words, None
        if is_new:
            _log.info("%s: %s", self._name, words or state.value)

    def set_streaming(self) -> None:
        """Set that samples arrive, from now on."""
        with self._lock:
            self._last_s = self._clock.now()

    def add_samples(self, now_s: float, n_received: int, n_lost: int) -> None:
        """Count new samples, and lost ones among them, at host time ``now_s``."""
        with self._lock:
            self._losses.add(now_s, n_received, n_lost)
            self._last_s = now_s

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

    def watch_loss(self, now_s: float) -> None:
        """Add the alarm if too many samples are lost; it is over if they are not any more."""
        with self._lock:
            share = self._losses.share(now_s, _SURE_SAMPLES)
        if share > _LOSS_ALARM:
            self.alarm(
                "loss",
                f"{percent(share, 1)} of the samples were lost in {LOSS_WINDOW_S:.0f} s; expected "
                "at most "
                f"{percent(_LOSS_ALARM)}; {self.advice}",
            )
        elif share < _LOSS_ALARM / 2:  # a choice: no message comes and goes at the bound itself
            self.alarm_over("loss")

    def silent_s(self) -> float:
        """Return the seconds since the last sample; 0 while not connected."""
        with self._lock:
            return 0.0 if self._last_s is None else self._clock.now() - self._last_s

    def recent_loss(self, now_s: float) -> float:
        """Return the share of samples lost over the last 5 seconds, 0 to 1."""
        with self._lock:
            return self._losses.share(now_s)

    def state_at(self, now_s: float) -> tuple[SourceState, str]:
        """Return the state at host time ``now_s``, and its words."""
        with self._lock:
            if self._last_s is None:
                return self._state, self._words
            silent_s = now_s - self._last_s
        if silent_s >= STALL_S:
            return SourceState.STALLED, f"stalled {silent_s:.1f} s"
        return SourceState.STREAMING, ""

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes for the user, in order."""
        with self._lock:
            return tuple(self._notes.values())

    @property
    def alarms(self) -> tuple[str, ...]:
        """Alarms, in order."""
        with self._lock:
            return tuple(self._alarms.values())

    @property
    def alarms_over(self) -> tuple[str, ...]:
        """Those of the alarms whose cause is over."""
        with self._lock:
            return tuple(self._alarms[kind] for kind in sorted(self._kinds_over))
