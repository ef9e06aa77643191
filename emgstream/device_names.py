"""Names that Windows keeps for its devices, in every folder: ``COM5``, ``con:``, ``nul.txt``.

To ask the system about such a name opens the device: it resets an Arduino, takes the port from who
reads it, or waits for a key. So paths are compared with these names before anything else is done.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

__all__ = ["device_problem", "is_device_name", "is_folder", "is_unwritable_device"]

IS_WINDOWS = os.name == "nt"
"""True where names of devices count."""

_RESERVED = re.compile(
    r"(con|conin\$|conout\$|nul|aux|prn|clock\$|com[1-9¹²³]|lpt[1-9¹²³])", re.IGNORECASE
)
"""Names that are kept in every folder, with every ending."""
_PORT = re.compile(r"(?:com|lpt)[0-9]+ *:? *", re.IGNORECASE)
"""Ports of any number, as they are typed; those above 9 are kept in no folder."""
_IN_NAMESPACE = re.compile(r"[\\/]{2}\.[\\/]+([^\\/]+)(.*)", re.DOTALL)
r"""Devices and drives in the namespace of devices: ``\\.\COM12``, ``\\.\C:\data\arm.csv``."""
_DRIVE = re.compile(r"^[a-z]:", re.IGNORECASE)
_PIPES = "pipe"
"""Folder of that namespace with the pipes of programs, which may be written to."""
_WRITABLE = ("con", "conout$", "nul")
"""Devices that a file may be sent to: the console, and what forgets everything."""


def _device(name: str | os.PathLike[str]) -> str | None:
    r"""Return the device that a path leads to on Windows, in lower case; None for a file.

    A name counts up to a dot or a colon, as in ``C:\data\com5.csv`` (Microsoft, *Naming Files,
    Paths, and Namespaces*; Windows 11 takes such a name with an ending for a file, Windows 10 for
    the device). A folder of such a name cannot be, either: then it is returned with a slash.
    """
    text = os.fspath(name)
    if _PORT.fullmatch(text):
        return text.rstrip(" :").lower()
    space = _IN_NAMESPACE.fullmatch(text)
    if space is not None:
        first, rest = space[1].lower(), space[2].strip("\\/")
        if first == _PIPES or (_DRIVE.fullmatch(first) and rest):
            text = rest
        else:
            return first.rstrip(" :")
    *folders, last = re.split(r"[\\/]+", _DRIVE.sub("", text, count=1).rstrip("\\/"))
    folder = next(filter(None, map(_reserved, folders)), None)
    return _reserved(last) if folder is None else f"{folder}/"


def _reserved(part: str) -> str | None:
    """Return the device that one part of a path names, in lower case; None if it names none."""
    stem = re.split(r"[.:]", part, maxsplit=1)[0].rstrip(" ")
    return stem.lower() if _RESERVED.fullmatch(stem) else None


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
    >>> [is_device_name(name, windows=True) for name in ("com5.csv", "com12.csv", "aux/arm.csv")]
    [True, False, True]
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
    >>> device_problem("aux/arm.csv")
    'aux, in aux/arm.csv, is the name of a device of Windows, and cannot be that of a folder'
    """
    device = _device(name) or ""
    if device.endswith("/"):
        return (
            f"{device[:-1]}, in {os.fspath(name)}, is the name of a device of Windows, and cannot "
            "be that of a folder"
        )
    return f"{os.fspath(name)} is the name of a device of Windows, and cannot be that of a file"


def is_folder(path: Path) -> bool:
    """Return True for a folder that is there; the name of a device is not looked for."""
    return not is_device_name(path) and path.is_dir()
