"""Frames of one connection after another -> chunks with one index that never restarts."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from emgstream.sources.serial_board.timebase import Timebase
from emgstream.types import Chunk
from emgstream.wire import Frames

__all__ = ["Indexer"]

_MICROSECOND = 1e-6
_HELD_S = 0.1

Held: TypeAlias = "list[tuple[Frames, float]]"
"""Frames in order of arrival, each with the host time it was received at."""


class Indexer:
    """Numbers samples across segments, and counts those that are missing.

    Within a segment the board's counter numbers them: what is missing was lost, to the sample.
    What is missing between two segments, when the board was away, was *missed*. A board that kept
    its power has counted on, so its counter and clock tell how many, to the sample. One that was
    reset took none; the index moves on by as many as the time between would have held at the
    measured rate, so that it stays the clock of the stream. Every arrival is late, the first too:
    a tenth of a second of them is held back, and the least late one tells when the segment began.

    Parameters
    ----------
    timebase
        Told of every sample, and asked for the rate.
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
        """Say that the next frames come from another decoder.

        ``columns`` are the channels to take, None for all as they are; ``rate_hz`` is the nominal
        rate.
        """
        self._columns, self._rate_hz = columns, rate_hz
        self._decoder_segment = None

    def resume_connection(self) -> None:
        """Say that the next frames come from the same decoder, after the board had been away."""
        self._was_away = True

    def chunks(self, frames: Frames, received_s: float) -> list[Chunk]:
        """Return samples received at this host time or held back before, cut where the index jumps.

        There are none while the start of a segment is held back.
        """
        self._held.append((frames, received_s))
        return [] if self._waits() else self.flush()

    def flush(self) -> list[Chunk]:
        """Return what was held back: no more of it will come."""
        held, self._held = self._held, []
        return [chunk for entry in held for chunk in self._numbered(*entry, held)]

    def _waits(self) -> bool:
        """Return True if more arrivals are wanted to tell when a segment began."""
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
        """Begin a segment behind so many samples that were missed."""
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
    """Return the host time of a run's first sample, had the least late arrival not been late."""
    return min(
        received_s - _since_s(run, frames, rate_hz)
        for frames, received_s in held
        if run.segment[0] in frames.segment
    )


def _since_s(run: Frames, frames: Frames, rate_hz: float) -> float:
    """Return the time from a run's first sample to the last of its segment in some frames."""
    same = frames.segment == run.segment[0]
    if len(run.device_us):
        return float(frames.device_us[same][-1] - run.device_us[0]) * _MICROSECOND
    return float(frames.index[same][-1] - run.index[0]) / rate_hz
