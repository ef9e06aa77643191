"""What a simulated person is told while the board runs, and how long they take to react."""

from __future__ import annotations

import random
import threading
from collections import deque

from emgstream.simulation.movements import activation_of

__all__ = ["Instructions"]

_REACTION_S = (0.18, 0.38)


class Instructions:
    """Cues called out to a simulated person, as they come. Any thread may call.

    The person begins to follow each one 180 to 380 ms after it was called, as people do who see a
    cue (drawn from the seed, and from nothing else).
    """

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._waiting: deque[tuple[float, str]] = deque()

    def call(self, label: str, host_s: float) -> None:
        """Ask for a movement at a host time; raises UsageError for one that is not simulated."""
        activation_of(label)
        with self._lock:
            self._waiting.append((host_s + self._random.uniform(*_REACTION_S), label))

    def next_before(self, host_s: float) -> tuple[float, str] | None:
        """Take out the next cue that is followed before a host time: when, and its label."""
        with self._lock:
            if self._waiting and self._waiting[0][0] < host_s:
                return self._waiting.popleft()
            return None
