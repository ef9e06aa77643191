"""Indexing of the frames of all connections: chunks with one index that never restarts."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import numpy as np

from emgstream.sources.serial_board.late_lines import LateLines, longest_delay_s
from emgstream.sources.serial_board.timebase import Timebase
from emgstream.types import Chunk
from emgstream.wire import Frames

__all__ = ["Indexer"]

_MICROSECOND = 1e-6
_ROUGH_RATE = 0.1  # a choice: error of a rate that was counted over 0.5 s on a busy host
_HELD_S = 0.1  # a choice: a USB driver gathers bytes for up to 16 ms, so some arrive in time

Held: TypeAlias = "list[tuple[Frames, float]]"
"""Frames in order of arrival, each with the host time of its receipt."""


class Indexer:
    """Gives samples their index across segments, and counts the missing ones.

    Within a segment the board counts its samples: missing ones were *lost*, and their number is
    exact. Samples that are missing between two segments, while the board was away, were *missed*. A
    board that kept its power has counted on, so that their number is exact, too. A board that was
    reset took no samples meanwhile; the index is increased by the number of samples in that time at
    the measured rate, so that it remains the clock of the stream. Every sample arrives late, also
    the first: those of 0.1 s are held back, and the least late one gives the start of the segment.

    Lines of text have no counter: lines that could not be read are lost samples, and time without
    lines is missed samples, by the time in the lines or by their arrival; see `LateLines`.

    Parameters
    ----------
    timebase
        Gets every sample, and gives the rate.
    """

    def __init__(self, timebase: Timebase) -> None:
        self.n_received = self.n_lost = self.n_missed = self.n_gaps = 0
        self._timebase = timebase
        self._end = 0
        self._offset = 0
        self._segment = -1
        self._decoder_segment: int | None = None
        self._was_away = False
        self._held: Held = []
        self._columns: tuple[int, ...] | None = None
        self._rate_hz = 1000.0
        self._is_counted = True
        self._late_lines = LateLines()
        self._last_line: tuple[int, int] = (0, 0)  # index and time of the newest line

    @property
    def rate_hz(self) -> float:
        """Samples per second, measured, or the nominal rate until then; any thread may ask."""
        return self._timebase.rate_hz or self._rate_hz

    def begin_connection(
        self, columns: tuple[int, ...] | None, rate_hz: float, *, is_counted: bool = True
    ) -> None:
        """Begin with the frames of another decoder.

        ``columns`` are the channels to take, None for all in their order; ``rate_hz`` is the
        nominal rate; ``is_counted`` is False for lines of text.
        """
        self._columns, self._rate_hz = columns, rate_hz
        self._is_counted = is_counted
        self._decoder_segment = None
        self._late_lines.forget()

    def resume_connection(self) -> None:
        """Continue with the frames of the same decoder, after the board was away."""
        self._was_away = True

    def chunks(self, frames: Frames, received_s: float) -> list[Chunk]:
        """Return the samples of new frames and those held back, cut where the index jumps.

        ``received_s`` is the host time of receipt. There are none while the start of a segment is
        held back.
        """
        self._held.append((frames, received_s))
        return [] if self._waits() else self.flush()

    def flush(self) -> list[Chunk]:
        """Return the samples that were held back, at the end of a segment."""
        held, self._held = self._held, []
        n_missed = round(self._late_lines.take_gap_s() * self.rate_hz)
        if n_missed and held and held[0][0].segment[0] == self._decoder_segment:
            self._break(n_missed)
        return [chunk for entry in held for chunk in self._numbered(*entry, held)]

    def _waits(self) -> bool:
        """Return True while more arrivals are needed for the start time of a segment."""
        if self._segment < 0:
            return False
        if self._held[0][0].segment[0] == self._decoder_segment:
            return self._is_late(*self._held[-1])
        return sum(len(frames) for frames, _ in self._held) < _HELD_S * self._rate_hz

    def _is_late(self, frames: Frames, received_s: float) -> bool:
        """Return True while lines come late after a silence, and may have been lost."""
        if self._is_counted or len(frames.device_us):
            return False
        late_s = received_s - self._timebase.expected_s(float(frames.index[-1]))
        is_rough = self._timebase.rate_hz is None
        slack_s = _ROUGH_RATE * self._timebase.span_s if is_rough else 0.0
        return self._late_lines.waits(late_s, received_s, self.rate_hz, slack_s)

    def _numbered(self, frames: Frames, received_s: float, held: Held) -> list[Chunk]:
        runs = [frames] if _is_one_run(frames) else frames.runs()
        if not self._is_counted and len(frames.device_us):
            longest_us = longest_delay_s(self.rate_hz) / _MICROSECOND
            runs = [part for run in runs for part in _cut_at_pauses(run, longest_us)]
        return [self._chunk(run, held, received_s) for run in runs]

    def _chunk(self, run: Frames, held: Held, received_s: float) -> Chunk:
        if self._decoder_segment != run.segment[0]:
            self._open_segment(run, held)
        elif self._was_away:
            self._skip(int(run.index[0]) + self._offset - self._end)
        elif not self._is_counted and len(run.device_us):
            self._break(self._n_missed_before(run))
        if len(run.device_us):
            self._last_line = int(run.index[-1]), int(run.device_us[-1])
        first = int(run.index[0]) + self._offset
        if first > self._end:
            self.n_lost += first - self._end
            self.n_gaps += 1
        self._end = first + len(run)
        self.n_received += len(run)
        device = run.device_us if len(run.device_us) else run.index
        sampled_s = self._timebase.add(first, device, received_s)
        samples = run.samples if self._columns is None else run.samples[:, self._columns]
        return Chunk(
            first_index=first,
            samples=samples,
            segment=self._segment,
            received_s=np.full(len(run), received_s),
            sampled_s=sampled_s,
        )

    def _open_segment(self, run: Frames, held: Held) -> None:
        has_time = len(run.device_us) > 0
        is_first = self._segment < 0
        first_s = _first_s(run, held, self._rate_hz)
        self._skip(0 if is_first else self._n_missed_until(first_s))
        self._decoder_segment = int(run.segment[0])
        self._offset = self._end - int(run.index[0])
        self._timebase.begin_segment(_MICROSECOND if has_time else 1.0 / self._rate_hz)

    def _break(self, n_missed: int) -> None:
        """Begin a segment of the same decoder after time without lines, if there was any."""
        if n_missed <= 0:
            return
        self._skip(n_missed)
        self._offset += n_missed
        is_timed = not self._timebase.counts_samples
        self._timebase.begin_segment(_MICROSECOND if is_timed else 1.0 / self._rate_hz)

    def _n_missed_before(self, line: Frames) -> int:
        """Return the number of samples missed before a line with a time, by that time."""
        index, device_us = self._last_line
        pause_s = float(line.device_us[0] - device_us) * _MICROSECOND
        rate_hz = self.rate_hz
        if pause_s <= longest_delay_s(rate_hz):
            return 0
        return round(pause_s * rate_hz) - (int(line.index[0]) - index)

    def _skip(self, n_missed: int) -> None:
        """Begin a segment after ``n_missed`` samples that were missed."""
        self.n_missed += n_missed
        self.n_gaps += n_missed > 0
        self._segment += 1
        self._end += n_missed
        self._was_away = False

    def _n_missed_until(self, first_s: float) -> int:
        _, newest_s = self._timebase.newest
        return max(0, round((first_s - newest_s) * self.rate_hz) - 1)


def _is_one_run(frames: Frames) -> bool:
    """Return True if no frame is missing, as in most reads; the first and last index tell."""
    if not len(frames):
        return False
    is_whole = int(frames.index[-1]) - int(frames.index[0]) + 1 == len(frames)
    return is_whole and bool(frames.segment[0] == frames.segment[-1])


def _cut_at_pauses(run: Frames, longest_us: float) -> list[Frames]:
    """Return a run cut where the time of its lines jumps by more than ``longest_us``."""
    cuts = np.flatnonzero(np.diff(run.device_us) > longest_us) + 1
    edges = [0, *cuts.tolist(), len(run)]
    return [run.between(start, stop) for start, stop in pairwise(edges)]


def _first_s(run: Frames, held: Held, rate_hz: float) -> float:
    """Return the host time of the first sample of a run, from the least late arrival."""
    return min(
        received_s - _since_s(run, frames, rate_hz)
        for frames, received_s in held
        if run.segment[0] in frames.segment
    )


def _since_s(run: Frames, frames: Frames, rate_hz: float) -> float:
    """Return the time in seconds from the first sample of a run to the last of its segment."""
    same = frames.segment == run.segment[0]
    if len(run.device_us):
        return float(frames.device_us[same][-1] - run.device_us[0]) * _MICROSECOND
    return float(frames.index[same][-1] - run.index[0]) / rate_hz
