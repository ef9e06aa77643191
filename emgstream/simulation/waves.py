"""Sums of sines, used for mains hum, baseline drift and tremor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emgstream.types import TimeArray

__all__ = ["Waves"]


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """One sum of sines per channel, computed for any time."""

    frequencies_hz: TimeArray
    """Shape ``(n_waves, n_channels)``."""
    phases: TimeArray
    """In radians, same shape."""
    amplitudes: TimeArray
    """Peak value of each sine, same shape, in the unit of the sum."""

    def at(self, times_s: TimeArray) -> TimeArray:
        """Return the sums at times of shape ``(n_times,)``, shape ``(n_times, n_channels)``."""
        total = np.zeros((len(times_s), self.phases.shape[1]))
        waves = zip(self.frequencies_hz, self.phases, self.amplitudes, strict=True)
        for frequency_hz, phase, amplitude in waves:
            total += amplitude * np.sin(2.0 * np.pi * frequency_hz * times_s[:, None] + phase)
        return total

    @classmethod
    def slow(
        cls, random: np.random.Generator, band_hz: tuple[float, float], rms: float, n_channels: int
    ) -> Waves:
        """Return slow variation of a given RMS: five sines per channel, even in log frequency."""
        n_waves = 5  # a choice: enough to look irregular over minutes
        low, high = np.log(band_hz)
        edges = np.linspace(low, high, n_waves + 1)[:, None]
        spread = random.random((n_waves, n_channels))
        return cls(
            frequencies_hz=np.exp(edges[:-1] + spread * np.diff(edges, axis=0)),
            phases=random.uniform(0.0, 2.0 * np.pi, (n_waves, n_channels)),
            amplitudes=np.full((n_waves, n_channels), rms * np.sqrt(2.0 / n_waves)),
        )
