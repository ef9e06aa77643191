"""Independent random numbers for each purpose, reproducible from a seed and a place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from emgstream.errors import UsageError

__all__ = ["Purpose", "Seeds"]


class Purpose(IntEnum):
    """What random numbers are drawn for; a member keeps its number, or old seeds change."""

    ELECTRODES = 0
    CUE = 1
    TREMOR = 2
    MUSCLE_NOISE = 3
    CONVERTER_NOISE = 4


@dataclass(frozen=True, slots=True)
class Seeds:
    """Where all randomness of one simulated session comes from.

    Every block of noise and every cue has a generator of its own, so what a sample is depends on
    where it is and not on what was asked for before.
    """

    seed: int = 0
    """Seed of everything."""
    session: int = 0
    """Number of the sitting: another one means electrodes put on anew."""

    def __post_init__(self) -> None:
        if self.seed < 0 or self.session < 0:
            raise UsageError(
                f"seed {self.seed}, session {self.session}; expected whole numbers from 0 on"
            )

    def generator(self, purpose: Purpose, place: int = 0) -> np.random.Generator:
        """Return a fresh generator for one purpose at one place, a block or a cue."""
        return np.random.default_rng([self.seed, self.session, int(purpose), place])
