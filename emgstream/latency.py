"""How late things are, in bounded memory."""

from __future__ import annotations

import numpy as np

from emgstream.types import TimeArray

__all__ = ["LatencyHistogram"]

_SHORTEST_S = 1e-6
_BINS_A_DECADE = 200
_N_BINS = 9 * _BINS_A_DECADE


class LatencyHistogram:
    """Percentiles of any number of durations, to within 1.2 percent, from 1 us to 1000 s.

    Bins are of equal width on a logarithmic scale.

    >>> histogram = LatencyHistogram()
    >>> histogram.add(np.full(100, 0.002))
    >>> round(histogram.percentile_s(99), 4)
    0.002
    """

    def __init__(self) -> None:
        self._counts = np.zeros(_N_BINS, dtype=np.int64)

    def add(self, durations_s: TimeArray) -> None:
        """Count durations, shape ``(n,)``, in seconds."""
        decades = np.log10(np.maximum(durations_s, _SHORTEST_S) / _SHORTEST_S)
        bins = np.minimum((decades * _BINS_A_DECADE).astype(np.int64), _N_BINS - 1)
        np.add.at(self._counts, bins, 1)

    def percentile_s(self, percent: float) -> float:
        """Return the duration that so many percent stay under; NaN where nothing was counted."""
        total = int(self._counts.sum())
        if total == 0:
            return float("nan")
        rank = max(1, int(np.ceil(total * percent / 100.0)))
        place = int(np.searchsorted(np.cumsum(self._counts), rank))
        return float(_SHORTEST_S * 10.0 ** ((place + 0.5) / _BINS_A_DECADE))
