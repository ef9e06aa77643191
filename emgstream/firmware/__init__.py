"""Arduino sketch of the sensor board: its text, its wiring notes, and a copy for the user."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from emgstream.errors import OutputError

__all__ = ["NAME", "export", "source", "wiring"]

NAME = "emg_board"
"""Name of the sketch, and of the folder that the Arduino IDE needs around it."""


def source() -> str:
    """Return the text of the sketch."""
    return _read(f"{NAME}.ino")


def wiring() -> str:
    """Return the wiring notes of the sketch, as Markdown."""
    return _read("README.md")


def export(directory: Path) -> Path:
    """Copy the sketch and its wiring notes into ``directory/emg_board``.

    Parameters
    ----------
    directory
        Folder in which the folder of the sketch is created; it is created too if necessary.

    Returns
    -------
    path
        The sketch, to be opened in the Arduino IDE.

    Raises
    ------
    OutputError
        If a sketch exists already, or the folder cannot be written.
    """
    target = directory / NAME
    if target.exists():
        message = f"{target} exists already; its sketch may have been edited"
        raise OutputError(f"{message}: move it away, or choose another folder")
    try:
        with as_file(files(__package__) / NAME) as folder:
            shutil.copytree(folder, target)
    except OSError as error:
        raise OutputError(f"cannot write {target} ({error}); choose another folder") from error
    return target / f"{NAME}.ino"


def _read(name: str) -> str:
    return (files(__package__) / NAME / name).read_text("utf-8")
