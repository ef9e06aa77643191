"""What a simulated person is told while the board runs, and how long they take to react."""

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
_MISSED_S = 10.0
_JUST_NOW_S = 1e-3


class Instructions:
    """Cues called out to a simulated person, as they come. Any thread may call.

    The person begins to follow each one 180 to 380 ms after it was called, as people do who see a
    cue (drawn from the seed, and from nothing else).
    """

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._waiting: deque[tuple[float, str]] = deque()

    def check(self, label: str) -> None:
        """Raise UsageError for a movement that is not simulated."""
        activation_of(label)

    def call(self, label: str, host_s: float) -> None:
        """Ask for a movement at a host time; raises UsageError for one that is not simulated."""
        self.check(label)
        with self._lock:
            self._waiting.append((host_s + self._random.uniform(*_REACTION_S), label))

    def next_before(self, host_s: float) -> tuple[float, str] | None:
        """Take out the next cue that is followed before a host time: when, and its label."""
        with self._lock:
            if self._waiting and self._waiting[0][0] < host_s:
                return self._waiting.popleft()
            return None


class UnpromptedSubject(Instructions):
    """Instructions to a person who does a script over and over while nobody calls a cue.

    The script's own cues are followed at once, to the sample; from the first `call` on the person
    does what is called, until `release`.

    Parameters
    ----------
    script
        What they do of their own accord.
    seed
        As for `Instructions`.
    """

    def __init__(self, script: CueSchedule, seed: int = 0) -> None:
        super().__init__(seed)
        self._cues = itertools.cycle(script.cues)
        self._is_called = False
        self._due_s = -math.inf

    def call(self, label: str, host_s: float) -> None:
        """Ask for a movement; raises UsageError for one that is not simulated."""
        super().call(label, host_s)
        self._is_called = True

    def release(self) -> None:
        """Let the person go on with the script."""
        self._is_called = False

    def next_before(self, host_s: float) -> tuple[float, str] | None:
        """Take out the next cue that is followed before a host time: when, and its label."""
        told = super().next_before(host_s)
        if told is not None or self._is_called:
            return told
        if self._due_s < host_s - _MISSED_S:
            self._due_s = host_s - _JUST_NOW_S  # nobody sampled meanwhile: go on where it was
        if self._due_s >= host_s:
            return None
        cue, at_s = next(self._cues), self._due_s
        self._due_s += cue.duration_s
        return at_s, cue.label
