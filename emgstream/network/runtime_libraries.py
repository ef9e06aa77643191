"""The system libraries that LiteRT and TensorFlow need: finding them, and naming what is missing.

A new Windows has neither ``MSVCP140.dll`` nor ``VCRUNTIME140_THREADS.dll``, and Python does not
bring them. The package ``msvc-runtime`` does, in a folder that Windows does not search.
"""

from __future__ import annotations

import os
import re
import sys
from importlib import metadata
from pathlib import Path

__all__ = ["find_runtime_libraries", "runtime_cure", "runtime_folder"]

_PACKAGE = "msvc-runtime"
_LIBRARY = "msvcp140.dll"
_MISSING = re.compile(r"(\S+\.so[.\d]*): cannot open shared object file")
"""As the loaders of glibc and musl write it, in every language."""
_AGAIN = "install the package ai-edge-litert again"


def find_runtime_libraries() -> None:
    """Let Windows search the folder of ``msvc-runtime``; does nothing on other systems.

    Called before LiteRT or TensorFlow is imported; any number of times.
    """
    if sys.platform == "win32":
        folder = runtime_folder()
        if folder is not None:
            os.add_dll_directory(folder)


def runtime_folder(platform: str = sys.platform) -> str | None:
    """Return the folder of ``msvc-runtime`` on Windows; None elsewhere and where it is missing."""
    if platform != "win32":
        return None
    try:
        files = metadata.files(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        folder = Path(str(file.locate())).parent.absolute()
        if file.name.lower() == _LIBRARY and folder.is_dir():
            return os.path.normpath(folder)
    return None


def runtime_cure(problem: str, platform: str = sys.platform) -> str:
    """Return what to install where LiteRT does not load, by the error and the system.

    >>> runtime_cure("DLL load failed while importing x: The module was not found.", "win32")
    "install the package msvc-runtime, or Microsoft's Visual C++ Redistributable for x64"
    >>> runtime_cure("libgomp.so.1: cannot open shared object file: No such file", "linux")
    'install the library libgomp.so.1 with the package manager of this system'
    >>> runtime_cure("dlopen(x.so, 2): Symbol not found", "darwin")
    'install the package ai-edge-litert again; it needs macOS 12 or newer on Apple silicon'
    """
    if platform == "win32":
        return f"install the package {_PACKAGE}, or Microsoft's Visual C++ Redistributable for x64"
    if platform == "darwin":
        return f"{_AGAIN}; it needs macOS 12 or newer on Apple silicon"
    missing = _MISSING.search(problem)
    if missing is not None:
        return f"install the library {missing[1]} with the package manager of this system"
    return f"{_AGAIN}; it needs a 64-bit system of 2020 or newer"
