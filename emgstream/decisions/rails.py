"""Saturation: samples at the ends of the converter's range tell little about the muscle.

A stream with values that the converter cannot give comes from another board, or is in another unit.
Its saturation is not known, and it is not judged by this range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from emgstream.schema import Finite
from emgstream.types import FloatArray, IndexArray

__all__ = ["ConverterRails", "RailFigures", "RailWatch"]

_FOREIGN_SAMPLES = 10
"""Impossible samples in unbroken time that prove another board. A choice: a damaged line of text
gives one, microvolt and other units hundreds in a window."""


@dataclass(frozen=True)
class ConverterRails:
    """The ends of the converter's range, and the share of a window that may lie at them."""

    low: Finite
    """Smallest value the converter gives, in the stream's unit."""
    high: Finite
    """Largest value it gives."""
    share: Annotated[float, Meta(ge=0, le=1)]
    """Largest share of samples with any channel at an end that a window may have, 0 to 1."""

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"rails {self}; expected low below high")

    @property
    def is_whole_range(self) -> bool:
        """True for the range of a converter, of all whole numbers of some bits.

        >>> ConverterRails(0.0, 1023.0, 0.1).is_whole_range
        True
        >>> ConverterRails(400.0, 600.0, 0.1).is_whole_range  # the limits of an amplifier
        False
        """
        n_levels = self.high + 1.0
        is_power = n_levels >= 2.0 and n_levels.is_integer() and int(n_levels).bit_count() == 1
        return is_power and self.low in (0.0, -n_levels)

    def touched(self, samples: FloatArray) -> npt.NDArray[np.bool_]:
        """Return whether any channel is at an end, shape ``(n_samples,)``; NaN is not at one.

        ``samples`` has shape ``(n_samples, n_channels)``.
        """
        at_end: npt.NDArray[np.bool_] = np.any(
            (samples <= self.low) | (samples >= self.high), axis=1
        )
        return at_end

    def impossible(self, samples: FloatArray) -> npt.NDArray[np.bool_]:
        """Return whether any channel has a value that this converter cannot give, as `touched`.

        Nothing is impossible if the rails are not the whole range of a converter.
        """
        if not self.is_whole_range:
            return np.zeros(len(samples), dtype=np.bool_)
        is_fraction = (samples != np.rint(samples)) & ~np.isnan(samples)
        beyond = (samples < self.low) | (samples > self.high)
        strange: npt.NDArray[np.bool_] = np.any(is_fraction | beyond, axis=1)
        return strange


@dataclass(frozen=True, slots=True)
class RailFigures:
    """Counts of samples at the ends of the range, over a whole stream."""

    rails: ConverterRails
    """The range."""
    n_samples: int
    """Number of samples that were counted."""
    at_low: tuple[int, ...]
    """Number of them at the lower end or below, by channel."""
    at_high: tuple[int, ...]
    """Number of them at the upper end or above, by channel."""
    is_foreign: bool
    """True if the stream is of another board or unit, so that its range is not known."""

    def to_json(self, channel_names: tuple[str, ...]) -> dict[str, Any]:
        """Return the counts as JSON types."""
        return {
            "low": self.rails.low,
            "high": self.rails.high,
            "is_range_of_stream": not self.is_foreign,
            "samples": self.n_samples,
            "at_low": dict(zip(channel_names, self.at_low, strict=False)),
            "at_high": dict(zip(channel_names, self.at_high, strict=False)),
        }


class _Counts(NamedTuple):
    """The `RailFigures` of the samples so far."""

    n_samples: int
    at_low: tuple[int, ...]
    at_high: tuple[int, ...]
    is_foreign: bool

    def more(self, n_samples: int) -> _Counts:
        """Return the counts with more samples, none of them at an end."""
        return _Counts(self.n_samples + n_samples, self.at_low, self.at_high, self.is_foreign)


class RailWatch:
    """The samples at an end of the range, counted over each window. One thread uses it.

    >>> watch = RailWatch(ConverterRails(0.0, 1023.0, 0.1), n_window=4)
    >>> watch.add_samples(0, np.array([[500.0], [1023.0], [0.0], [500.0]], dtype=np.float32))
    >>> watch.are_saturated(np.array([3]))
    array([ True])
    """

    def __init__(self, rails: ConverterRails | None, n_window: int) -> None:
        self._rails = rails
        self._n_window = n_window
        self._touched: IndexArray = np.empty(0, dtype=np.int64)
        self._waiting: list[tuple[int, FloatArray]] = []
        self._n_impossible = 0
        self._foreign_from: int | None = None
        self._counts = _Counts(0, (), (), is_foreign=False)

    @property
    def figures(self) -> RailFigures | None:
        """Counts over all samples that were checked; None without a range. Any thread reads."""
        return None if self._rails is None else RailFigures(self._rails, *self._counts)

    def add_samples(self, first_index: int, samples: FloatArray) -> None:
        """Add samples, shape ``(n_samples, n_channels)``, the first at ``first_index``."""
        if self._rails is not None:
            self._waiting.append((first_index, samples))  # checked once per window, not per read

    def are_saturated(self, last_indices: IndexArray) -> npt.NDArray[np.bool_]:
        """Return whether the windows that end with these samples are saturated.

        Both have shape ``(n_windows,)``. None is after ten samples, since the last `reset`, with a
        value that the converter cannot give.
        """
        if self._waiting and self._rails is not None:
            self._check_waiting(self._rails)
        if self._rails is None or not len(self._touched):
            return np.zeros(len(last_indices), dtype=np.bool_)
        ends = np.searchsorted(self._touched, last_indices, side="right")
        starts = np.searchsorted(self._touched, last_indices - self._n_window, side="right")
        saturated: npt.NDArray[np.bool_] = ends - starts > self._rails.share * self._n_window
        if self._foreign_from is not None:
            saturated &= last_indices < self._foreign_from
        return saturated

    def reset(self) -> None:
        """Forget all samples, but not their counts."""
        self._touched = self._touched[:0]
        self._waiting.clear()
        self._n_impossible = 0
        self._foreign_from = None

    def _check_waiting(self, rails: ConverterRails) -> None:
        first, samples = self._waiting[0]
        oldest = first - self._n_window
        if len(self._waiting) > 1:
            samples = np.concatenate([one for _, one in self._waiting])
        lowest, highest = (
            np.minimum.reduce(samples, axis=None),
            np.maximum.reduce(samples, axis=None),
        )
        is_inside = lowest > rails.low and highest < rails.high  # not so with a NaN
        if is_inside and self._counts.n_samples:
            self._counts = self._counts.more(len(samples))
            is_foreign = self._foreign_from is not None
            if not len(self._touched) and (is_foreign or _all(np.rint(samples) == samples)):
                self._waiting.clear()
                return
        else:
            self._count(rails, samples)
        indices = np.concatenate([np.arange(at, at + len(one)) for at, one in self._waiting])
        self._waiting.clear()
        if self._foreign_from is None:
            self._look_for_others(rails, indices, samples)
        touched = indices[rails.touched(samples)]
        self._touched = np.concatenate((self._touched[self._touched > oldest], touched))

    def _look_for_others(
        self, rails: ConverterRails, indices: IndexArray, samples: FloatArray
    ) -> None:
        impossible = indices[rails.impossible(samples)]
        n_before, self._n_impossible = self._n_impossible, self._n_impossible + len(impossible)
        if self._n_impossible >= _FOREIGN_SAMPLES:
            self._foreign_from = int(impossible[_FOREIGN_SAMPLES - n_before - 1])
            self._counts = self._counts._replace(is_foreign=True)

    def _count(self, rails: ConverterRails, samples: FloatArray) -> None:
        before = self._counts
        self._counts = _Counts(
            before.n_samples + len(samples),
            _added(before.at_low, samples <= rails.low),
            _added(before.at_high, samples >= rails.high),
            is_foreign=before.is_foreign,
        )


def _all(claims: npt.NDArray[np.bool_]) -> bool:
    return int(np.count_nonzero(claims)) == claims.size  # faster than all()


def _added(before: tuple[int, ...], at_end: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the counts by channel with new ones; there are none before the first sample."""
    return tuple((np.count_nonzero(at_end, axis=0) + np.array(before or 0)).tolist())
