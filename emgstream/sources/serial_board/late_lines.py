"""Time without lines, told from late arrivals: for streams without a counter and without a time."""

from __future__ import annotations

import math

__all__ = ["LateLines", "longest_delay_s"]

_LATE_S = 0.03
"""Delay from which lines may have been lost: a choice, above the 16 ms that a USB driver gathers
bytes for; a shorter gap looks like jitter."""
_LATE_PERIODS = 3.0  # a choice: a slow sketch may print a line or two late
_HELD_S = 0.1  # a choice: after a stall of the host, the lines that wait are read within that time
_HELD_ARRIVALS = 4  # of a busy host, which reads less often than every 25 ms
_CATCHES_UP_S = 0.01  # a choice: less, and the lines do not catch up
_LONGEST_HELD_S = 5.0  # a choice: 64 kB at 115200 baud, the largest buffer of a USB driver


def longest_delay_s(rate_hz: float) -> float:
    """Return the longest delay of a line, in seconds, that does not show a gap."""
    return max(_LATE_S, _LATE_PERIODS / rate_hz)


class LateLines:
    """Tells lines that were lost from lines that came late, after a silence. Without I/O.

    Lines that waited somewhere come in a lump, and the last of them is on time. Where lines were
    lost, all that follow are as late as the gap is long. So the arrivals after a silence are held
    back for 0.1 s, and longer as long as their delay still decreases; the least delay is the gap.
    """

    def __init__(self) -> None:
        self._last_s = math.inf
        self._since_s: float | None = None
        self._least_s, self._least_at_s = math.inf, 0.0
        self._n_arrivals = 0

    def waits(self, late_s: float, now_s: float, rate_hz: float, slack_s: float = 0.0) -> bool:
        """Return True while more arrivals are needed.

        ``late_s`` is the delay in seconds of the newest line, which arrived at host time ``now_s``;
        ``slack_s`` is the uncertainty of that delay.
        """
        longest_s = longest_delay_s(rate_hz) + slack_s
        silent_s, self._last_s = now_s - self._last_s, now_s
        if late_s <= longest_s or (self._since_s is None and silent_s < longest_s):
            self._since_s = None  # on time, or the board slows down
            return False
        if self._since_s is None:
            self._since_s, self._least_s, self._n_arrivals = now_s, math.inf, 0
        if late_s < self._least_s - _CATCHES_UP_S:
            self._least_at_s = now_s
        self._least_s = min(self._least_s, late_s)
        self._n_arrivals += 1
        is_settled = self._n_arrivals >= _HELD_ARRIVALS and now_s >= self._least_at_s + _HELD_S
        return not is_settled and now_s < self._since_s + _LONGEST_HELD_S

    def take_gap_s(self) -> float:
        """Return the length in seconds of the gap before the first arrival held back; 0 for none.

        What follows is judged anew.
        """
        is_gap, self._since_s = self._since_s is not None, None
        return self._least_s if is_gap else 0.0

    def forget(self) -> None:
        """Begin anew: the next arrival is not compared with earlier ones."""
        self._since_s, self._last_s = None, math.inf
