"""A child process with all that it starts, which can be ended together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil

from emgstream.logs import get_logger

__all__ = ["ProcessGroup"]

_log = get_logger(__name__)


class ProcessGroup:
    """A child process in a group of its own, which what it starts is in, too.

    On POSIX that is a session. On Windows it is a job object: a process is found in it also after
    the one that started it has ended.

    Parameters
    ----------
    command
        The command line.
    streams
        ``stdin``, ``stdout`` and ``stderr``, as `subprocess.Popen` takes them.

    Raises
    ------
    OSError
        The process cannot be started.
    """

    def __init__(self, command: Sequence[str], **streams: Any) -> None:
        if sys.platform != "win32":
            self.process = subprocess.Popen(command, start_new_session=True, **streams)
        else:
            # it starts nothing before it is in the job
            self.process = subprocess.Popen(command, creationflags=_SUSPENDED, **streams)
            self._job = _new_job(self.process.pid)
            psutil.Process(self.process.pid).resume()

    def kill(self) -> None:
        """End all processes of the group at once, and wait for the child."""
        if sys.platform != "win32":
            with suppress(ProcessLookupError):  # it had ended, and so had all it started
                os.killpg(self.process.pid, signal.SIGKILL)
        elif self._job is None or not _end_job(self._job):
            for process in _tree(self.process.pid):
                with suppress(psutil.Error):
                    process.kill()
        self.process.wait()


def _tree(pid: int) -> list[psutil.Process]:
    """Return a process with all that it started and that still have it as an ancestor."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [*process.children(recursive=True), process]
    return []


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _SUSPENDED = 0x4  # CREATE_SUSPENDED of Windows' WinBase.h
    _PUT_AND_END = 0x101  # PROCESS_SET_QUOTA and PROCESS_TERMINATE of its WinNT.h
    _KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)
    _KERNEL.CreateJobObjectW.restype = wintypes.HANDLE
    _KERNEL.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
    _KERNEL.OpenProcess.restype = wintypes.HANDLE
    _KERNEL.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
    _KERNEL.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    _KERNEL.TerminateJobObject.argtypes = (wintypes.HANDLE, wintypes.UINT)
    _KERNEL.CloseHandle.argtypes = (wintypes.HANDLE,)

    def _new_job(pid: int) -> int | None:
        """Return a new job with a process in it; None where Windows refuses that."""
        job: int | None = _KERNEL.CreateJobObjectW(None, None)
        process = _KERNEL.OpenProcess(_PUT_AND_END, False, pid)
        is_in = bool(job and process and _KERNEL.AssignProcessToJobObject(job, process))
        if process:
            _KERNEL.CloseHandle(process)
        if is_in:
            return job
        _log.warning("process %d is in no job: error %d", pid, ctypes.get_last_error())
        if job:
            _KERNEL.CloseHandle(job)
        return None

    def _end_job(job: int) -> bool:
        """End all processes of a job; return whether Windows did."""
        return bool(_KERNEL.TerminateJobObject(job, 1))
