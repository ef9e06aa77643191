"""The settings of a model's decisions: plain numbers, fitted in training, carried in its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Meta, to_builtins

from emgstream.decisions.rails import ConverterRails
from emgstream.decisions.smoothing import NoSmoothing, Smoothing, smoothing_from_manifest
from emgstream.errors import ModelFileError
from emgstream.schema import LARGEST, Finite, SchemaError, checked

__all__ = [
    "ARGMAX",
    "REST_NAMES",
    "DecisionSettings",
    "KnownSignal",
    "RestGate",
    "StrengthRange",
    "decision_from_manifest",
    "rest_class",
]

Doubles: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = tuple[Finite, ...]

REST_NAMES = frozenset({"rest", "idle", "relax", "none", "no_movement", "neutral"})
"""Names of the class of doing nothing, in small letters."""

_ALWAYS_STATED = ("smoothing", "threshold", "tells_gaps", "confidence", "fitted")
"""Fields that every model file with settings has had; without one, the file is damaged."""


def rest_class(class_names: Sequence[str]) -> int | None:
    """Return the number of the class of doing nothing; None where there is none.

    >>> rest_class(("fist", "Rest"))
    1
    """
    places = (place for place, name in enumerate(class_names) if name.lower() in REST_NAMES)
    return next(places, None)


@dataclass(frozen=True)
class KnownSignal:
    """How far from all classes a signal may be before it is unknown, and how dead a channel.

    The squared Mahalanobis distance of a window's strengths from the nearest class of training,
    with one covariance for all: ``min_c |W (x - m_c)|^2`` where ``W' W`` is its inverse.
    """

    whitening: tuple[Numbers, ...]
    """W, one row a strength; lower triangular."""
    centres: tuple[Numbers, ...]
    """``W m_c``, one row a class."""
    limit: Finite
    """Largest squared distance that is known."""
    quietest: Numbers
    """Level below which a channel is no muscle, not even at rest, one a channel."""

    def are_known(self, strengths: Doubles) -> npt.NDArray[np.bool_]:
        """Return whether each of ``(n_windows, n)`` strengths is known; one with a NaN is not.

        The levels of the channels come first.
        """
        alive = np.all(strengths[:, : len(self.quietest)] >= self.quietest, axis=1)
        known: npt.NDArray[np.bool_] = alive & (self.distances(strengths) <= self.limit)
        return known

    def distances(self, strengths: Doubles) -> Doubles:
        """Return the squared distances, shape ``(n_windows,)``, of ``(n_windows, n)`` strengths.

        Added up in one order, whatever the number of windows.
        """
        whitening, centres = self._arrays
        whitened = _sum_last(strengths[:, np.newaxis, :] * whitening)
        apart = whitened[:, np.newaxis, :] - centres
        nearest: Doubles = _sum_last(apart * apart).min(axis=1)
        return nearest

    @cached_property
    def _arrays(self) -> tuple[Doubles, Doubles]:
        return np.array(self.whitening), np.array(self.centres)


@dataclass(frozen=True)
class RestGate:
    """The muscle is quiet where no channel is stronger than it was at rest."""

    levels: Numbers
    """Largest strength at rest, one a channel, as the steps of the model tell it."""


@dataclass(frozen=True)
class StrengthRange:
    """What is a weak and what a strong contraction of each class, over all channels."""

    low: Numbers
    """Strength that counts as 0, one a class."""
    high: Numbers
    """Strength that counts as 1, one a class, above that."""

    def __post_init__(self) -> None:
        if not all(low < high for low, high in zip(self.low, self.high, strict=True)):
            raise ValueError(
                f"strengths from {self.low} to {self.high}; expected the first to be the smaller"
            )


@dataclass(frozen=True)
class DecisionSettings:
    """How decisions are made of class probabilities. The default decides for the likeliest."""

    smoothing: Smoothing = field(default_factory=NoSmoothing)
    """What is made of one window after the other."""
    threshold: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """Least confidence to act on, 0 to 1; a decision for rest moves nothing and needs none."""
    begin_odds: Annotated[float, Meta(ge=1, le=LARGEST)] = 1.0
    """How many times the odds of ``threshold`` it takes to begin a movement after a rest."""
    familiar: KnownSignal | None = None
    """What makes a signal unknown; None for nothing."""
    rest_gate: RestGate | None = None
    """What makes a muscle quiet; None for nothing."""
    strength: StrengthRange | None = None
    """What contractions are measured by; None where they are not."""
    rails: ConverterRails | None = None
    """What makes a window saturated; None for nothing."""
    tells_gaps: bool = False
    """Whether the instants at which no window is whole again after a gap are told."""
    confidence: Finite = 0.9
    """How sure the classifier typically is: what the delay of the smoothing is computed with."""
    fitted: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What the numbers were fitted for and what they reached, for people."""

    @property
    def begin(self) -> float:
        """Least confidence to begin a movement with after a rest, 0 to 1.

        >>> round(DecisionSettings(threshold=0.9, begin_odds=2.0).begin, 3)
        0.947
        """
        times = self.begin_odds * self.threshold
        return times / (1.0 - self.threshold + times)

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        if self == ARGMAX:
            return {"kind": "argmax"}
        plain = {**vars(self), "smoothing": self.smoothing.to_manifest()}
        return {"kind": "guarded", **to_builtins(plain)}


ARGMAX = DecisionSettings()
"""The likeliest class of every window, whatever it is."""


def decision_from_manifest(
    entry: Mapping[str, Any], n_classes: int, n_channels: int, n_strengths: int
) -> DecisionSettings:
    """Build the settings that a manifest states.

    Raises ModelFileError for an unknown kind, and for numbers that are not as many as there are
    classes, channels, and strengths per step.
    """
    kind = entry.get("kind")
    if kind == "argmax":
        return ARGMAX
    if kind != "guarded":
        raise ModelFileError(
            f"decisions of kind {kind!r}; this version knows argmax, guarded; update emgstream, or "
            "train the model again"
        )
    try:
        settings = checked(entry, DecisionSettings, hooks={Smoothing: smoothing_from_manifest})
        for name in _ALWAYS_STATED:
            if name not in entry:
                raise SchemaError(f"no {name}")
        _check_sizes(settings, n_classes, n_channels, n_strengths)
    except SchemaError as error:
        raise ModelFileError(
            f"the settings of the decisions are not as expected: {error}; train the model again"
        ) from None
    return settings


def _check_sizes(
    settings: DecisionSettings, n_classes: int, n_channels: int, n_strengths: int
) -> None:
    sizes: list[tuple[Sequence[object], int]] = []
    if (familiar := settings.familiar) is not None:
        sizes += [(familiar.whitening, n_strengths), (familiar.centres, n_classes)]
        sizes += [(row, n_strengths) for row in (*familiar.whitening, *familiar.centres)]
        sizes += [(familiar.quietest, n_channels)]
    if settings.rest_gate is not None:
        sizes += [(settings.rest_gate.levels, n_channels)]
    if settings.strength is not None:
        sizes += [(settings.strength.low, n_classes), (settings.strength.high, n_classes)]
    for numbers, n in sizes:
        if len(numbers) != n:
            raise SchemaError(f"{len(numbers)} numbers; expected {n}")


def _sum_last(terms: Doubles) -> Doubles:
    """Add up the last axis in order: numpy's own sum may choose another for another shape."""
    total: Doubles = np.add.accumulate(terms, axis=-1)[..., -1]
    return total
