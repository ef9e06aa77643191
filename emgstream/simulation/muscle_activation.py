"""Activation of each muscle at each sample of a cue schedule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emgstream.cue_schedule import REST, Cue
from emgstream.simulation.cue_timeline import CueTimeline
from emgstream.simulation.movements import MUSCLES, activation_of
from emgstream.simulation.seeding import Purpose, Seeds
from emgstream.simulation.waves import Waves
from emgstream.types import TimeArray

__all__ = ["MuscleActivation"]

# Choices, not measurements: repetitions shall differ enough that a classifier has errors to make.
_RISE_S = (0.08, 0.20)  # shortest and longest time from rest to a contraction
_FALL_S = (0.12, 0.30)  # the same of the way back
_STRENGTH_SPREAD = 0.16  # standard deviation of the log of a repetition's overall strength
_PATTERN_SPREAD = 0.18  # the same of each muscle's share
_TREMOR_BAND_HZ = (0.2, 3.0)
_TREMOR_RMS = 0.08  # relative to the activation


@dataclass(frozen=True, slots=True, eq=False)
class _ActivationRamp:
    """Activation during one cue: a ramp from the level before to that of the movement."""

    start: int
    """First sample of the cue."""
    end: int
    """First sample after it."""
    level: TimeArray
    """Activation of each muscle at the first sample, shape ``(3,)``."""
    target: TimeArray
    """Activation of each muscle after the ramp, shape ``(3,)``."""
    ramp_s: TimeArray
    """Length of each muscle's ramp in seconds, shape ``(3,)``."""

    def at(self, times_s: TimeArray) -> TimeArray:
        """Return the activations, shape ``(n, 3)``, at times since the first sample.

        The ramp is a smooth step, ``3 x**2 - 2 x**3``.
        """
        x = np.minimum(times_s[:, None] / self.ramp_s, 1.0)
        return self.level + (self.target - self.level) * (x * x * (3.0 - 2.0 * x))


class MuscleActivation:
    """Activation of the three muscles, generated sample by sample in order.

    Repetitions differ in overall strength (16 %), in the share of each muscle (18 %) and in the
    time of a muscle's rise (80 to 200 ms) and fall (120 to 300 ms); a held contraction varies by
    8 %.
    """

    def __init__(self, timeline: CueTimeline, seeds: Seeds) -> None:
        self._cues = timeline.cues()
        self._rate_hz = timeline.sampling_rate_hz
        self._seeds = seeds
        self._tremor = Waves.slow(
            seeds.generator(Purpose.TREMOR), _TREMOR_BAND_HZ, _TREMOR_RMS, len(MUSCLES)
        )
        self._next_index = 0
        self._number = 0
        start, end, cue = next(self._cues)
        self._ramp = self._make_ramp(start, end, cue, activation_of(REST))

    def next_activations(self, n_samples: int) -> TimeArray:
        """Return the next activations, shape ``(n_samples, 3)``; the last cue has no end."""
        indices = self._next_index + np.arange(n_samples)
        self._next_index += n_samples
        activations = np.empty((n_samples, len(MUSCLES)))
        done = 0
        while done < n_samples:
            if indices[done] >= self._ramp.end and not self._advance():
                stop = n_samples
            else:
                stop = int(np.searchsorted(indices, self._ramp.end))
            since_cue = indices[done:stop] - self._ramp.start
            activations[done:stop] = self._ramp.at(since_cue / self._rate_hz)
            done = stop
        steady = 1.0 + self._tremor.at(indices / self._rate_hz)
        return activations * np.maximum(steady, 0.0)

    def follow(self, cue: Cue) -> None:
        """Follow another cue from the next sample on, in place of the schedule's cue."""
        self._begin(self._next_index, self._ramp.end, cue)

    def _advance(self) -> bool:
        """Begin the next cue of the schedule; return False after the last one."""
        following = next(self._cues, None)
        if following is None:
            return False
        self._begin(*following)
        return True

    def _begin(self, start: int, end: int, cue: Cue) -> None:
        before = self._ramp
        level = before.at(np.array([(start - before.start) / self._rate_hz]))[0]
        self._number += 1
        self._ramp = self._make_ramp(start, end, cue, level)

    def _make_ramp(self, start: int, end: int, cue: Cue, level: TimeArray) -> _ActivationRamp:
        random = self._seeds.generator(Purpose.CUE, self._number)
        strength = np.exp(_STRENGTH_SPREAD * random.standard_normal())
        pattern = np.exp(_PATTERN_SPREAD * random.standard_normal(len(MUSCLES)))
        target = activation_of(cue.label) * strength * pattern
        rise_s = random.uniform(*_RISE_S, len(MUSCLES))
        fall_s = random.uniform(*_FALL_S, len(MUSCLES))
        ramp_s = np.where(target > level, rise_s, fall_s)
        return _ActivationRamp(start, end, level, target, ramp_s)
