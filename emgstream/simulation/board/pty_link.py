"""A pseudo-terminal as a cable: to a reader it is a serial port. Not on Windows."""

from __future__ import annotations

import os
import select
import tempfile
import termios
import time
import tty
from contextlib import suppress
from pathlib import Path

from emgstream.errors import OutputError

__all__ = ["PtyLink"]

_LOOK_S = 0.004
_CHUNK = 4096


class PtyLink:
    """A pty in raw mode under a name that outlives it.

    The name is a symbolic link, since a new pty has a new path: ``link``, or one in a temporary
    folder of its own. No end of ours keeps the port open, so the operating system tells when a
    reader opens and closes it.

    Raises OutputError where the name cannot be made, or is taken.
    """

    def __init__(self, link: str | None = None) -> None:
        self.address = link or ""
        self._folder: Path | None = None
        self.path = ""
        self._master = -1
        self._poll = select.poll()
        self._has_reader = False

    def plug(self) -> None:
        """Make a pty and point the name to it."""
        if not self.address:
            self._folder = Path(tempfile.mkdtemp(prefix="emgstream-board-"))
            self.address = str(self._folder / "ttyEMG")
        self._master, port = os.openpty()
        try:
            tty.setraw(port)
            self.path = os.ttyname(port)
        finally:
            os.close(port)
        os.set_blocking(self._master, False)
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)
        self._has_reader = False
        self._point_to(self.path)

    def unplug(self) -> None:
        """Remove the name and the pty: a reader's next call fails."""
        if self._master < 0:
            return
        with suppress(OSError):
            if Path(self.address).readlink() == Path(self.path):
                Path(self.address).unlink()
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        """Let go of everything, the temporary folder too."""
        self.unplug()
        if self._folder is not None:
            self._folder.rmdir()

    def wait(self, timeout_s: float) -> bool:
        """Wait for a command, or for the port to be opened; tells whether it is open."""
        had_reader, self._has_reader = self._has_reader, self._is_open(timeout_s)
        if self._has_reader:
            return True
        if had_reader:  # say so before the next one opens
            self._forget_unread()
            return False
        # hung up, poll returns at once, and nothing wakes us when the port is opened
        time.sleep(min(timeout_s, _LOOK_S))
        self._has_reader = self._is_open(0.0)
        return self._has_reader

    def read(self) -> bytes:
        """Return what the reader wrote."""
        try:
            return os.read(self._master, _CHUNK)
        except OSError:  # nothing there, or just closed
            return b""

    def write(self, data: bytes) -> int:
        """Hand bytes to the port as far as it has room."""
        try:
            return os.write(self._master, data)
        except OSError:  # full, or just closed
            return 0

    def _is_open(self, timeout_s: float) -> bool:
        events = self._poll.poll(timeout_s * 1000.0)
        return not any(event & select.POLLHUP for _, event in events)

    def _forget_unread(self) -> None:
        """Throw away what was written and not read: it is not for the next reader.

        From this end, since to open the other one would be to hold the port for a moment. The first
        call empties what is on its way, the second what the port has already.
        """
        with suppress(termios.error):
            termios.tcflush(self._master, termios.TCOFLUSH)
            termios.tcsetattr(self._master, termios.TCSAFLUSH, termios.tcgetattr(self._master))

    def _point_to(self, path: str) -> None:
        name = Path(self.address)
        try:
            if name.is_symlink() and not name.exists():
                name.unlink()  # left over from a board that was killed
            name.symlink_to(path)
        except FileExistsError:
            raise OutputError(
                f"cannot link {name} to the simulated port: something of that name is there; "
                "remove it or choose another with --link"
            ) from None
        except OSError as error:
            raise OutputError(
                f"cannot link {name} to the simulated port: {error.strerror}; choose another "
                "place with --link"
            ) from error
