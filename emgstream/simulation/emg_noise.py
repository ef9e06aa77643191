"""Gaussian noise with the spectrum of surface EMG, without end."""

from __future__ import annotations

import numpy as np

from emgstream.simulation.seeding import Purpose, Seeds
from emgstream.types import TimeArray

__all__ = ["EmgNoise", "emg_band_hz", "shaping_filter"]

_FILTER_S = 0.256
"""Length of the shaping filter. A choice: it resolves 4 Hz, and the band begins at 20 Hz."""
_MIN_TAPS = 33
"""Shortest filter in taps, for rates under 130 Hz. A choice."""


def emg_band_hz(sampling_rate_hz: float) -> tuple[float, float]:
    """Return the band of surface EMG in Hz: 20 to 450, or the part that the sampling rate allows.

    >>> emg_band_hz(1000.0)
    (20.0, 450.0)
    >>> emg_band_hz(100.0)
    (10.0, 45.0)
    """
    return min(20.0, 0.1 * sampling_rate_hz), min(450.0, 0.45 * sampling_rate_hz)


def shaping_filter(sampling_rate_hz: float) -> TimeArray:
    """Return the linear-phase filter that turns white noise into EMG noise, shape ``(n_taps,)``.

    Its power response is ``f**2 fh**4 / ((f**2 + fl**2) (f**2 + fh**2)**2)`` within the band and
    zero outside, with fl = 60 Hz and fh = 120 Hz (Farina & Merletti 2000, J Electromyogr Kinesiol
    10:337). White noise of variance 1 keeps variance 1, at any rate.
    """
    half = max(round(_FILTER_S * sampling_rate_hz / 2.0), _MIN_TAPS // 2)
    n_taps = 2 * half + 1
    f = np.fft.rfftfreq(n_taps, 1.0 / sampling_rate_hz)
    low, high = emg_band_hz(sampling_rate_hz)
    response = np.where((f >= low) & (f <= high), f / np.hypot(f, 60.0) / (f**2 + 120.0**2), 0.0)
    taps = np.roll(np.fft.irfft(response, n_taps), half) * np.hanning(n_taps)
    unit_variance: TimeArray = taps / np.sqrt(np.sum(taps**2))
    return unit_variance


class EmgNoise:
    """Independent EMG noise of unit variance on several channels, block after block.

    Each block of white noise is filtered together with the end of the block before (overlap-save),
    so that the stream is continuous.
    """

    def __init__(
        self, seeds: Seeds, sampling_rate_hz: float, block_samples: int, n_channels: int
    ) -> None:
        taps = shaping_filter(sampling_rate_hz)
        self._n_tail = len(taps) - 1
        self._n_fft = block_samples + self._n_tail
        self._shape = (block_samples, n_channels)
        self._response = np.fft.rfft(taps, self._n_fft)[:, None]
        self._seeds = seeds
        self._block = 0
        self._tail = self._white()[-self._n_tail :]

    def next_block(self) -> TimeArray:
        """Return the next samples, shape ``(block_samples, n_channels)``."""
        white = np.concatenate([self._tail, self._white()])
        self._tail = white[-self._n_tail :]
        spectrum = np.fft.rfft(white, axis=0) * self._response
        shaped: TimeArray = np.fft.irfft(spectrum, self._n_fft, axis=0)
        return shaped[self._n_tail :]

    def _white(self) -> TimeArray:
        random = self._seeds.generator(Purpose.MUSCLE_NOISE, self._block)
        self._block += 1
        return random.standard_normal(self._shape)
