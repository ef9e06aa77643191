"""The time that one decision of a model takes on this computer."""

from __future__ import annotations

import time

import numpy as np

from emgstream.bundle import Model
from emgstream.pipeline import Pipeline
from emgstream.types import Chunk

__all__ = ["decision_time_s"]

_N_DECISIONS = 30


def decision_time_s(model: Model) -> float:
    """Return the median time of a decision in seconds, from the samples of a step on.

    Noise goes through the whole pipeline as in live use, a step at a time.
    """
    length, n_channels = model.manifest.step.length, len(model.manifest.channel_names)
    n_steps = model.manifest.reach_samples // length + _N_DECISIONS
    noise = np.random.default_rng(0).standard_normal((n_steps, length, n_channels))
    pipeline, times_s = Pipeline(model), []
    for number, samples in enumerate(noise.astype(np.float32)):
        start_s = time.perf_counter()
        pipeline.push(Chunk(number * length, samples))
        times_s.append(time.perf_counter() - start_s)
    return float(np.median(times_s[-_N_DECISIONS:]))
