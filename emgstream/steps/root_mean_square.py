"""Root mean squares on a soft scale: of the signal (its level), and of its change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np
from msgspec import Meta

from emgstream.steps.feature import Doubles, Span
from emgstream.steps.products import Product, ProductFeature, SignalKind, level_kind, squares

__all__ = ["Floor", "Power", "RootMeanSquare", "RootMeanSquareOfChange"]

Floor: TypeAlias = Annotated[float, Meta(gt=0, lt=1e9)]
"""Smallest root mean square, in the stream's unit: a flat line has no logarithm."""
Power: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
"""The power that a root mean square is raised to; 0 for its natural logarithm."""


@dataclass(frozen=True)
class _SoftScaled(ProductFeature):
    """A level that is reduced to mean squares: their root, on a soft scale."""

    is_level = True
    span: Span = 1
    """Number of the newest steps that it is over."""
    floor: Floor = 0.1
    """Smallest root mean square, in the stream's unit."""
    power: Power = 0.0
    """The power that the root mean square is raised to; 0 for its natural logarithm."""

    def values(self, means: Doubles, n_channels: int) -> Doubles:  # noqa: ARG002
        """Return the root mean squares on the soft scale, shape ``(n_steps, n_channels)``."""
        square = np.maximum(means, self.floor**2)
        if self.power == 0.0:
            logarithm: Doubles = 0.5 * np.log(square)
            return logarithm
        powered: Doubles = square ** (0.5 * self.power)
        return powered


@dataclass(frozen=True)
class RootMeanSquare(_SoftScaled):
    """The level of each channel: its root mean square.

    About the step's own mean when ``about_mean``, so that the level at which a board rests
    (mid-scale) does not hide the muscle; about zero for a signal that has no such level.
    """

    kind = "rms"
    about_mean: bool = True
    """True if the mean of each step is subtracted first."""

    def products(self, n_channels: int) -> list[Product]:
        """Return the square of each channel."""
        return squares(n_channels, level_kind(about_mean=self.about_mean))


@dataclass(frozen=True)
class RootMeanSquareOfChange(_SoftScaled):
    """The change of each channel: the root mean square of the differences of neighbouring samples.

    It tells of a step what its waveform length does (Hudgins 1993, doi:10.1109/10.204774), on the
    scale of the level.
    """

    kind = "rms_of_change"
    label = " change"
    min_length = 2

    def products(self, n_channels: int) -> list[Product]:
        """Return the square of the change of each channel."""
        return squares(n_channels, SignalKind.CHANGE)
