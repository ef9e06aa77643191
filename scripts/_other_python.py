"""A Python on this computer that emgstream can use, for one that it cannot. Standard library only.

Starts with Python 3.6, as does all that it is imported by. So annotations that Python 3.6 cannot
evaluate are texts: it does not know those of ``__future__``.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

OLDEST, NEWEST = (3, 10), (3, 15)
"""As ``requires-python`` in pyproject.toml."""
_BEST_FIRST = ("3.13", "3.12", "3.11", "3.10", "3.14", "3.15")
"""First those that TensorFlow, which trains models, has packages for."""
_PATIENCE_S = 20
_VERSION = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
"""Fails where virtual environments cannot be made, as without Debian's python3-venv."""


def check_python() -> None:
    """Return if this Python can be used; else run the script with one that can, and exit.

    Where there is none, exit with one line that says how to get one.
    """
    version = sys.version_info[:2]
    if OLDEST <= version <= NEWEST:
        return
    age = "old" if version < OLDEST else "new"
    problem = f"Python {version[0]}.{version[1]} is too {age}"
    found = next(_usable(), None)
    if found is None:
        sys.exit(f"{problem}; emgstream needs {_range()}; {_advice()}")
    line = " ".join([*(_quoted(word) for word in found), *map(_quoted, sys.argv)])
    print(f"{problem}; emgstream needs {_range()}; going on with: {line}", flush=True)
    try:
        sys.exit(subprocess.call([*found, *sys.argv]))
    except KeyboardInterrupt:
        sys.exit(130)


def _usable() -> "Iterator[list[str]]":
    """Give the words that start each Python that can be used, the best first."""
    starts = dict(_starts())
    for version in _BEST_FIRST:
        command = starts.get(version) or _on_path(version) or _of_uv(version)
        if command is not None and _answer([*command, "-c", _VERSION]).strip() == version:
            yield command


def _starts() -> "Iterator[tuple[str, list[str]]]":
    """Give the versions that the launcher of Windows knows, with the words that start them."""
    launcher = shutil.which("py") if os.name == "nt" else None
    if launcher is not None:
        for version in versions_of_launcher(_answer([launcher, "-0p"])):
            yield version, ["py", f"-{version}"]


def versions_of_launcher(listed: str) -> "list[str]":
    """Return the versions in what ``py -0p`` prints.

    >>> versions_of_launcher(" -V:3.13 *        python.exe")
    ['3.13']
    >>> versions_of_launcher(" -3.9-64          python.exe")  # of launchers before Python 3.11
    ['3.9']
    """
    return re.findall(r"^ *-(?:V:)?(\d\.\d+)\b", listed, re.MULTILINE)


def _on_path(version: str) -> "list[str] | None":
    return [f"python{version}"] if shutil.which(f"python{version}") else None


def _of_uv(version: str) -> "list[str] | None":
    """Return a Python that uv has installed; it downloads none for this question.

    None of a virtual environment, which uv gives first else: that of the project may have to be
    made anew, and cannot be by its own Python.
    """
    if shutil.which("uv") is None:
        return None
    found = _answer(["uv", "python", "find", "--no-project", "--system", version]).strip()
    return [found] if found else None


def _answer(command: "list[str]") -> str:
    """Return what a command prints; nothing where it fails."""
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""


def _range() -> str:
    return f"Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"


def _advice() -> str:
    """Return how to get a Python here, with the line to type."""
    script = " ".join(map(_quoted, sys.argv))
    if shutil.which("uv") is not None:
        return f"run: uv run --no-project --python {_BEST_FIRST[0]} {script}"
    if os.name == "nt":
        return (
            f"install one with: winget install Python.Python.{_BEST_FIRST[0]}, or from python.org; "
            f"then run: py -{_BEST_FIRST[0]} {script}"
        )
    return f"none was found here; install one, then run: python{_BEST_FIRST[0]} {script}"


def _quoted(word: str) -> str:
    """Return a word as it is typed in a terminal."""
    return f'"{word}"' if " " in word else word
