"""Indexing of the frames of all connections: chunks with one index that never restarts."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from emgstream.sources.serial_board.timebase import Timebase
from emgstream.types import Chunk
from emgstream.wire import Frames

__all__ = ["Indexer"]

_MICROSECOND = 1e-6
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

    def begin_connection(self, columns: tuple[int, ...] | None, rate_hz: float) -> None:
        """Begin with the frames of another decoder.

        ``columns`` are the channels to take, None for all in their order; ``rate_hz`` is the
        nominal rate.
        """
        self._columns, self._rate_hz = columns, rate_hz
        self._decoder_segment = None

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
        return [chunk for entry in held for chunk in self._numbered(*entry, held)]

    def _waits(self) -> bool:
        """Return True while more arrivals are needed for the start time of a segment."""
        if self._segment < 0 or self._held[0][0].segment[0] == self._decoder_segment:
            return False
        return sum(len(frames) for frames, _ in self._held) < _HELD_S * self._rate_hz

    def _numbered(self, frames: Frames, received_s: float, held: Held) -> list[Chunk]:
        runs = [frames] if _is_one_run(frames) else frames.runs()
        return [self._chunk(run, held, received_s) for run in runs]

    def _chunk(self, run: Frames, held: Held, received_s: float) -> Chunk:
        if self._decoder_segment != run.segment[0]:
            self._open_segment(run, held)
        elif self._was_away:
            self._skip(int(run.index[0]) + self._offset - self._end)
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

    def _skip(self, n_missed: int) -> None:
        """Begin a segment after ``n_missed`` samples that were missed."""
        self.n_missed += n_missed
        self.n_gaps += n_missed > 0
        self._segment += 1
        self._end += n_missed
        self._was_away = False

    def _n_missed_until(self, first_s: float) -> int:
        rate_hz = self._timebase.rate_hz or self._rate_hz
        _, newest_s = self._timebase.newest
        return max(0, round((first_s - newest_s) * rate_hz) - 1)


def _is_one_run(frames: Frames) -> bool:
    """Return True if no frame is missing, as in most reads; the first and last index tell."""
    if not len(frames):
        return False
    is_whole = int(frames.index[-1]) - int(frames.index[0]) + 1 == len(frames)
    return is_whole and bool(frames.segment[0] == frames.segment[-1])


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
