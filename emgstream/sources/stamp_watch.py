"""Time stamps of a stream that cannot be times, found by comparing them with the arrivals."""

from __future__ import annotations

import numpy as np

from emgstream.types import TimeArray

__all__ = ["StampWatch"]

_OFF_S = 1.0
"""Difference in seconds between the pace of stamps and of arrivals that no delay explains: a
choice, far above the jitter of a network, whose delays come with a silence."""
_SILENT_S = 0.25  # a choice, as a pause of `library_source`: what comes after it may be late
_LEARN_S = 1.0  # a choice: a sender that gathers samples has sent some by then
_BACK_S = 0.25  # a choice: some senders stamp the samples of a package slightly out of order


class StampWatch:
    """Tells if stamps are not numbers, go back, jump, or run at another pace than time.

    Only the thread of the source uses it.

    >>> watch = StampWatch()
    >>> watch.fault(np.array([7.0, 7.1]), 50.0) is None, watch.fault(np.array([6.0]), 50.1)
    (True, 'go back')
    """

    def __init__(self) -> None:
        self._last_stamp_s = self._last_received_s = -np.inf
        self._since_s = 0.0
        self._least_lag_s = np.inf  # of the first second after a silence
        self._first_lag_s = np.inf  # of the first arrival after a silence

    def fault(self, stamps_s: TimeArray, received_s: float) -> str | None:
        """Return what is wrong with the stamps of one arrival, for people; None if nothing is."""
        if not np.all(np.isfinite(stamps_s)):
            return "are not numbers"
        steps_s = np.diff(stamps_s, prepend=self._last_stamp_s)
        self._last_stamp_s = float(stamps_s[-1])
        lag_s = received_s - self._last_stamp_s
        if received_s - self._last_received_s >= _SILENT_S:
            self._since_s, self._least_lag_s, self._first_lag_s = received_s, lag_s, lag_s
        self._last_received_s = received_s
        if steps_s.min() < -_BACK_S:
            return "go back"
        if received_s < self._since_s + _LEARN_S:
            self._least_lag_s = min(self._least_lag_s, lag_s)
        if lag_s < self._least_lag_s - _OFF_S or lag_s > self._first_lag_s + _OFF_S:
            return "do not run with time"
        return None
