"""Simulated electrodes: gain, crosstalk, mains hum, drift and offset of one session."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from emgstream.errors import UsageError
from emgstream.simulation.movements import MUSCLES
from emgstream.simulation.seeding import Purpose, Seeds
from emgstream.simulation.waves import Waves
from emgstream.types import TimeArray

__all__ = ["Disturbances", "Electrodes"]

# Choices, not measurements: two sessions shall differ as two sittings with new electrodes do.
_CROSSTALK = np.array([[1.00, 0.06, 0.03], [0.06, 1.00, 0.03], [0.04, 0.03, 1.00]])
_CROSSTALK_SPREAD = 0.3  # standard deviation of the logarithm, as of the next and _HUM_SPREAD
_GAIN_SPREAD = 0.10
_HARMONICS = np.array([1.0, 0.1, 0.35, 0.05, 0.15])  # the odd ones are the stronger ones
_HUM_SPREAD = 0.4
_DRIFT_BAND_HZ = (0.02, 0.5)
_OFFSET_COUNTS = 3.0


@dataclass(frozen=True, slots=True)
class Disturbances:
    """Amplitudes of the disturbances of a recording; raises UsageError for negative ones."""

    mains_hz: float = 50.0
    """Mains frequency in Hz; harmonics up to the fifth are added."""
    hum_counts: float = 1.5
    """Typical amplitude of the hum at the mains frequency in counts; it differs by channel."""
    drift_counts: float = 4.0
    """RMS of the slow drift of the baseline, 0.02 to 0.5 Hz, in counts."""
    noise_counts: float = 1.0
    """RMS of the white noise of electrode, amplifier and converter, in counts."""

    def __post_init__(self) -> None:
        values = (self.mains_hz, self.hum_counts, self.drift_counts, self.noise_counts)
        if not all(math.isfinite(value) and value >= 0.0 for value in values):
            raise UsageError(f"{self}; expected finite numbers, zero or more")


class Electrodes:
    """Three electrode pairs in one session.

    Each session has its own gain per channel (10 % spread, for skin and position on the muscle),
    crosstalk (each channel has 3 to 6 % of the other muscles, 30 % spread), hum, drift and offset
    from mid-scale. Two sessions of the same seed differ as two sittings of one subject do.
    """

    def __init__(self, seeds: Seeds, disturbances: Disturbances) -> None:
        random = seeds.generator(Purpose.ELECTRODES)
        n_channels = len(MUSCLES)
        spread = np.exp(_CROSSTALK_SPREAD * random.standard_normal(_CROSSTALK.shape))
        crosstalk = np.where(np.eye(n_channels) > 0.0, 1.0, _CROSSTALK * spread)
        self.gains: TimeArray = np.exp(_GAIN_SPREAD * random.standard_normal(n_channels))
        self.mixing: TimeArray = self.gains[:, None] * crosstalk
        self.offsets: TimeArray = _OFFSET_COUNTS * random.standard_normal(n_channels)
        self.hum = _hum(random, disturbances)
        self.drift = Waves.slow(random, _DRIFT_BAND_HZ, disturbances.drift_counts, n_channels)

    def pick_up(self, muscles: TimeArray, times_s: TimeArray) -> TimeArray:
        """Return the signal at the converter, in counts around zero, shape ``(n, 3)``.

        ``muscles`` are the signals of the muscles in counts, shape ``(n, 3)``; ``times_s`` has
        shape ``(n,)``.
        """
        # einsum adds in the same order on every machine; a BLAS product need not
        mixed = np.einsum("nm,cm->nc", muscles, self.mixing)
        arriving: TimeArray = mixed + self.offsets + self.hum.at(times_s) + self.drift.at(times_s)
        return arriving


def _hum(random: np.random.Generator, disturbances: Disturbances) -> Waves:
    shape = (len(_HARMONICS), len(MUSCLES))
    order = np.arange(1, len(_HARMONICS) + 1)[:, None]
    strength = np.exp(_HUM_SPREAD * random.standard_normal(len(MUSCLES)))
    return Waves(
        frequencies_hz=np.broadcast_to(disturbances.mains_hz * order, shape),
        phases=random.uniform(0.0, 2.0 * np.pi, shape),
        amplitudes=disturbances.hum_counts * _HARMONICS[:, None] * strength,
    )
