"""Timeline of frames: absolute index, device time and segment from counter and microseconds.

Counter (16 bits) and device time (32 bits) measure the same thing, because sampling instants are a
fixed number of microseconds apart on the board's clock. A frame is placed by the change of both
since the last frame placed: `n` instants by the counter and `e` by the clock.

=============  =====================================================================  ==============
step           condition                                                              result
=============  =====================================================================  ==============
follows        clock 0 to 1 s forward, ``|e - n|`` within tolerance, ``n >= 1``       placed at once
late           up to 255 instants back by both, or the same frame again               dropped
jump           clock up to 35 minutes forward, counter agrees with some number of     must be
               wraps                                                                  confirmed
restart        anything else                                                          must be
                                                                                      confirmed
=============  =====================================================================  ==============

The next frame confirms: if it follows the frame in question, both are placed (after a jump in the
same segment, after a restart in a new one). If it fits the frames before, the frame in question was
altered and is dropped. So an altered frame with a good checksum cannot shift the index, and the
first frame of a stream waits for the second. The tolerance is 1.5 instants plus 200 ppm: a board
may stamp an instant up to one period late, and its counter and clock share one crystal.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.types import IndexArray

__all__ = ["FrameTimeline", "Placement"]

_NEAR_US = 1_000_000
"""Longest step of a frame that follows, in microseconds. A choice: the line holds at most a quarter
of a second of frames, so that a longer step is an outage, and worth a confirmation."""
_LATE_INSTANTS = 256
"""Missing indices that are remembered. A choice: a quarter of a second at 1 kHz, for the same
reason."""
_TOLERANCE, _TOLERANCE_RATIO = 1.5, 200e-6
_COUNTERS, _MICROS = 1 << 16, 1 << 32
_BULK = 56
"""Frames from which a batch is compared with numpy. Measured: both ways take the same time at about
56 frames, one by one twice as long at 128."""

Integers: TypeAlias = npt.NDArray[np.integer[Any]]
Frame: TypeAlias = tuple[int, int]
"""Counter and microseconds of a frame, as they were sent."""


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Index, device time and segment of the frames of one batch."""

    rows: IndexArray
    """Rows of the batch that were placed, shape ``(n,)``."""
    index: IndexArray
    """Their absolute sample index, shape ``(n,)``."""
    device_us: IndexArray
    """Their device time in microseconds with wraps undone, shape ``(n,)``."""
    segment: IndexArray
    """Their segment, shape ``(n,)``."""
    n_used: int
    """Rows of the batch that were placed or dropped; the next one, if any, is unconfirmed."""


class FrameTimeline:
    """Placement of frames: keeps the last frame placed, the recent gaps and the counters.

    Parameters
    ----------
    sampling_rate_hz
        Sampling instants per second of the board's clock.
    """

    def __init__(self, sampling_rate_hz: float) -> None:
        self.sampling_rate_hz = sampling_rate_hz
        self.n_frames = self.n_lost = self.n_duplicated = self.n_reordered = 0
        self.n_implausible = 0
        self._next_index, self._segment, self._segment_start = 0, -1, 0
        self._last: Frame | None = None  # of the last frame placed
        self._device_us = 0
        self._missing: deque[int] = deque(maxlen=_LATE_INSTANTS)

    def begin_segment(self, sampling_rate_hz: float | None = None) -> None:
        """Forget the last frame, so that the next one opens a new segment."""
        self.sampling_rate_hz = sampling_rate_hz or self.sampling_rate_hz
        self._last = None

    def place(self, counters: Integers, micros: Integers) -> Placement:
        """Place a batch of frames in order of arrival; both arrays have shape ``(n,)``."""
        kind = _Few if len(counters) < _BULK else _Many
        batch = kind(counters, micros, self.sampling_rate_hz)
        row = 0
        while row < batch.n:
            ahead = self._steps_ahead(batch.frame(row))
            if ahead is not None:
                row = self._place_run(batch, row, *ahead)
            elif self._is_late(batch.frame(row)):
                row += 1
            elif row + 1 == batch.n:
                break
            else:
                self._confirm(batch, row)
                row += 1
        return batch.placement(row)

    def _steps_ahead(self, frame: Frame) -> tuple[int, int] | None:
        """Return counter and microsecond steps of a frame that follows the last one placed."""
        return None if self._last is None else self._steps(self._last, frame)

    def _steps(self, earlier: Frame, frame: Frame) -> tuple[int, int] | None:
        return _steps(earlier, frame, self.sampling_rate_hz)

    def _is_late(self, frame: Frame) -> bool:
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

    def _steps_back(self, frame: Frame) -> int | None:
        if self._last is None or frame == self._last:
            return None if self._last is None else 0
        steps = self._steps(frame, self._last)
        return None if steps is None or steps[0] >= _LATE_INSTANTS else steps[0]

    def _place_run(self, batch: _Few | _Many, row: int, n: int, us: int) -> int:
        """Place a frame that follows, and all after it that follow each other."""
        first = self._next_index + n - 1
        self._note_gap(first)
        end = batch.place_run(row, first, self._device_us + us, self._segment)
        for gap_start, gap_end in batch.recent_gaps(row, end):
            self._missing.extend(range(max(gap_start, gap_end - _LATE_INSTANTS), gap_end))
        self._advance(batch, end)
        self.n_lost += self._next_index - first - (end - row)
        self.n_frames += end - row
        return end

    def _confirm(self, batch: _Few | _Many, row: int) -> None:
        """Place or drop a frame that neither follows nor is late, by the frame after it."""
        frame, following = batch.frame(row), batch.frame(row + 1)
        if frame == following:
            self.n_duplicated += 1
        elif self._fits(following) or self._steps(frame, following) is None:
            self.n_implausible += 1
        else:
            self._place_after_break(batch, row)

    def _fits(self, frame: Frame) -> bool:
        return self._steps_ahead(frame) is not None or self._steps_back(frame) is not None

    def _place_after_break(self, batch: _Few | _Many, row: int) -> None:
        steps = self._steps_of_jump(batch.frame(row))
        if steps is None:
            self._open_segment()
            device_us = batch.frame(row)[1]
        else:
            self._note_gap(self._next_index + steps[0] - 1)
            device_us = self._device_us + steps[1]
            self._next_index += steps[0] - 1
        batch.place_one(row, self._next_index, device_us, self._segment)
        self._last, self._device_us = batch.frame(row), device_us
        self._next_index += 1
        self.n_frames += 1

    def _steps_of_jump(self, frame: Frame) -> tuple[int, int] | None:
        """Return the steps of an outage; the clock tells how often the counter wrapped."""
        if self._last is None:
            return None
        us = (frame[1] - self._last[1]) % _MICROS
        expected = us * self.sampling_rate_hz * 1e-6
        n = (frame[0] - self._last[0]) % _COUNTERS
        n += round((expected - n) / _COUNTERS) * _COUNTERS
        is_forward = us < _MICROS // 2 and n >= 1
        return (n, us) if is_forward and _agree(n, us, self.sampling_rate_hz) else None

    def _open_segment(self) -> None:
        self._segment += 1
        self._segment_start = self._next_index
        self._missing.clear()

    def _note_gap(self, end: int) -> None:
        start = self._next_index
        self.n_lost += end - start
        self._missing.extend(range(max(start, end - _LATE_INSTANTS), end))

    def _advance(self, batch: _Few | _Many, end: int) -> None:
        self._last = batch.frame(end - 1)
        self._next_index, self._device_us = batch.last_placed()
        self._next_index += 1


def _steps(earlier: Frame, frame: Frame, rate_hz: float) -> tuple[int, int] | None:
    """Return counter and microsecond steps from a frame to one that may follow it."""
    n = (frame[0] - earlier[0]) % _COUNTERS
    us = (frame[1] - earlier[1]) % _MICROS
    return (n, us) if us <= _NEAR_US and n >= 1 and _agree(n, us, rate_hz) else None


def _agree(n: int, us: int, rate_hz: float) -> bool:
    """Return True if the clock of the board tells as many samples as its counter."""
    expected = us * rate_hz * 1e-6
    return abs(expected - n) <= _TOLERANCE + _TOLERANCE_RATIO * expected


class _Few:
    """Frames of a batch that are placed one by one, as those of one read of a live board."""

    def __init__(self, counters: Integers, micros: Integers, rate_hz: float) -> None:
        self.n = len(counters)
        self._frames: list[Frame] = list(zip(counters.tolist(), micros.tolist(), strict=True))
        self._rate_hz = rate_hz
        self._placed: list[tuple[int, int, int, int]] = []

    def frame(self, row: int) -> Frame:
        """Return one frame."""
        return self._frames[row]

    def place_run(self, row: int, index: int, device_us: int, segment: int) -> int:
        """Place a row and all rows that follow it; return the row after them."""
        self.place_one(row, index, device_us, segment)
        for earlier, frame in pairwise(self._frames[row:]):
            row += 1
            steps = _steps(earlier, frame, self._rate_hz)
            if steps is None:
                return row
            index, device_us = index + steps[0], device_us + steps[1]
            self._placed.append((row, index, device_us, segment))
        return self.n

    def place_one(self, row: int, index: int, device_us: int, segment: int) -> None:
        """Place one row."""
        self._placed.append((row, index, device_us, segment))

    def last_placed(self) -> tuple[int, int]:
        """Return index and device time of the last row placed."""
        return self._placed[-1][1:3]

    def recent_gaps(self, row: int, end: int) -> list[tuple[int, int]]:
        """Return start and end of the gaps among the rows ``row`` to ``end - 1``."""
        placed = pairwise(self._placed[row - end :])
        return [(a[1] + 1, b[1]) for a, b in placed if b[1] > a[1] + 1]

    def placement(self, n_used: int) -> Placement:
        """Return the placement of the first ``n_used`` rows."""
        rows, index, device_us, segment = np.array(self._placed, np.int64).reshape(-1, 4).T
        return Placement(rows, index, device_us, segment, n_used)


class _Many:
    """Frames of a batch that are compared and placed all at once, as those of a recording."""

    def __init__(self, counters: Integers, micros: Integers, rate_hz: float) -> None:
        self.n = len(counters)
        self._counters, self._micros = counters, micros
        self._n_placed = 0
        self._rows = np.empty((4, self.n), np.int64)
        self._breaks = self._find_breaks(rate_hz)

    def _find_breaks(self, rate_hz: float) -> list[int]:
        """Find all rows that do not follow the row before them, the last one first."""
        steps = np.diff(self._counters)  # unsigned, so that wraps are correct
        us = np.diff(self._micros)
        expected = us * (rate_hz * 1e-6)
        agree = np.abs(expected - steps) <= _TOLERANCE + _TOLERANCE_RATIO * expected
        follows = agree & (steps >= 1) & (us <= _NEAR_US)
        self._ahead = np.cumsum(steps, dtype=np.int64), np.cumsum(us, dtype=np.int64)
        return [self.n, *(np.flatnonzero(~follows)[::-1] + 1).tolist()]

    def frame(self, row: int) -> Frame:
        """Return one frame."""
        return int(self._counters[row]), int(self._micros[row])

    def place_run(self, row: int, index: int, device_us: int, segment: int) -> int:
        """Place a row and all rows that follow it; return the row after them."""
        self.place_one(row, index, device_us, segment)
        end = self._run_end(row)
        if end > row + 1:
            self._place_rest(row, end)
        return end

    def place_one(self, row: int, index: int, device_us: int, segment: int) -> None:
        """Place one row."""
        self._rows[:, self._n_placed] = row, index, device_us, segment
        self._n_placed += 1

    def last_placed(self) -> tuple[int, int]:
        """Return index and device time of the last row placed."""
        return int(self._rows[1, self._n_placed - 1]), int(self._rows[2, self._n_placed - 1])

    def recent_gaps(self, row: int, end: int) -> list[tuple[int, int]]:
        """Return start and end of the gaps among the last of the rows ``row`` to ``end - 1``."""
        if end == row + 1:
            return []
        placed = self._rows[1, max(0, self._n_placed - (end - row)) : self._n_placed]
        recent = placed[-_LATE_INSTANTS:]
        before = np.flatnonzero(np.diff(recent) > 1)
        return [(int(recent[i]) + 1, int(recent[i + 1])) for i in before]

    def placement(self, n_used: int) -> Placement:
        """Return the placement of the first ``n_used`` rows."""
        rows, index, device_us, segment = self._rows[:, : self._n_placed]
        return Placement(rows, index, device_us, segment, n_used)

    def _run_end(self, row: int) -> int:
        while self._breaks[-1] <= row:
            self._breaks.pop()
        return self._breaks[-1]

    def _place_rest(self, row: int, end: int) -> None:
        rest = slice(self._n_placed, self._n_placed + end - row - 1)
        first = self._rows[:, self._n_placed - 1]
        self._rows[0, rest] = np.arange(row + 1, end)
        for line, ahead in zip((1, 2), self._ahead, strict=True):
            base = ahead[row - 1] if row else 0
            self._rows[line, rest] = ahead[row : end - 1] - base + first[line]
        self._rows[3, rest] = first[3]
        self._n_placed = rest.stop
