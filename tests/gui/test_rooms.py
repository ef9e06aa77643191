"""The window holds what draws; whatever works without Qt belongs to the application."""

from __future__ import annotations

import re
from pathlib import Path

import emgstream.gui

ROOM = Path(emgstream.gui.__file__).parent
COLOURS_AND_LISTS = {"palette.py", "pages.py", "shell.py"}
GEOMETRY = {"timeline/lane_scale.py", "timeline/sliding_outline.py", "timeline/time_view.py"}


def test_only_colours_lists_and_the_geometry_of_the_timeline_do_without_qt() -> None:
    files = {path.relative_to(ROOM).as_posix(): path.read_text() for path in ROOM.rglob("*.py")}
    assert len(files) > 50
    without_qt = {
        name
        for name, text in files.items()
        if not name.endswith("__init__.py")
        and not re.search(r"PyQt5|pyqtgraph|\(WindowPage\)", text)
    }
    assert without_qt == COLOURS_AND_LISTS | GEOMETRY
