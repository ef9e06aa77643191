"""A verb of ``emgstream`` in a child process: its events and its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emgstream.app.process_group import ProcessGroup
from emgstream.child_python import child_python
from emgstream.errors import ChildFailedError, InterruptedByUserError, OutputError
from emgstream.host_system import refusal
from emgstream.log_output import log_path
from emgstream.logs import get_logger
from emgstream.translation import tr

__all__ = ["VerbProcess"]

_log = get_logger(__name__)

_PROGRAM = "emgstream: "
_STOPPED = "stopped "
_NICE = 5
"""The window's samples and decisions come before a child's."""
_WATCHED = ("--progress", "jsonl", "--stop-with-stdin")


class VerbProcess:
    """A running verb that reports by JSON lines.

    It writes into files, so that no thread has to read from it and it never waits for a reader. It
    ends as by Ctrl-C once its standard input is closed, also where this process is killed.

    Parameters
    ----------
    arguments
        The verb and its arguments.

    Raises
    ------
    OutputError
        There is no room for its files, or no process can be started.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        try:
            self._folder = tempfile.TemporaryDirectory(
                prefix="emgstream-", ignore_cleanup_errors=True
            )
            folder = Path(self._folder.name)
            self._errors = folder / "errors.txt"
            events = folder / "events.jsonl"
            with events.open("wb") as out, self._errors.open("wb") as err:
                self._group = ProcessGroup(  # to end its helpers with it
                    child_python("emgstream.__main__", *arguments, *_WATCHED),
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=err,
                )
            self._process = self._group.process
            self._events = events.open("rb")
        except OSError as error:
            raise OutputError(
                tr(
                    "cannot start `emgstream {verb}`: {reason}; expected "
                    "room for a process and its files; close other programs and try again",
                    verb=arguments[0],
                    reason=refusal(error),
                )
            ) from error
        if sys.platform != "win32":
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _NICE)
        _log.info("process %d starts: emgstream %s", self.pid, " ".join(arguments))
        self._verb = arguments[0]
        self._killed = False
        self._rest = b""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """True while it runs."""
        return self._process.poll() is None

    def events(self) -> list[dict[str, Any]]:
        """Return its events since the last call."""
        lines = (self._rest + self._events.read()).split(b"\n")
        self._rest = lines.pop()
        return [json.loads(line) for line in lines if line.startswith(b"{")]

    def request_end(self) -> None:
        """Ask it to end as by Ctrl-C: after its epoch, with the best model so far."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def kill(self) -> None:
        """End it and the processes it started, at once."""
        self._killed = True
        self._group.kill()

    def end(self, patience_s: float) -> None:
        """Ask it to end, and end it at once where it has not after ``patience_s`` seconds."""
        self.request_end()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def close(self) -> None:
        """Remove its files, once it has ended."""
        self.request_end()
        self._events.close()
        self._folder.cleanup()

    def check(self) -> None:
        """Raise the failure of a process that has ended; nothing where it succeeded.

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
        code = self._process.returncode
        # Code 1 is of an exception in Python, which the log has; others are of the system.
        log = log_path()
        more = tr("run it in a terminal to see more") if log is None else tr("see {log}", log=log)
        cure = more if code == 1 else tr("free some memory and try again, or {more}", more=more)
        end = tr("code {code}", code=code) + (f", {last}" if last else "")
        return tr(
            "`emgstream {verb}` ended of itself ({end}); expected a result; {cure}",
            verb=self._verb,
            end=end,
            cure=cure,
        )
