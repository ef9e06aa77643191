"""Figures of a recording's channels: range, amplitude by label, correlation, swapped channels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.cue_schedule import TRANSITION
from emgstream.quality import rails_of
from emgstream.tables import EmgTable
from emgstream.types import FloatArray, IndexArray

__all__ = [
    "MOST_PAIRED",
    "ChannelCorrelation",
    "ChannelRange",
    "ChannelSwap",
    "amplitudes",
    "correlations",
    "find_swap",
    "measure_range",
    "resting_levels",
]

Doubles: TypeAlias = npt.NDArray[np.float64]

SAME_SIGNAL = 0.995
"""Correlation from which two channels carry the same signal. A choice, as in `quality`: only the
noise of the converter differs."""

MOST_PAIRED = 200
"""Channels from the first on that are compared in pairs. A choice: 19,900 pairs, as of the largest
grids of electrodes in use (192 channels); of 10,000 channels all pairs would take hours."""
_QUIET_STRETCH = 50
"""Rows of a stretch that may be quiet. A choice: 50 ms at 1 kHz, shorter than any rest."""
_QUIET_SHARE = 0.25
"""Share of the stretches that are taken for rest. A choice: a guided session rests for 40 % of its
time, with 2 s of rest after 3 s of a movement."""
_MIN_ROUNDS = 3
"""Rounds from which a swap is looked for; of two rounds, either may be the swapped one."""
_SWAP_DISTANCE = 0.35
"""Mean difference of log amplitudes from which a round is unlike the first: 42 % of the amplitude.
A choice: it spares rounds that are alike. 19 public recordings have 0.10 to 0.74."""
_SWAP_GAIN = 0.5
"""Share of that distance that may be left after exchanging two channels. Measured: 1.01 or more for
any two channels of these recordings, none of which is swapped."""
_SMALLEST_RMS = 1e-6  # for the logarithm of a channel that does not move


@dataclass(frozen=True)
class ChannelRange:
    """Range of the values of one channel."""

    low: float
    """Smallest value; NaN if all are missing."""
    high: float
    """Largest value; NaN if all are missing."""
    saturated: float
    """Share of the rows at a value where the signal is clipped, 0 to 1."""

    def to_json(self) -> dict[str, Any]:
        """Return the range as JSON types."""
        return {
            "low": None if np.isnan(self.low) else self.low,
            "high": None if np.isnan(self.high) else self.high,
            "saturated": self.saturated,
        }


@dataclass(frozen=True)
class ChannelCorrelation:
    """Correlation of two channels."""

    first: str
    """Name of one channel."""
    second: str
    """Name of the other."""
    correlation: float
    """Pearson's correlation coefficient; NaN if one channel is constant."""

    def to_json(self) -> dict[str, Any]:
        """Return the correlation as JSON types."""
        correlation = None if np.isnan(self.correlation) else self.correlation
        return {"channels": [self.first, self.second], "correlation": correlation}


@dataclass(frozen=True)
class ChannelSwap:
    """Two channels that seem to be swapped in some rounds of the recording."""

    first: str
    """Name of one channel."""
    second: str
    """Name of the other."""
    rounds: tuple[int, ...]
    """Repetitions, from 1, in which they are swapped."""

    def to_json(self) -> dict[str, Any]:
        """Return the swap as JSON types."""
        return {"channels": [self.first, self.second], "repetitions": list(self.rounds)}


def measure_range(column: FloatArray) -> ChannelRange:
    """Return the range of one channel, shape ``(n_rows,)``."""
    values = column[np.isfinite(column)].astype(np.float64)
    if len(values) == 0:
        return ChannelRange(np.nan, np.nan, 0.0)
    at_rail = sum(np.count_nonzero(values == rail) for rail in rails_of(values) if rail is not None)
    return ChannelRange(float(values.min()), float(values.max()), float(at_rail / len(column)))


def correlations(samples: FloatArray, names: tuple[str, ...]) -> tuple[ChannelCorrelation, ...]:
    """Return the correlation of every two channels, without rows that have a missing value.

    ``samples`` has shape ``(n_rows, n_channels)``. Only the first `MOST_PAIRED` channels are
    compared.
    """
    samples, names = samples[:, :MOST_PAIRED], names[:MOST_PAIRED]
    rows = samples[np.isfinite(samples).all(axis=1)].astype(np.float64)
    centred = rows - rows.mean(axis=0) if len(rows) else rows
    products = centred.T @ centred
    return tuple(
        ChannelCorrelation(names[one], names[other], _correlation(products, one, other))
        for one, other in combinations(range(len(names)), 2)
    )


def resting_levels(samples: FloatArray) -> Doubles:
    """Return the resting level of each channel, shape ``(n_channels,)``, in the file's unit.

    It is the median of the means of the quietest quarter of 50-row stretches: the converter's
    mid-scale for a raw signal, the lowest level for an envelope. ``samples`` has shape
    ``(n_rows, n_channels)``; NaN for a channel without a complete stretch.
    """
    length = min(_QUIET_STRETCH, len(samples))
    stretches = samples[: len(samples) // length * length].reshape(-1, length, samples.shape[1])
    means: Doubles = np.mean(stretches, axis=1, dtype=np.float64)
    spreads: Doubles = np.std(stretches, axis=1, dtype=np.float64)
    return np.array([_quiet(*pair) for pair in zip(means.T, spreads.T, strict=True)])


def amplitudes(table: EmgTable, levels: Doubles, label_names: Sequence[str]) -> Doubles:
    """Return the RMS of each channel about its resting level, by label.

    Shape ``(n_label_names, n_channels)``, in the file's unit; NaN if all values are missing.
    """
    labels = np.full(table.n_rows, -1) if table.labels is None else table.labels
    rms = _rms_by_group(table.samples, levels, labels, len(table.label_names))
    places = {name: place for place, name in enumerate(table.label_names)}
    return rms[[places[name] for name in label_names]]


def find_swap(table: EmgTable, levels: Doubles) -> ChannelSwap | None:
    """Return two channels that change places during the recording; None if none do.

    The log amplitudes (labels by channels) of each round of repetitions are compared with those of
    the first round. Two channels are swapped in a round if exchanging them leaves less than half of
    the distance. If that is so in most rounds, the others are returned as the swapped ones. Only
    the first `MOST_PAIRED` channels are compared.
    """
    patterns = _patterns(table, levels)
    if len(patterns) < _MIN_ROUNDS:
        return None
    for one, other in combinations(range(len(patterns[0].T)), 2):
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
    """Return the RMS about the levels by group, ``(n_groups, n_channels)``; -1 is no group."""
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
    """Return the log amplitudes, ``(n_labels, n_channels)``, of each round of repetitions.

    There are as many rounds as the label with the fewest repetitions has.
    """
    if table.labels is None or len({*table.label_names} - {TRANSITION}) < 2:
        return []
    movements = table.movement_numbers()
    samples, levels = table.samples[:, :MOST_PAIRED], levels[:MOST_PAIRED]
    rms = _rms_by_group(samples, levels, movements, int(movements.max()) + 1)
    logs = np.log(np.maximum(rms, _SMALLEST_RMS))
    by_label = list(_movements_of(table, movements))
    n_rounds = min(map(len, by_label))
    return [np.array([logs[numbers[k]] for numbers in by_label]) for k in range(n_rounds)]


def _movements_of(table: EmgTable, movements: IndexArray) -> Iterator[IndexArray]:
    """Yield the numbers of the movements of each label, in order of time."""
    numbers, first_rows = np.unique(movements, return_index=True)
    labels = np.zeros(0) if table.labels is None else table.labels[first_rows]
    for code, name in enumerate(table.label_names):
        if name != TRANSITION:
            yield numbers[labels == code]


def _fits_swapped(pattern: Doubles, first: Doubles, one: int, other: int) -> bool:
    exchanged = pattern.copy()
    exchanged[:, [one, other]] = pattern[:, [other, one]]
    as_it_is = _distance(pattern, first)
    return as_it_is > _SWAP_DISTANCE and _distance(exchanged, first) < _SWAP_GAIN * as_it_is


def _distance(one: Doubles, other: Doubles) -> float:
    return float(np.nanmean(np.abs(one - other)))
