"""Columns of a table: the role of each, the reason for it, and the questions that stay open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

__all__ = [
    "MARKER_COLUMN",
    "OWN_ROLES",
    "Certainty",
    "ColumnQuestion",
    "ColumnRole",
    "TableColumn",
    "has_own_form",
    "name_in_header",
]


class ColumnRole(Enum):
    """The meaning of a column; the value is the word for people."""

    CHANNEL = "channel"
    LABEL = "label"
    TIME = "time"
    COUNTER = "counter"
    REPETITION = "repetition"
    SEGMENT = "segment"
    MARKER = "marker"
    IGNORED = "ignored"


OWN_ROLES = {
    "label": ColumnRole.LABEL,
    "repetition": ColumnRole.REPETITION,
    "segment": ColumnRole.SEGMENT,
    "index": ColumnRole.COUNTER,
    "time_s": ColumnRole.TIME,
}
"""Role of each column name, in lower case, that our own recordings have."""
MARKER_COLUMN = "marker"
"""Name of the column of markers in our own recordings. Elsewhere such a column may be the label."""
_NUMBER_AT_END = re.compile(r" \(\d+\)$")


def name_in_header(name: str) -> str:
    """Return the name that a column has in the header, where one that occurs twice got a number.

    >>> name_in_header("label (2)"), name_in_header("label")
    ('label', 'label')
    """
    return _NUMBER_AT_END.sub("", name)


def has_own_form(names: Iterable[str]) -> bool:
    """Return whether columns of these names are a recording of ours: only those have both clocks.

    >>> has_own_form(["index", "time_s", "emg1"]), has_own_form(["time", "emg1"])
    (True, False)
    """
    return {"index", "time_s"} <= {name.lower() for name in names}


class Certainty(Enum):
    """Certainty of a role; the value is the word for people."""

    SETTLED = "settled"
    """The user stated it, now or earlier."""
    SURE = "sure"
    """It follows from the name or the values, and nothing speaks against it."""
    DOUBTFUL = "doubtful"
    """It may have another role; such a column is never read as a channel."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a file, with its role."""

    place: int
    """Place in the file, from 0; people count from 1."""
    name: str
    """Name in the header, stripped; a made-up one such as ``column 3`` where it has none."""
    role: ColumnRole
    """Its role; IGNORED while it is doubtful whether it is a channel."""
    reason: str
    """Reason for the role, in words: ``counts up by 1 and begins again after 255``."""
    certainty: Certainty = Certainty.SURE
    """Certainty of the role."""
    unit: str = ""
    """Unit of a channel's values (``mV``), or of a clock: a key of `TIME_UNITS`."""
    modulo: int | None = None
    """Number at which a counter begins again; None for one that never does, and other roles."""
    proposal: ColumnRole | None = None
    """Role that a doubtful column most likely has."""
    may_be_channel: bool = False
    """True if it is doubtful whether the column is a channel."""


@dataclass(frozen=True, slots=True)
class ColumnQuestion:
    """One question that the file leaves open, with the option that answers it."""

    text: str
    """The question: ``column 5 'class' has 3 values in runs of 6 rows or more: the label?``."""
    options: tuple[str, ...]
    """Arguments that settle it as most likely: ``("--label", "class")``."""
    places: tuple[int, ...]
    """The columns that it is about, from 0; empty for a question about the whole file."""
    is_about_channels: bool
    """True if it must be answered before the channels are known; else only the label or the clock
    depends on it."""
    alternatives: str = ""
    """Other answers as options, in words: ``--ignore class if it is none``; empty without one."""

    @property
    def words(self) -> str:
        """The question with its other answers, for the terminal."""
        return f"{self.text} ({self.alternatives})" if self.alternatives else self.text
