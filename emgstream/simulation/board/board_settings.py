"""Settings of a simulated board."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from emgstream.cue_schedule import CueSchedule
from emgstream.errors import UsageError
from emgstream.simulation.board.faults import Faults
from emgstream.simulation.board.instructions import Instructions
from emgstream.simulation.seeding import Seeds
from emgstream.wire import MIN_RATE_HZ

__all__ = ["BOARD_NAME", "BoardSettings"]

BOARD_NAME = "simulated"
"""Name of the board in its identity and ledger."""

_HIGHEST_RATE_HZ = 4000
"""Highest rate of a simulated board, twice that of the sketch: a choice, that of fast boards."""
_LARGEST_PPM = 100_000.0  # a choice: 20 times the error of real boards


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """Settings of a simulated board; raises UsageError for values out of range."""

    script: CueSchedule = field(default_factory=CueSchedule.shuffled)
    """Cue schedule of the simulated subject, repeated without end."""
    sampling_rate_hz: float = 1000.0
    """Samples per second after a reset, 50 to 4000; rounded to a period of the timer."""
    faults: Faults = field(default_factory=Faults)
    """Simulated faults of the line."""
    seed: int = 0
    """Seed of signal and faults."""
    session: int = 0
    """Number of the session, see `emgstream.simulation.SyntheticEmg`."""
    has_battery: bool = False
    """True if it samples on without a reader, and is not reset when its port is opened."""
    ppm: float = 0.0
    """Error of the board's clock in parts per million, positive if it is too fast; real boards are
    within 5000."""
    instructions: Instructions | None = None
    """Cues given to the subject while the board runs. The script is then ignored, and that of the
    ledger has the cues followed."""

    def __post_init__(self) -> None:
        Seeds(self.seed, self.session)
        if not MIN_RATE_HZ <= self.sampling_rate_hz <= _HIGHEST_RATE_HZ:
            raise UsageError(
                f"a board of {self.sampling_rate_hz} Hz; expected {MIN_RATE_HZ} to "
                f"{_HIGHEST_RATE_HZ} Hz"
            )
        if not (math.isfinite(self.ppm) and abs(self.ppm) <= _LARGEST_PPM):
            raise UsageError(
                f"a clock error of {self.ppm} ppm; expected at most {_LARGEST_PPM:.0f} either way"
            )
