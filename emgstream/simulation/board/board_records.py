"""Records of a running board: its runs, movements and unplugs; `ledger` defines their fields."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from emgstream.types import IndexArray

__all__ = ["BoardMovement", "BoardRun", "BoardUnplug"]

_COPIED = ("lost", "altered", "duplicated", "reordered", "unsent")


@dataclass(slots=True)
class BoardMovement:
    """One cue, or the part of it within one run."""

    label: str
    """Name of the movement."""
    repetition: int
    """Number of this occurrence of the label, from 1."""
    start: int
    """First index."""
    end: int
    """First index after it, or after its samples so far."""


@dataclass(slots=True)
class BoardUnplug:
    """One time during which the cable was out."""

    time_s: float
    """Its beginning, in seconds since the board was started."""
    replugged_s: float | None
    """Its end, in the same seconds; None while it lasts."""
    run: int | None
    """The run that it ended; None if the board was not streaming."""
    index: int
    """Number of instants of that run; 0 if there was none."""


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
    """Instants per second of the board's clock."""
    host_s: float
    """Host time of the first instant in seconds."""
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
    """Indices whose frame was removed by a simulated fault."""
    altered: list[int] = field(default_factory=list)
    """Indices whose frame was damaged by a simulated fault."""
    duplicated: list[int] = field(default_factory=list)
    """Indices whose frame was sent twice."""
    reordered: list[int] = field(default_factory=list)
    """Indices whose frame was sent after a newer one."""
    queue_full: list[list[int]] = field(default_factory=list)
    """Ranges (first index, end) of dropped instants, as the queue to the line was full."""
    unsent: list[int] = field(default_factory=list)
    """Indices queued in the board when the port was closed or unplugged, or sampled later."""
    movements: list[BoardMovement] = field(default_factory=list)
    """The movements of the subject, in order."""
    ended_by: str | None = None
    """Reason of its end; None while it lasts."""

    @property
    def n_queue_full(self) -> int:
        """Number of instants dropped because the queue to the line was full."""
        return sum(end - first for first, end in self.queue_full)

    @property
    def n_frames(self) -> int:
        """Number of instants whose frame was handed to the line, altered frames included."""
        return self.n_instants - len(self.lost) - self.n_queue_full - len(self.unsent)

    @property
    def intact(self) -> IndexArray:
        """Indices that a receiver must get, shape ``(n,)``: sent in order and unaltered.

        Only the last ones of a run that was cut off may be missing.
        """
        is_intact = np.ones(self.n_instants, dtype=bool)
        for indices in (self.lost, self.altered, self.reordered, self.unsent):
            is_intact[indices] = False
        for first, end in self.queue_full:
            is_intact[first:end] = False
        return np.flatnonzero(is_intact).astype(np.int64)

    def drop(self, index: int) -> None:
        """Record that the board drops an instant, later than all dropped before."""
        if self.queue_full and self.queue_full[-1][1] == index:
            self.queue_full[-1][1] = index + 1
        else:
            self.queue_full.append([index, index + 1])

    def device_us(self, indices: IndexArray) -> IndexArray:
        """Return the device time of indices in microseconds, as sent but without wraps."""
        ticks = self.start_ticks + (indices + 1) * self.period_ticks
        us: IndexArray = ticks // 8 * 4
        return us

    def copy(self) -> BoardRun:
        """Return a copy of the run as it is now."""
        lists: dict[str, Any] = {name: sorted(getattr(self, name)) for name in _COPIED}
        lists["queue_full"] = [list(stretch) for stretch in self.queue_full]
        return replace(self, movements=[replace(m) for m in self.movements], **lists)

    def to_json(self) -> dict[str, Any]:
        """Return the run as JSON types, fields by name."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "movements"}
        movements = [
            {name: getattr(movement, name) for name in BoardMovement.__slots__}
            for movement in self.movements
        ]
        return {**values, "n_frames": self.n_frames, "movements": movements}
