"""Independent random numbers for each purpose, reproducible from seed, session and place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from emgstream.errors import UsageError

__all__ = ["Purpose", "Seeds"]


class Purpose(IntEnum):
    """Purpose of random numbers; a changed value would change the signal of every seed."""

    ELECTRODES = 0
    CUE = 1
    TREMOR = 2
    MUSCLE_NOISE = 3
    CONVERTER_NOISE = 4


@dataclass(frozen=True, slots=True)
class Seeds:
    """Seeds of all random numbers of one simulated session; raises UsageError for negative ones.

    Every block of noise and every cue has a generator of its own, so that a sample depends on its
    place and not on earlier reads.
    """

    seed: int = 0
    """Seed of the subject."""
    session: int = 0
    """Number of the session; each has newly placed electrodes."""

    def __post_init__(self) -> None:
        if self.seed < 0 or self.session < 0:
            raise UsageError(
                f"seed {self.seed}, session {self.session}; expected whole numbers from 0 on"
            )

    def generator(self, purpose: Purpose, place: int = 0) -> np.random.Generator:
        """Return a new generator for one purpose and one block or cue."""
        return np.random.default_rng([self.seed, self.session, int(purpose), place])
