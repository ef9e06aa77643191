"""Modules of POSIX, for tests that are skipped on Windows: type checks there know less of them."""

from __future__ import annotations

import os
import select
import signal
from importlib import import_module
from typing import Any

__all__ = ["posix_os", "posix_select", "posix_signal", "posix_termios", "posix_tty"]

posix_os: Any = os
posix_select: Any = select
posix_signal: Any = signal


def posix_termios() -> Any:
    """Return ``termios``."""
    return import_module("termios")


def posix_tty() -> Any:
    """Return ``tty``."""
    return import_module("tty")
