"""Features that nobody ships: each is one class, as CONTRIBUTING.md asks for one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emgstream.steps import Feature
from emgstream.steps.feature import Doubles, Span, mean_over_time

__all__ = ["WaveformLength", "ZeroCrossings"]


@dataclass(frozen=True)
class WaveformLength(Feature):
    """Mean absolute difference of neighbouring samples (Hudgins 1993)."""

    kind = "unshipped_length"
    label = " waveform length"
    is_level = True
    min_length = 2
    span: Span = 1

    def reduce(self, steps: Doubles) -> Doubles:
        return mean_over_time(np.abs(np.diff(steps, axis=1)))


@dataclass(frozen=True)
class ZeroCrossings(Feature):
    """Share of neighbouring samples of different sign that are a threshold apart (Hudgins 1993)."""

    kind = "unshipped_crossings"
    label = " zero crossings"
    min_length = 2
    span: Span = 1
    threshold: float = 0.0

    def reduce(self, steps: Doubles) -> Doubles:
        before, after = steps[:, :-1], steps[:, 1:]
        crosses = (before * after < 0.0) & (np.abs(after - before) >= self.threshold)
        shares = mean_over_time(crosses.astype(np.float64))
        shares[np.isnan(steps).any(axis=1)] = np.nan
        return shares
