"""A verb in a process of its own: what it tells, and its end. No Qt in here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from emgstream.errors import ChildFailedError, InterruptedByUserError, OutputError
from emgstream.log_output import log_path
from emgstream.logs import get_logger

__all__ = ["VerbProcess"]

_log = get_logger(__name__)

_PROGRAM = "emgstream: "
_STOPPED = "stopped "
_NICE = 5
"""Samples and decisions of the window come first."""
_WATCHED = ("--progress", "jsonl", "--stop-with-stdin")


class VerbProcess:
    """One running verb that is told of by JSON lines.

    It writes into files, so no thread has to read it and it never waits for a reader. It ends
    politely when its standard input does, also where this process is killed.

    Parameters
    ----------
    words
        The verb and its words.

    Raises
    ------
    OutputError
        There is no room for its files, or no process can be started.
    """

    def __init__(self, words: Sequence[str]) -> None:
        try:
            self._folder = tempfile.TemporaryDirectory(
                prefix="emgstream-", ignore_cleanup_errors=True
            )
            folder = Path(self._folder.name)
            self._errors = folder / "errors.txt"
            events = folder / "events.jsonl"
            with events.open("wb") as out, self._errors.open("wb") as err:
                self._process = subprocess.Popen(
                    [sys.executable, "-X", "faulthandler", "-m", "emgstream", *words, *_WATCHED],
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,  # a group of its own, to end its helpers with it
                )
            self._events = events.open("rb")
        except OSError as error:
            raise OutputError(
                f"cannot start `emgstream {words[0]}`: {error.strerror or error}; expected "
                "room for a process and its files; close other programs and try again"
            ) from error
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _NICE)
        _log.info("process %d starts: emgstream %s", self.pid, " ".join(words))
        self._verb = words[0]
        self._killed = False
        self._rest = b""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it runs yet."""
        return self._process.poll() is None

    def events(self) -> list[dict[str, Any]]:
        """Return what it has told since the last call."""
        lines = (self._rest + self._events.read()).split(b"\n")
        self._rest = lines.pop()
        return [json.loads(line) for line in lines if line.startswith(b"{")]

    def ask_to_end(self) -> None:
        """Ask it to end as by Ctrl-C: at the end of its epoch, with the best so far."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def kill(self) -> None:
        """End it at once, and the processes it started."""
        self._killed = True
        if hasattr(os, "killpg"):
            _kill_group(self._process.pid)
        else:
            self._process.kill()
        self._process.wait()

    def end(self, patience_s: float) -> None:
        """Ask it to end, wait so long, and end it at once where it did not."""
        self.ask_to_end()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def close(self) -> None:
        """Put away its files; it has ended."""
        self.ask_to_end()
        self._events.close()
        self._folder.cleanup()

    def check(self) -> None:
        """Raise what it came to where that is no success; it has ended.

        InterruptedByUserError where it was asked to end or ended at once, ChildFailedError with the
        line it left for everything else.
        """
        _log.info("process %d ended with code %s", self.pid, self._process.returncode)
        if not self._process.returncode:
            return
        reason = self._failure()
        if self._killed or reason.startswith(_STOPPED):
            raise InterruptedByUserError(reason)
        raise ChildFailedError(reason)

    def _failure(self) -> str:
        lines = self._errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        for line in lines:
            _log.error("%s: %s", self._verb, line)
        last = lines[-1] if lines else ""
        if last.startswith(_PROGRAM):
            return last.removeprefix(_PROGRAM)
        log = log_path()
        more = "run it in a terminal to see more" if log is None else f"see {log}"
        end = f"code {self._process.returncode}" + (f", {last}" if last else "")
        return (
            f"`emgstream {self._verb}` ended of itself ({end}); expected a result; free some "
            f"memory and try again, or {more}"
        )


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError):  # it had ended, and so had all it started
        os.killpg(group, signal.SIGKILL)
