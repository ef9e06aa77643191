"""Short gaps in a stream, bridged by one rule in live use, replay and training."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.types import Chunk, FloatArray, IndexArray, TimeArray

__all__ = ["BridgedSamples", "FilledShares", "GapBridge"]

Mask: TypeAlias = npt.NDArray[np.bool_]


class BridgedSamples(NamedTuple):
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

    A lost sample and an empty cell (NaN) are the same: a missing value of a channel. Fewer than a
    step of missing values in a row are filled when the next value of the channel arrives, and no
    later sample is used; until then the samples from the gap on are held back. More of them stay
    missing. A step or more of lost samples, or another segment, break the stream: samples that are
    held back then are dropped. Values before the first one of a channel stay missing.

    Samples are passed on in whole steps, which delays no decision, so that they are checked once
    per step and not once per read. Any chunking gives the same bits, because a filled value depends
    only on the two values beside its gap and its place in it. Fewer than two steps are held back.
    One thread uses it.

    >>> bridge = GapBridge(step_length=3)
    >>> bridge.push(Chunk(0, np.float32([[1], [2]]))).samples.ravel()
    array([], dtype=float32)
    >>> bridge.push(Chunk(4, np.float32([[5], [6]]))).samples.ravel()
    array([1., 2., 3., 4., 5., 6.], dtype=float32)

    Parameters
    ----------
    step_length
        Samples per step. With 1, nothing is filled, and every lost sample breaks the stream.
    """

    def __init__(self, step_length: int) -> None:
        self._length = step_length
        self._segment = -1
        self._next_index = 0
        self._begins = False
        self._waiting: list[FloatArray] = []
        self._n_waiting = 0
        self._last: FloatArray = np.empty(0, dtype=np.float32)
        self._n_missing: IndexArray | int = 0

    @property
    def due_index(self) -> int:
        """Index of the first sample to come that can complete a step, if none is lost before it."""
        return self._next_index + max(self._length - self._n_waiting, 1) - 1

    def push(self, chunk: Chunk) -> BridgedSamples:
        """Return the steps that are complete with these samples, possibly none."""
        samples = chunk.samples
        n_new = len(samples)
        if not n_new:
            return BridgedSamples(self._next_index, samples, None, begins=False)
        n_lost = chunk.first_index - self._next_index
        if chunk.segment != self._segment or not 0 <= n_lost < self._length:
            self._begin(chunk)
            n_lost = 0
        self._next_index = chunk.first_index + n_new
        if n_lost:
            lost = np.full((n_lost, samples.shape[1]), np.nan, dtype=np.float32)
            self._waiting.append(lost)
        self._waiting.append(samples)
        self._n_waiting += n_lost + n_new
        if self._n_waiting < self._length:
            return BridgedSamples(self._next_index, samples[:0], None, begins=False)
        return self._whole_steps()

    def _begin(self, chunk: Chunk) -> None:
        """Forget all samples: those of the chunk do not follow them."""
        n_channels = chunk.samples.shape[1]
        self._segment = chunk.segment
        self._begins = True
        self._waiting.clear()
        self._n_waiting = 0
        self._last = np.full(n_channels, np.nan, dtype=np.float32)
        self._n_missing = self._length

    def _whole_steps(self) -> BridgedSamples:
        """Return the samples that wait up to the last whole step, or up to a gap that is open."""
        samples = self._waiting[0] if len(self._waiting) == 1 else np.concatenate(self._waiting)
        first_index = self._next_index - len(samples)
        begins = self._begins
        if self._length == 1:
            bridged, missing, n_ready = samples, None, len(samples)
        elif np.count_nonzero(np.isfinite(samples)) == samples.size:  # faster than all()
            bridged, missing, n_ready = samples, None, len(samples) - len(samples) % self._length
            self._last, self._n_missing = samples[n_ready - 1], 0
        else:
            bridged, missing, n_ready = self._filled(samples)
        if n_ready:
            self._begins = False
        self._n_waiting = len(samples) - n_ready
        self._waiting = [samples[n_ready:].copy()] if self._n_waiting else []
        return BridgedSamples(
            first_index,
            bridged[:n_ready],
            None if missing is None else missing[:n_ready],
            begins and n_ready > 0,
        )

    def _filled(self, samples: FloatArray) -> tuple[FloatArray, Mask, int]:
        """Return the samples with short gaps filled, what was missing, and how many are ready."""
        n_samples = len(samples)
        missing = ~np.isfinite(samples)
        places = np.arange(n_samples)[:, np.newaxis]
        before = np.maximum.accumulate(np.where(missing, -1, places), axis=0)
        after = np.where(missing, n_samples, places)[::-1]
        after = np.minimum.accumulate(after, axis=0)[::-1]
        n_earlier = np.where(before < 0, self._n_missing, 0)
        length = after - before - 1 + n_earlier
        is_short = missing & (length < self._length)
        is_open = is_short & (after == n_samples)
        n_ready = int(is_open.any(axis=1).argmax()) if is_open.any() else n_samples
        n_ready -= n_ready % self._length
        filled = samples.copy()
        chosen = rows, channels = np.nonzero(is_short & ~is_open)
        share = (rows - before[chosen] + n_earlier[chosen]) / (length[chosen] + 1)
        filled[chosen] = self._line(samples, channels, before[chosen], after[chosen], share)
        if n_ready:
            self._pass_on(samples, n_ready, before[n_ready - 1])
        return filled, missing, n_ready

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

    def _pass_on(self, samples: FloatArray, n_ready: int, newest: IndexArray) -> None:
        """Keep the last value of each channel before a place, and how many are missing since.

        A channel without a value (-1) lacks at least a step: nothing is filled from its last one.
        """
        self._last = samples[newest, np.arange(samples.shape[1])]
        self._n_missing = n_ready - 1 - newest


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
