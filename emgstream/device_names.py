"""Names that Windows keeps for its devices, in every folder: ``COM5``, ``con:``, ``nul.txt``.

To ask the system about such a name opens the device: it resets an Arduino, takes the port from who
reads it, or waits for a key. So paths are compared with these names before anything else is done.
"""

from __future__ import annotations

import os
import re

__all__ = ["device_problem", "is_device_name", "is_unwritable_device"]

IS_WINDOWS = os.name == "nt"
"""True where names of devices count."""

_DEVICE = re.compile(r"(con|conin\$|conout\$|nul|aux|prn|com[0-9¹²³]+|lpt[0-9¹²³]+)", re.IGNORECASE)
_WRITABLE = ("con", "conout$", "nul")
"""Devices that a file may be sent to: the console, and what forgets everything."""


def _device(name: str | os.PathLike[str]) -> str | None:
    r"""Return the device that a path leads to on Windows, in lower case; None for a file.

    The last part counts, up to a dot or a colon, as in ``C:\data\com5.csv`` (Microsoft, *Naming
    Files, Paths, and Namespaces*; Windows 11 takes such a name with an ending for a file, Windows
    10 for the device).
    """
    last = re.split(r"[\\/]", os.fspath(name))[-1]
    stem = re.split(r"[.:]", last, maxsplit=1)[0].rstrip(" ")
    return stem.lower() if _DEVICE.fullmatch(stem) else None


def is_device_name(name: str | os.PathLike[str], *, windows: bool | None = None) -> bool:
    r"""Return True if a path leads to a device, and not to a file; only Windows has such names.

    Parameters
    ----------
    name
        The path.
    windows
        True for the rules of Windows; by default, those of this system.

    >>> [is_device_name(name, windows=True) for name in ("COM5", r"\\.\COM12", "con:", "comb.csv")]
    [True, True, True, False]
    >>> is_device_name("COM5", windows=False)
    False
    """
    return (IS_WINDOWS if windows is None else windows) and _device(name) is not None


def is_unwritable_device(name: str | os.PathLike[str], *, windows: bool | None = None) -> bool:
    """Return True for a device that no file may be written to, as a serial port.

    >>> is_unwritable_device("COM5", windows=True), is_unwritable_device("nul", windows=True)
    (True, False)
    """
    return is_device_name(name, windows=windows) and _device(name) not in _WRITABLE


def device_problem(name: str | os.PathLike[str]) -> str:
    """Return the sentence for a device where a file is expected.

    >>> device_problem("con")
    'con is the name of a device of Windows, and cannot be that of a file'
    """
    return f"{os.fspath(name)} is the name of a device of Windows, and cannot be that of a file"
