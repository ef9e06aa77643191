"""Meters of the last five seconds: sampling rate, lost samples, events."""

from __future__ import annotations

from collections import deque

__all__ = ["LossMeter", "PaceMeter", "RateMeter"]

_WINDOW_S = 5.0
"""Seconds that a meter looks back: a choice; a glance at the status bar should show a change."""
_SPACING_S = 0.1
"""Seconds between two entries: 50 of them cover the window to 2 %."""
_LEAST_S = 1.0
"""Seconds before a rate is told: of less, the chunks of the arrivals are off by some percent."""


class _Past:
    """Values of a counter over the last five seconds, one per 0.1 s."""

    def __init__(self) -> None:
        self._entries: deque[tuple[float, int]] = deque()

    def add(self, value: int, now_s: float) -> None:
        if not self._entries or now_s - self._entries[-1][0] >= _SPACING_S:
            self._entries.append((now_s, value))
        while self._entries[0][0] < now_s - _WINDOW_S:
            self._entries.popleft()

    def change(self) -> tuple[float, int]:
        """Return the seconds covered, and by how much the counter rose in them."""
        (first_s, first), (last_s, last) = self._entries[0], self._entries[-1]
        return last_s - first_s, last - first

    def __len__(self) -> int:
        return len(self._entries)


class RateMeter:
    """Samples per second as they arrive, over the last five seconds."""

    def __init__(self) -> None:
        self._past = _Past()

    def update(self, n_received: int, now_s: float) -> None:
        """Take the number of samples received up to host time ``now_s``."""
        if n_received or len(self._past):
            self._past.add(n_received, now_s)

    @property
    def rate_hz(self) -> float | None:
        """Samples per second; None during the first second."""
        if not len(self._past):
            return None
        seconds, n_samples = self._past.change()
        return n_samples / seconds if seconds >= _LEAST_S else None


class LossMeter:
    """Samples lost, in total and over the last five seconds."""

    def __init__(self) -> None:
        self._past = _Past()
        self.n_lost = 0

    def update(self, n_lost: int, now_s: float) -> None:
        """Take the number of samples lost up to host time ``now_s``."""
        self.n_lost = n_lost
        self._past.add(n_lost, now_s)

    @property
    def n_lost_lately(self) -> int:
        """Samples lost in the last five seconds."""
        return self._past.change()[1] if len(self._past) else 0


class PaceMeter:
    """Events per second, over the last five seconds.

    >>> meter = PaceMeter()
    >>> for tick in range(100): meter.tick(tick / 50)
    >>> round(meter.per_s(2.0))
    50
    """

    def __init__(self) -> None:
        self._past = _Past()
        self._n = 0

    def tick(self, now_s: float, n_events: int = 1) -> None:
        """Count events at host time ``now_s``."""
        self._n += n_events
        self._past.add(self._n, now_s)

    def per_s(self, now_s: float) -> float:
        """Return events per second up to ``now_s``."""
        if not len(self._past):
            return 0.0
        self._past.add(self._n, now_s)
        seconds, n_events = self._past.change()
        return n_events / seconds if seconds > 0.0 else 0.0
