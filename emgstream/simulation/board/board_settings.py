"""What a simulated board is told before it is switched on."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from emgstream.cue_schedule import CueSchedule
from emgstream.errors import UsageError
from emgstream.simulation.board.faults import Faults
from emgstream.simulation.board.instructions import Instructions
from emgstream.simulation.seeding import Seeds
from emgstream.wire import MAX_RATE_HZ, MIN_RATE_HZ

__all__ = ["BOARD_NAME", "BoardSettings"]

BOARD_NAME = "simulated"
"""What the board says it is."""

_LARGEST_PPM = 100_000.0


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """What a simulated board is told before it is switched on."""

    script: CueSchedule = field(default_factory=CueSchedule.shuffled)
    """What the simulated person does, over and over."""
    sampling_rate_hz: float = 1000.0
    """Rate after a reset, 50 to 2000; rounded to what the timer can do."""
    faults: Faults = field(default_factory=Faults)
    """What goes wrong on purpose."""
    seed: int = 0
    """Seed of signal and faults."""
    session: int = 0
    """Number of the sitting, see `emgstream.simulation.SyntheticEmg`."""
    has_battery: bool = False
    """Whether it samples on while nobody listens, and is not reset when its port is opened."""
    ppm: float = 0.0
    """How much too fast the board's clock runs, in millionths; real boards are within 5000."""
    instructions: Instructions | None = None
    """Where the person is told what to do while the board runs; then the script is not looked at,
    and becomes what was done."""

    def __post_init__(self) -> None:
        Seeds(self.seed, self.session)
        if not MIN_RATE_HZ <= self.sampling_rate_hz <= MAX_RATE_HZ:
            raise UsageError(
                f"a board of {self.sampling_rate_hz} Hz; expected {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz"
            )
        if not (math.isfinite(self.ppm) and abs(self.ppm) <= _LARGEST_PPM):
            raise UsageError(
                f"a clock error of {self.ppm} ppm; expected at most {_LARGEST_PPM:.0f} either way"
            )
