"""The values that pass between rooms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Chunk", "FloatArray", "IndexArray", "StreamInfo", "TimeArray"]

FloatArray: TypeAlias = npt.NDArray[np.float32]
TimeArray: TypeAlias = npt.NDArray[np.float64]
IndexArray: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What is known of a stream before its first sample."""

    name: str
    """Where the samples come from, for people: a file name, a port."""
    channel_names: tuple[str, ...]
    """One name a channel, in the order of the columns of every chunk."""
    sampling_rate_hz: float | None
    """Samples a second of every channel; None where nobody knows."""
    unit: str = "counts"
    """Unit of the samples: ``counts`` of the converter unless the source says otherwise."""
    can_wait: bool = False
    """Whether the source holds its samples until they are asked for (a file does, a board not)."""
    checks_rate: bool = False
    """Whether the source itself compares its rate with the one expected of it, and refuses a wrong
    one; else whoever uses it must."""

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return len(self.channel_names)


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Consecutive samples of one segment, none missing between the first and the last.

    A chunk that does not start where the one before it ended tells of lost samples; one of another
    segment tells that time was broken (a new recording, a reconnect).
    """

    first_index: int
    """Absolute index of the first sample; a lost sample keeps its index."""
    samples: FloatArray
    """Shape ``(n_samples, n_channels)``, in the stream's unit; NaN where a value is missing."""
    segment: int = 0
    """Number of the unbroken stretch of time the samples belong to."""
    received_s: TimeArray = field(default_factory=lambda: np.empty(0))
    """Host time each sample was received at, ``(n_samples,)``; every source fills it."""
    sampled_s: TimeArray = field(default_factory=lambda: np.empty(0))
    """Host time each sample was taken at, ``(n_samples,)``; empty or NaN where nobody knows."""

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def end_index(self) -> int:
        """Absolute index of the sample that would come next."""
        return self.first_index + len(self.samples)
