"""Threads: each has a name and an owner, who starts and stops it and learns of its failure."""

from __future__ import annotations

import threading
from collections.abc import Callable

from emgstream.errors import EmgStreamError, StuckThreadError
from emgstream.logs import get_logger

__all__ = ["Worker"]

_log = get_logger(__name__)

_JOIN_S = 5.0  # a choice: a hundred times what a thread may take to look at its stop event


class Worker:
    """One thread with an owner, who starts it, stops it and learns of its failure.

    Parameters
    ----------
    name
        Name of the thread, as a debugger and the log show it.
    run
        The function that the thread runs. Its argument is the event that asks it to end, which it
        should look at at least every 50 ms.
    """

    def __init__(self, name: str, run: Callable[[threading.Event], None]) -> None:
        self._run = run
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)

    @property
    def alive(self) -> bool:
        """True while the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, patience_s: float = _JOIN_S) -> None:
        """Ask the thread to end and wait until it has; raises StuckThreadError if it does not."""
        self._stop.set()
        self.join(patience_s)
        if self.alive:
            raise StuckThreadError(
                f"thread {self._thread.name} did not end within {patience_s:g} s; expected the "
                "disk, port or program that it waits for to answer; check those, and start the "
                "program again"
            )

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end by itself; return whether it has."""
        self._thread.join(timeout_s)
        return not self.alive

    @property
    def failure(self) -> BaseException | None:
        """The exception that ended the thread; None if there was none."""
        return self._failure

    def check(self) -> None:
        """Raise the exception that ended the thread, if there was one; the owner calls it."""
        if self._failure is not None:
            raise self._failure

    def _main(self) -> None:
        _log.info("thread started")
        try:
            self._run(self._stop)
        except BaseException as failure:  # noqa: BLE001 - the top of a thread: kept for its owner
            self._failure = failure
            trace = None if isinstance(failure, EmgStreamError) else failure
            _log.error("thread failed: %s", failure, exc_info=trace)
        else:
            _log.info("thread ended")
