"""The simulated person at the electrodes: samples, and the cue that stands at each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.cues import CueScript
from emgstream.simulation.board.books import Movement
from emgstream.simulation.emg import SyntheticEmg

__all__ = ["Person"]


class Person:
    """A person who follows a script over and over, and waits while nobody samples.

    Parameters
    ----------
    script
        What they do; it starts again at its end, whatever it says of that itself.
    sampling_rate_hz
        Samples a second of the board that looks.
    seed, session
        Who they are and how the electrodes sit, see `SyntheticEmg`.
    """

    def __init__(self, script: CueScript, sampling_rate_hz: float, seed: int, session: int) -> None:
        endless = replace(script, repeats=True)
        self._emg = SyntheticEmg(endless, sampling_rate_hz, seed, session)
        self._cues = self._emg.timeline.cues()
        self._start, self._end, self._cue = next(self._cues)

    @property
    def n_read(self) -> int:
        """Samples read so far."""
        return self._emg.n_read

    def read(self, n_samples: int) -> npt.NDArray[Any]:
        """Return the next samples in counts, shape ``(n_samples, 3)``, as 16-bit integers."""
        return self._emg.read(n_samples).astype(np.uint16)

    def movement_at(self, position: int) -> Movement:
        """Return the cue that stands at a sample, start and end as sample numbers.

        Ask in ascending order.
        """
        while position >= self._end:
            self._start, self._end, self._cue = next(self._cues)
        repetition = self._emg.timeline.repetitions_at(np.array([position]))[0]
        return Movement(self._cue.label, int(repetition), self._start, self._end)
