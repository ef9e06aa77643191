"""What every kind of step answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.types import FloatArray

__all__ = ["Doubles", "Step"]

Doubles: TypeAlias = npt.NDArray[np.float64]


class Step(Protocol):
    """How ``length`` consecutive samples become one row of features; no state."""

    kind: ClassVar[str]

    @property
    def length(self) -> int:
        """Samples a step."""
        ...

    def n_reduced(self, n_channels: int) -> int:
        """Return how many numbers a step of so many channels is reduced to."""
        ...

    def n_features(self, n_channels: int) -> int:
        """Return how many numbers the network sees of it."""
        ...

    def n_of_one_channel(self, n_channels: int) -> int:
        """Return how many of these, the first of them, are of one channel each."""
        ...

    def feature_names(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return what each of these numbers is, for people."""
        ...

    @property
    def n_earlier(self) -> int:
        """Steps before a step that its features reach back to."""
        ...

    def reduce(self, samples: FloatArray) -> Doubles:
        """Return ``(n_steps, n_reduced)`` for ``(n_steps * length, n_channels)`` samples."""
        ...

    def features(self, reduced: Doubles, n_channels: int) -> Doubles:
        """Return ``(n_steps, n_features)`` for reduced steps, ``n_earlier`` of NaN before them.

        ``reduced`` has shape ``(n_earlier + n_steps, n_reduced)``; a row of NaN is no step.
        """
        ...

    def n_strengths(self, n_channels: int) -> int:
        """Return how many numbers tell how strong the signal is at a step."""
        ...

    def strengths(self, features: Doubles, n_channels: int) -> Doubles:
        """Return these of ``(n_steps, n_features)`` features: a level a channel, then the others.

        Each rises with the contraction, and is over the longest stretch the step knows.
        """
        ...

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        ...
