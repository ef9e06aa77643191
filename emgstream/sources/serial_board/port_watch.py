"""Watch for other programs that open a port which is open here."""

from __future__ import annotations

import ctypes
import os
import select
import time

from emgstream.host_system import platform_name
from emgstream.logs import get_logger
from emgstream.sources.serial_board.holders import other_holders

__all__ = ["PortWatch"]

_log = get_logger(__name__)

_IN_OPEN = 0x20  # of the kernel's inotify.h
_FLAGS = 0x80800  # O_NONBLOCK and O_CLOEXEC of Linux: Windows, where this is checked, has neither
_EVENTS = 4096  # bytes of one read: two hundred events
_N_LOOKS, _LOOK_S = 4, 0.1
"""Looks for who opened the port, and seconds between them: a choice.

Linux tells of an opening a moment before the process is seen to have the port.
"""


class PortWatch:
    """Tells which other process has opened a port since. Only the port's thread uses it.

    Linux tells at once that a file was opened (inotify); only then the processes are searched,
    which takes milliseconds. On other systems nobody is ever found.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self._events = _watch_openings(device)
        self._n_looks = 0
        self._look_s = 0.0

    def other(self) -> str | None:
        """Return ``NAME (pid)`` of another process that has opened the port, if any; at once."""
        if self._events is None:
            return None
        now_s = time.monotonic()
        if self._was_opened(self._events):
            self._n_looks, self._look_s = _N_LOOKS, now_s
        if not self._n_looks or now_s < self._look_s:
            return None
        self._n_looks -= 1
        found = next(other_holders(self._device), None)
        self._look_s = time.monotonic() + _LOOK_S
        return found

    def close(self) -> None:
        """Watch no longer."""
        if self._events is not None:
            os.close(self._events)
            self._events = None

    @staticmethod
    def _was_opened(events: int) -> bool:
        """Return True if there was an opening since the last call."""
        has_some = bool(select.select([events], [], [], 0.0)[0])
        return has_some and bool(os.read(events, _EVENTS))


def _watch_openings(device: str) -> int | None:
    """Return a file that has something to read once a device is opened; None if there is none."""
    if platform_name() != "linux":
        return None
    system = ctypes.CDLL(None, use_errno=True)
    events: int = system.inotify_init1(_FLAGS)
    if events < 0:
        _log.warning("openings of %s are not seen: %s", device, os.strerror(ctypes.get_errno()))
        return None
    if system.inotify_add_watch(events, os.fsencode(device), _IN_OPEN) < 0:
        _log.warning("openings of %s are not seen: %s", device, os.strerror(ctypes.get_errno()))
        os.close(events)
        return None
    return events
