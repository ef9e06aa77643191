"""How hard each muscle works at each sample of a cue script."""

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

_RISE_S = (0.08, 0.20)
_FALL_S = (0.12, 0.30)
_STRENGTH_SPREAD = 0.16
_PATTERN_SPREAD = 0.18
_TREMOR_BAND_HZ = (0.2, 3.0)
_TREMOR_RMS = 0.08


@dataclass(frozen=True, slots=True, eq=False)
class _Effort:
    """One cue as this person follows it this time."""

    start: int
    """First sample of the cue."""
    end: int
    """First sample after it."""
    level: TimeArray
    """Activation of each muscle when the cue came, shape ``(3,)``."""
    target: TimeArray
    """Activation each muscle goes to, shape ``(3,)``."""
    ramp_s: TimeArray
    """Time each muscle takes to get there, shape ``(3,)``."""

    def at(self, times_s: TimeArray) -> TimeArray:
        """Return the activations, shape ``(n, 3)``, at times since the cue came.

        The way there is a smooth step, ``3 x**2 - 2 x**3``.
        """
        x = np.minimum(times_s[:, None] / self.ramp_s, 1.0)
        return self.level + (self.target - self.level) * (x * x * (3.0 - 2.0 * x))


class MuscleActivation:
    """Activation of the three muscles, sample by sample, in one forward pass.

    No two repetitions are alike: each differs in overall strength (16 %), in the share of each
    muscle (18 %), in how fast a muscle comes (80 to 200 ms) and goes (120 to 300 ms); and a
    held contraction wavers by 8 %.
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
        self._effort = self._make_effort(start, end, cue, activation_of(REST))

    def take(self, n_samples: int) -> TimeArray:
        """Return the next activations, shape ``(n_samples, 3)``; the last cue never lets go."""
        indices = self._next_index + np.arange(n_samples)
        self._next_index += n_samples
        held = np.empty((n_samples, len(MUSCLES)))
        done = 0
        while done < n_samples:
            if indices[done] >= self._effort.end and not self._advance():
                stop = n_samples
            else:
                stop = int(np.searchsorted(indices, self._effort.end))
            since_cue = indices[done:stop] - self._effort.start
            held[done:stop] = self._effort.at(since_cue / self._rate_hz)
            done = stop
        steady = 1.0 + self._tremor.at(indices / self._rate_hz)
        return held * np.maximum(steady, 0.0)

    def turn_to(self, cue: Cue) -> None:
        """Follow another cue from the next sample on, whatever the script says of it."""
        self._follow(self._next_index, self._effort.end, cue)

    def _advance(self) -> bool:
        """Go on to the next cue, and say whether there was one."""
        following = next(self._cues, None)
        if following is None:
            return False
        self._follow(*following)
        return True

    def _follow(self, start: int, end: int, cue: Cue) -> None:
        before = self._effort
        level = before.at(np.array([(start - before.start) / self._rate_hz]))[0]
        self._number += 1
        self._effort = self._make_effort(start, end, cue, level)

    def _make_effort(self, start: int, end: int, cue: Cue, level: TimeArray) -> _Effort:
        random = self._seeds.generator(Purpose.CUE, self._number)
        strength = np.exp(_STRENGTH_SPREAD * random.standard_normal())
        pattern = np.exp(_PATTERN_SPREAD * random.standard_normal(len(MUSCLES)))
        target = activation_of(cue.label) * strength * pattern
        rise_s = random.uniform(*_RISE_S, len(MUSCLES))
        fall_s = random.uniform(*_FALL_S, len(MUSCLES))
        return _Effort(start, end, level, target, np.where(target > level, rise_s, fall_s))
