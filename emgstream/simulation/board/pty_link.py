"""Link over a pseudo-terminal, which is a serial port to its reader. Not on Windows."""

from __future__ import annotations

import os
import select
import tempfile
import termios
import time
import tty
from contextlib import suppress
from pathlib import Path
from typing import Any

from emgstream.errors import OutputError

__all__ = ["PtyLink"]

# Modules as a whole: on Windows, where this file is checked too, these have other names in them.
_os: Any = os
_select: Any = select
_termios: Any = termios
_tty: Any = tty

_LOOK_S = 0.004  # a choice: how soon an opened port is noticed
_CHUNK = 4096  # a choice: more than all commands that a host sends at once


class PtyLink:
    """A pty in raw mode, under a name that stays the same when it is replaced.

    The name is a symbolic link, since a new pty has a new path: ``link``, or one in a temporary
    folder. This end does not keep the port open, so that the operating system reports when a reader
    opens and closes it.

    Raises OutputError on plugging if the link cannot be created or its name is taken.
    """

    def __init__(self, link: str | None = None) -> None:
        self.address = link or ""
        self._folder: Path | None = None
        self.path = ""
        self._master = -1
        self._poll = _select.poll()
        self._has_reader = False

    def plug(self) -> None:
        """Create a pty and let the name point to it."""
        if not self.address:
            self._folder = Path(tempfile.mkdtemp(prefix="emgstream-board-"))
            self.address = str(self._folder / "ttyEMG")
        self._master, port = _os.openpty()
        try:
            _tty.setraw(port)
            self.path = _os.ttyname(port)
        finally:
            os.close(port)
        _os.set_blocking(self._master, False)
        self._poll = _select.poll()
        self._poll.register(self._master, _select.POLLIN)
        self._has_reader = False
        self._point_to(self.path)

    def unplug(self) -> None:
        """Remove the name and the pty; a reader's next call fails."""
        if self._master < 0:
            return
        with suppress(OSError):
            if Path(self.address).readlink() == Path(self.path):
                Path(self.address).unlink()
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        """Remove the name, the pty and the temporary folder."""
        self.unplug()
        if self._folder is not None:
            self._folder.rmdir()

    def wait(self, timeout_s: float) -> bool:
        """Wait for a command or for a reader to open the port; return whether it is open."""
        had_reader, self._has_reader = self._has_reader, self._is_open(timeout_s)
        if self._has_reader:
            return True
        if had_reader:  # report it before the next one opens
            self._discard_unread()
            return False
        # without a reader poll returns at once, and nothing reports the next opening
        time.sleep(min(timeout_s, _LOOK_S))
        self._has_reader = self._is_open(0.0)
        return self._has_reader

    def read(self) -> bytes:
        """Return the bytes that the reader wrote, possibly none."""
        try:
            return os.read(self._master, _CHUNK)
        except OSError:  # nothing there, or just closed
            return b""

    def write(self, data: bytes) -> int:
        """Send bytes as far as the port has room; return how many."""
        try:
            return os.write(self._master, data)
        except OSError:  # full, or just closed
            return 0

    def _is_open(self, timeout_s: float) -> bool:
        events = self._poll.poll(timeout_s * 1000.0)
        return not any(event & _select.POLLHUP for _, event in events)

    def _discard_unread(self) -> None:
        """Discard bytes that were sent but not read, as they are not for the next reader.

        This is done from this end, since opening the other end would occupy the port for a moment.
        The first call discards bytes on their way, the second those in the port.
        """
        with suppress(_termios.error):
            _termios.tcflush(self._master, _termios.TCOFLUSH)
            _termios.tcsetattr(self._master, _termios.TCSAFLUSH, _termios.tcgetattr(self._master))

    def _point_to(self, path: str) -> None:
        name = Path(self.address)
        try:
            if name.is_symlink() and not name.exists():
                name.unlink()  # left by a board that was killed
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
