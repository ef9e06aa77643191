"""Cues given to a simulated subject while the board runs, and its reaction time."""

from __future__ import annotations

import itertools
import math
import random
import threading
from collections import deque

from emgstream.cue_schedule import CueSchedule
from emgstream.simulation.movements import activation_of

__all__ = ["Instructions", "UnpromptedSubject"]

_REACTION_S = (0.18, 0.38)
"""Shortest and longest reaction time. A choice: people follow a visual cue 0.2 to 0.4 s late."""
_MISSED_S = 10.0
"""Time without samples after which the schedule is resumed, not caught up with. A choice: longer
than a reader on a busy computer pauses."""
_JUST_NOW_S = 1e-3  # so that the resumed cue is due at once; one sample at 1 kHz


class Instructions:
    """Cues given to a simulated subject one by one. Any thread may call.

    The subject follows each cue after a reaction time of 180 to 380 ms, drawn from the seed alone.
    """

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._waiting: deque[tuple[float, str]] = deque()

    def check(self, label: str) -> None:
        """Raise UsageError for a movement that is not simulated."""
        activation_of(label)

    def give_cue(self, label: str, host_s: float) -> None:
        """Give a cue at a host time in seconds; raises UsageError if it is not simulated."""
        self.check(label)
        with self._lock:
            self._waiting.append((host_s + self._random.uniform(*_REACTION_S), label))

    def pop_before(self, host_s: float) -> tuple[float, str] | None:
        """Remove and return the next cue followed before a host time: its host time and label."""
        with self._lock:
            if self._waiting and self._waiting[0][0] < host_s:
                return self._waiting.popleft()
            return None


class UnpromptedSubject(Instructions):
    """Instructions to a subject who follows a cue schedule until other cues are given.

    The cues of the schedule are followed without delay, to the sample. After the first `give_cue`
    the subject follows only given cues, until `release`.

    Parameters
    ----------
    script
        The cue schedule, repeated without end.
    seed
        As for `Instructions`.
    """

    def __init__(self, script: CueSchedule, seed: int = 0) -> None:
        super().__init__(seed)
        self._cues = itertools.cycle(script.cues)
        self._follows_given = False
        self._due_s = -math.inf

    def give_cue(self, label: str, host_s: float) -> None:
        """Give a cue, and stop following the schedule; raises UsageError if it is not simulated."""
        super().give_cue(label, host_s)
        self._follows_given = True

    def release(self) -> None:
        """Resume the schedule."""
        self._follows_given = False

    def pop_before(self, host_s: float) -> tuple[float, str] | None:
        """Remove and return the next cue followed before a host time: its host time and label."""
        given = super().pop_before(host_s)
        if given is not None or self._follows_given:
            return given
        if self._due_s < host_s - _MISSED_S:
            self._due_s = host_s - _JUST_NOW_S  # no samples were taken meanwhile
        if self._due_s >= host_s:
            return None
        cue, at_s = next(self._cues), self._due_s
        self._due_s += cue.duration_s
        return at_s, cue.label
