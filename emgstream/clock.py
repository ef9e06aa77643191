"""Time as a parameter: the host's clock, or one that a test turns by hand."""

from __future__ import annotations

import threading
import time
from typing import Protocol

from emgstream.errors import UsageError

__all__ = ["Clock", "ManualClock", "MonotonicClock"]


class Clock(Protocol):
    """Seconds that never run backwards, from an arbitrary zero. Any thread may call it."""

    def now(self) -> float:
        """Return the time in seconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return once ``seconds`` have passed; at once where they are zero or negative."""
        ...


class MonotonicClock:
    """The host's own clock.

    It is the performance counter: on Windows the plain monotonic clock of Python before 3.13 moves
    in steps of 16 ms, which is 16 samples at 1 kHz.
    """

    def now(self) -> float:
        """Return the host time in seconds."""
        return time.perf_counter()

    def sleep(self, seconds: float) -> None:
        """Block this thread for ``seconds``."""
        if seconds > 0.0:
            time.sleep(seconds)


class ManualClock:
    """A clock that stands still until someone moves it; sleeping on it moves it at once.

    >>> clock = ManualClock()
    >>> clock.sleep(1.5)
    >>> clock.advance(0.5)
    >>> clock.now()
    2.0
    """

    def __init__(self, start_s: float = 0.0) -> None:
        self._now = start_s
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the time in seconds."""
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        """Advance by ``seconds`` without waiting."""
        if seconds > 0.0:
            self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move the time on by ``seconds``; raises UsageError for a step back."""
        if seconds < 0.0:
            raise UsageError(
                f"a clock was told to advance by {seconds} s; expected zero or more; "
                "start a new clock for an earlier time"
            )
        with self._lock:
            self._now += seconds
