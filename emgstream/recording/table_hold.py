"""A lock on the table of a recording: one process at a time writes to it."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from emgstream.errors import RecordingError

if TYPE_CHECKING:
    from typing_extensions import Self

if sys.platform != "win32":
    import fcntl

__all__ = ["TableHold", "lock", "written_by_another"]

_LOOK_S = 0.01  # a choice, between two tries: a short recording is put in order in some more


def lock(file: BinaryIO, *, waits: bool = False) -> bool:
    """Lock an open file for one process until it is closed; return whether that is possible.

    Windows and some network drives have no such lock. Raises BlockingIOError if another process
    has it, and ``waits`` is False.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            raise
        except OSError:
            return False
        is_locked = True
    else:
        is_locked = False
    return is_locked


def written_by_another(path: Path) -> RecordingError:
    """Return the error to raise if another process records or repairs a table."""
    return RecordingError(
        f"{path} is being recorded or finished by another process; expected a recording that has "
        "ended; end that recording first"
    )


class TableHold:
    """Keeps other processes from recording or repairing a table, from entering to leaving.

    Entering raises RecordingError if another process has the table for longer than ``patience_s``
    seconds.

    Attributes
    ----------
    is_locked
        False if the table cannot be locked, or is not there.
    """

    def __init__(self, path: Path, patience_s: float = 0.0) -> None:
        self._path = path
        self._patience_s = patience_s
        self._files = ExitStack()
        self.is_locked = False

    def __enter__(self) -> Self:
        until_s = time.monotonic() + self._patience_s
        while True:
            try:
                if self._lock_table():
                    return self
                self._files.close()  # it was replaced before it was locked: lock the new one
            except BlockingIOError:
                self._files.close()
                if time.monotonic() >= until_s:
                    raise written_by_another(self._path) from None
                time.sleep(_LOOK_S)
            except OSError:  # whoever reads the table says why it cannot be opened
                self._files.close()
                return self

    def __exit__(self, *exc_info: object) -> None:
        self._files.close()

    def extend_to(self, new: BinaryIO) -> None:
        """Hold the file that is about to replace the table, too, also after ``new`` is closed."""
        if self.is_locked and lock(new):
            self._files.enter_context(os.fdopen(os.dup(new.fileno()), "rb"))

    def _lock_table(self) -> bool:
        """Lock the table, where that is possible; return whether it still has its name."""
        file = self._files.enter_context(self._opened())
        self.is_locked = lock(file)
        if not self.is_locked:
            self._files.close()  # Windows does not replace an open file
            return True
        return os.path.samestat(os.fstat(file.fileno()), self._path.stat())

    def _opened(self) -> BinaryIO:
        try:
            return self._path.open("r+b")  # network drives lock only what may be written to
        except PermissionError:
            return self._path.open("rb")
