"""A feature: one kind of number that the network gets of each step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Meta

__all__ = ["LONGEST_SPAN", "Doubles", "Feature", "Span", "mean_over_time"]

Doubles: TypeAlias = npt.NDArray[np.float64]

LONGEST_SPAN = 100
"""Most steps that a feature may reach over: 2 s of steps of 20 ms, far more than a movement's
onset lasts. A bound, so that a damaged file cannot ask for any amount of memory."""

Span: TypeAlias = Annotated[int, Meta(ge=1, le=LONGEST_SPAN)]
"""Number of the newest steps that a feature is over."""


class Feature(ABC):
    """A formula for numbers of each step: a frozen dataclass of its settings, without state.

    It works in two parts. `reduce` computes numbers of one step alone, which can be averaged over
    steps. `values` computes what the network gets from their averages over the newest ``span``
    steps. Both get whole steps only, so that any chunking of the samples gives the same bits, as
    long as sums are taken in the order of time (`mean_over_time`).

    To add one, write such a class and add it to `emgstream.steps.feature_registry`.
    """

    kind: ClassVar[str]
    """The name in the model file."""
    label: ClassVar[str] = ""
    """Words behind the name of a channel that name the feature, for people."""
    is_level: ClassVar[bool] = False
    """True if it rises with the contraction of the muscle, as the rest gate, the detection of
    unknown signals and the strength need it."""
    is_of_one_channel: ClassVar[bool] = True
    """True if each number is of one channel, in the order of the channels."""
    min_length: ClassVar[int] = 1
    """Fewest samples that a step must have."""
    span: int
    """Number of the newest steps that it is over."""
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @abstractmethod
    def reduce(self, steps: Doubles) -> Doubles:
        """Return ``(n_steps, n_reduced)`` for samples ``(n_steps, n_before + length, n_channels)``.

        A step with a missing sample (NaN) has NaN.
        """

    def values(self, means: Doubles, n_channels: int) -> Doubles:  # noqa: ARG002
        """Return ``(n_steps, n_values)`` for averages of what steps were reduced to."""
        return means

    def n_reduced(self, n_channels: int) -> int:
        """Return the number of numbers that a step is reduced to."""
        return n_channels

    def n_values(self, n_channels: int) -> int:
        """Return the number of numbers that the network gets of each step."""
        return n_channels

    def names(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return the name of each of these numbers, for people."""
        return tuple(f"{name}{self.label}{self.over}" for name in channel_names)

    @property
    def n_before(self) -> int:
        """Samples before each step that `reduce` gets with it; NaN where the stream begins."""
        return 0

    @property
    def over(self) -> str:
        """The end of a name: the span, where it is more than the step itself."""
        return f" over {self.span} steps" if self.span > 1 else ""


def mean_over_time(samples: Doubles) -> Doubles:
    """Return the average over axis 1, added up in the order of time.

    numpy's own sum may choose another order for another number of steps, and then the last bit
    would depend on how the samples were chunked. A running sum has one order only.
    """
    total: Doubles = np.add.accumulate(samples, axis=1)[:, -1]
    total /= samples.shape[1]
    return total
