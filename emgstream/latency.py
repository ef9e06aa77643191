"""Latency of decisions, in total and by stage, in bounded memory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from emgstream.clock import Clock
from emgstream.types import Chunk, IndexArray, TimeArray

__all__ = [
    "STAGES",
    "UNKNOWN_DELAY",
    "FixedDelay",
    "LatencyFigures",
    "LatencyHistogram",
    "StageHistograms",
    "StageTimer",
    "StageTimes",
]

STAGES = ("line", "queue", "conditioning", "window", "network", "decision")
"""The stages from sample to decision, in order; steps and saved transforms count as window."""

_SHORTEST_S = 1e-6
"""Shortest duration told apart from shorter ones: a choice far below the delay of any stage."""
_BINS_A_DECADE = 200
"""Bins from one power of ten to the next: each is 1.2 percent wide."""
_N_BINS = 9 * _BINS_A_DECADE
"""Bins from 1 us to 1000 s, far longer than any decision takes."""


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

    def add(self, durations_s: TimeArray, times: int = 1) -> None:
        """Count durations, shape ``(n,)``, in seconds, each ``times`` times."""
        decades = np.log10(np.maximum(durations_s, _SHORTEST_S) / _SHORTEST_S)
        bins = np.minimum((decades * _BINS_A_DECADE).astype(np.int64), _N_BINS - 1)
        np.add.at(self._counts, bins, times)

    def merge(self, other: LatencyHistogram) -> None:
        """Add the counts of another histogram."""
        self._counts += other._counts

    def percentile_s(self, percent: float) -> float:
        """Return the duration that ``percent`` of all are below; NaN where none was counted."""
        total = int(self._counts.sum())
        if total == 0:
            return float("nan")
        rank = max(1, int(np.ceil(total * percent / 100.0)))
        place = int(np.searchsorted(np.cumsum(self._counts), rank))
        return float(_SHORTEST_S * 10.0 ** ((place + 0.5) / _BINS_A_DECADE))

    def figures(self) -> LatencyFigures:
        """Return the usual percentiles."""
        return LatencyFigures(*map(self.percentile_s, (50, 95, 99)))


@dataclass(frozen=True, slots=True)
class LatencyFigures:
    """Percentiles of a duration in seconds; NaN before the first."""

    p50_s: float
    """Half of them are shorter."""
    p95_s: float
    """95 percent are shorter."""
    p99_s: float
    """99 percent are shorter."""


@dataclass(frozen=True, slots=True)
class FixedDelay:
    """The delay of a decision that window, hop and smoothing cause: computed, not measured.

    A decision is about the signal half a window earlier on average; a change of the movement waits
    up to a hop for the next decision, then for the smoothing.
    """

    window_s: float = math.nan
    """Length of the signal decided on, in seconds; NaN where its rate is not known."""
    hop_s: float = math.nan
    """Time from one decision to the next, in seconds; NaN where the rate is not known."""
    smoothing_s: float = 0.0
    """Mean delay that smoothing adds, in seconds."""


UNKNOWN_DELAY = FixedDelay()
"""The delay at an unknown sampling rate."""


@dataclass(frozen=True, slots=True, eq=False)
class StageTimes:
    """The time that decisions took in each stage, from the sample to the decision."""

    line_s: TimeArray
    """Time from the last sample to its receipt, beyond that of the quickest arrivals, in
    seconds, shape ``(n_decisions,)``; NaN where the source has no clock of its own."""
    queue_s: TimeArray
    """Time from the receipt until the inference thread took the sample, in seconds, same shape."""
    laps_s: Mapping[str, float]
    """Seconds of each stage of the pass through the pipeline, by its name, in order."""


class StageTimer:
    """A stopwatch for the stages of one pass through the pipeline.

    >>> from emgstream.clock import ManualClock
    >>> clock = ManualClock()
    >>> laps = StageTimer(clock)
    >>> clock.advance(0.5)
    >>> laps.lap("window")
    >>> laps.laps_s
    {'window': 0.5}
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.started_s = self._last_s = clock.now()
        self.laps_s: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Note that a stage ends now."""
        now_s = self._clock.now()
        self.laps_s[stage] = now_s - self._last_s
        self._last_s = now_s

    def times(self, chunk: Chunk, indices: IndexArray) -> StageTimes:
        """Return the times of the decisions at these samples, ``(n_decisions,)``, by the chunk."""
        places = chunk.places_of(indices)
        received_s = chunk.received_s[places]
        has_clock = len(chunk.sampled_s) > 0
        line_s = received_s - chunk.sampled_s[places] if has_clock else np.full(len(places), np.nan)
        return StageTimes(line_s, self.started_s - received_s, self.laps_s)


class StageHistograms:
    """The durations of every stage over a whole run."""

    def __init__(self) -> None:
        self._stages: dict[str, LatencyHistogram] = {}

    def add(self, times: StageTimes) -> None:
        """Count the times of decisions."""
        known_s = times.line_s[np.isfinite(times.line_s)]
        if len(known_s):
            self._stage("line").add(known_s)
        self._stage("queue").add(times.queue_s)
        for name, lap_s in times.laps_s.items():
            self._stage(name).add(np.array([lap_s]), len(times.queue_s))

    def figures(self) -> dict[str, LatencyFigures]:
        """Return the percentiles of every stage that was timed, in order."""
        return {name: stage.figures() for name, stage in self._stages.items()}

    def _stage(self, name: str) -> LatencyHistogram:
        return self._stages.setdefault(name, LatencyHistogram())
