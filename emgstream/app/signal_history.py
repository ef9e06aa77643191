"""The recent past of a signal, and its outline at any zoom."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.types import FloatArray, IndexArray

__all__ = ["Break", "DrawnHistory", "Outline", "PickedChannels", "SignalHistory"]

BLOCK = 16
"""Samples per block; outlines of long spans are made of the extremes of blocks."""

_MIN_BLOCKS_A_COLUMN = 4
"""An edge moves by less than a quarter of a column, which cannot be seen."""
_MAX_BREAKS = 4096
"""More than the columns of a screen; older breaks are forgotten first."""


@dataclass(frozen=True, slots=True)
class Break:
    """A place where consecutive samples do not follow each other."""

    index: int
    """Absolute index of the first sample after the break."""
    n_lost: int
    """Number of samples missing before it; 0 for a break in time alone."""
    is_new_segment: bool = False
    """True for a break in time: the source was away, or jumped."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The least and greatest value in each column of pixels."""

    low: FloatArray
    """Least values, shape ``(n_channels, n_columns)``; NaN where a column has no sample."""
    high: FloatArray
    """Greatest values, shape ``(n_channels, n_columns)``; NaN where a column has no sample."""


class SignalHistory:
    """The newest ``capacity`` samples of a stream, kept for drawing. One thread uses it.

    Samples are stored by their absolute index; lost ones are NaN. The extremes of every 16 samples
    are stored as well, so that a minute at 5 kHz is drawn from 19,000 values and not from 300,000.
    """

    def __init__(self, capacity: int, n_channels: int) -> None:
        n_blocks = -(-capacity // BLOCK) + 1
        self._capacity = n_blocks * BLOCK
        self._samples = np.full((n_channels, self._capacity), np.nan, dtype=np.float32)
        self._low = np.full((n_channels, n_blocks), np.nan, dtype=np.float32)
        self._high = np.full((n_channels, n_blocks), np.nan, dtype=np.float32)
        self._first: int | None = None
        self._segment = 0
        self.end_index = 0
        self.breaks: deque[Break] = deque(maxlen=_MAX_BREAKS)

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return len(self._samples)

    @property
    def start_index(self) -> int:
        """Absolute index of the oldest sample that is stored."""
        if self._first is None:
            return self.end_index
        return max(self._first, self.end_index - self._capacity + BLOCK)

    def push(self, first_index: int, samples: FloatArray, segment: int = 0) -> None:
        """Add samples, shape ``(n_samples, n_channels)``; those between are counted as lost."""
        if not len(samples):
            return
        if self._first is None:
            self._first, self._segment, self.end_index = first_index, segment, first_index
        n_lost = first_index - self.end_index
        if n_lost > 0 or segment != self._segment:
            self.breaks.append(Break(first_index, n_lost, segment != self._segment))
            self._segment = segment
        if n_lost > 0:
            self._write(self.end_index, np.full((n_lost, self.n_channels), np.nan, np.float32))
        self._write(first_index, samples)

    def values(self, start: int, stop: int) -> FloatArray:
        """Return samples ``start`` to ``stop - 1``, shape ``(n_channels, n)``; NaN where none."""
        inside = max(start, self.start_index), min(stop, self.end_index)
        found = np.full((self.n_channels, max(stop - start, 0)), np.nan, dtype=np.float32)
        if inside[0] < inside[1]:
            part = _around(self._samples, inside[0], inside[1])
            found[:, inside[0] - start : inside[1] - start] = part
        return found

    def outline(self, edges: IndexArray, samples_per_column: float) -> Outline:
        """Return the extremes between each edge and the next.

        ``edges`` are absolute sample indices, rising by at least one, shape ``(n_columns + 1,)``.
        Where columns are wide, edges are moved to those of blocks: by up to 15 samples, at most a
        quarter of a column, without leaving out a sample. Parts of a picture that are computed one
        by one fit together, as the method depends on ``samples_per_column`` alone.
        """
        if samples_per_column < _MIN_BLOCKS_A_COLUMN * BLOCK:
            values = self.values(int(edges[0]), int(edges[-1]))
            return _reduce(values, values, edges[:-1] - edges[0])
        blocks = edges // BLOCK
        blocks[-1] = -(-edges[-1] // BLOCK)
        low = self._blocks(self._low, int(blocks[0]), int(blocks[-1]))
        high = self._blocks(self._high, int(blocks[0]), int(blocks[-1]))
        return _reduce(low, high, blocks[:-1] - blocks[0])

    def _blocks(self, storage: FloatArray, start: int, stop: int) -> FloatArray:
        oldest = -(-self.start_index // BLOCK)
        newest = -(-self.end_index // BLOCK)
        inside = max(start, oldest), min(stop, newest)
        found = np.full((self.n_channels, stop - start), np.nan, dtype=np.float32)
        if inside[0] < inside[1]:
            part = _around(storage, inside[0], inside[1])
            found[:, inside[0] - start : inside[1] - start] = part
        return found

    def _write(self, first: int, samples: FloatArray) -> None:
        self.end_index = first + len(samples)
        kept = samples[-self._capacity :]
        start = self.end_index - len(kept)
        _around_set(self._samples, start, kept.T)
        # What stands behind the newest sample is a whole capacity old.
        ragged = -self.end_index % BLOCK
        nothing = np.full((self.n_channels, ragged), np.nan, dtype=np.float32)
        _around_set(self._samples, self.end_index, nothing)
        self._summarise(start // BLOCK, (self.end_index + ragged) // BLOCK)

    def _summarise(self, first_block: int, end_block: int) -> None:
        first_block = max(first_block, end_block - self._low.shape[1])
        values = _around(self._samples, first_block * BLOCK, end_block * BLOCK)
        blocks = values.reshape(self.n_channels, -1, BLOCK)
        _around_set(self._low, first_block, np.fmin.reduce(blocks, axis=2))
        _around_set(self._high, first_block, np.fmax.reduce(blocks, axis=2))


class PickedChannels:
    """Some channels of a history, in an order of their own, for drawing.

    Parameters
    ----------
    history
        The history of all channels.
    channels
        Numbers of the channels to take.
    """

    def __init__(self, history: SignalHistory, channels: tuple[int, ...]) -> None:
        self._history = history
        self._channels = list(channels)
        self.breaks = history.breaks

    @property
    def n_channels(self) -> int:
        """Number of channels that are taken."""
        return len(self._channels)

    @property
    def start_index(self) -> int:
        """Absolute index of the oldest sample that is stored."""
        return self._history.start_index

    @property
    def end_index(self) -> int:
        """Absolute index after the newest sample."""
        return self._history.end_index

    def values(self, start: int, stop: int) -> FloatArray:
        """Return samples as `SignalHistory.values` does, of the taken channels."""
        return self._history.values(start, stop)[self._channels]

    def outline(self, edges: IndexArray, samples_per_column: float) -> Outline:
        """Return the extremes as `SignalHistory.outline` does, of the taken channels."""
        whole = self._history.outline(edges, samples_per_column)
        return Outline(whole.low[self._channels], whole.high[self._channels])


DrawnHistory: TypeAlias = SignalHistory | PickedChannels
"""A history that can be drawn."""


def _reduce(low: FloatArray, high: FloatArray, starts: npt.NDArray[np.integer]) -> Outline:
    return Outline(np.fmin.reduceat(low, starts, axis=1), np.fmax.reduceat(high, starts, axis=1))


def _around(storage: FloatArray, start: int, stop: int) -> FloatArray:
    """Copy columns ``start`` to ``stop - 1`` of a ring, at most once around it."""
    size = storage.shape[1]
    first = start % size
    n_first = min(stop - start, size - first)
    n_rest = stop - start - n_first
    return np.concatenate((storage[:, first : first + n_first], storage[:, :n_rest]), axis=1)


def _around_set(storage: FloatArray, start: int, values: FloatArray) -> None:
    size = storage.shape[1]
    first = start % size
    n_first = min(values.shape[1], size - first)
    storage[:, first : first + n_first] = values[:, :n_first]
    storage[:, : values.shape[1] - n_first] = values[:, n_first:]
