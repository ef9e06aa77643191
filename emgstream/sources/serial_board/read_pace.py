"""The pace of reading a device: as the awaited sample arrives, and seldom before."""

from __future__ import annotations

from emgstream.sources.serial_board.timebase import Timebase

__all__ = ["ReadPace"]

_LONGEST_S = 0.02
"""Longest pause between two reads: a choice, one picture of the window at 50 Hz. In that time the
fastest board, 4 kHz with 11 channels, fills half of the 4096 bytes that a terminal of Linux keeps
beside its queue."""
_EARLY_S = 0.0005
"""A pause ends that long before the sample arrives: a choice, as it is usual to sleep 0.1 to 0.3 ms
longer. At most one sample before: the read that waits returns with the first that arrives."""
_LATE_S = 0.02
"""Up to that long after a sample should have arrived, pauses are short: a choice, more than the
16 ms for which a USB bridge gathers bytes."""
_SHORT_S = 0.0005


class ReadPace:
    """Tells a reader how long to pause, and whether the next read waits for a sample to come.

    Each read costs about the same, so few and large ones cost least; but a sample that something
    waits for should not wait for its read. Samples come at even intervals, so the reader sleeps
    until just before that one, and reads until it arrives. Then its time of receipt is exact, too:
    if every read came a moment after an arrival, the fit of the clock would move towards the reads.
    On a link that sends in lumps the sample may come later, and each lump is read as it comes.

    Only the thread that reads uses it.

    Parameters
    ----------
    timebase
        The times of the samples.
    gather_s
        Seconds between two reads where nobody tells what is awaited, or its time is not known.
    """

    def __init__(self, timebase: Timebase, gather_s: float) -> None:
        self._timebase = timebase
        self._gather_s = gather_s
        self._is_told = False
        self._index: int | None = None
        self._waits_until_s = 0.0

    def expect(self, index: int | None) -> None:
        """Set the index of the sample that is awaited; None if nothing waits for one."""
        self._is_told, self._index = True, index

    def pause_s(self, now_s: float) -> float:
        """Return the seconds to pause before the next read, at most 0.02."""
        self._waits_until_s = now_s
        arrives_s = None if self._index is None else self._timebase.arrival_s(self._index)
        if arrives_s is None:
            nothing_waits = self._is_told and self._index is None
            return _LONGEST_S if nothing_waits else self._gather_s
        ahead_s = arrives_s - now_s
        if ahead_s > 0.0:
            period_s = 1.0 / (self._timebase.rate_hz or 1.0)
            pause_s = max(0.0, ahead_s - min(_EARLY_S, period_s))
            if pause_s <= _LONGEST_S and (period_s < self._gather_s or not pause_s):
                self._waits_until_s = arrives_s
            return min(pause_s, _LONGEST_S)
        return _SHORT_S if ahead_s > -_LATE_S else self._gather_s

    def waits(self, now_s: float) -> bool:
        """Return True if the awaited sample, after the pause, is about to arrive.

        Where samples are rare, a read that follows a pause does not wait: the awaited one may be
        there already, and the next is far.
        """
        return now_s < self._waits_until_s
