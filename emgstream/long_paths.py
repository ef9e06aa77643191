"""The limit of Windows on the length of paths. Standard library only: set-up scripts read it, too.

A program may use longer ones where an administrator has switched that on (LongPathsEnabled).
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["path_problem"]

_MOST = 259
"""Letters of a path: MAX_PATH of Windows, without the zero at its end."""
_IN_TENSORFLOW = 164
"""Letters of the longest path in its package, of version 2.21, and the stroke before it."""
_KEY = r"SYSTEM\CurrentControlSet\Control\FileSystem"
_VALUE = "LongPathsEnabled"


def path_problem(packages: Path, is_limited: bool | None = None) -> str | None:
    r"""Return why TensorFlow cannot be installed into a folder; None if its path is short enough.

    Parameters
    ----------
    packages
        The folder of packages, ``site-packages``.
    is_limited
        True where paths are limited; by default, as Windows says.

    >>> path_problem(Path("C:/emg/.venv/Lib/site-packages"), is_limited=True) is None
    True
    """
    n_letters = len(str(packages.absolute()))
    if n_letters + _IN_TENSORFLOW <= _MOST:
        return None
    if not (_paths_are_limited() if is_limited is None else is_limited):
        return None
    return (
        f"the path {packages} has {n_letters} letters, and Windows allows {_MOST} for a whole one, "
        f"of which TensorFlow takes {_IN_TENSORFLOW}; expected {_MOST - _IN_TENSORFLOW} at most; "
        "move the project to a shorter folder, such as C:\\emg, or have an administrator set "
        f"{_VALUE} to 1 in the registry under {_KEY}, and start Windows again"
    )


def _paths_are_limited() -> bool:
    """Return True on a Windows where longer paths are not switched on."""
    is_limited = sys.platform == "win32"
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _KEY) as key:
                is_limited = winreg.QueryValueEx(key, _VALUE)[0] != 1
        except OSError:  # Windows before version 1607 has no such value
            is_limited = True
    return is_limited
