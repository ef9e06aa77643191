"""Updates to hand to outputs."""

from __future__ import annotations

import numpy as np

from emgstream.clock import host_now
from emgstream.decisions import decide
from emgstream.latency import FixedDelay, StageTimes
from emgstream.outputs.output import Update

__all__ = ["CLASSES", "update"]

CLASSES = ("rest", "fist", "open")


def update(first_index: int, classes: list[int] | None = None) -> Update:
    """Return an update of some decisions, 20 samples from one to the next."""
    chosen = [1] if classes is None else classes
    n = len(chosen)
    probabilities = np.full((n, 3), 0.125, dtype=np.float32)
    probabilities[np.arange(n), chosen] = 0.75
    indices = first_index + 20 * np.arange(n)
    return Update(
        decisions=decide(CLASSES, indices, probabilities),
        time_s=indices / 1000.0,
        latency_s=np.full(n, 0.004),
        labels=[None] * n,
        stages=StageTimes(np.full(n, 0.002), np.full(n, 0.003), {"network": 0.001}),
        fixed=FixedDelay(window_s=0.2, hop_s=0.02),
        decided_s=host_now(),
    )
