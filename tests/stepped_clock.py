"""A virtual clock for several threads, moved on by a test: all of them live in its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["SteppedClock"]

_PATIENCE_S = 20.0


class SteppedClock:
    """A `Clock` whose sleepers wake when the test has moved the time to where they wanted to be.

    `advance` wakes them in the order of their times and waits after each until it sleeps again, or
    has ended. So every run of a test is the same, however busy the machine is, and it takes as long
    as the code needs. Leaving it sets the sleepers free: from then on sleeping moves the time on at
    once, and threads that are asked to end see it.
    """

    def __init__(self, start_s: float = 100.0) -> None:
        self._now_s = start_s
        self._is_free = False
        self._due_s: dict[threading.Thread, float] = {}
        self._awake: set[threading.Thread] = set()
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._changed:
            self._is_free = True
            self._changed.notify_all()

    def now(self) -> float:
        """Return the time in seconds."""
        with self._changed:
            return self._now_s

    def sleep(self, seconds: float) -> None:
        """Wait until the test has moved the time on by ``seconds``."""
        if seconds <= 0.0:
            return
        me = threading.current_thread()
        with self._changed:
            due_s = self._due_s[me] = self._now_s + seconds
            self._awake.discard(me)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_free or me not in self._due_s)
            self._due_s.pop(me, None)
            self._now_s = max(self._now_s, due_s)

    def await_sleepers(self, n: int = 1) -> None:
        """Wait until so many threads sleep: until those that were just started live in its time."""
        with self._changed:
            self._wait_for(lambda: len(self._due_s) >= n)

    def advance(self, seconds: float) -> None:
        """Move the time on, and wait for what the threads do meanwhile."""
        with self._changed:
            end_s = self._now_s + seconds
            while (next_s := min(self._due_s.values(), default=end_s + 1.0)) <= end_s:
                self._now_s = max(self._now_s, next_s)
                woken = {thread for thread, due_s in self._due_s.items() if due_s <= self._now_s}
                for thread in woken:
                    del self._due_s[thread]
                self._awake |= woken
                self._changed.notify_all()
                self._wait_for(lambda: not any(thread.is_alive() for thread in self._awake))
                self._awake.clear()
            self._now_s = max(self._now_s, end_s)

    def stand_still(self, seconds: float) -> None:
        """Move the time on while no thread runs, as while a computer sleeps."""
        with self._changed:
            self._now_s += seconds

    def _wait_for(self, claim: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + _PATIENCE_S
        while not claim():
            names = sorted(thread.name for thread in self._awake)
            assert time.monotonic() < deadline_s, f"waited {_PATIENCE_S} s for {names} to sleep"
            self._changed.wait(0.05)  # a thread that ends tells nobody
