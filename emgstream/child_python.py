"""Command lines of Python processes that the user's files cannot disturb."""

from __future__ import annotations

import sys
from collections.abc import Iterable

__all__ = ["child_import", "child_python"]

# `python -m` and `python -c` look for modules in the current folder first, before the standard
# library: a numpy.py beside the recordings would be imported as numpy. Python 3.11 has -P against
# that, 3.10 has nothing (-I would leave out the user's own packages, too). So the entry that -c
# makes, an empty one, is taken out before anything is imported.
_BOOT = (
    "import sys; sys.path[:] = filter(None, sys.path); "
    "from importlib import import_module; sys.exit(import_module(sys.argv.pop(1)).main())"
)
_IMPORT = (
    "import os, sys; sys.path[:] = filter(None, sys.path); "
    "folder = sys.argv.pop(1); folder and os.add_dll_directory(folder); "
    "from importlib import import_module; list(map(import_module, sys.argv[1:]))"
)
_PYTHON = (sys.executable, "-X", "faulthandler", "-X", "utf8")


def child_python(module: str, *words: str) -> list[str]:
    """Return the command line of a Python process that runs the ``main`` of a module.

    The process sees the same packages as this one. Where native code ends it, it writes to stderr
    where each thread was. It reads and writes UTF-8, whatever the code page of Windows is.

    Parameters
    ----------
    module
        Full name of the module; its ``main`` takes no argument and returns an exit code or None.
    words
        What ``main`` finds in ``sys.argv[1:]``.
    """
    return [*_PYTHON, "-c", _BOOT, module, *words]


def child_import(modules: Iterable[str], dll_folder: str | None = None) -> list[str]:
    """Return the command line of a Python process that imports modules, and does nothing else.

    It needs nothing of this program, so that an environment can be tried that is just made.

    Parameters
    ----------
    modules
        Full names of the modules.
    dll_folder
        A folder in which Windows looks for libraries, too.
    """
    return [*_PYTHON, "-c", _IMPORT, dll_folder or "", *modules]
