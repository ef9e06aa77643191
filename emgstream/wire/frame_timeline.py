"""Counter and microseconds of each frame -> absolute index, device time and segment.

Counter (16 bits) and device time (32 bits) tell the same story twice, because sampling instants
are a fixed number of microseconds apart on the board's own clock. A frame is placed by how the two
moved since the last frame placed, `n` instants by the counter and `e` by the clock:

=============  =====================================================================  ==============
step           condition                                                              what is done
=============  =====================================================================  ==============
follows        clock 0 to 1 s forward, ``|e - n|`` within tolerance, ``n >= 1``       placed at once
late           up to 255 instants back by both, or the very same frame                dropped
jump           clock up to 35 minutes forward, counter agrees with some number of     needs a
               wraps                                                                  witness
restart        anything else                                                          needs a
                                                                                      witness
=============  =====================================================================  ==============

The *witness* is the next frame: when it follows the odd one, both are placed (after a jump in the
same segment, after a restart in a new one); when it belongs to the story so far, the odd frame was
an altered one and is dropped. So an altered frame that slipped through the checksum cannot throw
the index, and the very first frame of a stream waits for the second. Tolerance is 1.5 instants
plus 200 ppm: a board may stamp an instant up to one period late, and its clocks share a crystal.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.types import IndexArray

__all__ = ["FrameTimeline", "Placement"]

_NEAR_US = 1_000_000
_LATE_INSTANTS = 256
_SLACK, _SLACK_RATIO = 1.5, 200e-6
_COUNTERS, _MICROS = 1 << 16, 1 << 32
_BULK = 32

Integers: TypeAlias = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where the frames of one batch belong."""

    rows: IndexArray
    """Rows of the batch that are to be given out, shape ``(n,)``."""
    index: IndexArray
    """Their absolute sample index, shape ``(n,)``."""
    device_us: IndexArray
    """Their device time with wraps undone, shape ``(n,)``."""
    segment: IndexArray
    """Their segment, shape ``(n,)``."""
    n_used: int
    """Rows of the batch that are dealt with; the one behind, if any, waits for its witness."""


class FrameTimeline:
    """Places frames; keeps the last one placed, the recent gaps and the counters.

    Parameters
    ----------
    sampling_rate_hz
        Sampling instants a second of the board's own clock.
    """

    def __init__(self, sampling_rate_hz: float) -> None:
        self.sampling_rate_hz = sampling_rate_hz
        self.n_frames = self.n_lost = self.n_duplicated = self.n_reordered = 0
        self.n_implausible = 0
        self._next_index, self._segment, self._segment_start = 0, -1, 0
        self._anchor: tuple[int, int] | None = None  # counter and micros of the last frame placed
        self._device_us = 0
        self._missing: deque[int] = deque(maxlen=_LATE_INSTANTS)

    def begin_segment(self, sampling_rate_hz: float | None = None) -> None:
        """Forget the last frame: the next one opens a new segment."""
        self.sampling_rate_hz = sampling_rate_hz or self.sampling_rate_hz
        self._anchor = None

    def place(self, counters: Integers, micros: Integers) -> Placement:
        """Place a batch of frames, both arrays of shape ``(n,)``, in order of arrival."""
        batch = _Batch(counters, micros, self.sampling_rate_hz)
        row = 0
        while row < batch.n:
            ahead = self._steps_ahead(batch.frame(row))
            if ahead is not None:
                row = self._take_run(batch, row, *ahead)
            elif self._is_late(batch.frame(row)):
                row += 1
            elif row + 1 == batch.n:
                break
            else:
                self._settle(batch, row)
                row += 1
        return batch.placement(row)

    def _steps_ahead(self, frame: tuple[int, int]) -> tuple[int, int] | None:
        """Return counter and microsecond steps of a frame that follows the last one placed."""
        return None if self._anchor is None else self._steps(self._anchor, frame)

    def _steps(self, earlier: tuple[int, int], frame: tuple[int, int]) -> tuple[int, int] | None:
        n = (frame[0] - earlier[0]) % _COUNTERS
        us = (frame[1] - earlier[1]) % _MICROS
        if us > _NEAR_US or n < 1 or not self._agree(n, us):
            return None
        return n, us

    def _agree(self, n: int, us: int) -> bool:
        expected = us * self.sampling_rate_hz * 1e-6
        return abs(expected - n) <= _SLACK + _SLACK_RATIO * expected

    def _is_late(self, frame: tuple[int, int]) -> bool:
        back = self._steps_back(frame)
        if back is None:
            return False
        index = self._next_index - 1 - back
        if index in self._missing:
            self._missing.remove(index)
            self.n_reordered += 1
        elif index < self._segment_start:
            self.n_reordered += 1
        else:
            self.n_duplicated += 1
        return True

    def _steps_back(self, frame: tuple[int, int]) -> int | None:
        if self._anchor is None or frame == self._anchor:
            return None if self._anchor is None else 0
        steps = self._steps(frame, self._anchor)
        return None if steps is None or steps[0] >= _LATE_INSTANTS else steps[0]

    def _take_run(self, batch: _Batch, row: int, n: int, us: int) -> int:
        """Place a frame that follows, and all that follow each other behind it."""
        first = self._next_index + n - 1
        self._note_gap(first)
        end = batch.take(row, first, self._device_us + us, self._segment)
        for gap_start, gap_end in batch.recent_gaps(row, end):
            self._missing.extend(range(max(gap_start, gap_end - _LATE_INSTANTS), gap_end))
        self._advance(batch, end)
        self.n_lost += self._next_index - first - (end - row)
        self.n_frames += end - row
        return end

    def _settle(self, batch: _Batch, row: int) -> None:
        """Place or drop a frame that neither follows nor is late, by its witness."""
        frame, witness = batch.frame(row), batch.frame(row + 1)
        if frame == witness:
            self.n_duplicated += 1
        elif self._belongs(witness) or self._steps(frame, witness) is None:
            self.n_implausible += 1
        else:
            self._leap(batch, row)

    def _belongs(self, frame: tuple[int, int]) -> bool:
        return self._steps_ahead(frame) is not None or self._steps_back(frame) is not None

    def _leap(self, batch: _Batch, row: int) -> None:
        steps = self._steps_of_jump(batch.frame(row))
        if steps is None:
            self._open_segment()
            device_us = batch.frame(row)[1]
        else:
            self._note_gap(self._next_index + steps[0] - 1)
            device_us = self._device_us + steps[1]
            self._next_index += steps[0] - 1
        batch.take_one(row, self._next_index, device_us, self._segment)
        self._anchor, self._device_us = batch.frame(row), device_us
        self._next_index += 1
        self.n_frames += 1

    def _steps_of_jump(self, frame: tuple[int, int]) -> tuple[int, int] | None:
        """Return the steps of an outage: the clock says how often the counter went round."""
        if self._anchor is None:
            return None
        us = (frame[1] - self._anchor[1]) % _MICROS
        expected = us * self.sampling_rate_hz * 1e-6
        n = (frame[0] - self._anchor[0]) % _COUNTERS
        n += round((expected - n) / _COUNTERS) * _COUNTERS
        is_forward = us < _MICROS // 2 and n >= 1
        return (n, us) if is_forward and self._agree(n, us) else None

    def _open_segment(self) -> None:
        self._segment += 1
        self._segment_start = self._next_index
        self._missing.clear()

    def _note_gap(self, end: int) -> None:
        start = self._next_index
        self.n_lost += end - start
        self._missing.extend(range(max(start, end - _LATE_INSTANTS), end))

    def _advance(self, batch: _Batch, end: int) -> None:
        self._anchor = batch.frame(end - 1)
        self._next_index, self._device_us = batch.last_taken()
        self._next_index += 1


class _Batch:
    """Frames to place and the rows placed so far."""

    def __init__(self, counters: Integers, micros: Integers, rate_hz: float) -> None:
        self.n = len(counters)
        self._counters, self._micros = counters, micros
        self._taken = 0
        self._rows = np.empty((4, self.n), np.int64)
        self._breaks: list[int] = []
        if self.n >= _BULK:
            self._look_ahead(rate_hz)

    def _look_ahead(self, rate_hz: float) -> None:
        """Find, all at once, the rows that do not follow the row before them."""
        steps = np.diff(self._counters)  # unsigned: wraps come out right
        us = np.diff(self._micros)
        expected = us * (rate_hz * 1e-6)
        agree = np.abs(expected - steps) <= _SLACK + _SLACK_RATIO * expected
        follows = agree & (steps >= 1) & (us <= _NEAR_US)
        self._breaks = [*(np.flatnonzero(~follows) + 1).tolist(), self.n]
        self._breaks.reverse()
        self._ahead = np.cumsum(steps, dtype=np.int64), np.cumsum(us, dtype=np.int64)

    def frame(self, row: int) -> tuple[int, int]:
        """Return counter and microseconds of one row as plain numbers."""
        return int(self._counters[row]), int(self._micros[row])

    def take(self, row: int, index: int, device_us: int, segment: int) -> int:
        """Give a row its place, and the rows that follow it theirs; return the row behind them."""
        self.take_one(row, index, device_us, segment)
        end = self._run_end(row)
        if end > row + 1:
            self._take_rest(row, end)
        return end

    def take_one(self, row: int, index: int, device_us: int, segment: int) -> None:
        """Give one row its place."""
        self._rows[:, self._taken] = row, index, device_us, segment
        self._taken += 1

    def last_taken(self) -> tuple[int, int]:
        """Return index and device time of the last row that got its place."""
        return int(self._rows[1, self._taken - 1]), int(self._rows[2, self._taken - 1])

    def recent_gaps(self, row: int, end: int) -> list[tuple[int, int]]:
        """Return start and end of the gaps inside the rows placed last, near their end."""
        if end == row + 1:
            return []
        recent = self._rows[1, max(0, self._taken - (end - row)) : self._taken][-_LATE_INSTANTS:]
        before = np.flatnonzero(np.diff(recent) > 1)
        return [(int(recent[i]) + 1, int(recent[i + 1])) for i in before]

    def placement(self, n_used: int) -> Placement:
        """Return what was placed of the first ``n_used`` rows."""
        rows, index, device_us, segment = self._rows[:, : self._taken]
        return Placement(rows, index, device_us, segment, n_used)

    def _run_end(self, row: int) -> int:
        while self._breaks and self._breaks[-1] <= row:
            self._breaks.pop()
        return self._breaks[-1] if self._breaks else row + 1

    def _take_rest(self, row: int, end: int) -> None:
        rest = slice(self._taken, self._taken + end - row - 1)
        first = self._rows[:, self._taken - 1]
        self._rows[0, rest] = np.arange(row + 1, end)
        for line, ahead in zip((1, 2), self._ahead, strict=True):
            base = ahead[row - 1] if row else 0
            self._rows[line, rest] = ahead[row : end - 1] - base + first[line]
        self._rows[3, rest] = first[3]
        self._taken = rest.stop
