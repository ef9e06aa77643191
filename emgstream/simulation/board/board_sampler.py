"""Sampling of a simulated board: instants turned into frames, hit by faults, and queued."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.cue_schedule import CueSchedule
from emgstream.simulation.board.board_clock import BoardClock, rate_of
from emgstream.simulation.board.board_records import BoardMovement, BoardRun
from emgstream.simulation.board.board_settings import BoardSettings
from emgstream.simulation.board.board_subject import (
    BoardSubject,
    FollowingSubject,
    SamplingInstants,
    ScriptedSubject,
)
from emgstream.simulation.board.fault_plan import FaultKind, FaultPlan, damaged
from emgstream.simulation.board.send_queue import SendQueue
from emgstream.wire import BoardStatus, encode_frame, encode_frames, line_length

__all__ = ["Sampler"]

_MOST_AT_ONCE = 64  # a choice: 64 ms at 1 kHz, so that commands are answered in between
_FEW = 12  # frames encoded one by one; measured: faster than with numpy for up to about 30


class Sampler:
    """Sampler of a board: takes samples by the board's clock, run by run, and records them."""

    def __init__(self, settings: BoardSettings, send_queue: SendQueue) -> None:
        self.run: BoardRun | None = None
        self.runs: list[BoardRun] = []
        self._new_movements: list[tuple[BoardRun, BoardMovement]] = []
        self.first_s: float | None = None
        self._settings = settings
        self._send_queue = send_queue
        self._subject: BoardSubject | None = None
        self._subject_ticks = 0
        self._plan = FaultPlan(settings.faults, settings.seed, 0)
        self._clock = BoardClock(0.0, 0.0)
        self._late_frames: list[tuple[bytes, int]] = []  # to be sent after the next frame
        self._movement_end = 0

    def begin(
        self, clock: BoardClock, now_s: float, boot: int, mode: str, counter: int, period_ticks: int
    ) -> None:
        """Begin a run, whose first instant is one period from now."""
        if self._subject is None or self._subject_ticks != period_ticks:
            self._subject = _subject(self._settings, rate_of(period_ticks))
            self._subject_ticks = period_ticks
        start_ticks = clock.ticks(now_s)
        first_s = clock.host_s(start_ticks + period_ticks)
        self.first_s = first_s if self.first_s is None else self.first_s
        self._clock = clock
        self._plan = FaultPlan(self._settings.faults, self._settings.seed, len(self.runs))
        self._movement_end = 0
        self.run = BoardRun(
            run=len(self.runs),
            boot=boot,
            mode=mode,
            rate_hz=rate_of(period_ticks),
            host_s=first_s,
            first_counter=counter,
            start_ticks=start_ticks,
            period_ticks=period_ticks,
            emg_offset=self._subject.n_read,
        )
        self.runs.append(self.run)

    def end(self, why: str) -> BoardRun | None:
        """End the run and return it; None if there was none."""
        run, self.run = self.run, None
        if run is not None:
            run.ended_by = why
            self._release_late(run, self._release_time(run, max(0, run.n_instants - 1)))
        return run

    def status(self) -> BoardStatus:
        """Return the board's counters since the last start."""
        if not self.runs:
            return BoardStatus(0, 0, 0, 0)
        run = self.runs[-1]
        n_full = run.n_queue_full
        return BoardStatus(run.n_instants, run.n_instants - n_full, n_full, 0)

    def advance(self, now_ticks: int) -> bool:
        """Take the samples due at a device time, 64 at most; return whether more are due."""
        run = self.run
        if run is None or self._subject is None:
            return False
        n_due = (now_ticks - run.start_ticks) // run.period_ticks - run.n_instants
        n = min(n_due, _MOST_AT_ONCE)
        if n > 0:
            samples = self._subject.read(self._instants(run, n))
            self._record_movements(run, self._subject, run.n_instants, run.n_instants + n)
            frames = _encoded(run, samples)
            for frame in frames:
                self._send(run, run.n_instants, frame)
                run.n_instants += 1
        return n_due > n

    @property
    def script(self) -> CueSchedule:
        """The cue schedule of the subject: repeated without end, or the cues followed so far."""
        return self._settings.script if self._subject is None else self._subject.script

    def take_movements(self) -> list[tuple[BoardRun, BoardMovement]]:
        """Return the movements that began since the last call."""
        movements, self._new_movements = self._new_movements, []
        return movements

    def _send(self, run: BoardRun, index: int, frame: bytes) -> None:
        if not self._send_queue.has_room(len(frame)):
            run.drop(index)
            return
        hit = self._plan.hit(index)
        kind = None if hit is None else hit.kind
        if kind == FaultKind.LOST:
            run.lost.append(index)
            return
        if kind == FaultKind.REORDERED:
            run.reordered.append(index)
            self._late_frames.append((frame, index))
            return
        if hit is not None and kind == FaultKind.ALTERED:
            run.altered.append(index)
            frame = damaged(frame, hit.entropy)
        elif kind == FaultKind.DUPLICATED:
            run.duplicated.append(index)
            frame += frame
        release_s = self._release_time(run, index)
        self._send_queue.put_frame(frame, release_s, run, index)
        self._release_late(run, release_s)

    def _release_late(self, run: BoardRun, release_s: float) -> None:
        for frame, index in self._late_frames:
            self._send_queue.put_frame(frame, release_s, run, index)
        self._late_frames.clear()

    def _instants(self, run: BoardRun, n: int) -> SamplingInstants:
        first_ticks = run.start_ticks + (run.n_instants + 1) * run.period_ticks
        first_s, next_s = map(self._clock.host_s, (first_ticks, first_ticks + run.period_ticks))
        return SamplingInstants(n, first_s, next_s - first_s)

    def _release_time(self, run: BoardRun, index: int) -> float:
        """Return the host time in seconds from which a frame may be sent."""
        due_s = self._clock.host_s(run.start_ticks + (index + 1) * run.period_ticks)
        release_s = due_s + self._plan.delay_s(index)
        stall = self._settings.faults.stall
        if stall is None or self.first_s is None:
            return release_s
        end_s = stall.until(release_s - self.first_s)
        return release_s if end_s is None else self.first_s + end_s

    def _record_movements(
        self, run: BoardRun, subject: BoardSubject, first: int, stop: int
    ) -> None:
        index = max(first, self._movement_end)
        while index < stop:
            cue = subject.movement_at(run.emg_offset + index)
            self._movement_end = cue.end - run.emg_offset
            if not _goes_on(run, cue):
                movement = BoardMovement(cue.label, cue.repetition, index, index)
                run.movements.append(movement)
                self._new_movements.append((run, movement))
            index = self._movement_end
        self._extend_movements(run, first, stop)

    def _extend_movements(self, run: BoardRun, first: int, stop: int) -> None:
        next_start = stop
        for movement in reversed(run.movements):
            movement.end = next_start
            if movement.start <= first:
                break
            next_start = movement.start


def _subject(settings: BoardSettings, rate_hz: float) -> BoardSubject:
    identity = (rate_hz, settings.seed, settings.session)
    if settings.instructions is not None:
        return FollowingSubject(settings.instructions, *identity)
    return ScriptedSubject(settings.script, *identity)


def _goes_on(run: BoardRun, cue: BoardMovement) -> bool:
    """Return whether the run's newest movement is this cue, which lasts longer than was known."""
    if not run.movements:
        return False
    newest = run.movements[-1]
    return (newest.label, newest.repetition) == (cue.label, cue.repetition)


def _encoded(run: BoardRun, samples: npt.NDArray[Any]) -> list[bytes]:
    if run.mode == "text":
        return [b"%d,%d,%d\r\n" % tuple(row) for row in samples.tolist()]
    indices = run.n_instants + np.arange(len(samples))
    counters, micros = run.first_counter + indices, run.device_us(indices)
    if len(samples) <= _FEW:
        rows = zip(counters.tolist(), micros.tolist(), samples.tolist(), strict=True)
        return [encode_frame(*row) for row in rows]
    length = line_length(samples.shape[1])
    data = encode_frames(counters, micros, samples)
    return [data[start : start + length] for start in range(0, len(data), length)]
