"""Commands on a terminal of their own, as a person at the keys meets them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.posix import posix_os, posix_termios
from tests.processes import EMGSTREAM
from tests.simulation.boards import PATIENCE_S

__all__ = ["Terminal", "on_a_terminal"]

on_a_terminal = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")


class Terminal:
    """A command on a terminal of its own, whose keys are pressed by hand."""

    def __init__(self, *words: str) -> None:
        self._termios = posix_termios()
        self._keyboard, self._screen = posix_os.openpty()
        if sys.version_info >= (3, 11):
            self._termios.tcsetwinsize(self._screen, (30, 100))
        self.before = self._termios.tcgetattr(self._screen)
        ends = {"stdin": self._screen, "stdout": self._screen, "stderr": subprocess.PIPE}
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
        self.process: Any = subprocess.Popen([*EMGSTREAM, *words], **ends, env=environment)
        self.shown = ""
        posix_os.set_blocking(self._keyboard, False)

    def press(self, keys: str) -> None:
        os.write(self._keyboard, keys.encode())

    def sees(self, what: str) -> bool:
        try:
            self.shown += os.read(self._keyboard, 1 << 16).decode("utf-8", "replace")
        except BlockingIOError:
            time.sleep(0.01)
        return what in self.shown

    def wait_for(self, what: str) -> None:
        self.shown = ""
        deadline_s = time.monotonic() + 6 * PATIENCE_S  # a process of its own is slow to start
        while not self.sees(what):
            assert time.monotonic() < deadline_s, f"{what!r} did not show: {self.shown[-2000:]}"

    def end(self) -> str:
        deadline_s = time.monotonic() + 6 * PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline_s, self.shown[-2000:]
            self.sees("nothing")
        self.sees("nothing")
        assert self.process.stderr is not None
        errors: str = self.process.stderr.read().decode()
        return errors

    def is_as_before(self) -> bool:
        return bool(self._termios.tcgetattr(self._screen) == self.before)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)
        if self.process.stderr is not None:
            self.process.stderr.close()
        os.close(self._keyboard)
        os.close(self._screen)
