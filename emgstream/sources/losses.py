"""Share of lost samples over the last seconds."""

from __future__ import annotations

from collections import deque

__all__ = ["LOSS_WINDOW_S", "LossWindow"]

LOSS_WINDOW_S = 5.0
"""Seconds that count as recent: a choice; at 1000 Hz one lost sample is then 0.02 %."""
_BIN_S = 0.25


class LossWindow:
    """Share of lost samples in the last 5 seconds, in steps of 0.25 s.

    >>> window = LossWindow()
    >>> window.add(10.0, n_received=90, n_lost=10)
    >>> window.share(12.0), window.share(16.0)
    (0.1, 0.0)
    """

    def __init__(self) -> None:
        self._bins: deque[list[float]] = deque()  # start, received, lost

    def add(self, now_s: float, n_received: int, n_lost: int) -> None:
        """Count samples that arrived, and missing ones among them."""
        if not self._bins or now_s >= self._bins[-1][0] + _BIN_S:
            self._forget(now_s)
            self._bins.append([now_s, 0, 0])
        self._bins[-1][1] += n_received
        self._bins[-1][2] += n_lost

    def share(self, now_s: float, at_least: int = 1) -> float:
        """Return the share of lost samples in the last 5 seconds, 0 to 1.

        It is 0 for fewer samples than ``at_least``: one lost sample among a few tells little.
        """
        self._forget(now_s)
        n_lost = sum(entry[2] for entry in self._bins)
        total = n_lost + sum(entry[1] for entry in self._bins)
        return n_lost / total if total >= at_least else 0.0

    def _forget(self, now_s: float) -> None:
        while self._bins and self._bins[0][0] <= now_s - LOSS_WINDOW_S:
            self._bins.popleft()
