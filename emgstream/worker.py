"""A named thread and the rules it lives by."""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["Worker"]

_JOIN_S = 5.0


class Worker:
    """One thread with an owner, who starts it, stops it and is told of its failure.

    Parameters
    ----------
    name
        Name of the thread, as a debugger shows it.
    run
        What the thread does. It is given the event that asks it to end and should look at it at
        least every 50 ms.
    """

    def __init__(self, name: str, run: Callable[[threading.Event], None]) -> None:
        self._run = run
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end and wait until it has; raises RuntimeError where it does not."""
        self._stop.set()
        self.join(_JOIN_S)
        if self.alive:
            raise RuntimeError(f"thread {self._thread.name} did not end within {_JOIN_S} s")

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end of itself; tells whether it has."""
        self._thread.join(timeout_s)
        return not self.alive

    def check(self) -> None:
        """Raise, in the owner's thread, what ended this one; nothing where all is well."""
        if self._failure is not None:
            raise self._failure

    def _main(self) -> None:
        try:
            self._run(self._stop)
        except BaseException as failure:  # noqa: BLE001 - the top of a thread: kept for its owner
            self._failure = failure
