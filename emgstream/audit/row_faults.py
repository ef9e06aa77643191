"""Faults of a recording's rows: missing values, lost samples and duplicate rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.tables import EmgTable
from emgstream.types import FloatArray

__all__ = [
    "Duplicates",
    "LostSamples",
    "MissingValues",
    "count_samples",
    "find_duplicates",
    "find_lost",
    "find_missing",
]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio (Knuth 1973, vol. 3, 6.4)
_SHIFT = np.uint64(29)  # mixes the upper bits, which are the random ones, into the lower


@dataclass(frozen=True)
class MissingValues:
    """Missing values of one channel."""

    n: int
    """Number of missing values."""
    longest: int
    """Length of the longest run of them, in rows."""

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON types."""
        return {"n": self.n, "longest": self.longest}


@dataclass(frozen=True)
class Duplicates:
    """Rows that occur more than once, with the same label."""

    n_repeated: int
    """Number of rows that equal an earlier row."""
    n_consecutive: int
    """Number of rows that equal the row directly before."""

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON types."""
        return {"n_repeated": self.n_repeated, "n_consecutive": self.n_consecutive}


@dataclass(frozen=True)
class LostSamples:
    """Samples without a row: lost in transmission, or not taken during a pause."""

    n: int
    """Number of lost samples."""
    n_places: int
    """Number of gaps."""
    first_row: int | None
    """Row after the first gap; None if there is no gap."""

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON types."""
        return {"n": self.n, "n_places": self.n_places, "first_row": self.first_row}


def find_lost(table: EmgTable) -> LostSamples | None:
    """Return the samples lost by the sample index; None without index and time.

    If the time stamps show lost samples, the table has an index computed from them.
    """
    if table.index is None:
        return None if table.time_s is None else LostSamples(0, 0, None)
    lost = np.diff(table.index) - 1
    places = np.flatnonzero(lost)
    return LostSamples(int(lost.sum()), len(places), int(places[0]) + 1 if len(places) else None)


def count_samples(table: EmgTable) -> int:
    """Return the number of samples of a recording: its rows, and those lost within a segment."""
    if table.index is None:
        return table.n_rows
    steps = np.diff(table.index)
    if table.segments is not None:
        steps = np.where(np.diff(table.segments) == 0, steps, 1)
    return 1 + int(steps.sum())


def find_missing(samples: FloatArray) -> tuple[MissingValues, ...]:
    """Return the missing values of each channel, for samples of shape ``(n_rows, n_channels)``."""
    return tuple(_missing(np.isnan(column)) for column in samples.T)


def find_duplicates(table: EmgTable) -> Duplicates:
    """Return the number of duplicate rows, compared by a 64-bit hash of their bits.

    Among a million different rows, two have the same hash with a probability of 3e-8.
    """
    labels = np.zeros(table.n_rows, np.int64) if table.labels is None else table.labels
    hashes = _hashes(table.samples, labels.astype(np.uint64))
    in_order = np.sort(hashes)  # np.unique takes ten times as long
    return Duplicates(
        n_repeated=int(np.count_nonzero(in_order[1:] == in_order[:-1])),
        n_consecutive=int(np.count_nonzero(hashes[1:] == hashes[:-1])),
    )


def _missing(holes: npt.NDArray[np.bool_]) -> MissingValues:
    edges = np.flatnonzero(np.diff(holes, prepend=False, append=False)).reshape(-1, 2)
    lengths = edges[:, 1] - edges[:, 0]
    return MissingValues(int(lengths.sum()), int(lengths.max(initial=0)))


def _hashes(samples: FloatArray, labels: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return one hash per row; rows are equal if all values are, and missing values are equal."""
    hashes = labels + np.uint64(1)
    for column in samples.T:
        # adding zero turns -0 into 0; `where` gives every missing value the same bits
        bits = np.where(np.isnan(column), np.float32(np.nan), column + np.float32(0.0))
        hashes = (hashes ^ bits.view(np.uint32)) * _FACTOR
        hashes ^= hashes >> _SHIFT
    return hashes
