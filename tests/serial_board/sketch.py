"""A sketch that only prints, on a pty: not on Windows."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from emgstream.simulation.board.pty_link import PtyLink
from emgstream.worker import Worker
from tests.posix import posix_os, posix_termios

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Sketch"]

_MOST_UNSENT = 4096


class Sketch:
    """A board that prints without being asked, on a pty of its own, as a context manager.

    Parameters
    ----------
    line
        Number of the line, from 0 -> its bytes.
    rate_hz
        Lines a second while somebody has the port open.
    """

    def __init__(self, line: Callable[[int], bytes], rate_hz: float = 400.0) -> None:
        self._line, self._rate_hz = line, rate_hz
        self._link = PtyLink()
        self._worker = Worker("emg-sketch", self._run)
        self._wants_plugged = True
        self._lock = threading.Lock()
        self._n_lines = 0
        self._unsent = b""

    def __enter__(self) -> Self:
        self._link.plug()
        self._worker.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._worker.stop()
        self._link.close()
        self._worker.check()

    @property
    def port(self) -> str:
        """What to open; the same after every replug."""
        return self._link.address

    @property
    def speed(self) -> int:
        """Speed that the port was opened at, as termios has it."""
        port = os.open(self.port, os.O_RDWR | posix_os.O_NOCTTY)
        try:
            return int(posix_termios().tcgetattr(port)[5])
        finally:
            os.close(port)

    def unplug(self) -> None:
        with self._lock:
            self._link.unplug()
            self._wants_plugged = False

    def replug(self) -> None:
        with self._lock:
            self._link.plug()
            self._wants_plugged = True

    def _run(self, stop: threading.Event) -> None:
        last_s, due = time.monotonic(), 0.0
        while not stop.wait(0.002):
            now_s = time.monotonic()
            elapsed_s, last_s = now_s - last_s, now_s
            with self._lock:
                if self._wants_plugged and self._link.wait(0.0):
                    due += elapsed_s * self._rate_hz
                    self._print(int(due))
                    self._link.read()

    def _print(self, n_lines: int) -> None:
        while self._n_lines < n_lines and len(self._unsent) < _MOST_UNSENT:
            self._unsent += self._line(self._n_lines)
            self._n_lines += 1
        self._unsent = self._unsent[self._link.write(self._unsent) :]
