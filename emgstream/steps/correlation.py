"""The correlation of channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.steps.feature import Doubles, Span
from emgstream.steps.products import Product, ProductFeature, Signal, level_kind, limited, squares
from emgstream.steps.root_mean_square import Floor

__all__ = ["Correlation"]

_Pairs: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Correlation(ProductFeature):
    """The correlation of each two channels, -1 to 1.

    Electrodes over the same active muscle have correlated signals, and which muscle is active
    changes with the movement.
    """

    kind = "correlation"
    is_of_one_channel = False
    span: Span = 1
    """Number of the newest steps that it is over."""
    about_mean: bool = True
    """True if the mean of each step is subtracted first."""
    floor: Floor = 0.1
    """Smallest root mean square, in the stream's unit: a flat line has no correlation."""

    def products(self, n_channels: int) -> list[Product]:
        """Return the square of each channel, then the product of each pair."""
        kind = level_kind(about_mean=self.about_mean)
        pairs = zip(*(places.tolist() for places in _pairs(n_channels)), strict=True)
        return squares(n_channels, kind) + [(Signal(i, kind), Signal(j, kind)) for i, j in pairs]

    def values(self, means: Doubles, n_channels: int) -> Doubles:
        """Return the mean products over the root mean squares, shape ``(n_steps, n_pairs)``."""
        level = np.maximum(means[:, :n_channels], self.floor**2)
        first, second = _pairs(n_channels)
        scale = level.take(first, axis=1)
        scale *= level.take(second, axis=1)
        correlations: Doubles = means[:, n_channels:] / np.sqrt(scale)
        return limited(correlations)

    def n_values(self, n_channels: int) -> int:
        """Return the number of pairs."""
        return n_channels * (n_channels - 1) // 2

    def names(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return both channels of each pair."""
        pairs = zip(*_pairs(len(channel_names)), strict=True)
        return tuple(f"{channel_names[i]} with {channel_names[j]}{self.over}" for i, j in pairs)


@cache
def _pairs(n_channels: int) -> _Pairs:
    """Return each two channels once: the places of the first and of the second of them."""
    first, second = np.triu_indices(n_channels, 1)
    return first, second
