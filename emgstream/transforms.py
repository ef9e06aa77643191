"""The saved transforms, applied with numpy alone.

Each is a frozen dataclass of numbers, one per feature, fitted in training and kept in the model
file. All work element by element, so that any chunking of the steps gives the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from emgstream.errors import ModelFileError
from emgstream.schema import checked_kind, entry_of
from emgstream.types import FloatArray

__all__ = ["Clip", "Impute", "Transform", "Transforms", "YeoJohnson"]

Doubles: TypeAlias = npt.NDArray[np.float64]
_LARGEST = 1e15
"""Largest number of a feature, and of its reciprocal: a volt in femtovolts, and beyond any use."""

Numbers: TypeAlias = tuple[Annotated[float, Meta(ge=-_LARGEST, le=_LARGEST)], ...]
Scales: TypeAlias = tuple[Annotated[float, Meta(ge=1.0 / _LARGEST, le=_LARGEST)], ...]
Powers: TypeAlias = tuple[Annotated[float, Meta(ge=-1e3, le=1e3)], ...]


class Transform(Protocol):
    """A function of steps, shape ``(n_steps, n_features)``, without state."""

    kind: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def apply(self, steps: Doubles) -> Doubles:
        """Return the transformed steps, same shape."""
        ...


@dataclass(frozen=True)
class Impute:
    """A fixed value in place of every missing one.

    A k-nearest-neighbour imputer fitted on a single column has no other column to find neighbours
    by, and falls back to the mean; so one number per feature is all that it needs.

    >>> Impute(values=(5.0, 7.0)).apply(np.array([[1.0, np.nan]]))
    array([[1., 7.]])
    """

    kind: ClassVar[str] = "impute"
    values: Numbers
    """The value in place of a missing one, one per feature."""

    def apply(self, steps: Doubles) -> Doubles:
        """Return the steps, shape ``(n_steps, n_features)``, with no value missing."""
        return np.where(np.isnan(steps), self._values, steps)

    @cached_property
    def _values(self) -> Doubles:
        return np.array(self.values)


@dataclass(frozen=True)
class Clip:
    """Values limited to two bounds.

    >>> Clip(low=(0.0,), high=(1.0,)).apply(np.array([[-3.0], [0.5], [9.0]])).ravel()
    array([0. , 0.5, 1. ])
    """

    kind: ClassVar[str] = "clip"
    low: Numbers
    """Lower bound, one per feature."""
    high: Numbers
    """Upper bound, one per feature."""

    def __post_init__(self) -> None:
        if any(low > high for low, high in zip(self.low, self.high, strict=True)):
            raise ValueError(f"bounds {self.low} and {self.high}; the lower may not be the higher")

    def apply(self, steps: Doubles) -> Doubles:
        """Return the steps, shape ``(n_steps, n_features)``, within the bounds."""
        low, high = self._bounds
        return np.minimum(np.maximum(steps, low), high)

    @cached_property
    def _bounds(self) -> tuple[Doubles, Doubles]:
        return np.array(self.low), np.array(self.high)


@dataclass(frozen=True)
class YeoJohnson:
    """The Yeo-Johnson power transform, then standardisation (Yeo & Johnson 2000).

    Written as one formula for both signs, with the exponent ``e = lambda`` where ``x >= 0`` and
    ``e = 2 - lambda`` elsewhere: ``y = sign(x) * ((|x| + 1)**e - 1) / e``, whose limit for
    ``e -> 0`` is ``sign(x) * log(|x| + 1)``. doi:10.1093/biomet/87.4.954

    >>> power = YeoJohnson(lambdas=(1.0,), mean=(2.0,), scale=(4.0,))
    >>> power.apply(np.array([[6.0], [-2.0]])).ravel()
    array([ 1., -1.])
    """

    kind: ClassVar[str] = "yeo_johnson"
    lambdas: Powers
    """Power, one per feature."""
    mean: Numbers
    """Mean of the transformed training values, one per feature."""
    scale: Scales
    """Standard deviation of the transformed training values, one per feature."""

    def __post_init__(self) -> None:
        if any(scale <= 0.0 for scale in self.scale):
            raise ValueError(f"scale {self.scale}; every one must be positive")

    def apply(self, steps: Doubles) -> Doubles:
        """Return the transformed and standardised steps, shape ``(n_steps, n_features)``."""
        positive, negative, mean, scale = self._parameters
        exponent = np.where(steps >= 0.0, positive, negative)
        powered: Doubles = np.expm1(exponent * np.log1p(np.abs(steps))) / exponent
        return (np.copysign(powered, steps) - mean) / scale

    @cached_property
    def _parameters(self) -> tuple[Doubles, Doubles, Doubles, Doubles]:
        lambdas = np.array(self.lambdas)
        return (
            _away_from_zero(lambdas),
            _away_from_zero(2.0 - lambdas),
            np.array(self.mean),
            np.array(self.scale),
        )


def _away_from_zero(exponent: Doubles) -> Doubles:
    """Return an exponent with which the quotient is its limit, ``log(|x| + 1)``, at zero.

    1e-200 is small enough that ``expm1`` returns its argument, and no denormal number.
    """
    away: Doubles = np.where(np.abs(exponent) < 1e-200, 1e-200, exponent)
    return away


_KINDS: dict[str, type[Impute] | type[Clip] | type[YeoJohnson]] = {
    kind.kind: kind for kind in (Impute, Clip, YeoJohnson)
}


@dataclass(frozen=True)
class Transforms:
    """The transforms of a model, in the order they are applied."""

    sequence: tuple[Transform, ...]
    """The transforms, first applied first."""

    def apply(self, steps: npt.NDArray[np.floating[Any]]) -> FloatArray:
        """Return the input of the network, float32, shape ``(n_steps, n_features)``.

        It is computed in double precision, as in training.
        """
        values = steps.astype(np.float64)
        for transform in self.sequence:
            values = transform.apply(values)
        return values.astype(np.float32)

    def to_manifest(self) -> list[dict[str, Any]]:
        """Return the parameters as plain numbers and lists, ready for JSON."""
        return [entry_of(one) for one in self.sequence]

    @classmethod
    def from_manifest(cls, entries: Sequence[Mapping[str, Any]], n_features: int) -> Transforms:
        """Build the transforms that a manifest states.

        Raises ModelFileError for an unknown kind and for parameters that are not ``n_features``
        finite numbers each.
        """
        sequence = tuple(checked_kind(entry, _KINDS, "transform") for entry in entries)
        for transform in sequence:
            for name, values in asdict(transform).items():
                if len(values) != n_features:
                    raise ModelFileError(
                        f"transform {transform.kind!r} has {name} = {values}; expected "
                        f"{n_features} finite numbers; train the model again"
                    )
        return cls(sequence)
