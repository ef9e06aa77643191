"""Saturation: samples at the ends of the converter's range tell little about the muscle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from emgstream.schema import Finite
from emgstream.types import FloatArray, IndexArray

__all__ = ["ConverterRails", "RailWatch"]


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

    def touched(self, samples: FloatArray) -> npt.NDArray[np.bool_]:
        """Return whether any channel is at an end, shape ``(n_samples,)``; NaN is not at one.

        ``samples`` has shape ``(n_samples, n_channels)``.
        """
        at_end: npt.NDArray[np.bool_] = np.any(
            (samples <= self.low) | (samples >= self.high), axis=1
        )
        return at_end


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

    def add_samples(self, first_index: int, samples: FloatArray) -> None:
        """Add samples, shape ``(n_samples, n_channels)``, the first at ``first_index``."""
        if self._rails is not None:
            self._waiting.append((first_index, samples))  # checked once per window, not per read

    def are_saturated(self, last_indices: IndexArray) -> npt.NDArray[np.bool_]:
        """Return whether the windows that end with these samples are saturated.

        Both have shape ``(n_windows,)``.
        """
        if self._rails is None:
            return np.zeros(len(last_indices), dtype=np.bool_)
        if self._waiting:
            self._check_waiting(self._rails)
        ends = np.searchsorted(self._touched, last_indices, side="right")
        starts = np.searchsorted(self._touched, last_indices - self._n_window, side="right")
        saturated: npt.NDArray[np.bool_] = ends - starts > self._rails.share * self._n_window
        return saturated

    def reset(self) -> None:
        """Forget all samples."""
        self._touched = self._touched[:0]
        self._waiting.clear()

    def _check_waiting(self, rails: ConverterRails) -> None:
        oldest = self._waiting[0][0] - self._n_window
        indices = [np.arange(first, first + len(samples)) for first, samples in self._waiting]
        touched = rails.touched(np.concatenate([samples for _, samples in self._waiting]))
        self._waiting.clear()
        self._touched = np.concatenate(
            (self._touched[self._touched > oldest], np.concatenate(indices)[touched])
        )
