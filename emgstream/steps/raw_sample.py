"""A step of one sample, as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from emgstream.steps.step import Doubles
from emgstream.types import FloatArray

__all__ = ["RawSample"]


@dataclass(frozen=True)
class RawSample:
    """One sample a step, as it is: the published form.

    >>> RawSample().reduce(np.array([[1, 2, 3]], dtype=np.float32))
    array([[1., 2., 3.]])
    """

    kind: ClassVar[str] = "raw"
    length: ClassVar[int] = 1
    """Samples a step."""
    n_earlier: ClassVar[int] = 0
    """It reaches back to no other."""

    def n_reduced(self, n_channels: int) -> int:
        """One number a channel."""
        return n_channels

    n_features = n_of_one_channel = n_reduced

    def feature_names(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return the channels' own names."""
        return tuple(channel_names)

    def reduce(self, samples: FloatArray) -> Doubles:
        """Return the samples, shape ``(n_steps, n_channels)``."""
        return samples.astype(np.float64)

    def features(self, reduced: Doubles, n_channels: int) -> Doubles:  # noqa: ARG002
        """Return the same."""
        return reduced

    def n_strengths(self, n_channels: int) -> int:  # noqa: ARG002 - as of every step
        """None: one sample of a swinging signal tells nothing of its strength."""
        return 0

    def strengths(self, features: Doubles, n_channels: int) -> Doubles:  # noqa: ARG002
        """Return nothing, shape ``(n_steps, 0)``."""
        return features[:, :0]

    def to_manifest(self) -> dict[str, Any]:
        """Return ``{"kind": "raw"}``."""
        return {"kind": self.kind}
