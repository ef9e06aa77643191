"""Spectrum of a recording, its mains line, and the sampling rate that the line suggests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.types import FloatArray

__all__ = ["MainsLine", "Spectrum", "find_mains_line", "mains_shares", "rate_guesses", "welch"]

Doubles: TypeAlias = npt.NDArray[np.float64]

MAINS_HZ = (50.0, 60.0)
"""Mains frequencies in use worldwide."""

_LONGEST = 4096
"""Rows of a stretch. A choice: it resolves 0.25 Hz at 1 kHz."""
_SHORTEST = 64
"""Shortest stretch, for short recordings. A choice: it still separates the mains from the drift."""
_AT_ONCE = 768
"""Channels times stretches that are transformed at once. A choice: some 25 MB."""
_NEIGHBOURS = 24
"""Frequencies on each side that a line is compared with. A choice: 6 Hz at 1 kHz, in which the
spectrum of EMG hardly changes."""
_BESIDE = 2
"""Frequencies on each side that belong to the line: half the main lobe of a Hann window."""
_OVER_NEIGHBOURS = 12.0
"""Ratio from which a line stands out. Measured: 32 and 46 in two public recordings with hum, 111 in
the published one; 1.3 to 2.2 in 18 without, 2.4 at most in 200 of white noise."""
_LOWEST_LINE = 0.02
"""Lowest frequency of a line in cycles per sample: 60 Hz mains at 3 kHz; drift lies below."""
_DRIFT_HZ = 5.0
"""Frequency below which power is drift and movement of the cable. A choice: EMG begins at 20 Hz."""
_MAINS_TOLERANCE = 0.03
"""Deviation of the sampling rate that the mains may reveal. A choice: six times that of real
boards, so that a wrong board is found as well."""
_LINE_WIDTH_HZ = 1.0
"""Half width of the mains line. A choice: the mains themselves are within 0.2 Hz."""
_LEAST = 1e-12  # for logarithms and divisors


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Power by frequency."""

    frequencies: Doubles
    """Cycles per sample, 0 to 0.5, shape ``(n_frequencies,)``."""
    power: Doubles
    """Power of each channel at each frequency, shape ``(n_channels, n_frequencies)``; the sum over
    the frequencies is the variance."""


@dataclass(frozen=True)
class MainsLine:
    """A narrow line in the spectrum."""

    frequency: float
    """Cycles per sample."""
    over_neighbours: float
    """Its power as a multiple of that of the frequencies beside it."""

    def to_json(self) -> dict[str, Any]:
        """Return the line as JSON types."""
        return {"cycles_per_sample": self.frequency, "over_neighbours": self.over_neighbours}


def welch(samples: FloatArray) -> Spectrum | None:
    """Return the mean spectrum of overlapping stretches (Welch 1967, doi:10.1109/TAU.1967.1161901).

    ``samples`` has shape ``(n_rows, n_channels)``. Stretches have up to 4,096 rows, overlap by
    half, are taken about their own mean, and have a Hann window; those with a missing value are
    left out. None if no stretch of 64 rows or more is complete.
    """
    length = _LONGEST
    while length >= _SHORTEST:
        spectrum = _welch(samples, length) if length <= len(samples) else None
        if spectrum is not None:
            return spectrum
        length //= 2
    return None


def find_mains_line(spectrum: Spectrum) -> MainsLine | None:
    """Return the strongest narrow line over all channels; None if there is none.

    The ratios of all channels that have any power are averaged, as the mains reach all of them.
    """
    totals = spectrum.power.sum(axis=1, keepdims=True)
    relative = spectrum.power[totals[:, 0] > 0.0] / totals[totals > 0.0][:, np.newaxis]
    if len(relative) == 0:
        return None
    ratios = relative / np.maximum(np.apply_along_axis(_background, 1, relative), _LEAST)
    ratio = np.exp(np.mean(np.log(np.maximum(ratios, _LEAST)), axis=0))
    ratio[spectrum.frequencies < _LOWEST_LINE] = 0.0
    peak = int(np.argmax(ratio))
    if ratio[peak] < _OVER_NEIGHBOURS:
        return None
    return MainsLine(_centre(spectrum, relative.sum(axis=0), peak), float(ratio[peak]))


def rate_guesses(line: MainsLine) -> tuple[float, ...]:
    """Return the sampling rates in Hz at which the mains would appear as this line.

    The line may be the mains or, at rates below twice its frequency, its alias.

    >>> [round(rate) for rate in rate_guesses(MainsLine(0.25, 50.0))]
    [67, 80, 200, 240]
    """
    shown = (line.frequency, 1.0 - line.frequency)
    return tuple(sorted(mains_hz / each for mains_hz in MAINS_HZ for each in shown))


def mains_shares(spectrum: Spectrum, sampling_rate_hz: float) -> tuple[float, tuple[float, ...]]:
    """Return the mains frequency in Hz, 50 or 60, and its share of each channel's power, 0 to 1.

    The share is that of the power above 5 Hz; hum is the power at the mains frequency and its
    harmonics less that of the frequencies beside them.
    """
    shares = {mains_hz: _shares(spectrum, sampling_rate_hz, mains_hz) for mains_hz in MAINS_HZ}
    mains_hz = max(shares, key=lambda one: float(np.sum(shares[one])))
    return mains_hz, tuple(map(float, shares[mains_hz]))


def rate_by_mains(line: MainsLine, sampling_rate_hz: float) -> float | None:
    """Return the rate in Hz at which a line is exactly at the mains frequency.

    None unless the line is within 3 % of 50 or 60 Hz at the given rate.
    """
    for mains_hz in MAINS_HZ:
        rate_hz = mains_hz / line.frequency
        if abs(rate_hz / sampling_rate_hz - 1.0) <= _MAINS_TOLERANCE:
            return rate_hz
    return None


def _welch(samples: FloatArray, length: int) -> Spectrum | None:
    taper = np.hanning(length)
    total = np.zeros((samples.shape[1], length // 2 + 1))
    n_used = 0
    for stretches in _stretches(samples, length):
        centred = stretches - stretches.mean(axis=1, keepdims=True)
        bins = np.fft.rfft(centred * taper[:, np.newaxis], axis=1)
        total += np.sum(np.abs(bins) ** 2, axis=0).T
        n_used += len(stretches)
    if n_used == 0:
        return None
    total[:, 1:-1] *= 2.0  # the negative frequencies
    scale = n_used * length * float(np.sum(taper**2))
    return Spectrum(np.fft.rfftfreq(length).astype(np.float64), total / scale)


def _stretches(samples: FloatArray, length: int) -> Iterator[Doubles]:
    """Yield complete stretches, shape ``(n, length, n_channels)``, that overlap by half."""
    starts = np.arange(0, len(samples) - length + 1, length // 2)
    within = np.arange(length)
    at_once = max(_AT_ONCE // samples.shape[1], 1)
    for first in range(0, len(starts), at_once):
        stretches = samples[starts[first : first + at_once, np.newaxis] + within]
        whole = np.isfinite(stretches).all(axis=(1, 2))
        yield stretches[whole].astype(np.float64)


def _background(power: Doubles) -> Doubles:
    """Return the median power of the frequencies beside each one, shape ``(n_frequencies,)``."""
    reach = min(_NEIGHBOURS, (len(power) - 1) // 2)
    padded = np.pad(power, reach, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    beside = np.abs(np.arange(-reach, reach + 1)) > _BESIDE
    background: Doubles = np.median(windows[:, beside], axis=1)
    return background


def _centre(spectrum: Spectrum, power: Doubles, peak: int) -> float:
    """Return the frequency of a line within a fraction of a bin: the centre of its power."""
    near = slice(max(peak - 1, 0), peak + 2)
    return float(np.average(spectrum.frequencies[near], weights=power[near]))


def _shares(spectrum: Spectrum, rate_hz: float, mains_hz: float) -> Doubles:
    frequencies_hz = spectrum.frequencies * rate_hz
    wanted = frequencies_hz >= _DRIFT_HZ
    harmonics = mains_hz * np.arange(1, 1 + int(0.5 * rate_hz // mains_hz))
    width_hz = max(_LINE_WIDTH_HZ, 2.0 * frequencies_hz[1])
    on_line = np.any(np.abs(frequencies_hz[:, np.newaxis] - harmonics) <= width_hz, axis=1)
    power = np.where(wanted, spectrum.power, 0.0)
    above = np.maximum(power - np.apply_along_axis(_background, 1, power), 0.0)
    hum, total = above[:, on_line].sum(axis=1), power.sum(axis=1)
    shares: Doubles = np.divide(hum, total, out=np.zeros_like(total), where=total > 0.0)
    return shares
