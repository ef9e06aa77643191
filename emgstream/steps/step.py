"""A step: some samples in a row, described by a list of features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Annotated, ClassVar, TypeAlias

from msgspec import Meta

from emgstream.steps.feature import Doubles, Feature

__all__ = ["Step", "StepLength", "columns_of"]

StepLength: TypeAlias = Annotated[int, Meta(ge=1, le=100_000)]
"""Samples per step; the bound keeps a damaged file from asking for any amount of memory."""


@dataclass(frozen=True)
class Step:
    """A step of ``length`` samples, described by a list of features; no state.

    Features of one channel each come first, then those of several channels.

    >>> from emgstream.steps import RootMeanSquare
    >>> Step(20, (RootMeanSquare(), RootMeanSquare(span=10))).feature_names(["biceps"])
    ('biceps', 'biceps over 10 steps')

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
    """The features that the network gets of each step of a window, in this order."""
    context: tuple[Feature, ...] = ()
    """Further features, after these, that it gets of the newest step of a window alone.

    Their spans reach further back than the window, or they change too slowly to follow."""

    def __post_init__(self) -> None:
        order = [one.is_of_one_channel for one in self.features]
        if not order or order != sorted(order, reverse=True):
            kinds = ", ".join(one.kind for one in self.features)
            raise ValueError(
                f"features {kinds or 'none'}; expected at least one, those of one channel first"
            )
        for one in self.all_features:
            if self.length < one.min_length:
                raise ValueError(
                    f"length {self.length}; expected {one.min_length} or more samples for the "
                    f"feature {one.kind}"
                )

    @property
    def all_features(self) -> tuple[Feature, ...]:
        """The features of each step, then those of the newest step alone."""
        return self.features + self.context

    @property
    def n_earlier(self) -> int:
        """Steps before a step that its longest span reaches back to."""
        return max(one.span for one in self.all_features) - 1

    def reach(self, n_steps: int) -> int:
        """Return the number of steps that windows of ``n_steps`` steps reach back over."""
        spans = [n_steps - 1 + one.span for one in self.features]
        return max(n_steps, *spans, *(one.span for one in self.context))

    @property
    def n_before(self) -> int:
        """Samples before a step that a feature of it is computed from."""
        return max(one.n_before for one in self.all_features)

    def n_features(self, n_channels: int) -> int:
        """Return the number of all features of a stream with so many channels."""
        return sum(one.n_values(n_channels) for one in self.all_features)

    def n_context(self, n_channels: int) -> int:
        """Return the number of those of the newest step alone; they come last."""
        return sum(one.n_values(n_channels) for one in self.context)

    def n_of_one_channel(self, n_channels: int) -> int:
        """Return the number of those that are of one channel each; they come first."""
        return sum(one.n_values(n_channels) for one in self.features if one.is_of_one_channel)

    def feature_names(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return the name of each feature, for people."""
        return tuple(name for one in self.all_features for name in one.names(channel_names))

    def names_of_one_channel(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the features that are of one channel each, which come first."""
        return self.feature_names(channel_names)[: self.n_of_one_channel(len(channel_names))]

    def level_columns(self, n_channels: int) -> list[int]:
        """Return the columns of the levels, of each kind the one over its longest span."""
        longest: dict[Feature, Feature] = {}
        for one in filter(lambda one: one.is_level, self.features):
            kind = replace(one, span=1)
            longest[kind] = max(longest.get(kind, one), one, key=lambda level: level.span)
        columns = columns_of(one.n_values(n_channels) for one in self.features)
        places = [self.features.index(one) for one in longest.values()]
        return [column for place in places for column in range(*columns[place])]

    def n_strengths(self, n_channels: int) -> int:
        """Return the number of levels."""
        return len(self.level_columns(n_channels))

    def strengths(self, features: Doubles, n_channels: int) -> Doubles:
        """Return the levels among features, shape ``(n_steps, n_strengths)``.

        ``features`` has shape ``(n_steps, n_features)``. Each level rises with the contraction.
        """
        return features[:, self.level_columns(n_channels)]


def columns_of(widths: Iterable[int]) -> list[tuple[int, int]]:
    """Return first and last column, exclusive, of each of several arrays side by side.

    >>> columns_of([3, 2])
    [(0, 3), (3, 5)]
    """
    return list(pairwise(accumulate(widths, initial=0)))
