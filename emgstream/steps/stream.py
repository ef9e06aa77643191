"""A stream of samples cut into steps."""

from __future__ import annotations

import numpy as np

from emgstream.steps.feature import Doubles
from emgstream.steps.step import Step
from emgstream.types import FloatArray

__all__ = ["StepStream"]


class StepStream:
    """Cuts a stream of samples into steps; any chunking gives the same bits.

    One thread uses it.
    """

    def __init__(self, step: Step, n_channels: int) -> None:
        self._step = step
        self._n_channels = n_channels
        self._pending = np.empty((0, n_channels), dtype=np.float32)
        self._nothing = np.full((step.n_earlier, step.n_reduced(n_channels)), np.nan)
        self._earlier = self._nothing
        self._no_steps = np.empty((0, step.n_features(n_channels)))

    def steps_of(self, samples: FloatArray) -> Doubles:
        """Return the steps that these samples complete, shape ``(n_steps, n_features)``.

        ``samples`` has shape ``(n_samples, n_channels)``; NaN where one is missing.
        """
        if len(self._pending):
            samples = np.concatenate((self._pending, samples))
        n_used = len(samples) - len(samples) % self._step.length
        self._pending = samples[n_used:]
        if not n_used:
            return self._no_steps
        reduced = np.concatenate((self._earlier, self._step.reduce(samples[:n_used])))
        self._earlier = reduced[len(reduced) - self._step.n_earlier :]
        return self._step.values(reduced, self._n_channels)

    def reset(self) -> None:
        """Forget the samples of an unfinished step, and the steps that spans reach back to."""
        self._pending = self._pending[:0]
        self._earlier = self._nothing
