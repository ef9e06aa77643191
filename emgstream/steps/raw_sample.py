"""One sample as it is."""

from __future__ import annotations

from dataclasses import dataclass

from emgstream.steps.feature import Doubles, Feature, Span

__all__ = ["RawSample"]


@dataclass(frozen=True)
class RawSample(Feature):
    """The first sample of each step: all of a step of one sample.

    It is no level: one sample of a signal that swings about zero tells nothing about its strength.
    """

    kind = "raw_sample"
    span: Span = 1
    """Number of the newest steps that it is over."""

    def reduce(self, steps: Doubles) -> Doubles:
        """Return the first samples, shape ``(n_steps, n_channels)``."""
        return steps[:, 0]
