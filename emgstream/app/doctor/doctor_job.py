"""All checks in a child process, for a window that must not wait."""

from __future__ import annotations

import json
import subprocess
import tempfile
from contextlib import suppress

import psutil

from emgstream.app.doctor.doctor_check import CheckState, DoctorCheck, problem
from emgstream.child_python import child_python
from emgstream.errors import OutputError
from emgstream.host_system import refusal
from emgstream.translation import tr

__all__ = ["DoctorJob"]

_CHILD = "emgstream.app.doctor.doctor_child"


class DoctorJob:
    """The checks of this computer, being made. One thread calls everything.

    Raises OutputError where no process can be started.
    """

    def __init__(self) -> None:
        self.checks: tuple[DoctorCheck, ...] | None = None
        """The results; None until all are there."""
        try:
            self._printed = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
            self._child: subprocess.Popen[bytes] | None = subprocess.Popen(
                child_python(_CHILD),
                stdin=subprocess.DEVNULL,
                stdout=self._printed,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise OutputError(
                tr(
                    "cannot check this computer: {reason}; expected room for a "
                    "process; close other programs and try again",
                    reason=refusal(error),
                )
            ) from error

    @property
    def is_running(self) -> bool:
        """True until all checks are made."""
        return self._child is not None

    def poll(self) -> None:
        """Take the results once the process has ended."""
        if self._child is None or self._child.poll() is None:
            return
        code = self._child.returncode
        self._child = None
        self._printed.seek(0)
        try:
            found = json.loads(self._printed.read())
        except ValueError:
            cure = tr("see the log of the program")
            self.checks = (
                problem("doctor", tr("the checks ended with code {code}", code=code), cure),
            )
        else:
            self.checks = tuple(_check(one) for one in found)
        self._printed.close()

    def shut_down(self) -> None:
        """End the process and what it started."""
        child = self._child
        if child is None:
            return
        with suppress(psutil.Error):
            for process in psutil.Process(child.pid).children(recursive=True):
                with suppress(psutil.Error):
                    process.kill()
        child.kill()
        child.wait()
        self._child = None
        self._printed.close()


def _check(document: dict[str, str]) -> DoctorCheck:
    state = CheckState(document["state"])
    cure, command = document.get("cure", ""), document.get("command", "")
    return DoctorCheck(document["topic"], state, document["text"], cure, command)
