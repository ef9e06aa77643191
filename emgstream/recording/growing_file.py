"""A file that is only appended to, by complete lines, and the free space on its disk."""

from __future__ import annotations

import itertools
import os
import shutil
from contextlib import suppress
from pathlib import Path

from emgstream.device_names import device_problem, is_device_name
from emgstream.errors import OutputError
from emgstream.host_system import refusal
from emgstream.recording.table_hold import lock
from emgstream.tables.session_rate import sidecar_path

__all__ = ["GrowingFile", "check_room", "expected_bytes", "room_bytes"]

_DIGITS_OF_A_VALUE = 5  # a converter of 16 bits counts to 65535
_BYTES_BESIDE_VALUES = 55  # an estimate: index and time of 12 digits, cue and label of 12 letters
_SPARE_BYTES = 1 << 20  # the sidecar, and file system overhead: a choice


def expected_bytes(duration_s: float, rate_hz: float, n_channels: int) -> int:
    """Return the approximate number of bytes that a take needs.

    The table counts twice: setting its final labels writes it anew beside the old one.
    """
    row = _BYTES_BESIDE_VALUES + (_DIGITS_OF_A_VALUE + 1) * n_channels
    return 2 * round(duration_s * rate_hz) * row + _SPARE_BYTES


def room_bytes(path: Path) -> int:
    """Return the free bytes on the disk of a file; raises OutputError if the folder is missing."""
    try:
        return shutil.disk_usage(path.absolute().parent).free
    except OSError as error:
        raise OutputError(
            f"cannot record into {path.absolute().parent}: {refusal(error)}; expected a "
            "folder that exists; choose another place"
        ) from error


def check_room(path: Path, needed_bytes: int) -> None:
    """Raise OutputError if the disk of a file has fewer free bytes than needed."""
    free = room_bytes(path)
    if free < needed_bytes:
        raise OutputError(
            f"{free / 1e6:.1f} MB are free for {path}; expected at least {needed_bytes / 1e6:.1f} "
            "MB for this session; make room, or choose another place"
        )


class GrowingFile:
    """A new file that is only appended to; it always ends with a complete line.

    One thread appends and closes, another may call `sync` and `loss`. Raises OutputError if the
    file exists, which is never overwritten, and if the disk refuses a write. It is locked while it
    is open, so that no other process repairs it; see `TableHold`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.n_bytes = 0
        if is_device_name(path):
            raise OutputError(f"{device_problem(path)}; expected a new file; choose another name")
        try:
            self._file = path.open("x+b", buffering=0)
        except FileExistsError:
            raise OutputError(
                f"{path} exists, and a recording never overwrites one; choose another name"
            ) from None
        except OSError as error:
            raise self._refused(error) from error
        lock(self._file, waits=True)  # whoever looks at an empty table has it for a moment only

    def append(self, data: bytes) -> None:
        """Write complete lines; a part of them, where there is no more room, is cut off again."""
        rest = memoryview(data)
        try:
            while len(rest):
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            self._file.truncate(self.n_bytes)
            raise self._refused(error) from error
        self.n_bytes += len(data)

    def loss(self) -> str | None:
        """Return what another program did to the file, for people; None if it is as written."""
        n_bytes = self.n_bytes  # before the look: another thread may append meanwhile
        try:
            there, own = self._path.stat(), os.fstat(self._file.fileno())
        except FileNotFoundError:
            return "was deleted or renamed"
        except OSError:
            return None  # a network drive that is away for a moment
        if not os.path.samestat(there, own):
            return "was replaced by another file"
        return "was cut short" if own.st_size < n_bytes else None

    def keep_beside(self) -> Path:
        """Copy all that was appended to a new file beside; raises OutputError.

        The content is there also after the file was deleted, renamed or replaced.
        """
        for number in itertools.count():
            kept = self._path.with_name(f"{self._path.stem}.kept{number or ''}{self._path.suffix}")
            if sidecar_path(kept).exists():
                continue
            with suppress(FileExistsError):
                return self._copy_to(kept)
        raise AssertionError("unreachable")

    def _copy_to(self, path: Path) -> Path:
        try:
            with path.open("xb") as kept:
                self._file.seek(0)
                shutil.copyfileobj(self._file, kept)
                kept.flush()
                os.fsync(kept.fileno())
        except FileExistsError:
            raise
        except OSError as error:
            raise self._refused(error) from error
        return path

    def sync(self) -> None:
        """Force the appended bytes onto the disk, where they survive a power cut."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _refused(self, error: OSError) -> OutputError:
        kept = f"; the {self.n_bytes:,} bytes before it are kept" if self.n_bytes else ""
        return OutputError(
            f"cannot write {self._path}: {refusal(error)}; expected a place that is "
            f"writable and has free space{kept}; make room, or choose another place"
        )
