"""Queue of updates between the inference thread and one consumer."""

from __future__ import annotations

import threading
from collections import deque

from emgstream.errors import UsageError
from emgstream.outputs.output import Update

__all__ = ["UpdateQueue"]

_POLL_S = 0.05


class UpdateQueue:
    """A bounded queue of updates between two threads.

    If the source cannot wait, a full queue drops its oldest update and counts its decisions. If it
    can, `put` waits for room and nothing is lost.

    Parameters
    ----------
    capacity
        Largest number of updates in the queue; the default is 5 s of a decision per 20 ms.

    Raises UsageError if the capacity is below 1.
    """

    def __init__(self, capacity: int = 256) -> None:
        if capacity < 1:
            raise UsageError(f"a queue of {capacity} updates; expected 1 or more")
        self._capacity = capacity
        self._updates: deque[Update] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._n_dropped = 0

    @property
    def n_dropped(self) -> int:
        """Decisions that were dropped."""
        with self._changed:
            return self._n_dropped

    @property
    def ended(self) -> bool:
        """True if the queue is closed and empty."""
        with self._changed:
            return self._closed and not self._updates

    def put(self, update: Update, waits: bool, stop: threading.Event) -> None:
        """Add an update; with ``waits``, wait until there is room or ``stop`` is set."""
        with self._changed:
            while waits and self._is_full and not (self._closed or stop.is_set()):
                self._changed.wait(_POLL_S)
            if self._closed:
                self._n_dropped += len(update.decisions)
                return
            if self._is_full and not waits:
                self._n_dropped += len(self._updates.popleft().decisions)
            self._updates.append(update)
            self._changed.notify_all()

    def take(self, timeout_s: float) -> Update | None:
        """Return the oldest update; wait for one, and return None if none came in that time."""
        with self._changed:
            self._changed.wait_for(lambda: self._updates or self._closed, timeout_s)
            if not self._updates:
                return None
            self._changed.notify_all()
            return self._updates.popleft()

    def close(self) -> None:
        """Accept no more updates; those in the queue can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Close the queue and count its updates as dropped."""
        with self._changed:
            self._closed = True
            self._n_dropped += sum(len(update.decisions) for update in self._updates)
            self._updates.clear()
            self._changed.notify_all()

    @property
    def _is_full(self) -> bool:
        return len(self._updates) >= self._capacity
