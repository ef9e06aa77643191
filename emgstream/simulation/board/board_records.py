"""What is written down while the board runs; the ledger tells what each word means."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from emgstream.types import IndexArray

__all__ = ["BoardMovement", "BoardRun", "BoardUnplug"]

_COPIED = ("lost", "altered", "duplicated", "reordered", "unsent")


@dataclass(slots=True)
class BoardMovement:
    """One cue, as far as it was in one run."""

    label: str
    """Name of the movement."""
    repetition: int
    """How often the label has come up by then, from 1."""
    start: int
    """First index."""
    end: int
    """First index after it, or after what was sampled of it so far."""


@dataclass(slots=True)
class BoardUnplug:
    """The cable was out."""

    time_s: float
    """Seconds since the board came up."""
    replugged_s: float | None
    """The same of its end; None while it lasts."""
    run: int | None
    """The run it ended; None where the board was silent."""
    index: int
    """Number of instants of that run; 0 where there is none."""


@dataclass(slots=True)
class BoardRun:
    """One stretch of sampling instants without a break; fields as in the ledger's file."""

    run: int
    """Number of the run, from 0."""
    boot: int
    """Number of the reset before it, from 0."""
    mode: str
    """``binary`` or ``text``."""
    rate_hz: float
    """Instants a second of the board's own clock."""
    host_s: float
    """Host time of the first instant."""
    first_counter: int
    """Counter of index 0."""
    start_ticks: int
    """Device time of the start, in half microseconds."""
    period_ticks: int
    """Half microseconds from one instant to the next."""
    emg_offset: int
    """Sample of the synthetic signal that is index 0."""
    n_instants: int = 0
    """Sampling instants so far."""
    lost: list[int] = field(default_factory=list)
    """Indices whose frame vanished on purpose."""
    altered: list[int] = field(default_factory=list)
    """Indices whose frame was damaged on purpose."""
    duplicated: list[int] = field(default_factory=list)
    """Indices whose frame was sent twice."""
    reordered: list[int] = field(default_factory=list)
    """Indices whose frame was sent after a newer one."""
    queue_full: list[list[int]] = field(default_factory=list)
    """Stretches (first index, end) dropped, since the line did not take what was before."""
    unsent: list[int] = field(default_factory=list)
    """Indices that waited in the board when the port was closed or unplugged, or later."""
    movements: list[BoardMovement] = field(default_factory=list)
    """What was done, in order."""
    ended_by: str | None = None
    """What ended it; None while it lasts."""

    @property
    def n_queue_full(self) -> int:
        """Instants the board dropped, since the line did not take what was before."""
        return sum(end - first for first, end in self.queue_full)

    @property
    def n_frames(self) -> int:
        """Instants whose frame was handed to the line, altered ones among them."""
        return self.n_instants - len(self.lost) - self.n_queue_full - len(self.unsent)

    @property
    def intact(self) -> IndexArray:
        """Indices that a receiver must get, shape ``(n,)``: sent in order, once or twice, whole.

        Only the tail of a run that was cut off may be missing.
        """
        is_intact = np.ones(self.n_instants, dtype=bool)
        for indices in (self.lost, self.altered, self.reordered, self.unsent):
            is_intact[indices] = False
        for first, end in self.queue_full:
            is_intact[first:end] = False
        return np.flatnonzero(is_intact).astype(np.int64)

    def drop(self, index: int) -> None:
        """Note that the board drops an instant, later than all it dropped before."""
        if self.queue_full and self.queue_full[-1][1] == index:
            self.queue_full[-1][1] = index + 1
        else:
            self.queue_full.append([index, index + 1])

    def device_us(self, indices: IndexArray) -> IndexArray:
        """Return the device time of indices in microseconds, as it is sent but for its wraps."""
        ticks = self.start_ticks + (indices + 1) * self.period_ticks
        us: IndexArray = ticks // 8 * 4
        return us

    def copy(self) -> BoardRun:
        """Return the run as it is now."""
        lists: dict[str, Any] = {name: sorted(getattr(self, name)) for name in _COPIED}
        lists["queue_full"] = [list(stretch) for stretch in self.queue_full]
        return replace(self, movements=[replace(m) for m in self.movements], **lists)

    def to_json(self) -> dict[str, Any]:
        """Return the run as plain values, fields by name."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "movements"}
        movements = [
            {name: getattr(movement, name) for name in BoardMovement.__slots__}
            for movement in self.movements
        ]
        return {**values, "n_frames": self.n_frames, "movements": movements}
