"""Names of the channels as a recorded table can hold them, different from its other columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from emgstream.errors import UsageError
from emgstream.recording.recording_rows import COLUMNS_AFTER, COLUMNS_BEFORE
from emgstream.tables.table_column import MARKER_COLUMN

__all__ = ["check_channel_names", "recorded_names"]

_OWN = frozenset((*COLUMNS_BEFORE, MARKER_COLUMN, *COLUMNS_AFTER))
_NOT_IN_A_NAME = re.compile(r'[,"\'#;|\s\x00-\x1f\x7f\x85\u2028\u2029]+')
"""Letters that would end a cell or a line, or be read as a separator or a comment."""


def recorded_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the channels in the table, in their order: as they are where they can be.

    >>> recorded_names(["biceps", "label", "a, b", "biceps", ""])
    ('biceps', 'channel_2', 'a b', 'biceps_', 'channel_5')
    """
    new: list[str] = []
    for number, name in enumerate(names, start=1):
        own = " ".join(_NOT_IN_A_NAME.sub(" ", name).split())
        if not own or own.lower() in _OWN:
            own = f"channel_{number}"
        while own in new or (own != name and own in names):
            own += "_"
        new.append(own)
    return tuple(new)


def check_channel_names(names: Sequence[str]) -> None:
    """Raise UsageError for the first name that a table cannot hold as it is, or has already."""
    for name, new in zip(names, recorded_names(names), strict=True):
        if name.lower() in _OWN:
            raise UsageError(
                f"{name!r} is the name of another column of every recording, which has "
                f"{', '.join((*COLUMNS_BEFORE, MARKER_COLUMN, *COLUMNS_AFTER))}; "
                "name the channel differently"
            )
        if name != new:
            raise UsageError(
                f"{name!r} is not a name for a column; expected different names without commas, "
                "quotes and line ends; name the channel differently"
            )
