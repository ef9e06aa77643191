"""The correlation of channels with themselves and each other a few samples before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np
from msgspec import Meta

from emgstream.steps.feature import Doubles, Span
from emgstream.steps.products import Product, ProductFeature, Signal, limited, squares
from emgstream.steps.root_mean_square import Floor

__all__ = ["MOST_LAG", "LaggedCorrelation"]

MOST_LAG = 20
"""Longest lag in samples. A bound, so that a damaged file cannot ask for any amount of memory."""

Lag: TypeAlias = Annotated[int, Meta(ge=1, le=MOST_LAG)]
"""Samples from the earlier to the later of two that are correlated."""


@dataclass(frozen=True)
class LaggedCorrelation(ProductFeature):
    """The correlation of each channel with each channel 1 to ``lag`` samples before, -1 to 1.

    Of a channel with itself it tells the shape of the spectrum; of two channels which of them the
    wave under the skin reaches first. Signals about zero are assumed, as after a high-pass filter.
    """

    kind = "lagged_correlation"
    is_of_one_channel = False
    span: Span = 1
    """Number of the newest steps that it is over."""
    floor: Floor = 0.1
    """Smallest root mean square, in the stream's unit: a flat line has no correlation."""
    lag: Lag = 1
    """Longest lag, in samples."""
    pairs: bool = True
    """False for each channel with itself alone: their number grows with the channels only."""

    def products(self, n_channels: int) -> list[Product]:
        """Return the square of each channel, then the product of each lagged pair."""
        return squares(n_channels) + [
            (Signal(later), Signal(earlier, lag=lag))
            for lag in self._lags()
            for later in range(n_channels)
            for earlier in (range(n_channels) if self.pairs else (later,))
        ]

    def values(self, means: Doubles, n_channels: int) -> Doubles:
        """Return the mean products over the root mean squares, shape ``(n_steps, n_values)``."""
        level = np.sqrt(np.maximum(means[:, :n_channels], self.floor**2))
        one_lag = level * level
        if self.pairs:
            one_lag = (level[:, :, np.newaxis] * level[:, np.newaxis, :]).reshape(len(level), -1)
        by_lag = means[:, n_channels:].reshape(len(means), self.lag, -1)
        correlations: Doubles = by_lag / one_lag[:, np.newaxis]
        return limited(correlations.reshape(len(means), -1))

    def n_values(self, n_channels: int) -> int:
        """Return the number of lagged pairs."""
        return self.lag * n_channels * (n_channels if self.pairs else 1)

    def names(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return both channels of each pair and the lag."""
        return tuple(
            f"{later} with {earlier} {lag} before{self.over}"
            for lag in self._lags()
            for later in channel_names
            for earlier in (channel_names if self.pairs else (later,))
        )

    @property
    def n_before(self) -> int:
        """Samples before each step: those that its first samples are correlated with."""
        return self.lag

    def _lags(self) -> range:
        return range(1, self.lag + 1)
