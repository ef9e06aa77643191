"""Arduino sketch of the sensor board: its text, its wiring notes, and a copy for the user."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

from emgstream.errors import OutputError

__all__ = ["NAME", "export", "source", "wiring"]

NAME = "emg_board"
"""Name of the sketch, and of the folder that the Arduino IDE needs around it."""


_NAMES = re.compile(r'(?<=#define CHANNEL_NAMES ")[^"]*')
_PINS = re.compile(r"(?<=PINS\[\] = \{)[^}]*")


def source(channel_names: Sequence[str] | None = None) -> str:
    """Return the text of the sketch, for as many of its pins as there are channel names.

    None for the sketch as it is, with three channels. Raises ValueError for more channels.

    >>> "PINS[] = {A0};" in source(["forearm"])
    True
    """
    text = _read(f"{NAME}.ino")
    if channel_names is None:
        return text

    def some_pins(pins: re.Match[str]) -> str:
        names = pins.group().split(", ")
        if len(channel_names) > len(names):
            raise ValueError(f"{len(channel_names)} channels; the sketch has {len(names)} pins")
        return ", ".join(names[: len(channel_names)])

    return _PINS.sub(some_pins, _NAMES.sub(",".join(channel_names), text))


def wiring() -> str:
    """Return the wiring notes of the sketch, as Markdown."""
    return _read("README.md")


def export(directory: Path, channel_names: Sequence[str] | None = None) -> Path:
    """Copy the sketch and its wiring notes into ``directory/emg_board``.

    Parameters
    ----------
    directory
        Folder in which the folder of the sketch is created; it is created too if necessary.
    channel_names
        The channels, one per pin from the first on; None for the sketch as it is.

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
        if channel_names is not None:
            (target / f"{NAME}.ino").write_text(source(channel_names), "utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {target} ({error}); choose another folder") from error
    return target / f"{NAME}.ino"


def _read(name: str) -> str:
    return (files(__package__) / NAME / name).read_text("utf-8")
