"""Link over TCP, for systems without pseudo-terminals, such as Windows."""

from __future__ import annotations

import os
import select
import socket
from contextlib import suppress

from emgstream.errors import SourceError

__all__ = ["TcpLink"]

_HOST = "127.0.0.1"
_CHUNK = 4096  # as in pty_link
_BUFFER_BYTES = 16_384
"""Send buffer. A choice: with the board's queue about the 20 kB of a pty and its driver."""


class TcpLink:
    """A TCP port of this machine, for one reader at a time; other connections are closed.

    Parameters
    ----------
    port
        Number of the port; 0 for any free one.

    Raises
    ------
    SourceError
        On plugging, if the port is taken or not permitted.
    """

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._listener: socket.socket | None = None
        self._reader: socket.socket | None = None
        self.address = ""

    def plug(self) -> None:
        """Listen on the port."""
        listener = socket.socket()
        try:
            if os.name != "nt":  # on Windows it would let two boards share one port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((_HOST, self._port))
            listener.listen()
        except OSError as error:
            listener.close()
            raise SourceError(
                f"cannot listen on {_HOST}:{self._port}: {error.strerror}; choose another port "
                "with --tcp, or 0 for any"
            ) from error
        listener.setblocking(False)
        self._listener = listener
        self._port = listener.getsockname()[1]
        self.address = f"socket://{_HOST}:{self._port}"

    def unplug(self) -> None:
        """Close the connection and stop listening."""
        self._hang_up()
        if self._listener is not None:
            self._listener.close()
        self._listener = None

    def close(self) -> None:
        """Close the connection and stop listening."""
        self.unplug()

    def wait(self, timeout_s: float) -> bool:
        """Wait for a command or a connection; return whether there is a reader."""
        sockets = [s for s in (self._listener, self._reader) if s is not None]
        readable, _, _ = select.select(sockets, [], [], timeout_s)
        if self._reader in readable:
            self._look_for_end()
        if self._listener in readable:
            self._accept()
        return self._reader is not None

    def read(self) -> bytes:
        """Return the bytes that the reader wrote, possibly none."""
        try:
            return self._reader.recv(_CHUNK) if self._reader else b""
        except OSError:
            return b""

    def write(self, data: bytes) -> int:
        """Send bytes as far as the connection has room; return how many."""
        try:
            return self._reader.send(data) if self._reader else 0
        except OSError:
            return 0

    def _look_for_end(self) -> None:
        try:
            ended = self._reader is not None and self._reader.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            ended = False
        except OSError:
            ended = True
        if ended:
            self._hang_up()

    def _accept(self) -> None:
        if self._listener is None:
            return
        with suppress(OSError):
            connection, _ = self._listener.accept()
            if self._reader is not None:
                connection.close()
                return
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # small, so that a slow reader fills the board's queue as with a serial driver
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
            self._reader = connection

    def _hang_up(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = None
