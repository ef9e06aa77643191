"""Playing, pausing and seeking: where in a recording the clock stands."""

from __future__ import annotations

import threading
from numbers import Real

from emgstream.clock import Clock
from emgstream.errors import UsageError

__all__ = ["Transport", "check_speed"]


class Transport:
    """The position in a recording, moving with a clock; any thread may ask and command.

    ::

        position = anchor position + (now - anchor time) x speed

    Every command sets a new anchor at the position that stands at the time, so that none of them
    makes it jump but the one that is meant to.

    Parameters
    ----------
    clock
        The host time that moves the position.
    speed
        Seconds of the recording in one second; None where the recording is not paced: then the
        position is where the reader says it is, by `hold`.

    >>> from emgstream.clock import ManualClock
    >>> clock = ManualClock()
    >>> transport = Transport(clock, speed=2.0)
    >>> clock.advance(3.0)
    >>> transport.pause()
    >>> clock.advance(100.0)
    >>> transport.position_s
    6.0
    """

    def __init__(self, clock: Clock, speed: float | None) -> None:
        self._clock = clock
        self._speed = speed
        self._paused = False
        self._anchor_s = 0.0
        self._anchored_at_s = clock.now()
        self._sought_s: float | None = None
        self._lock = threading.Lock()

    @property
    def position_s(self) -> float:
        """Time in the recording, in seconds; past its end where nobody stopped it."""
        with self._lock:
            return self._position_s()

    @property
    def played_s(self) -> float | None:
        """Time up to which the recording is due; None while a seek waits to be followed."""
        with self._lock:
            return self._position_s() if self._sought_s is None else None

    @property
    def speed(self) -> float | None:
        """Seconds of the recording in one second; None for as fast as it is read."""
        with self._lock:
            return self._speed

    @property
    def paused(self) -> bool:
        """True if the position stands."""
        with self._lock:
            return self._paused

    def start(self) -> None:
        """Count the time from now on: what passed since the last command does not count."""
        with self._lock:
            self._anchored_at_s = self._clock.now()

    def pause(self) -> None:
        """Let the position stand."""
        with self._lock:
            self._anchor(self._position_s())
            self._paused = True

    def play(self) -> None:
        """Let the position move on."""
        with self._lock:
            self._anchor(self._position_s())
            self._paused = False

    def set_speed(self, speed: float | None) -> None:
        """Move at another speed from here on; raises UsageError for one not above zero."""
        check_speed(speed)
        with self._lock:
            self._anchor(self._position_s())
            self._speed = speed

    def seek(self, position_s: float) -> None:
        """Stand at another position; `take_seek` tells the reader of it."""
        with self._lock:
            self._anchor(position_s)
            self._sought_s = position_s

    def take_seek(self) -> float | None:
        """Return the position last sought, once; None where nobody asked for one."""
        with self._lock:
            sought_s, self._sought_s = self._sought_s, None
            return sought_s

    def hold(self, position_s: float) -> None:
        """Stand here now, unless a seek waits to be followed: the reader has come no further."""
        with self._lock:
            if self._sought_s is None:
                self._anchor(position_s)

    def shift(self, seconds: float) -> None:
        """Move the position, as when a recording begins again: no time is lost or won."""
        with self._lock:
            self._anchor_s += seconds

    def _position_s(self) -> float:
        if self._paused or self._speed is None:
            return self._anchor_s
        return self._anchor_s + (self._clock.now() - self._anchored_at_s) * self._speed

    def _anchor(self, position_s: float) -> None:
        self._anchor_s = position_s
        self._anchored_at_s = self._clock.now()


def check_speed(speed: object) -> None:
    """Raise UsageError for a speed that is no number, or not above zero and finite."""
    if speed is None:
        return
    if not isinstance(speed, Real) or not 0.0 < float(speed) < float("inf"):
        raise UsageError(
            f"a speed of {speed!r}; expected more than 0, with 1 for the pace it was recorded at, "
            "or max, which is None in Python"
        )
