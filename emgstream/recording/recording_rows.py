"""The lines of a recorded table: index, time, samples, marker and cue as text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.recording.cue_events import CueStarted
from emgstream.tables.table_column import MARKER_COLUMN
from emgstream.types import FloatArray, IndexArray, TimeArray

__all__ = ["COLUMNS_AFTER", "COLUMNS_BEFORE", "CueTrack", "TimeColumn", "header", "lines"]

COLUMNS_BEFORE = ("index", "time_s")
COLUMNS_AFTER = ("cue", "label", "repetition", "segment")

_SMALLEST_STEP_S = 1e-6  # what the table's six decimals can tell apart


class CueTrack:
    """The cues by host time. The recorder's lock guards it."""

    def __init__(self) -> None:
        self._times_s: list[float] = []
        self._cues: list[tuple[str, int]] = []

    def add(self, event: CueStarted) -> None:
        """Add a cue that began later than all before it."""
        self._times_s.append(event.host_s)
        self._cues.append((event.label, event.repetition))

    def at(self, host_s: TimeArray) -> list[tuple[str, int]]:
        """Return label and repetition at each host time; the label is empty between cues."""
        cues = [("", 0), *self._cues]
        return [cues[bisect_right(self._times_s, time_s)] for time_s in host_s.tolist()]


@dataclass(slots=True)
class TimeColumn:
    """Times for the column ``time_s``, each later than the one before."""

    zero_s: float
    """Stream time of the first recorded sample, in seconds."""
    last_s: float = -_SMALLEST_STEP_S
    """Time of the newest sample since the first, in seconds."""

    def times(self, stream_s: TimeArray) -> TimeArray:
        """Return seconds since the first sample, strictly increasing by at least a microsecond.

        ``stream_s`` and the result have shape ``(n,)``. A microsecond is the last digit that is
        written; where the fitted clock stands still, the times increase by it.
        """
        creep = _SMALLEST_STEP_S * np.arange(1, len(stream_s) + 1)
        level = np.maximum.accumulate(np.round(stream_s - self.zero_s, 6) - creep)
        times_s: TimeArray = np.maximum(level, self.last_s) + creep
        self.last_s = float(times_s[-1])
        return times_s


def header(channel_names: tuple[str, ...]) -> bytes:
    """Return the header line."""
    names = (*COLUMNS_BEFORE, *channel_names, MARKER_COLUMN, *COLUMNS_AFTER)
    return (",".join(names) + "\n").encode()


def lines(
    indices: IndexArray,
    times_s: TimeArray,
    samples: FloatArray,
    cues: list[tuple[str, int]],
    segment: int,
    markers: Mapping[int, str],
) -> bytes:
    """Return one line per sample; while a take runs, the label is the cue.

    ``samples`` has shape ``(n, n_channels)``; whole numbers are written without a decimal point, a
    missing value as an empty field. ``markers`` has the text of each row that has one.
    """
    rows = zip(indices.tolist(), times_s.tolist(), _texts(samples), cues, strict=True)
    return "".join(
        f"{index},{time_s:.6f},{values},{markers.get(row, '')},{cue},{cue},{repetition},{segment}\n"
        for row, (index, time_s, values, (cue, repetition)) in enumerate(rows)
    ).encode()


def _texts(samples: FloatArray) -> list[str]:
    if np.all(np.isfinite(samples)) and np.all(samples == np.rint(samples)):
        whole: npt.NDArray[Any] = samples.astype(np.int64)
        return [",".join(map(str, row)) for row in whole.tolist()]
    return [",".join("" if v != v else f"{v:.9g}" for v in row) for row in samples.tolist()]
