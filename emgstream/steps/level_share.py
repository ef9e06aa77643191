"""The share of each channel in the level of all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emgstream.steps.feature import Doubles, Span
from emgstream.steps.products import Product, ProductFeature, squares
from emgstream.steps.root_mean_square import Floor

__all__ = ["LevelShare"]


@dataclass(frozen=True)
class LevelShare(ProductFeature):
    """The level of each channel as a share of the sum over all channels, 0 to 1.

    It tells which muscles are active, however strong the contraction is.
    """

    kind = "level_share"
    label = " share"
    is_of_one_channel = False  # none changes alone, and of one channel it is constant
    span: Span = 1
    """Number of the newest steps that it is over."""
    floor: Floor = 0.1
    """Smallest root mean square, in the stream's unit."""

    def products(self, n_channels: int) -> list[Product]:
        """Return the square of each channel."""
        return squares(n_channels)

    def values(self, means: Doubles, n_channels: int) -> Doubles:  # noqa: ARG002
        """Return root mean squares over their sum, shape ``(n_steps, n_channels)``."""
        level = np.sqrt(np.maximum(means, self.floor**2))
        total = np.add.accumulate(level, axis=1)[:, -1:]
        shares: Doubles = level / total
        return shares
