"""What a decoder gives: samples with their index and time, and the counters of what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from emgstream.types import FloatArray, IndexArray

__all__ = ["Counters", "Frames", "join_frames"]


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Decoded samples in increasing index; a lost one is missing from ``index``.

    Row ``i`` of every array belongs to one sampling instant.
    """

    index: IndexArray
    """Absolute sample index, shape ``(n,)``, strictly increasing, across segments too."""
    device_us: IndexArray
    """The board's own clock at the sampling instant in microseconds, 32-bit wraps undone, shape
    ``(n,)``; shape ``(0,)`` where the board sends no time. Comparable within a segment only."""
    samples: FloatArray
    """Shape ``(n, n_channels)``, in counts of the converter."""
    segment: IndexArray
    """Number of the unbroken stretch of time the row belongs to, shape ``(n,)``."""

    def __len__(self) -> int:
        return len(self.index)

    def runs(self) -> list[Frames]:
        """Return the same rows cut where an index is missing or a segment begins.

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
        return [self._between(a, b) for a, b in pairwise(cuts)]

    def _between(self, start: int, stop: int) -> Frames:
        rows = slice(start, stop)
        return Frames(
            self.index[rows], self.device_us[rows], self.samples[rows], self.segment[rows]
        )


@dataclass(frozen=True, slots=True)
class Counters:
    """What a decoder has seen so far. A snapshot: it does not change any more.

    Within a segment of binary frames, last index - first index + 1 = frames + lost.
    """

    n_frames: int = 0
    """Frames given out."""
    n_lost: int = 0
    """Indices skipped between frames given out; 0 and without meaning unless ``sees_loss``."""
    n_duplicated: int = 0
    """Frames dropped because their index had arrived before."""
    n_reordered: int = 0
    """Frames dropped because they arrived after a newer one; their index is in ``n_lost`` too."""
    n_crc_failures: int = 0
    """Stretches as long as a frame whose stuffing, checksum or value range did not hold."""
    n_implausible: int = 0
    """Frames with a good checksum whose counter and time fit neither the frames before nor the
    next one; each is an altered frame or a stray one of an older stream."""
    n_malformed: int = 0
    """Text lines that were not as many numbers, under the same names, as the stream has."""
    bytes_skipped: int = 0
    """Bytes that became neither a frame, a text line nor a reply; delimiters are not counted."""
    sees_loss: bool = True
    """Whether the format has a counter, so that ``n_lost`` means something (text has none)."""


def join_frames(parts: Sequence[Frames], n_channels: int) -> Frames:
    """Return consecutive pieces of one stream as one, of no rows where there are no pieces."""
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
