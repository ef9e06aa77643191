"""The shift of a session: how far its signals lie from those of the training, without labels.

Electrodes on another place, another day or another person move the features of all repetitions in
the same direction; repetitions of the same session scatter around those of the training. So the
shift is a mean: of where each window lies from the class of the training that is nearest to it. Of
several sessions in the training, the most similar one counts. A model is wrong more often where the
shift is large, and as sure as ever; so the probabilities are made less sure with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain
from typing import Annotated, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from emgstream.errors import ModelFileError
from emgstream.schema import Finite, SchemaError, checked, plain
from emgstream.types import FloatArray

__all__ = [
    "SHIFTED",
    "ShiftFollower",
    "ShiftLimits",
    "doubted",
    "shift_from_manifest",
    "shift_temperatures",
    "tempered",
]

Doubles: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = tuple[Finite, ...]

SHIFTED = 1.0
"""Shift beyond which a session is unlike those of the training: the limit fitted in training."""

_LARGEST_DISTANCE = 3.0
"""Largest distance of one window that counts, in spreads: an artefact is not another day (choice).

With 2 in its place the shift of 20 recordings was the same within 2 %."""
_DOUBT, _RISE, _HIGHEST = 0.6, 3.0, 6.0
"""Shift above which probabilities are less sure, rise of the temperature with it, and its end.

Chosen on other persons and days of half of the people (BENCHMARKS.md, Another day): the calibration
error on the other half fell from 0.27 to 0.13 on persons. Most repetitions of a known session stay
below the first of these. An end of 6 in place of 3.5 changed nothing on the five days chosen on,
and took a tenth of the error on the four others."""
_EVERY = 5
"""One window of so many is measured: its neighbours overlap with it, and cost time (choice)."""
_AT_ONCE = 256
"""Windows that are measured at once: a choice; 9 MB with eight sessions of eight classes."""
_LEAST = 1e-30
"""Smallest probability whose logarithm is taken: far below what float32 gives a class."""


@dataclass(frozen=True)
class ShiftLimits:
    """The training as the shift of a session is measured against it: numbers fitted in training.

    The features are those of the newest step of each window, before any transform, each divided by
    its spread within the classes of the training.
    """

    spread: tuple[Annotated[float, Meta(ge=1e-15, le=1e15)], ...]
    """Standard deviation of each feature within the classes, shape ``(n_features,)``."""
    sessions: Annotated[tuple[tuple[Numbers, ...], ...], Meta(min_length=1)]
    """Mean of each class of each session of the training, over the spread.

    Shape ``(n_sessions, n_classes, n_features)``."""
    moving: Annotated[float, Meta(ge=1e-15, le=1e15)]
    """Largest mean square shift of a known session, over the windows nearest to a movement."""
    resting: Annotated[float, Meta(ge=1e-15, le=1e15)]
    """The same, over the windows nearest to rest."""
    memory: Annotated[int, Meta(ge=1, le=10_000_000)]
    """Windows of either kind over which the shift is averaged, with exponential weights."""

    def to_manifest(self) -> dict[str, Any]:
        """Return the limits, ready for JSON."""
        entry: dict[str, Any] = plain(asdict(self))
        return entry

    def nearest(self, features: Doubles) -> tuple[npt.NDArray[np.intp], Doubles]:
        """Return the nearest class of each window in each session, and where it lies from it.

        ``features`` has shape ``(n_windows, n_features)``; the result ``(n_windows, n_sessions)``
        and ``(n_windows, n_sessions, n_features)``, shortened to the largest distance that counts.
        Sums are taken in one order, whatever the number of windows.
        """
        spread, sessions = self._arrays
        from_all = (features / spread)[:, np.newaxis, np.newaxis, :] - sessions
        squares = _sum_last(from_all * from_all)
        classes = squares.argmin(axis=2)
        n_windows, n_sessions = classes.shape
        chosen = np.arange(n_windows)[:, np.newaxis], np.arange(n_sessions), classes
        apart: Doubles = from_all[chosen]
        lengths = np.sqrt(squares[chosen] / apart.shape[2])
        apart *= (_LARGEST_DISTANCE / np.maximum(lengths, _LARGEST_DISTANCE))[:, :, np.newaxis]
        return classes, apart

    @cached_property
    def _arrays(self) -> tuple[Doubles, Doubles]:
        return np.array(self.spread), np.array(self.sessions)


def shift_from_manifest(
    entry: Mapping[str, Any] | None, n_classes: int, n_features: int
) -> ShiftLimits | None:
    """Return the limits that a manifest states; None for a model that has none.

    Raises ModelFileError for numbers that are not as many as there are classes and features.
    """
    if entry is None:
        return None
    try:
        limits = checked(entry, ShiftLimits)
        for centres in limits.sessions:
            if len(centres) != n_classes:
                raise SchemaError(f"{len(centres)} centres; expected {n_classes}")
        for row in (limits.spread, *chain.from_iterable(limits.sessions)):
            if len(row) != n_features:
                raise SchemaError(f"{len(row)} numbers; expected {n_features}")
    except SchemaError as error:
        raise ModelFileError(
            f"the limits of the session's shift are not as expected: {error}; train the model again"
        ) from None
    return limits


class ShiftFollower:
    """The shift of a stream, from its beginning on. One thread uses it.

    Windows nearest to rest and those nearest to a movement are averaged apart: somebody who rests
    for long is neither more nor less like the training. Both averages begin at no shift, so that a
    stream is unlike only after enough of it was seen. A gap changes nothing: the electrodes stay
    where they are. One window in five is measured.
    """

    def __init__(self, limits: ShiftLimits, rest: int | None) -> None:
        self._limits = limits
        self._rest = rest
        n_sessions = len(limits.sessions)
        self._sessions = np.arange(n_sessions)
        self._n_seen = 0
        self._bounds = np.array([limits.moving, limits.resting])
        self._means = np.zeros((2, n_sessions, len(limits.spread)))
        self._squares = np.zeros((2, n_sessions))
        self._shift = 0.0

    @property
    def shift(self) -> float:
        """The present shift, as a share of its limit; any thread may read it."""
        return self._shift

    def push(self, features: Doubles) -> Doubles:
        """Return the shift after each window, shape ``(n_windows,)``.

        ``features``, shape ``(n_windows, n_features)``, are those of the newest step of each. A
        window with a missing one changes nothing.
        """
        if len(features) <= _AT_ONCE:
            return self._push(features)
        starts = range(0, len(features), _AT_ONCE)
        return np.concatenate([self._push(features[at : at + _AT_ONCE]) for at in starts])

    def _push(self, features: Doubles) -> Doubles:
        first = -self._n_seen % _EVERY
        self._n_seen += len(features)
        shifts = np.full(len(features), self._shift)
        measured = features[first::_EVERY]
        if not len(measured):
            return shifts
        finite: npt.NDArray[np.bool_] = np.all(np.isfinite(measured), axis=1)
        classes, apart = self._limits.nearest(np.where(finite[:, np.newaxis], measured, 0.0))
        kinds = (classes == (-1 if self._rest is None else self._rest)).astype(np.int64)
        for place in range(len(measured)):
            if finite[place]:
                self._take(kinds[place], apart[place])
            shifts[first + place * _EVERY :] = self._shift
        return shifts

    def _take(self, kinds: npt.NDArray[np.int64], apart: Doubles) -> None:
        """Follow one window: of each session rest (1) or movement (0), and where it lies."""
        chosen = kinds, self._sessions
        means = self._means[chosen]
        means += (apart - means) * min(_EVERY / self._limits.memory, 1.0)
        self._means[chosen] = means
        self._squares[chosen] = _sum_last(means * means) / means.shape[1] / self._bounds[kinds]
        self._shift = math.sqrt(self._squares.max(axis=0).min())


def shift_temperatures(shifts: Doubles) -> Doubles:
    """Return the temperature of the probabilities at each shift, 1 or more.

    >>> shift_temperatures(np.array([0.5, 0.6, 1.1, 99.0])).round(6).tolist()
    [1.0, 1.0, 2.5, 6.0]
    """
    risen = 1.0 + _RISE * (shifts - _DOUBT)
    temperatures: Doubles = np.minimum(np.maximum(risen, 1.0), _HIGHEST)
    return temperatures


def doubted(probabilities: FloatArray, shifts: Doubles) -> FloatArray:
    """Return probabilities that are the less sure, the larger the shift.

    ``probabilities`` has shape ``(n_windows, n_classes)``, ``shifts`` ``(n_windows,)``.
    """
    if np.maximum.reduce(shifts, initial=0.0) <= _DOUBT:
        return probabilities
    return tempered(probabilities, shift_temperatures(shifts))


def tempered(probabilities: FloatArray, temperatures: Doubles) -> FloatArray:
    """Return probabilities at a temperature each, shape ``(n_windows, n_classes)``.

    The likeliest class of each window stays the likeliest; where the temperature is 1, so does
    every bit (temperature scaling, Guo et al. 2017, arXiv:1706.04599).
    """
    warm = np.flatnonzero(temperatures > 1.0)
    if not len(warm):
        return probabilities
    given = probabilities[warm].astype(np.float64)
    logits = np.log(np.maximum(given, _LEAST)) / temperatures[warm, np.newaxis]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    scaled = (powers / _sum_last(powers)[:, np.newaxis]).astype(np.float32)
    likeliest = given.argmax(axis=1)
    tied = np.flatnonzero(scaled.argmax(axis=1) != likeliest)  # rounded to the same number
    scaled[tied, likeliest[tied]] = np.nextafter(scaled[tied].max(axis=1), np.float32(2.0))
    found = probabilities.copy()
    found[warm] = scaled
    return found


def _sum_last(terms: Doubles) -> Doubles:
    """Return the sum over the last axis, taken in order.

    numpy's own sum may choose another order for another shape, and so another last bit.
    """
    total: Doubles = np.add.accumulate(terms, axis=-1)[..., -1]
    return total
