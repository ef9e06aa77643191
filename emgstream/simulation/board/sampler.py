"""Sampling instants turned into frames, hit by faults, and put into the outbox."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.cue_schedule import CueSchedule
from emgstream.simulation.board.board_records import BoardMovement, BoardRun
from emgstream.simulation.board.board_settings import BoardSettings
from emgstream.simulation.board.board_subject import (
    BoardSubject,
    FollowingSubject,
    SamplingInstants,
    ScriptedSubject,
)
from emgstream.simulation.board.clockwork import BoardClock, rate_of
from emgstream.simulation.board.fault_plan import FaultKind, FaultPlan, damaged
from emgstream.simulation.board.outbox import Outbox
from emgstream.wire import BoardStatus, encode_frame, encode_frames, line_length

__all__ = ["Sampler"]

_MOST_AT_ONCE = 64
_FEW = 12  # up to here one frame after the other is faster than all at once


class Sampler:
    """Takes samples on the board's clock, a run at a time, and keeps the books."""

    def __init__(self, settings: BoardSettings, outbox: Outbox) -> None:
        self.run: BoardRun | None = None
        self.runs: list[BoardRun] = []
        self._news: list[tuple[BoardRun, BoardMovement]] = []
        self.first_s: float | None = None
        self._settings = settings
        self._outbox = outbox
        self._person: BoardSubject | None = None
        self._person_ticks = 0
        self._plan = FaultPlan(settings.faults, settings.seed, 0)
        self._clock = BoardClock(0.0, 0.0)
        self._late_frames: list[tuple[bytes, int]] = []  # let the next frame pass
        self._movement_end = 0

    def begin(
        self, clock: BoardClock, now_s: float, boot: int, mode: str, counter: int, period_ticks: int
    ) -> None:
        """Open a run: its first instant comes one period from now."""
        if self._person is None or self._person_ticks != period_ticks:
            self._person = _person(self._settings, rate_of(period_ticks))
            self._person_ticks = period_ticks
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
            emg_offset=self._person.n_read,
        )
        self.runs.append(self.run)

    def end(self, why: str) -> BoardRun | None:
        """Close the run, and return it; None where there was none."""
        run, self.run = self.run, None
        if run is not None:
            run.ended_by = why
            self._release_late(run, self._outbox_time(run, max(0, run.n_instants - 1)))
        return run

    def status(self) -> BoardStatus:
        """Return what the board counted since the last start."""
        if not self.runs:
            return BoardStatus(0, 0, 0, 0)
        run = self.runs[-1]
        n_full = run.n_queue_full
        return BoardStatus(run.n_instants, run.n_instants - n_full, n_full, 0)

    def advance(self, now_ticks: int) -> bool:
        """Take what is due at a device time, 64 instants at most; tells whether more are."""
        run = self.run
        if run is None or self._person is None:
            return False
        n_due = (now_ticks - run.start_ticks) // run.period_ticks - run.n_instants
        n = min(n_due, _MOST_AT_ONCE)
        if n > 0:
            samples = self._person.read(self._instants(run, n))
            self._note_movements(run, self._person, run.n_instants, run.n_instants + n)
            frames = _encoded(run, samples)
            for frame in frames:
                self._send(run, run.n_instants, frame)
                run.n_instants += 1
        return n_due > n

    @property
    def script(self) -> CueSchedule:
        """What the person does over and over, or did when told to."""
        return self._settings.script if self._person is None else self._person.script

    def take_movements(self) -> list[tuple[BoardRun, BoardMovement]]:
        """Return the movements begun since the last call."""
        news, self._news = self._news, []
        return news

    def _send(self, run: BoardRun, index: int, frame: bytes) -> None:
        if not self._outbox.has_room(len(frame)):
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
        release_s = self._outbox_time(run, index)
        self._outbox.put_frame(frame, release_s, run, index)
        self._release_late(run, release_s)

    def _release_late(self, run: BoardRun, release_s: float) -> None:
        for frame, index in self._late_frames:
            self._outbox.put_frame(frame, release_s, run, index)
        self._late_frames.clear()

    def _instants(self, run: BoardRun, n: int) -> SamplingInstants:
        first_ticks = run.start_ticks + (run.n_instants + 1) * run.period_ticks
        first_s, next_s = map(self._clock.host_s, (first_ticks, first_ticks + run.period_ticks))
        return SamplingInstants(n, first_s, next_s - first_s)

    def _outbox_time(self, run: BoardRun, index: int) -> float:
        """Return the host time at which the line has a frame."""
        due_s = self._clock.host_s(run.start_ticks + (index + 1) * run.period_ticks)
        release_s = due_s + self._plan.delay_s(index)
        stall = self._settings.faults.stall
        if stall is None or self.first_s is None:
            return release_s
        end_s = stall.until(release_s - self.first_s)
        return release_s if end_s is None else self.first_s + end_s

    def _note_movements(self, run: BoardRun, person: BoardSubject, first: int, stop: int) -> None:
        index = max(first, self._movement_end)
        while index < stop:
            cue = person.movement_at(run.emg_offset + index)
            self._movement_end = cue.end - run.emg_offset
            if not _goes_on(run, cue):
                movement = BoardMovement(cue.label, cue.repetition, index, index)
                run.movements.append(movement)
                self._news.append((run, movement))
            index = self._movement_end
        self._extend_movements(run, first, stop)

    def _extend_movements(self, run: BoardRun, first: int, stop: int) -> None:
        next_start = stop
        for movement in reversed(run.movements):
            movement.end = next_start
            if movement.start <= first:
                break
            next_start = movement.start


def _person(settings: BoardSettings, rate_hz: float) -> BoardSubject:
    who = (rate_hz, settings.seed, settings.session)
    if settings.instructions is not None:
        return FollowingSubject(settings.instructions, *who)
    return ScriptedSubject(settings.script, *who)


def _goes_on(run: BoardRun, cue: BoardMovement) -> bool:
    """Whether the run's newest movement is this one, which lasts longer than was known."""
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
