"""Recordings with their short gaps bridged, as in a live stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from emgstream.gap_bridge import BridgedSamples, FilledShares, GapBridge
from emgstream.significant_digits import percent
from emgstream.sources.table_rows import indices_of, run_starts, segment_begins
from emgstream.tables import EmgTable
from emgstream.types import Chunk, FloatArray, IndexArray, TimeArray
from emgstream.wording import counted

__all__ = ["BridgedStretch", "bridged_samples", "bridged_stretches", "bridging_notes"]


@dataclass(frozen=True, eq=False)
class BridgedStretch:
    """A stretch of a recording without a long gap; its short gaps are filled."""

    parts: tuple[BridgedSamples, ...]
    """Its samples in whole steps, in order."""
    first_index: int
    """Absolute index of the first sample."""
    rows: IndexArray
    """Row of each sample, shape ``(n_samples,)``; of a lost one, the row after it."""
    is_lost: npt.NDArray[np.bool_]
    """True for each sample that was lost, same shape."""

    @property
    def samples(self) -> FloatArray:
        """The samples, shape ``(n_samples, n_channels)``; NaN for what is missing for too long."""
        return np.concatenate([part.samples for part in self.parts])

    def filled_shares(self, n_window: int, hop: int) -> TimeArray:
        """Return the filled share of the ``n_window`` samples up to every ``hop``-th sample."""
        shares = FilledShares(n_window)
        for part in self.parts:
            shares.add(part)
        return shares.of_windows(self.first_index + np.arange(hop - 1, len(self.rows), hop))


def bridged_stretches(table: EmgTable, step_length: int) -> Iterator[BridgedStretch]:
    """Yield the stretches of a recording as `emgstream.pipeline.Pipeline` sees them in a replay.

    ``step_length`` is in samples.
    """
    bridge, segments = GapBridge(step_length), np.cumsum(segment_begins(table))
    indices, parts = indices_of(table), list[BridgedSamples]()
    for start, stop in pairwise([0, *run_starts(table).tolist(), table.n_rows]):
        samples, segment = table.samples[start:stop], int(segments[start])
        bridged = bridge.push(Chunk(int(indices[start]), samples, segment))
        if bridged.begins and parts:
            yield _stretch(parts, indices)
            parts = []
        parts.append(bridged)
    yield _stretch(parts, indices)


def bridged_samples(table: EmgTable, step_length: int) -> tuple[FloatArray, IndexArray]:
    """Return all samples of a recording with short gaps filled, and the row of each.

    Shapes ``(n_samples, n_channels)`` and ``(n_samples,)``; the row of a lost sample is the one
    after it. With the samples after the last whole step of each stretch, which are as they were,
    so that a recording without gaps comes back as it is.
    """
    samples, rows, n_taken = list[FloatArray](), list[IndexArray](), 0
    for stretch in bridged_stretches(table, step_length):
        if len(stretch.rows):
            held_back = np.arange(n_taken, stretch.rows[0])
            samples += [table.samples[held_back], stretch.samples]
            rows += [held_back, stretch.rows]
            n_taken = int(stretch.rows[-1]) + int(not stretch.is_lost[-1])
    held_back = np.arange(n_taken, table.n_rows)
    samples.append(table.samples[held_back])
    return np.concatenate(samples), np.concatenate([*rows, held_back])


def bridging_notes(tables: Sequence[EmgTable], step_length: int) -> list[str]:
    """Return a note on what was filled in recordings and what was not, for people."""
    n_lost = n_empty = n_left = n_all = 0
    for table in tables:
        for stretch in bridged_stretches(table, step_length):
            missing = [part.missing for part in stretch.parts if part.missing is not None]
            n_missing = sum(int(np.count_nonzero(one.any(axis=1))) for one in missing)
            n_lost += int(np.count_nonzero(stretch.is_lost))
            n_empty += n_missing - int(np.count_nonzero(stretch.is_lost))
            n_left += int(np.count_nonzero(~np.isfinite(stretch.samples).all(axis=1)))
            n_all += len(stretch.rows)
    if step_length == 1 or not n_lost + n_empty:
        return []
    n_filled = n_lost + n_empty - n_left
    left = (
        f"; {counted(n_left, 'sample')} in longer empty stretches are left empty" if n_left else ""
    )
    return [
        f"gaps shorter than a step ({step_length} samples) are filled: "
        f"{n_filled:,} of {counted(n_all, 'sample')} ({percent(n_filled / n_all, 2)}), "
        f"{n_lost:,} lost and {n_empty - n_left:,} with empty cells{left}"
    ]


def _stretch(parts: Sequence[BridgedSamples], indices: IndexArray) -> BridgedStretch:
    """Return a stretch of a recording whose rows have these indices."""
    n_samples = sum(len(part.samples) for part in parts)
    first_index = next((part.first_index for part in parts if len(part.samples)), 0)
    of_samples = first_index + np.arange(n_samples)
    rows = np.searchsorted(indices, of_samples)
    return BridgedStretch(tuple(parts), first_index, rows, indices[rows] != of_samples)
