"""Who has a port open, where the operating system tells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["holders"]

_PROCESSES = Path("/proc")


def holders(device: str) -> list[str]:
    """Return ``NAME (pid)`` of every process that has a device open, as far as we may look.

    Linux only; elsewhere the list is empty, and a port in use shows when it is opened.
    """
    real = Path(os.path.realpath(device))
    return [
        f"{'this program' if pid == os.getpid() else _name(pid)} ({pid})"
        for pid in _pids()
        if _has_open(pid, real)
    ]


def _pids() -> Iterator[int]:
    if not _PROCESSES.is_dir():
        return
    for entry in _PROCESSES.iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def _name(pid: int) -> str:
    try:
        return (_PROCESSES / str(pid) / "comm").read_text().strip()
    except OSError:  # it has just ended
        return "unknown"


def _has_open(pid: int, device: Path) -> bool:
    folder = _PROCESSES / str(pid) / "fd"
    try:
        return any(_leads_to(link, device) for link in folder.iterdir())
    except OSError:  # another user's, or it has just ended
        return False


def _leads_to(link: Path, device: Path) -> bool:
    """Return True if it is that very device: another terminal file system has the same names."""
    try:
        return link.readlink() == device and link.samefile(device)
    except OSError:
        return False
