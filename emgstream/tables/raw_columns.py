"""A recording as named columns of values, before their roles are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

__all__ = ["MISSING_WHOLE", "RawColumn", "RawRecording"]

MISSING_WHOLE = -(2**63)
"""Placeholder of a missing value in a column of whole numbers until the table is assembled."""


@dataclass(frozen=True, eq=False)
class RawColumn:
    """One column of a file, as it was read."""

    name: str
    """Its name in the file; empty if it has none."""
    values: npt.NDArray[Any]
    """Shape ``(n_rows,)``, or ``(0,)`` if it was not read: float32 or float64 numbers with NaN for
    a missing one, int64 with `MISSING_WHOLE`, or int32
    places in ``texts``, -1 for an empty one."""
    texts: tuple[str, ...] | None = None
    """The different texts of a text column, in the order of their first row; None for numbers."""
    unit: str = ""
    """Unit of the values where the file tells it."""


@dataclass(frozen=True, eq=False)
class RawRecording:
    """A file of any format as columns of equal length."""

    columns: tuple[RawColumn, ...]
    """Every column, in the order of the file. Columns that are named ``label``, ``index``,
    ``time_s``, ``repetition`` and ``segment`` are taken as our own recordings have them."""
    n_rows: int
    """Number of rows."""
    sha256: str
    """SHA-256 of the file's bytes on disk, as 64 hexadecimal digits."""
    rate_hz: float | None = None
    """Sampling rate that the file states, in Hz; None if it states none."""
    rate_reason: str = ""
    """Place where it states it: ``the header line '%Sample Rate = 200 Hz'``."""
    notes: tuple[str, ...] = ()
    """Guesses and omissions, for people: ``6 accelerometer columns at 148 Hz left out``."""
    own_channels: frozenset[int] = frozenset()
    """Places of the columns that the sidecar of a recording of ours lists as its channels."""
    facts: dict[str, str] = field(default_factory=dict)
    """Further facts for people, such as the device and the start, by their names."""
