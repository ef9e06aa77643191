"""Clocks: the host's clock, and one that a test advances by hand."""

from __future__ import annotations

import sys
import threading
import time
from typing import Protocol

from emgstream.errors import UsageError

__all__ = ["Clock", "ManualClock", "MonotonicClock", "host_now"]


_SLEEPLESS = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC_RAW"}
"""The clock that goes on while the computer sleeps, by ``sys.platform``: clock_gettime(2) of Linux
and of macOS."""


def clock_that_includes_sleep(platform: str = sys.platform) -> int | None:
    """Return the number of a clock for `time.clock_gettime`; None for `time.perf_counter`."""
    return getattr(time, _SLEEPLESS.get(platform, ""), None)


_BOOT_CLOCK = clock_that_includes_sleep()


class Clock(Protocol):
    """Time in seconds since an arbitrary zero; it never decreases. Any thread may call it."""

    def now(self) -> float:
        """Return the time in seconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return once ``seconds`` have passed; at once where they are zero or negative."""
        ...


def host_now() -> float:
    """Return the host time in seconds, that of `MonotonicClock`.

    It includes the time in which a laptop sleeps. The performance counters of Linux and macOS do
    not, so that a sleep would be no gap in the stream. That of Windows does; there, Python's
    monotonic clock before 3.13 advances in steps of 16 ms, which is 16 samples at 1 kHz.
    """
    if sys.platform != "win32" and _BOOT_CLOCK is not None:
        now_s = time.clock_gettime(_BOOT_CLOCK)
    else:
        now_s = time.perf_counter()
    return now_s


class MonotonicClock:
    """The clock of the host, `host_now`."""

    def now(self) -> float:
        """Return the host time in seconds."""
        return host_now()

    def sleep(self, seconds: float) -> None:
        """Block this thread for ``seconds``."""
        if seconds > 0.0:
            time.sleep(seconds)


class ManualClock:
    """A clock that advances only when it is told to; sleeping on it advances it at once.

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
        """Advance the time by ``seconds``; raises UsageError for a negative number."""
        if seconds < 0.0:
            raise UsageError(
                f"a clock was told to advance by {seconds} s; expected zero or more; "
                "start a new clock for an earlier time"
            )
        with self._lock:
            self._now += seconds
