"""Means of products of signals over a step: what most features are computed from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.steps.feature import Doubles, Feature, mean_over_time

__all__ = [
    "MeanProducts",
    "Product",
    "ProductFeature",
    "Signal",
    "SignalKind",
    "level_kind",
    "limited",
    "squares",
]


class SignalKind(Enum):
    """The kinds of signals that products are of."""

    PLAIN = "as it is"
    CENTRED = "less the mean of the step"
    CHANGE = "the difference to the sample before, within the step"


class Signal(NamedTuple):
    """One signal of a channel."""

    channel: int
    """Number of the channel."""
    kind: SignalKind = SignalKind.PLAIN
    lag: int = 0
    """Samples that it is earlier."""


Product: TypeAlias = tuple[Signal, Signal]
"""Two signals that are multiplied sample by sample."""


class ProductFeature(Feature):
    """A feature whose steps are reduced to means of products of signals.

    Those of all such features are computed at once, each product once (`MeanProducts`).
    """

    @abstractmethod
    def products(self, n_channels: int) -> list[Product]:
        """Return the products whose means `values` takes, in its order."""

    def n_reduced(self, n_channels: int) -> int:
        """Return the number of products."""
        return len(self.products(n_channels))

    def reduce(self, steps: Doubles) -> Doubles:
        """Return the means of the products, shape ``(n_steps, n_reduced)``."""
        n_channels = steps.shape[2]
        return MeanProducts(self.products(n_channels), n_channels, self.n_before).of(steps)


class MeanProducts:
    """Means of products over steps.

    Parameters
    ----------
    products
        The products, each of them once.
    n_channels
        Channels of the samples.
    n_before
        Samples before each step that come with it: as many as the longest lag, or more.
    """

    def __init__(self, products: Sequence[Product], n_channels: int, n_before: int) -> None:
        signals = [signal for product in products for signal in product]
        # All channels of a kind and a lag are filled in at once.
        self._blocks = list(dict.fromkeys((signal.kind, signal.lag) for signal in signals))
        columns = [
            self._blocks.index((kind, lag)) * n_channels + channel for channel, kind, lag in signals
        ]
        self._first: npt.NDArray[np.intp] = np.array(columns[::2], dtype=np.intp)
        self._second: npt.NDArray[np.intp] = np.array(columns[1::2], dtype=np.intp)
        # A change has no value at the first sample of a step.
        self._n_without = np.array([float(one.kind is SignalKind.CHANGE) for one, _ in products])
        self._n_channels, self._n_before = n_channels, n_before

    @property
    def n_numbers(self) -> int:
        """Numbers that are held of one sample while it is computed."""
        return len(self._blocks) * self._n_channels + 3 * len(self._first)

    def of(self, steps: Doubles) -> Doubles:
        """Return the mean of each product over each step, shape ``(n_steps, n_products)``.

        ``steps`` has shape ``(n_steps, n_before + length, n_channels)``. A product with a missing
        sample (NaN) has NaN.
        """
        n_channels, length = self._n_channels, steps.shape[1] - self._n_before
        signals = np.empty((len(steps), length, len(self._blocks) * n_channels))
        for number, (kind, lag) in enumerate(self._blocks):
            first = self._n_before - lag
            plain = steps[:, first : first + length]
            into = signals[:, :, number * n_channels : (number + 1) * n_channels]
            if kind is SignalKind.CHANGE:
                into[:, 0] = 0.0
                np.subtract(plain[:, 1:], plain[:, :-1], out=into[:, 1:])
            elif kind is SignalKind.CENTRED:
                np.subtract(plain, mean_over_time(plain)[:, np.newaxis, :], out=into)
            else:
                into[...] = plain
        products = signals.take(self._first, axis=2)
        products *= signals.take(self._second, axis=2)
        totals: Doubles = np.add.accumulate(products, axis=1)[:, -1]
        totals /= length - self._n_without
        return totals


def squares(n_channels: int, kind: SignalKind = SignalKind.PLAIN) -> list[Product]:
    """Return the product of each channel with itself."""
    return [(Signal(channel, kind), Signal(channel, kind)) for channel in range(n_channels)]


def level_kind(*, about_mean: bool) -> SignalKind:
    """Return the kind of the signals of a level, about the mean of each step or about zero."""
    return SignalKind.CENTRED if about_mean else SignalKind.PLAIN


def limited(correlations: Doubles) -> Doubles:
    """Return correlations within -1 and 1: a step may be missing of one channel only."""
    np.maximum(correlations, -1.0, out=correlations)
    np.minimum(correlations, 1.0, out=correlations)
    return correlations
