"""The spectrum of the newest seconds of a stream, and its mains hum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.app.live_session import LiveSession
from emgstream.audit.spectrum import mains_shares, welch

__all__ = ["SpectrumFigures", "spectrum_figures"]

_SPAN_S = 8.0
"""Seconds of signal: a choice, two contractions and the rest between them."""
_LEAST = 1e-12  # for logarithms


@dataclass(frozen=True, eq=False)
class SpectrumFigures:
    """Power by frequency of each channel, with the share of it that is mains hum."""

    frequencies_hz: npt.NDArray[np.float64]
    """Frequencies, 0 to half the sampling rate, shape ``(n_frequencies,)``."""
    decibels: npt.NDArray[np.float64]
    """Power density of each channel, dB of the squared unit of the samples per Hz, shape
    ``(n_channels, n_frequencies)``."""
    mains_hz: float
    """Mains frequency with the larger hum: 50 or 60."""
    hum_shares: tuple[float, ...]
    """Share of each channel's power above 5 Hz at the mains frequency and its harmonics, 0 to 1."""


def spectrum_figures(session: LiveSession) -> SpectrumFigures | None:
    """Return the spectrum of the newest eight seconds, as they came.

    None where the rate is not known, or fewer than 64 samples in a row are there.
    """
    traces = session.traces
    if traces is None or not session.is_timed:
        return None
    rate_hz, raw = session.rate_hz, traces.raw
    begin = max(raw.end_index - round(_SPAN_S * rate_hz), raw.start_index)
    spectrum = welch(raw.values(begin, raw.end_index).T)
    if spectrum is None:
        return None
    frequencies_hz = spectrum.frequencies * rate_hz
    density = spectrum.power / frequencies_hz[1]
    mains_hz, shares = mains_shares(spectrum, rate_hz)
    decibels = 10.0 * np.log10(np.maximum(density, _LEAST))
    return SpectrumFigures(frequencies_hz, decibels, mains_hz, shares)
