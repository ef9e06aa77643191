"""The playback position in a recording: play, pause, speed and seek."""

from __future__ import annotations

import threading
from numbers import Real

from emgstream.clock import Clock
from emgstream.errors import UsageError

__all__ = ["Transport", "check_speed"]


class Transport:
    """The playback position in a recording, moved by a clock. Any thread may call.

    ::

        position = anchor position + (now - anchor time) x speed

    Each command sets a new anchor at the present position, so that only a seek makes it jump.

    Parameters
    ----------
    clock
        The host time that moves the position.
    speed
        Seconds of the recording per second; None for as fast as it is read: then `hold` sets the
        position.

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
        """Time in the recording in seconds; it may be past the end."""
        with self._lock:
            return self._position_s()

    @property
    def played_s(self) -> float | None:
        """Time in seconds up to which rows are due; None while a seek is pending."""
        with self._lock:
            return self._position_s() if self._sought_s is None else None

    @property
    def speed(self) -> float | None:
        """Seconds of the recording per second; None for as fast as it is read."""
        with self._lock:
            return self._speed

    @property
    def paused(self) -> bool:
        """True while the position does not move."""
        with self._lock:
            return self._paused

    def start(self) -> None:
        """Start now: the time since the last command is not counted."""
        with self._lock:
            self._anchored_at_s = self._clock.now()

    def pause(self) -> None:
        """Stop the position."""
        with self._lock:
            self._anchor(self._position_s())
            self._paused = True

    def play(self) -> None:
        """Let the position move."""
        with self._lock:
            self._anchor(self._position_s())
            self._paused = False

    def set_speed(self, speed: float | None) -> None:
        """Move at another speed from now on; raises UsageError if it is not above zero."""
        check_speed(speed)
        with self._lock:
            self._anchor(self._position_s())
            self._speed = speed

    def seek(self, position_s: float) -> None:
        """Go to another position; the reader learns of it by `take_seek`."""
        with self._lock:
            self._anchor(position_s)
            self._sought_s = position_s

    def take_seek(self) -> float | None:
        """Return the position of a pending seek, once; None if there is none."""
        with self._lock:
            sought_s, self._sought_s = self._sought_s, None
            return sought_s

    def hold(self, position_s: float) -> None:
        """Set the position to what was read so far, unless a seek is pending."""
        with self._lock:
            if self._sought_s is None:
                self._anchor(position_s)

    def shift(self, seconds: float) -> None:
        """Move the position by ``seconds``, as for a new round; the pace stays the same."""
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
    """Raise UsageError for a speed that is not a finite number above zero."""
    if speed is None:
        return
    if not isinstance(speed, Real) or not 0.0 < float(speed) < float("inf"):
        raise UsageError(
            f"a speed of {speed!r}; expected more than 0, with 1 for the pace it was recorded at, "
            "or max, which is None in Python"
        )
