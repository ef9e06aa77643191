"""Short gaps in a stream, bridged by one rule in live use, replay and training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.types import Chunk, FloatArray, IndexArray, TimeArray

__all__ = ["BridgedSamples", "FilledShares", "GapBridge"]

Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class BridgedSamples:
    """Consecutive samples in which short gaps are filled."""

    first_index: int
    """Absolute index of the first sample."""
    samples: FloatArray
    """Shape ``(n_samples, n_channels)``; NaN where a value is missing for too long to be filled."""
    missing: Mask | None
    """True for each value that was not measured, filled or not, same shape; None where all were."""
    begins: bool
    """True if a stretch of unbroken time begins with them."""

    @property
    def measured(self) -> FloatArray:
        """The samples with NaN for each value that was not measured."""
        if self.missing is None:
            return self.samples
        measured: FloatArray = np.where(self.missing, np.float32(np.nan), self.samples)
        return measured


class GapBridge:
    """Fills short gaps with a straight line between the values on both sides.

    A lost sample and an empty cell (NaN) are the same: a missing value of a channel. Fewer than
    ``shortest_break`` missing values in a row are filled when the next value of the channel
    arrives, and no later sample is used; until then the samples from the gap on are held back. More
    of them stay missing. That many lost samples, or another segment, break the stream: samples that
    are held back then are dropped. Values before the first one of a channel stay missing.

    Any chunking gives the same bits, because a filled value depends only on the two values beside
    its gap and its place in it. Fewer than ``shortest_break`` samples are held back. One thread
    uses it.

    >>> bridge = GapBridge(shortest_break=3)
    >>> bridge.push(Chunk(0, np.float32([[1], [2]]))).samples.ravel()
    array([1., 2.], dtype=float32)
    >>> bridge.push(Chunk(4, np.float32([[5]]))).samples.ravel()
    array([3., 4., 5.], dtype=float32)

    Parameters
    ----------
    shortest_break
        The fewest missing values in a row that are not filled, in samples: the length of a step.
        With 1, nothing is filled, and every lost sample breaks the stream.
    """

    def __init__(self, shortest_break: int) -> None:
        self._shortest_break = shortest_break
        self._segment = -1
        self._next_index = 0
        self._held: FloatArray = np.empty((0, 0), dtype=np.float32)
        self._last: FloatArray = np.empty(0, dtype=np.float32)
        self._n_missing: IndexArray = np.empty(0, dtype=np.int64)
        self._none_missing = self._n_missing

    def push(self, chunk: Chunk) -> BridgedSamples:
        """Return the samples that are complete with these, possibly none."""
        if not len(chunk):
            return BridgedSamples(self._next_index, chunk.samples, None, begins=False)
        n_lost = chunk.first_index - self._next_index
        begins = chunk.segment != self._segment or not 0 <= n_lost < self._shortest_break
        if begins:
            self._begin(chunk)
            n_lost = 0
        self._next_index = chunk.end_index
        samples = chunk.samples
        if self._shortest_break == 1:
            return BridgedSamples(chunk.first_index, samples, None, begins)
        if not n_lost and not len(self._held) and np.isfinite(samples).all():
            self._last, self._n_missing = samples[-1], self._none_missing
            return BridgedSamples(chunk.first_index, samples, None, begins)
        lost = np.full((n_lost, samples.shape[1]), np.nan, dtype=np.float32)
        return self._bridged(np.concatenate((self._held, lost, samples)), begins)

    def _begin(self, chunk: Chunk) -> None:
        """Forget all samples: those of the chunk do not follow them."""
        n_channels = chunk.samples.shape[1]
        self._segment = chunk.segment
        self._held = np.empty((0, n_channels), dtype=np.float32)
        self._last = np.full(n_channels, np.nan, dtype=np.float32)
        self._none_missing = np.zeros(n_channels, dtype=np.int64)
        self._n_missing = self._none_missing + self._shortest_break

    def _bridged(self, samples: FloatArray, begins: bool) -> BridgedSamples:
        """Fill what can be filled; hold back the samples from the first gap that is open."""
        n_samples = len(samples)
        missing = ~np.isfinite(samples)
        places = np.arange(n_samples)[:, np.newaxis]
        before = np.maximum.accumulate(np.where(missing, -1, places), axis=0)
        after = np.where(missing, n_samples, places)[::-1]
        after = np.minimum.accumulate(after, axis=0)[::-1]
        n_earlier = np.where(before < 0, self._n_missing, 0)
        length = after - before - 1 + n_earlier
        is_short = missing & (length < self._shortest_break)
        is_open = is_short & (after == n_samples)
        n_ready = int(is_open.any(axis=1).argmax()) if is_open.any() else n_samples
        filled = samples.copy()
        chosen = rows, channels = np.nonzero(is_short & ~is_open)
        share = (rows - before[chosen] + n_earlier[chosen]) / (length[chosen] + 1)
        filled[chosen] = self._line(samples, channels, before[chosen], after[chosen], share)
        self._hold(samples, n_ready, before)
        first_index = self._next_index - n_samples
        return BridgedSamples(first_index, filled[:n_ready], missing[:n_ready], begins)

    def _line(
        self,
        samples: FloatArray,
        channels: npt.NDArray[np.intp],
        before: IndexArray,
        after: IndexArray,
        share: TimeArray,
    ) -> FloatArray:
        """Return the values that are ``share`` of the way from one place to another, 0 to 1."""
        known = np.where(before < 0, self._last[channels], samples[before, channels])
        start = known.astype(np.float64)
        line: FloatArray = (start + (samples[after, channels] - start) * share).astype(np.float32)
        return line

    def _hold(self, samples: FloatArray, n_ready: int, before: IndexArray) -> None:
        """Keep the samples from a place on, and what is known of the channels before it."""
        self._held = samples[n_ready:].copy()
        if not n_ready:
            return
        newest = before[n_ready - 1]
        self._last = np.where(newest < 0, self._last, samples[newest, np.arange(samples.shape[1])])
        n_missing = np.where(newest < 0, self._n_missing + n_ready, n_ready - 1 - newest)
        self._n_missing = np.minimum(n_missing, self._shortest_break)


class FilledShares:
    """The share of each window that was not measured. One thread uses it.

    >>> shares = FilledShares(n_window=4)
    >>> missing = np.array([[False], [True], [False], [False]])
    >>> shares.add(BridgedSamples(0, np.float32([[1], [2], [3], [4]]), missing, begins=True))
    >>> shares.of_windows(np.array([3]))
    array([0.25])
    """

    def __init__(self, n_window: int) -> None:
        self._n_window = n_window
        self._indices: IndexArray = np.empty(0, dtype=np.int64)
        self._missing: Mask = np.empty((0, 0), dtype=np.bool_)

    def add(self, bridged: BridgedSamples) -> None:
        """Add samples, in order."""
        if bridged.begins:
            self._indices = self._indices[:0]
        if bridged.missing is None:
            return
        rows = np.flatnonzero(bridged.missing.any(axis=1))
        if not len(rows):
            return
        older = self._missing if len(self._indices) else bridged.missing[:0]
        self._missing = np.concatenate((older, bridged.missing[rows]))
        self._indices = np.concatenate((self._indices, bridged.first_index + rows))

    def of_windows(self, last_indices: IndexArray) -> TimeArray:
        """Return the share of the windows that end with these samples, both ``(n_windows,)``.

        It is that of the channel with the most missing values, 0 to 1. The windows come in the
        order of time: what is older than the last of them is forgotten.
        """
        if not (len(self._indices) and len(last_indices)):
            return np.zeros(len(last_indices))
        ends = np.searchsorted(self._indices, last_indices, side="right")
        starts = np.searchsorted(self._indices, last_indices - self._n_window, side="right")
        none = np.zeros((1, self._missing.shape[1]), dtype=np.int64)
        counts: IndexArray = np.concatenate((none, np.cumsum(self._missing, axis=0)))
        shares: TimeArray = (counts[ends] - counts[starts]).max(axis=1) / self._n_window
        self._indices, self._missing = self._indices[starts[-1] :], self._missing[starts[-1] :]
        return shares
