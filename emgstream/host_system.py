"""The operating system that the program runs on, and its way of doing things."""

from __future__ import annotations

import sys

__all__ = ["demo_command", "how_to_get_python", "platform_name"]


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
