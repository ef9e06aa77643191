"""Libraries of others that have no package for some computers, and what to do there.

``pyproject.toml`` leaves them out by the same rules, so that the rest installs everywhere.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

__all__ = ["LITERT_PYTHON", "Machine", "gap_of", "this_machine"]

_H5PY_PYTHON = (3, 14)
"""The newest Python that h5py 3.16 has packages for."""
LITERT_PYTHON = (3, 14)
"""The newest Python that LiteRT 2.3 has packages for."""
_WITH_LITERT = {
    ("Linux", "x86_64"),
    ("Linux", "aarch64"),
    ("Windows", "AMD64"),
    ("Darwin", "arm64"),
}
"""Systems and processors that LiteRT has packages for."""
_NO_PACKAGE = {"aarch64", "ARM64"}
"""Processors that PyQt5 and BrainFlow have no library for: arm64 as Linux and Windows call it."""


@dataclass(frozen=True)
class Machine:
    """A computer, by what decides which packages it can use."""

    system: str
    """System as `platform.system` names it: ``Linux``, ``Windows``, ``Darwin``."""
    processor: str
    """Processor as `platform.machine` names it: ``x86_64``, ``aarch64``, ``AMD64``, ``arm64``."""
    python: tuple[int, int]
    """Version of Python."""

    @property
    def words(self) -> str:
        """System and processor, for people.

        >>> Machine("Darwin", "x86_64", (3, 13)).words
        'macOS on x86_64'
        """
        return f"{self.system_words} on {self.processor}"

    @property
    def system_words(self) -> str:
        """System, for people."""
        return "macOS" if self.system == "Darwin" else self.system

    @property
    def python_words(self) -> str:
        """Version of Python, for people."""
        return _version(self.python)


def this_machine() -> Machine:
    """Return the computer that runs this."""
    return Machine(platform.system(), platform.machine(), sys.version_info[:2])


def gap_of(library: str, machine: Machine | None = None) -> str | None:
    """Return the predicate of a sentence: why a library cannot be had, and what to do.

    None if it can be had. What needs it, or its name, comes before.

    Parameters
    ----------
    library
        Name of the module, such as ``brainflow``; or liblsl.
    machine
        The computer; default this one.

    >>> gap_of("brainflow", Machine("Linux", "x86_64", (3, 13))) is None
    True
    >>> gap_of("PyQt5", Machine("Linux", "aarch64", (3, 13)))
    'has no package for Linux on aarch64'
    """
    there = machine or this_machine()
    if library == "brainflow" and there.processor in _NO_PACKAGE:
        return (
            f"has no library for {there.words}; expected Windows or Linux on x86-64, or macOS; "
            "stream the board there with an LSL output, and connect to lsl://NAME here"
        )
    if library == "PyQt5" and there.processor in _NO_PACKAGE:
        return f"has no package for {there.words}"
    if library == "liblsl" and there.processor in _NO_PACKAGE:
        return (
            f"does not come with pylsl for {there.words}; expected it from another package; "
            "install it with: python -m pip install --no-deps mne-lsl"
            if there.system == "Linux"
            else f"has no package for {there.words}; expected its file; use Python for x86-64"
        )
    if library == "h5py" and there.python > _H5PY_PYTHON:
        return (
            f"has no package for Python {there.python_words}; expected Python 3.10 to "
            f"{_version(_H5PY_PYTHON)}; use one of these for MATLAB files of version 7.3"
        )
    if library == "ai_edge_litert":
        if (there.system, there.processor) not in _WITH_LITERT:
            return f"has no package for {there.words}"
        if there.python > LITERT_PYTHON:
            return f"has no package for Python {there.python_words}"
    return None


def _version(python: tuple[int, int]) -> str:
    return ".".join(map(str, python))
