"""The values of one block of lines, and how a text is cut into blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt

from emgstream.errors import TableError

__all__ = ["MISSING_WHOLE", "Block", "cut_into_blocks"]

MISSING_WHOLE = -(2**63)
"""Stands for a missing value in a column of whole numbers, until the table is put together."""
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, eq=False)
class Block:
    """Values of consecutive rows."""

    n_rows: int
    """Number of rows."""
    values: dict[int, npt.NDArray[Any]] = field(default_factory=dict)
    """By place in the file, every column that is not ignored, shape ``(n_rows,)``: float32 for a
    channel, float64 for time, int32 codes for labels, else int64."""


def cut_into_blocks(path: Path, pieces: Iterator[bytes], block_bytes: int) -> Iterator[bytes]:
    r"""Give blocks of whole lines, about ``block_bytes`` each, and what follows the last newline.

    Only that last one does not end in ``\n``. Raises TableError, naming ``path``, for a line far
    beyond 1 MiB.
    """
    pending = b""
    for piece in pieces:
        pending += piece
        while len(pending) >= block_bytes and (end := _end_of_block(pending, block_bytes)):
            yield pending[:end]
            pending = pending[end:]
        if len(pending) > block_bytes + _LONGEST_LINE:
            pending = _without_nul_runs(path, pending)
    end = pending.rfind(b"\n") + 1
    for block in (pending[:end], pending[end:]):
        if block:
            yield block


def _end_of_block(pending: bytes, block_bytes: int) -> int:
    return pending.rfind(b"\n", 0, block_bytes) + 1 or pending.find(b"\n", block_bytes) + 1


def _without_nul_runs(path: Path, line: bytes) -> bytes:
    """Shorten what a power cut leaves: megabytes of NUL, of which a field needs one."""
    line = re.sub(rb"\0+", b"\0", line)
    if len(line) > _LONGEST_LINE:
        raise TableError(
            f"{path} has a line longer than {_LONGEST_LINE:,} bytes, "
            f"it begins with {line[:20]!r}; is this a table with one row a line?"
        )
    return line
