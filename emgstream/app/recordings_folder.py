"""The recordings in the folder of recordings, newest first, to be offered as a list."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emgstream.app.audited_recordings import recordings_in
from emgstream.device_names import is_folder
from emgstream.translation import tr

__all__ = ["FoundRecording", "found_recordings", "nearest_folder"]


@dataclass(frozen=True, slots=True)
class FoundRecording:
    """A recording that can be picked."""

    path: Path
    """The file."""
    facts: str
    """Day, time and size, for people."""


def found_recordings(
    folder: Path, but: Collection[Path] = (), now: datetime | None = None
) -> list[FoundRecording]:
    """Return the recordings in a folder, newest first, without those in ``but``.

    A folder that does not exist or cannot be read has none. ``now`` is the time that makes a day
    "today"; None for the present.
    """
    now = now or datetime.now()
    found: list[tuple[float, FoundRecording]] = []
    try:
        paths = recordings_in([folder]) if is_folder(folder) else []
    except OSError:
        return []
    for path in paths:
        try:
            state = path.stat()
        except OSError:  # it was removed meanwhile
            continue
        if path.absolute() not in but:
            found.append((state.st_mtime, FoundRecording(path, _facts(state, now))))
    return [recording for _, recording in sorted(found, key=lambda one: -one[0])]


def nearest_folder(folder: Path) -> Path:
    """Return a folder or, where it does not exist, the nearest one above it that does.

    A file dialog given a folder that does not exist opens wherever the program was started.
    """
    return next((one for one in (folder, *folder.parents) if is_folder(one)), folder)


def _facts(state: os.stat_result, now: datetime) -> str:
    when = datetime.fromtimestamp(state.st_mtime)
    day = tr("today") if when.date() == now.date() else f"{when:%d %b %Y}"
    return f"{day}, {when:%H:%M}   {state.st_size / 1e6:.1f} MB"
