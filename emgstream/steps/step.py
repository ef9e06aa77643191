"""A step: some samples in a row, described by a list of features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Annotated, ClassVar, TypeAlias

import numpy as np
from msgspec import Meta

from emgstream.steps.feature import Doubles, Feature, mean_over_time
from emgstream.types import FloatArray

__all__ = ["Step", "StepLength"]

StepLength: TypeAlias = Annotated[int, Meta(ge=1, le=100_000)]
"""Samples per step; the bound keeps a damaged file from asking for any amount of memory."""


@dataclass(frozen=True)
class Step:
    """A step of ``length`` samples, described by a list of features; no state.

    Features of one channel each come first, then those of several channels.

    >>> from emgstream.steps import RootMeanSquare
    >>> Step(2, (RootMeanSquare(power=1.0),)).reduce(np.array([[5.0], [7.0]], dtype=np.float32))
    array([[1.]])

    Raises
    ------
    ValueError
        There is no feature, a feature of one channel comes after one of several, or a step is
        too short for a feature.
    """

    kind: ClassVar[str] = "features"
    """The name in the model file."""
    length: StepLength
    """Samples per step."""
    features: tuple[Feature, ...]
    """The features that the network gets of each step, in this order."""

    def __post_init__(self) -> None:
        order = [one.is_of_one_channel for one in self.features]
        if not order or order != sorted(order, reverse=True):
            kinds = ", ".join(one.kind for one in self.features)
            raise ValueError(
                f"features {kinds or 'none'}; expected at least one, those of one channel first"
            )
        for one in self.features:
            if self.length < one.min_length:
                raise ValueError(
                    f"length {self.length}; expected {one.min_length} or more samples for the "
                    f"feature {one.kind}"
                )

    @cached_property
    def n_earlier(self) -> int:
        """Steps before a step that its longest span reaches back to."""
        return max(one.span for one in self.features) - 1

    def n_reduced(self, n_channels: int) -> int:
        """Return how many numbers a step of so many channels is reduced to."""
        return sum(one.n_reduced(n_channels) for one in self._reducers)

    def n_features(self, n_channels: int) -> int:
        """Return how many numbers the network sees of it."""
        return sum(one.n_values(n_channels) for one in self.features)

    def n_of_one_channel(self, n_channels: int) -> int:
        """Return how many of these, the first of them, are of one channel each."""
        return sum(one.n_values(n_channels) for one in self.features if one.is_of_one_channel)

    def feature_names(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return the name of each of these numbers, for people."""
        return tuple(name for one in self.features for name in one.names(channel_names))

    def reduce(self, samples: FloatArray) -> Doubles:
        """Return what each step is reduced to, shape ``(n_steps, n_reduced)``.

        ``samples`` has shape ``(n_steps * length, n_channels)``; NaN where one is missing.
        """
        steps = samples.reshape(-1, self.length, samples.shape[1]).astype(np.float64)
        return _joined([one.reduce(steps) for one in self._reducers])

    def values(self, reduced: Doubles, n_channels: int) -> Doubles:
        """Return the features over the known steps of each span, shape ``(n_steps, n_features)``.

        ``reduced``, shape ``(n_earlier + n_steps, n_reduced)``, begins with the steps before.
        """
        means = {
            span: _mean_of_known(reduced[self.n_earlier - (span - 1) :], span)
            for span in self._spans
        }
        columns = _columns(one.n_reduced(n_channels) for one in self._reducers)
        return _joined(
            [
                one.values(means[one.span][:, columns[place]], n_channels)
                for one, place in zip(self.features, self._places, strict=True)
            ]
        )

    def n_strengths(self, n_channels: int) -> int:
        """Return how many numbers tell how strong the signal is at a step."""
        return sum(self.features[place].n_values(n_channels) for place in self._levels)

    def strengths(self, features: Doubles, n_channels: int) -> Doubles:
        """Return the levels, each over its longest span, shape ``(n_steps, n_strengths)``.

        ``features`` has shape ``(n_steps, n_features)``. Each level rises with the contraction.
        """
        if not self._levels:
            return features[:, :0]
        columns = _columns(one.n_values(n_channels) for one in self.features)
        return _joined([features[:, columns[place]] for place in self._levels])

    @cached_property
    def _spans(self) -> frozenset[int]:
        return frozenset(one.span for one in self.features)

    @cached_property
    def _reducers(self) -> tuple[Feature, ...]:
        """One feature for all that differ in their span alone: they reduce a step alike."""
        return tuple(dict.fromkeys(replace(one, span=1) for one in self.features))

    @cached_property
    def _places(self) -> tuple[int, ...]:
        """The place of each feature's reducer."""
        return tuple(self._reducers.index(replace(one, span=1)) for one in self.features)

    @cached_property
    def _levels(self) -> tuple[int, ...]:
        """The places of the levels that no other feature of their kind has a longer span than."""
        longest: dict[int, int] = {}
        for place, one in enumerate(self.features):
            before = longest.get(self._places[place])
            if one.is_level and (before is None or self.features[before].span < one.span):
                longest[self._places[place]] = place
        return tuple(longest.values())


def _columns(widths: Iterable[int]) -> list[slice]:
    """Return the columns of each of several arrays that stand side by side.

    >>> _columns([3, 2])
    [slice(0, 3, None), slice(3, 5, None)]
    """
    ends = list(accumulate(widths))
    return list(map(slice, [0, *ends], ends))


def _joined(parts: list[Doubles]) -> Doubles:
    """Return arrays of shape ``(n_steps, ...)`` side by side."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def _mean_of_known(reduced: Doubles, span: int) -> Doubles:
    """Average each row with the ``span - 1`` before it, NaN left out; NaN where all of them are."""
    n_steps = max(len(reduced) - (span - 1), 0)
    if span == 1 or n_steps == 0:
        return reduced[span - 1 :]
    if n_steps == 1:  # of a live stream, always
        stretches = reduced[np.newaxis]
    else:
        stretches = reduced[np.arange(n_steps)[:, np.newaxis] + np.arange(span)]
    known = np.isfinite(stretches)
    if known.all():
        return mean_over_time(stretches)
    totals = np.add.accumulate(np.where(known, stretches, 0.0), axis=1)[:, -1]
    counts = known.sum(axis=1)
    unknown: Doubles = np.full_like(totals, np.nan)
    np.divide(totals, counts, out=unknown, where=counts > 0)
    return unknown
