"""Simulated subjects of a board: their samples, and the movement at each sample."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from emgstream.cue_schedule import REST, Cue, CueSchedule
from emgstream.simulation.board.board_records import BoardMovement
from emgstream.simulation.board.instructions import Instructions
from emgstream.simulation.synthetic_emg import SyntheticEmg

__all__ = ["BoardSubject", "FollowingSubject", "SamplingInstants", "ScriptedSubject"]

_FAR_S = 1e6  # length of a cue without end; 11 days


@dataclass(frozen=True, slots=True)
class SamplingInstants:
    """Consecutive sampling instants."""

    n: int
    """Number of instants."""
    first_s: float
    """Host time of the first in seconds."""
    step_s: float
    """Seconds of host time from one to the next."""


class BoardSubject(Protocol):
    """A simulated subject; time stands still for it while the board does not sample."""

    @property
    def n_read(self) -> int:
        """Samples read so far."""
        ...

    @property
    def script(self) -> CueSchedule:
        """Cue schedule from which the same signal can be generated again."""
        ...

    def read(self, instants: SamplingInstants) -> npt.NDArray[Any]:
        """Return the next samples in counts, shape ``(n, 3)``, 16-bit integers."""
        ...

    def movement_at(self, position: int) -> BoardMovement:
        """Return the movement at a sample already read; start and end are sample numbers.

        Positions must be asked for in ascending order.
        """
        ...


class ScriptedSubject:
    """A subject who follows one cue schedule, repeated without end.

    Parameters
    ----------
    script
        The cue schedule; it is repeated, whether or not it says so itself.
    sampling_rate_hz
        Samples per second of the board.
    seed, session
        Seed of the subject and number of the session, see `SyntheticEmg`.
    """

    def __init__(
        self, script: CueSchedule, sampling_rate_hz: float, seed: int, session: int
    ) -> None:
        self.script = script
        endless = replace(script, repeats=True)
        self._emg = SyntheticEmg(endless, sampling_rate_hz, seed, session)
        self._cues = self._emg.timeline.cues()
        self._start, self._end, self._cue = next(self._cues)

    @property
    def n_read(self) -> int:
        """Samples read so far."""
        return self._emg.n_read

    def read(self, instants: SamplingInstants) -> npt.NDArray[Any]:
        """Return the next samples in counts, shape ``(n, 3)``, 16-bit integers."""
        return self._emg.read(instants.n).astype(np.uint16)

    def movement_at(self, position: int) -> BoardMovement:
        """Return the cue at a sample."""
        while position >= self._end:
            self._start, self._end, self._cue = next(self._cues)
        repetition = self._emg.timeline.repetitions_at(np.array([position]))[0]
        return BoardMovement(self._cue.label, int(repetition), self._start, self._end)


class FollowingSubject:
    """A subject who follows cues given while the board runs, after a reaction time.

    Parameters
    ----------
    instructions
        The cues.
    sampling_rate_hz, seed, session
        As for `ScriptedSubject`.
    """

    def __init__(
        self, instructions: Instructions, sampling_rate_hz: float, seed: int, session: int
    ) -> None:
        self._instructions = instructions
        self._rate_hz = sampling_rate_hz
        self._emg = SyntheticEmg(
            CueSchedule.of([(REST, _FAR_S)]), sampling_rate_hz, seed, session, generates_ahead=False
        )
        self._done = [BoardMovement(REST, 1, 0, 0)]
        self._counts = Counter({REST: 1})

    @property
    def n_read(self) -> int:
        """Samples read so far."""
        return self._emg.n_read

    @property
    def script(self) -> CueSchedule:
        """The cues followed so far, the last one without end."""
        starts = [movement.start for movement in self._done]
        lengths_s = [n / self._rate_hz for n in np.diff(starts).tolist()]
        return CueSchedule.of(
            zip((movement.label for movement in self._done), [*lengths_s, _FAR_S], strict=True)
        )

    def read(self, instants: SamplingInstants) -> npt.NDArray[Any]:
        """Return the next samples in counts, shape ``(n, 3)``; cues may change among them."""
        end_s = instants.first_s + instants.n * instants.step_s
        parts, n_left = [], instants.n
        while n_left and (cue := self._instructions.pop_before(end_s)) is not None:
            at = math.ceil((cue[0] - instants.first_s) / instants.step_s)
            least = self._done[-1].start == self.n_read  # each movement has one sample or more
            n = min(max(at - (instants.n - n_left), least), n_left)
            parts.append(self._emg.read(n))
            n_left -= n
            self._follow(cue[1])
        parts.append(self._emg.read(n_left))
        return np.concatenate(parts).astype(np.uint16)

    def movement_at(self, position: int) -> BoardMovement:
        """Return the movement at a sample; the newest one ends at the last sample read."""
        self._done[-1].end = self.n_read
        return next(one for one in reversed(self._done) if one.start <= position)

    def _follow(self, label: str) -> None:
        newest = self._done[-1]
        newest.end = self.n_read
        if label == newest.label:
            return
        self._counts[label] += 1
        self._done.append(BoardMovement(label, self._counts[label], self.n_read, self.n_read))
        self._emg.follow(Cue(label, _FAR_S, self._counts[label]))
