"""A file that only grows, a whole line at a time, and the room there is for it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from emgstream.errors import OutputError

__all__ = ["GrowingFile", "check_room", "expected_bytes", "room_bytes"]

_DIGITS_OF_A_VALUE = 5
_BYTES_BESIDE_VALUES = 55
_SPARE_BYTES = 1 << 20


def expected_bytes(duration_s: float, rate_hz: float, n_channels: int) -> int:
    """Return about how many bytes a take needs, with as many again to put its labels in order."""
    row = _BYTES_BESIDE_VALUES + (_DIGITS_OF_A_VALUE + 1) * n_channels
    return 2 * round(duration_s * rate_hz) * row + _SPARE_BYTES


def room_bytes(path: Path) -> int:
    """Return how much more the disk holds that a file is on; raises OutputError."""
    try:
        return shutil.disk_usage(path.absolute().parent).free
    except OSError as error:
        raise OutputError(
            f"cannot record into {path.absolute().parent}: {error.strerror or error}; expected a "
            "folder that exists; choose another place"
        ) from error


def check_room(path: Path, needed_bytes: int) -> None:
    """Raise OutputError where a disk has not enough room for what is expected."""
    free = room_bytes(path)
    if free < needed_bytes:
        raise OutputError(
            f"{free / 1e6:.1f} MB are free for {path}; expected at least {needed_bytes / 1e6:.1f} "
            "MB for this session; make room, or choose another place"
        )


class GrowingFile:
    """A new file that is appended to; nothing that was appended is lost, or ends in the middle.

    One thread appends and closes, another may `sync`. Raises OutputError where the file exists,
    which is never overwritten, and for whatever the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.n_bytes = 0
        try:
            self._file = path.open("xb", buffering=0)
        except FileExistsError:
            raise OutputError(
                f"{path} exists, and a recording never overwrites one; choose another name"
            ) from None
        except OSError as error:
            raise self._refused(error) from error

    def append(self, data: bytes) -> None:
        """Hand whole lines to the operating system; what it took of them only in part is cut."""
        rest = memoryview(data)
        try:
            while len(rest):
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            self._file.truncate(self.n_bytes)
            raise self._refused(error) from error
        self.n_bytes += len(data)

    def sync(self) -> None:
        """Return once what was appended would survive a power cut."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _refused(self, error: OSError) -> OutputError:
        kept = f"; the {self.n_bytes:,} bytes before it are kept" if self.n_bytes else ""
        return OutputError(
            f"cannot write {self._path}: {error.strerror or error}; expected a place with room "
            f"that may be written to{kept}; make room, or choose another place"
        )
