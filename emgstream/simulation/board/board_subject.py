"""The simulated person at the electrodes: samples, and what is done at each."""

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
from emgstream.simulation.emg import SyntheticEmg

__all__ = ["BoardSubject", "FollowingSubject", "SamplingInstants", "ScriptedSubject"]

_FAR_S = 1e6


@dataclass(frozen=True, slots=True)
class SamplingInstants:
    """Some sampling instants in a row."""

    n: int
    """How many."""
    first_s: float
    """Host time of the first."""
    step_s: float
    """Host time from one to the next."""


class BoardSubject(Protocol):
    """Somebody who does something, and waits while nobody samples."""

    @property
    def n_read(self) -> int:
        """Samples read so far."""
        ...

    @property
    def script(self) -> CueSchedule:
        """What was done, or will be: the same signal can be made from it again."""
        ...

    def read(self, instants: SamplingInstants) -> npt.NDArray[Any]:
        """Return the next samples in counts, shape ``(n, 3)``, as 16-bit integers."""
        ...

    def movement_at(self, position: int) -> BoardMovement:
        """Return what is done at a sample already read, start and end as sample numbers.

        Ask in ascending order.
        """
        ...


class ScriptedSubject:
    """A person who follows a script over and over.

    Parameters
    ----------
    script
        What they do; it starts again at its end, whatever it says of that itself.
    sampling_rate_hz
        Samples a second of the board that looks.
    seed, session
        Who they are and how the electrodes sit, see `SyntheticEmg`.
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
        """Return the next samples."""
        return self._emg.read(instants.n).astype(np.uint16)

    def movement_at(self, position: int) -> BoardMovement:
        """Return the cue that stands at a sample."""
        while position >= self._end:
            self._start, self._end, self._cue = next(self._cues)
        repetition = self._emg.timeline.repetitions_at(np.array([position]))[0]
        return BoardMovement(self._cue.label, int(repetition), self._start, self._end)


class FollowingSubject:
    """A person who does what they are told while the board runs, after the time it takes to react.

    Parameters
    ----------
    instructions
        What they are told.
    sampling_rate_hz, seed, session
        As for `ScriptedSubject`.
    """

    def __init__(
        self, instructions: Instructions, sampling_rate_hz: float, seed: int, session: int
    ) -> None:
        self._instructions = instructions
        self._rate_hz = sampling_rate_hz
        self._emg = SyntheticEmg(
            CueSchedule.of([(REST, _FAR_S)]), sampling_rate_hz, seed, session, looks_ahead=False
        )
        self._done = [BoardMovement(REST, 1, 0, 0)]
        self._counts = Counter({REST: 1})

    @property
    def n_read(self) -> int:
        """Samples read so far."""
        return self._emg.n_read

    @property
    def script(self) -> CueSchedule:
        """What was done so far, the last of it for ever."""
        starts = [movement.start for movement in self._done]
        lengths_s = [n / self._rate_hz for n in np.diff(starts).tolist()]
        return CueSchedule.of(
            zip((movement.label for movement in self._done), [*lengths_s, _FAR_S], strict=True)
        )

    def read(self, instants: SamplingInstants) -> npt.NDArray[Any]:
        """Return the next samples, with what the person was told coming in between."""
        end_s = instants.first_s + instants.n * instants.step_s
        parts, n_left = [], instants.n
        while n_left and (told := self._instructions.next_before(end_s)) is not None:
            at = math.ceil((told[0] - instants.first_s) / instants.step_s)
            least = self._done[-1].start == self.n_read  # nothing is done for no sample at all
            n = min(max(at - (instants.n - n_left), least), n_left)
            parts.append(self._emg.read(n))
            n_left -= n
            self._turn_to(told[1])
        parts.append(self._emg.read(n_left))
        return np.concatenate(parts).astype(np.uint16)

    def movement_at(self, position: int) -> BoardMovement:
        """Return what is done at a sample; the newest lasts up to what was read."""
        self._done[-1].end = self.n_read
        return next(one for one in reversed(self._done) if one.start <= position)

    def _turn_to(self, label: str) -> None:
        newest = self._done[-1]
        newest.end = self.n_read
        if label == newest.label:
            return
        self._counts[label] += 1
        self._done.append(BoardMovement(label, self._counts[label], self.n_read, self.n_read))
        self._emg.turn_to(Cue(label, _FAR_S, self._counts[label]))
