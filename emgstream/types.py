"""Types shared by all packages: a stream's description, a chunk of samples, and array types."""

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
    """Description of a stream, known before its first sample."""

    name: str
    """Name of the source for people: a file name, a port."""
    channel_names: tuple[str, ...]
    """Name of each channel, in the order of the columns of every chunk."""
    sampling_rate_hz: float | None
    """Samples per second of every channel; None if not known."""
    unit: str = "counts"
    """Unit of the samples: ``counts`` of the converter unless the source has another."""
    can_wait: bool = False
    """True if the source keeps its samples until they are read (a file does, a board does not)."""
    checks_rate: bool = False
    """True if the source compares its rate with the expected one and refuses a wrong one; else its
    user must do so."""

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return len(self.channel_names)


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Consecutive samples of one segment, none missing between the first and the last.

    Samples were lost if a chunk does not start at the end of the chunk before. In another segment,
    time is not continuous (a new recording, a reconnect).
    """

    first_index: int
    """Absolute index of the first sample; a lost sample keeps its index."""
    samples: FloatArray
    """Shape ``(n_samples, n_channels)``, in the stream's unit; NaN for a missing value."""
    segment: int = 0
    """Number of the stretch of continuous time that the samples belong to."""
    received_s: TimeArray = field(default_factory=lambda: np.empty(0))
    """Host time in seconds at which each sample was received, shape ``(n_samples,)``; every source
    fills it."""
    sampled_s: TimeArray = field(default_factory=lambda: np.empty(0))
    """Host time in seconds at which each sample was taken, shape ``(n_samples,)``; empty or NaN if
    not known."""

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def end_index(self) -> int:
        """Absolute index of the sample after the last one."""
        return self.first_index + len(self.samples)

    @property
    def host_s(self) -> TimeArray:
        """Host time in seconds at which each sample was taken, or if not known, received."""
        if not len(self.sampled_s):
            return self.received_s
        return np.where(np.isnan(self.sampled_s), self.received_s, self.sampled_s)

    def places_of(self, indices: IndexArray) -> IndexArray:
        """Return the place of each sample among these, same shape; 0 for an earlier one.

        An earlier one, lost or held back, counts as received with the first of these, which
        completed its gap.
        """
        places: IndexArray = np.maximum(indices - self.first_index, 0)
        return places
