"""What is wrong with the rows of a recording: missing values and rows that come again."""

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

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


@dataclass(frozen=True)
class MissingValues:
    """The values a channel lacks."""

    n: int
    """Number of them."""
    longest: int
    """Most of them in a row."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's own types."""
        return {"n": self.n, "longest": self.longest}


@dataclass(frozen=True)
class Duplicates:
    """Rows that are there more than once, label included."""

    n_repeated: int
    """Rows that equal an earlier one."""
    n_consecutive: int
    """Rows that equal the very one before."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's own types."""
        return {"n_repeated": self.n_repeated, "n_consecutive": self.n_consecutive}


@dataclass(frozen=True)
class LostSamples:
    """The samples a recording lacks altogether: lost on the way, or not taken in a pause."""

    n: int
    """Number of them."""
    n_places: int
    """Number of gaps they make."""
    first_row: int | None
    """The row after the first gap; None where there is none."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's own types."""
        return {"n": self.n, "n_places": self.n_places, "first_row": self.first_row}


def find_lost(table: EmgTable) -> LostSamples | None:
    """Return what is lost by the sample index, as a replay counts it; None where nothing tells.

    The clock tells as well: where samples are lost by it, the table has an index.
    """
    if table.index is None:
        return None if table.time_s is None else LostSamples(0, 0, None)
    lost = np.diff(table.index) - 1
    places = np.flatnonzero(lost)
    return LostSamples(int(lost.sum()), len(places), int(places[0]) + 1 if len(places) else None)


def count_samples(table: EmgTable) -> int:
    """Return how many samples a recording spans: its rows, and what is lost within a segment."""
    if table.index is None:
        return table.n_rows
    steps = np.diff(table.index)
    if table.segments is not None:
        steps = np.where(np.diff(table.segments) == 0, steps, 1)
    return 1 + int(steps.sum())


def find_missing(samples: FloatArray) -> tuple[MissingValues, ...]:
    """Return what each channel lacks of samples of shape ``(n_rows, n_channels)``."""
    return tuple(_missing(np.isnan(column)) for column in samples.T)


def find_duplicates(table: EmgTable) -> Duplicates:
    """Return how many rows come again. Rows are compared by a 64-bit hash of their bits.

    Of a million different rows, two share a hash with a probability of 3e-8.
    """
    labels = np.zeros(table.n_rows, np.int64) if table.labels is None else table.labels
    hashes = _hashes(table.samples, labels.astype(np.uint64))
    in_order = np.sort(hashes)  # numpy's own `unique` takes ten times as long
    return Duplicates(
        n_repeated=int(np.count_nonzero(in_order[1:] == in_order[:-1])),
        n_consecutive=int(np.count_nonzero(hashes[1:] == hashes[:-1])),
    )


def _missing(holes: npt.NDArray[np.bool_]) -> MissingValues:
    edges = np.flatnonzero(np.diff(holes, prepend=False, append=False)).reshape(-1, 2)
    lengths = edges[:, 1] - edges[:, 0]
    return MissingValues(int(lengths.sum()), int(lengths.max(initial=0)))


def _hashes(samples: FloatArray, labels: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return a hash a row, equal where all values are; a missing value equals a missing value."""
    hashes = labels + np.uint64(1)
    for column in samples.T:
        # adding zero turns -0 into 0; every missing value has the same bits after `where`
        bits = np.where(np.isnan(column), np.float32(np.nan), column + np.float32(0.0))
        hashes = (hashes ^ bits.view(np.uint32)) * _FACTOR
        hashes ^= hashes >> _SHIFT
    return hashes
