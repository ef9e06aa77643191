"""Notices that this program stood still, as it does while a computer sleeps."""

from __future__ import annotations

__all__ = ["STANDSTILL_S", "StandstillWatch"]

STANDSTILL_S = 1.0
"""Seconds between two reads after which a program stood still: a choice.

A source is read every few milliseconds; a busy computer lets it wait for tenths of a second."""


class StandstillWatch:
    """Tells how long a loop that reads a source stood still. Only the thread of the loop uses it.

    >>> watch = StandstillWatch()
    >>> watch.stood_s(10.0), watch.stood_s(10.02), watch.stood_s(15.0)
    (0.0, 0.0, 4.98)
    >>> watch.note(4.98)
    'this program stood still for 5.0 s, as while a computer sleeps; what did not arrive is a gap'
    """

    def __init__(self) -> None:
        self._last_s: float | None = None

    def stood_s(self, now_s: float) -> float:
        """Return the seconds since the last call at host time ``now_s``; 0 for a usual pause."""
        paused_s = 0.0 if self._last_s is None else now_s - self._last_s
        self._last_s = now_s
        return paused_s if paused_s >= STANDSTILL_S else 0.0

    @staticmethod
    def note(stood_s: float) -> str:
        """Return the note for the user."""
        return (
            f"this program stood still for {stood_s:.1f} s, as while a computer sleeps; what did "
            "not arrive is a gap"
        )
