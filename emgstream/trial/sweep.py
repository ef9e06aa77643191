"""The trade-off of the threshold: fewer active errors against more abstentions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from emgstream.decisions import DecisionSettings
from emgstream.trial.replayed import PredictedRecording
from emgstream.trial.score import score
from emgstream.types import TimeArray

__all__ = ["Sweep", "sweep"]

_THRESHOLDS = 1.0 - np.linspace(1.0, 0.0, 41) ** 2
"""Closer to each other near 1, where most confidences are."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """Thresholds in rising order with their figures, arrays of shape ``(n_thresholds,)``."""

    thresholds: TimeArray
    """Least confidence to act on, 0 to 1."""
    active_error_rates: TimeArray
    """Share of all decisions that would have moved something wrongly."""
    abstained: TimeArray
    """Share of all decisions with the status rejected, unknown or gap."""


def sweep(seen: PredictedRecording, settings: DecisionSettings) -> Sweep:
    """Return the figures of settings on a recording, with thresholds from 0 to 1 in their place."""
    found = [seen.decided(replace(settings, threshold=one)) for one in _THRESHOLDS.tolist()]
    scores = [score(one.decisions, one.truth, one.hop_s) for one in found]
    return Sweep(
        _THRESHOLDS,
        np.array([one.active_error_rate for one in scores]),
        np.array([one.abstained for one in scores]),
    )
