"""What the channels of a recording look like: range, amplitude by label, likeness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.quality import rails_of
from emgstream.tables import EmgTable
from emgstream.types import FloatArray, IndexArray

__all__ = [
    "ChannelLikeness",
    "ChannelRange",
    "ChannelSwap",
    "amplitudes",
    "find_swap",
    "likenesses",
    "measure_range",
    "resting_levels",
]

Doubles: TypeAlias = npt.NDArray[np.float64]

SAME = 0.995
"""Correlation from which two channels carry the same signal."""

_QUIET_STRETCH = 50
_QUIET_SHARE = 0.25
_MIN_ROUNDS = 3
_SWAP_DISTANCE = 0.35
_SWAP_GAIN = 0.5


@dataclass(frozen=True)
class ChannelRange:
    """The values of one channel."""

    low: float
    """Smallest value; NaN where all are missing."""
    high: float
    """Largest value; NaN where all are missing."""
    saturated: float
    """Share of the rows at a value the signal is cut at, 0 to 1."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's own types."""
        return {
            "low": None if np.isnan(self.low) else self.low,
            "high": None if np.isnan(self.high) else self.high,
            "saturated": self.saturated,
        }


@dataclass(frozen=True)
class ChannelLikeness:
    """How alike two channels are."""

    first: str
    """One channel."""
    second: str
    """The other."""
    correlation: float
    """Pearson's, of the values about their means; NaN where one does not move."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's own types."""
        correlation = None if np.isnan(self.correlation) else self.correlation
        return {"channels": [self.first, self.second], "correlation": correlation}


@dataclass(frozen=True)
class ChannelSwap:
    """Two channels that look exchanged in some rounds of the recording."""

    first: str
    """One channel."""
    second: str
    """The other."""
    rounds: tuple[int, ...]
    """Repetitions, the first being 1, that look exchanged against the others."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's own types."""
        return {"channels": [self.first, self.second], "repetitions": list(self.rounds)}


def measure_range(column: FloatArray) -> ChannelRange:
    """Return the range of one channel, shape ``(n_rows,)``."""
    values = column[np.isfinite(column)].astype(np.float64)
    if len(values) == 0:
        return ChannelRange(np.nan, np.nan, 0.0)
    at_rail = sum(np.count_nonzero(values == rail) for rail in rails_of(values) if rail is not None)
    return ChannelRange(float(values.min()), float(values.max()), float(at_rail / len(column)))


def likenesses(samples: FloatArray, names: tuple[str, ...]) -> tuple[ChannelLikeness, ...]:
    """Return the correlation of every two channels, rows with a missing value left out."""
    rows = samples[np.isfinite(samples).all(axis=1)].astype(np.float64)
    centred = rows - rows.mean(axis=0) if len(rows) else rows
    products = centred.T @ centred
    return tuple(
        ChannelLikeness(names[one], names[other], _correlation(products, one, other))
        for one, other in combinations(range(len(names)), 2)
    )


def resting_levels(samples: FloatArray) -> Doubles:
    """Return the level each channel rests at, shape ``(n_channels,)``.

    The median over the quietest quarter of 50-row stretches: a converter's mid-scale for a raw
    signal, the floor for an envelope.
    """
    length = min(_QUIET_STRETCH, len(samples))
    stretches = samples[: len(samples) // length * length].reshape(-1, length, samples.shape[1])
    means: Doubles = np.mean(stretches, axis=1, dtype=np.float64)
    spreads: Doubles = np.std(stretches, axis=1, dtype=np.float64)
    return np.array([_quiet(*pair) for pair in zip(means.T, spreads.T, strict=True)])


def amplitudes(table: EmgTable, levels: Doubles) -> Doubles:
    """Return the RMS of each channel about its resting level under each label.

    Shape ``(n_labels, n_channels)``, in the file's unit; NaN where all is missing.
    """
    labels = np.full(table.n_rows, -1) if table.labels is None else table.labels
    return _rms_by_group(table.samples, levels, labels, len(table.label_names))


def find_swap(table: EmgTable, levels: Doubles) -> ChannelSwap | None:
    """Return two channels that change places in the course of the recording; None if none do.

    The pattern of log amplitudes (labels by channels) of each round of repetitions is compared
    with that of the first. Where two channels exchanged fit it in less than half the distance,
    they are taken for swapped: a plug put back in the wrong socket. Where most rounds are unlike
    the first, it is the others that are named.
    """
    patterns = _patterns(table, levels)
    if len(patterns) < _MIN_ROUNDS:
        return None
    for one, other in combinations(range(len(table.channel_names)), 2):
        swapped = [
            k for k, each in enumerate(patterns) if _fits_swapped(each, patterns[0], one, other)
        ]
        if len(swapped) > len(patterns) / 2:
            swapped = [k for k in range(len(patterns)) if k not in swapped]
        if swapped:
            names = table.channel_names[one], table.channel_names[other]
            return ChannelSwap(*names, tuple(k + 1 for k in swapped))
    return None


def _correlation(products: Doubles, one: int, other: int) -> float:
    scale = np.sqrt(products[one, one] * products[other, other])
    return float(products[one, other] / scale) if scale > 0.0 else float("nan")


def _quiet(means: Doubles, spreads: Doubles) -> float:
    known = np.isfinite(spreads)
    if not known.any():
        return float("nan")
    quiet = spreads[known] <= np.quantile(spreads[known], _QUIET_SHARE)
    return float(np.median(means[known][quiet]))


def _rms_by_group(
    samples: FloatArray, levels: Doubles, groups: npt.NDArray[np.integer[Any]], n_groups: int
) -> Doubles:
    """Return the RMS about the levels in each group, ``(n_groups, n_channels)``; -1 is no group."""
    rms = np.full((n_groups, samples.shape[1]), np.nan)
    for channel, level in enumerate(levels):
        used = (groups >= 0) & np.isfinite(samples[:, channel])
        squares = (samples[used, channel].astype(np.float64) - level) ** 2
        sums = np.bincount(groups[used], weights=squares, minlength=n_groups)
        counts = np.bincount(groups[used], minlength=n_groups)
        present = counts > 0
        rms[present, channel] = np.sqrt(sums[present] / counts[present])
    return rms


def _patterns(table: EmgTable, levels: Doubles) -> list[Doubles]:
    """Return log amplitudes, ``(n_labels, n_channels)``, of each round of repetitions.

    As many rounds as the label with the fewest repetitions has.
    """
    if table.labels is None or len(table.label_names) < 2:
        return []
    movements = table.movement_numbers()
    rms = _rms_by_group(table.samples, levels, movements, int(movements.max()) + 1)
    logs = np.log(np.maximum(rms, 1e-6))
    by_label = list(_movements_of(table, movements))
    n_rounds = min(map(len, by_label))
    return [np.array([logs[numbers[k]] for numbers in by_label]) for k in range(n_rounds)]


def _movements_of(table: EmgTable, movements: IndexArray) -> Iterator[IndexArray]:
    """Give the numbers of the movements of each label, in the order of time."""
    numbers, first_rows = np.unique(movements, return_index=True)
    labels = np.zeros(0) if table.labels is None else table.labels[first_rows]
    for code in range(len(table.label_names)):
        yield numbers[labels == code]


def _fits_swapped(pattern: Doubles, first: Doubles, one: int, other: int) -> bool:
    exchanged = pattern.copy()
    exchanged[:, [one, other]] = pattern[:, [other, one]]
    as_it_is = _distance(pattern, first)
    return as_it_is > _SWAP_DISTANCE and _distance(exchanged, first) < _SWAP_GAIN * as_it_is


def _distance(one: Doubles, other: Doubles) -> float:
    return float(np.nanmean(np.abs(one - other)))
