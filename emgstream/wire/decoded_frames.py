"""Output of a decoder: samples with index, time and segment, and its counters of errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from emgstream.types import FloatArray, IndexArray

__all__ = ["Counters", "Frames", "join_frames"]


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Decoded samples in order of their index; the index of a lost sample is missing.

    Row ``i`` of every array belongs to one sampling instant.
    """

    index: IndexArray
    """Absolute sample index, shape ``(n,)``, strictly increasing, across segments too."""
    device_us: IndexArray
    """Time of the sampling instant by the board's clock in microseconds, 32-bit wraps undone, shape
    ``(n,)``; shape ``(0,)`` if the board sends no time. Comparable only within a segment."""
    samples: FloatArray
    """Shape ``(n, n_channels)``, in counts of the converter."""
    segment: IndexArray
    """Number of the stretch of continuous time that the row belongs to, shape ``(n,)``."""

    def __len__(self) -> int:
        return len(self.index)

    def runs(self) -> list[Frames]:
        """Return the same rows, cut at every missing index and every new segment.

        >>> import numpy as np
        >>> index = np.array([4, 5, 9])
        >>> rows = Frames(index, index * 1000, np.zeros((3, 2), np.float32), np.zeros(3, np.int64))
        >>> [run.index.tolist() for run in rows.runs()]
        [[4, 5], [9]]
        """
        if len(self) == 0:
            return []
        broken = (np.diff(self.index) != 1) | (np.diff(self.segment) != 0)
        cuts = [0, *(np.flatnonzero(broken) + 1).tolist(), len(self)]
        return [self.between(a, b) for a, b in pairwise(cuts)]

    def between(self, start: int, stop: int) -> Frames:
        """Return the rows from ``start`` up to ``stop``."""
        rows = slice(start, stop)
        return Frames(
            self.index[rows], self.device_us[rows], self.samples[rows], self.segment[rows]
        )


@dataclass(frozen=True, slots=True)
class Counters:
    """Counters of a decoder up to one moment; they do not change afterwards.

    Within a segment of binary frames, last index - first index + 1 = frames + lost.
    """

    n_frames: int = 0
    """Frames returned."""
    n_lost: int = 0
    """Indices missing between returned frames; 0 and without meaning unless ``sees_loss``."""
    n_duplicated: int = 0
    """Frames dropped because their index had arrived before."""
    n_reordered: int = 0
    """Frames dropped because they arrived after a newer one; their index is in ``n_lost`` too."""
    n_crc_failures: int = 0
    """Stretches of a frame's length with wrong stuffing, checksum or values out of range."""
    n_implausible: int = 0
    """Frames with a good checksum whose counter and time fit neither the frames before nor the
    next one: altered frames, or single frames of an earlier stream."""
    n_malformed: int = 0
    """Text lines that did not have the numbers and names of the stream."""
    bytes_skipped: int = 0
    """Bytes that belong to no frame, text line or reply; delimiters are not counted."""
    sees_loss: bool = True
    """True if the format has a counter, so that ``n_lost`` has a meaning; False for text."""


def join_frames(parts: Sequence[Frames], n_channels: int) -> Frames:
    """Return consecutive pieces of one stream joined to one; without pieces, no rows."""
    if len(parts) == 1:
        return parts[0]
    nothing = np.empty(0, np.int64)
    whole = [Frames(nothing, nothing, np.empty((0, n_channels), np.float32), nothing), *parts]
    return Frames(
        np.concatenate([part.index for part in whole]),
        np.concatenate([part.device_us for part in whole]),
        np.concatenate([part.samples for part in whole]),
        np.concatenate([part.segment for part in whole]),
    )
