"""The processes that have a port open, as far as the operating system tells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from emgstream.host_system import platform_name

__all__ = ["holders", "other_holders"]

_PROCESSES = Path("/proc")


def holders(device: str) -> list[str]:
    """Return ``NAME (pid)`` of every process that has a device open, as far as this user may see.

    Linux only; elsewhere the list is empty, and a port in use is noticed on opening it.
    """
    return [
        f"{'this program' if pid == os.getpid() else _name(pid)} ({pid})"
        for pid in _holding(device)
    ]


def other_holders(device: str) -> Iterator[str]:
    """Yield what `holders` returns without this process, those that were started last first."""
    return (f"{_name(pid)} ({pid})" for pid in _holding(device) if pid != os.getpid())


def _holding(device: str) -> Iterator[int]:
    if platform_name() != "linux":
        return  # Windows would open the port to resolve its name, and resets an Arduino so
    real = Path(os.path.realpath(device))
    if real.exists():
        yield from (pid for pid in _pids() if _has_open(pid, real))


def _pids() -> list[int]:
    """Return the numbers of all processes, as a rule those that were started last first."""
    if not _PROCESSES.is_dir():
        return []
    names = (entry.name for entry in _PROCESSES.iterdir())
    return sorted((int(name) for name in names if name.isdigit()), reverse=True)


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
    """Return True for the same device; another terminal file system can have equal names."""
    try:
        return link.readlink() == device and link.samefile(device)
    except OSError:
        return False
