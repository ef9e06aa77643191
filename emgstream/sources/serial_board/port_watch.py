"""Watch for other programs that open a port which is open here."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from contextlib import suppress

from emgstream.logs import get_logger
from emgstream.sources.serial_board.holders import other_holders

__all__ = ["PortWatch"]

_log = get_logger(__name__)

_IN_OPEN = 0x20  # of the kernel's inotify.h
_EVENTS = 4096  # bytes of one read: two hundred events
_LOOK_S, _LOOKS_FOR_S = 0.1, 0.3
"""Seconds between two looks for who opened the port, and for how long: a choice.

Linux tells of an opening a moment before the process is seen to have the port.
"""


class PortWatch:
    """Names the other processes that have opened a port since. Only the port's thread uses it.

    Linux tells at once that a file was opened (inotify); only then the processes are searched,
    which takes milliseconds. On other systems nobody is ever named.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self._events = _watch_openings(device)
        self._looks_until_s = time.monotonic() + _LOOKS_FOR_S  # for one that came just before
        self._look_s = 0.0

    def others(self) -> list[str]:
        """Return ``NAME (pid)`` of each other process that has opened the port; at once."""
        if self._events is None:
            return []
        now_s = time.monotonic()
        if self._was_opened(self._events):
            self._looks_until_s, self._look_s = now_s + _LOOKS_FOR_S, now_s
        if not self._look_s <= now_s < self._looks_until_s:
            return []
        self._look_s = now_s + _LOOK_S
        return other_holders(self._device)

    def close(self) -> None:
        """Watch no longer."""
        if self._events is not None:
            os.close(self._events)
            self._events = None

    @staticmethod
    def _was_opened(events: int) -> bool:
        """Return True if there was an opening since the last call."""
        with suppress(OSError):  # nothing happened
            return bool(os.read(events, _EVENTS))
        return False


def _watch_openings(device: str) -> int | None:
    """Return a file that has something to read once a device is opened; None if there is none."""
    if sys.platform != "linux":
        return None
    system = ctypes.CDLL(None, use_errno=True)
    events: int = system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if events < 0:
        _log.warning("openings of %s are not seen: %s", device, os.strerror(ctypes.get_errno()))
        return None
    if system.inotify_add_watch(events, os.fsencode(device), _IN_OPEN) < 0:
        _log.warning("openings of %s are not seen: %s", device, os.strerror(ctypes.get_errno()))
        os.close(events)
        return None
    return events
