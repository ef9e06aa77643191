"""The operating system that the program runs on, and its way of doing things."""

from __future__ import annotations

import errno
import sys
from typing import Any

__all__ = [
    "demo_command",
    "how_to_get_python",
    "is_reader_gone",
    "is_terminal",
    "platform_name",
    "refusal",
]

_IN_ANOTHER_PROGRAM = (32, 33)
"""ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows."""
_PERHAPS_IN_ANOTHER_PROGRAM = 5
"""ERROR_ACCESS_DENIED of Windows: that of a file that is to be replaced, too."""


def platform_name() -> str:
    """Return ``sys.platform``: ``linux``, ``win32`` or ``darwin``.

    Type checkers take ``sys.platform`` for a constant, and what other systems do for dead code.
    """
    return sys.platform


def demo_command(platform: str | None = None) -> str:
    r"""Return the command that sets the project up, from its folder.

    >>> demo_command("win32"), demo_command("linux")
    ('py scripts\\demo.py', 'python3 scripts/demo.py')
    """
    is_windows = (platform or platform_name()) == "win32"
    return r"py scripts\demo.py" if is_windows else "python3 scripts/demo.py"


def how_to_get_python(version: str, platform: str | None = None) -> str:
    """Return how to install a version of Python, as a clause that begins with a verb.

    >>> how_to_get_python("3.13", "win32")
    'install it with: winget install Python.Python.3.13, or from python.org'
    """
    platform = platform or platform_name()
    if platform == "win32":
        return f"install it with: winget install Python.Python.{version}, or from python.org"
    if platform == "darwin":
        return f"install it with: brew install python@{version}, or from python.org"
    return f"install python{version} with the package manager of this system, or with uv or pyenv"


def is_reader_gone(error: OSError, platform: str | None = None) -> bool:
    """Return True if writing to a stream failed as its reader has closed it.

    Windows has no error of its own for that: it calls the write invalid.

    >>> is_reader_gone(OSError(22, "Invalid argument"), "win32"), is_reader_gone(BrokenPipeError())
    (True, True)
    """
    if isinstance(error, BrokenPipeError):
        return True
    is_windows = (platform or platform_name()) == "win32"
    return is_windows and error.errno == errno.EINVAL and error.filename is None


def refusal(error: OSError, platform: str | None = None) -> str:
    """Return why the system refused a file, in a few words.

    A file that is open in another program cannot be written or replaced on Windows.

    >>> refusal(OSError(28, "No space left on device"))
    'No space left on device'
    """
    reason = error.strerror or str(error)
    code = getattr(error, "winerror", None)
    if (platform or platform_name()) == "win32":
        if code in _IN_ANOTHER_PROGRAM:
            return f"{reason} (it is open in another program, such as Excel: close it there)"
        if code == _PERHAPS_IN_ANOTHER_PROGRAM:
            return f"{reason} (is it open in another program, such as Excel?)"
    return reason


def is_terminal(stream: Any) -> bool:
    """Return True if a standard stream is a terminal.

    Python takes every device of Windows for one, ``NUL`` too, which has no keys and no screen.
    """
    if not stream.isatty():
        return False
    is_one = True
    if sys.platform == "win32":
        is_one = _has_console_mode(stream)
    return is_one


if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    def _has_console_mode(stream: Any) -> bool:
        handle = wintypes.HANDLE(msvcrt.get_osfhandle(stream.fileno()))
        return bool(ctypes.windll.kernel32.GetConsoleMode(handle, ctypes.byref(wintypes.DWORD())))
