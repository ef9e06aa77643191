"""The lines of a recorded table, checked byte by byte: complete lines, and the cue of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from emgstream.errors import RecordingError
from emgstream.host_system import refusal
from emgstream.recording.label_runs import CueRun
from emgstream.recording.recording_rows import COLUMNS_AFTER, COLUMNS_BEFORE
from emgstream.tables.table_column import MARKER_COLUMN
from emgstream.wording import counted

__all__ = ["N_AFTER", "RecordingBody"]

N_AFTER = len(COLUMNS_AFTER)
"""Number of columns behind the channels."""


@dataclass
class RecordingBody:
    """The lines of a recorded table, and what is wrong with them."""

    n_fields: int
    """Number of fields of the header line, and so of every complete line."""
    has_markers: bool = False
    """True if the column before the cue is that of the markers."""
    runs: list[CueRun] = field(default_factory=list)
    """The cues in order, with their rows."""
    n_rows: int = 0
    """Number of complete lines below the header line."""
    end: int = 0
    """Position in the file at which the last complete line ends, in bytes."""
    n_bytes_after: int = 0
    """Number of bytes behind that position."""
    n_bad_lines: int = 0
    """Number of incomplete lines before that position."""

    @classmethod
    def read(cls, path: Path) -> RecordingBody:
        """Read and check a table; raises RecordingError if it is not a recorded session."""
        try:
            with path.open("rb") as file:
                header = file.readline()
                names = _names(path, header)
                has_markers = names[-N_AFTER - 1] == MARKER_COLUMN
                body = cls(len(names), has_markers, end=len(header))
                body._take(file)
                body.n_bytes_after = file.seek(0, os.SEEK_END) - body.end
        except OSError as error:
            raise RecordingError(
                f"{path} cannot be read: {refusal(error)}; check the path"
            ) from None
        if body.n_rows == 0:
            raise RecordingError(f"{path} has no samples; there is nothing to repair; record again")
        return body

    @property
    def found(self) -> list[str]:
        """The damage that was found, one sentence each, for people."""
        found = []
        if self.n_bytes_after:
            found.append(
                f"{counted(self.n_bytes_after, 'byte')} of an unfinished last line cut off"
            )
        if self.n_bad_lines:
            found.append(f"{counted(self.n_bad_lines, 'damaged line')} left out")
        return found

    def is_whole(self, line: bytes) -> bool:
        """Return whether a line is complete, from its first field to its line end."""
        return (
            line.endswith(b"\n")
            and line.count(b",") == self.n_fields - 1
            and b"\0" not in line
            and line.rsplit(b",", 2)[1].isdigit()
        )

    def whole_lines(self, file: BinaryIO) -> Iterator[bytes]:
        """Yield the complete lines."""
        return filter(self.is_whole, file)

    def _take(self, file: BinaryIO) -> None:
        cues = self._cues(file)
        for (cue, repetition), group in groupby(cues):
            n = sum(1 for _ in group)
            self.runs.append(
                CueRun(
                    cue.decode("utf-8", "replace"), int(repetition), self.n_rows, self.n_rows + n
                )
            )
            self.n_rows += n

    def _cues(self, file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
        """Yield cue and repetition of each complete line.

        An incomplete line counts as bad only if a complete one follows: else it is the end that
        was being written.
        """
        at, n_bad = self.end, 0
        for line in file:
            at += len(line)
            if not self.is_whole(line):
                n_bad += 1
                continue
            self.n_bad_lines += n_bad
            n_bad, self.end = 0, at
            _, cue, _, repetition, _ = line.rsplit(b",", N_AFTER)
            yield cue, repetition


def _names(path: Path, header: bytes) -> tuple[str, ...]:
    if not header:
        raise RecordingError(f"{path} has no samples; there is nothing to repair; record again")
    names = tuple(header.decode("utf-8", "replace").rstrip("\n").split(","))
    is_ours = names[:2] == COLUMNS_BEFORE and names[-N_AFTER:] == COLUMNS_AFTER
    if not header.endswith(b"\n") or not is_ours:
        raise RecordingError(
            f"{path} is not a recorded session; expected a header line "
            f"{','.join((*COLUMNS_BEFORE, '<channels>', MARKER_COLUMN, *COLUMNS_AFTER))}; name the "
            "CSV that emgstream record wrote"
        )
    return names
