"""Links to a board, over a serial port or TCP; every failure is one kind of error."""

from __future__ import annotations

import os
import select
import socket
import struct
import sys
import time
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlsplit

import serial

from emgstream.errors import (
    PortTakenError,
    SourceDisconnectedError,
    SourceError,
    UsageError,
)
from emgstream.host_system import refusal
from emgstream.logs import get_logger
from emgstream.sources.serial_board.holders import holders, other_holders
from emgstream.sources.serial_board.port_failure import PortFailure, port_failure
from emgstream.sources.serial_board.port_watch import PortWatch
from emgstream.sources.serial_board.serial_ports import (
    is_network,
    list_ports,
    no_partner,
    no_permission,
    no_port,
    not_found,
    port_in_use,
)

__all__ = ["BoardLink", "SerialLink", "SocketLink", "open_link"]

_log = get_logger(__name__)

_WAIT_S = 0.02  # a choice: within the 50 ms that a read of a source may take
_WRITE_S = 0.2  # a choice: a command is 32 bytes at most, 33 ms at 9600 baud
_CONNECT_S = 0.5  # a choice: a host in the same network answers within milliseconds
_PSEUDO_TERMINALS = ("/dev/pts/", "/dev/ttys")  # of Linux, of macOS
_PTY_BAUD = 115_200  # macOS refuses a pty the speeds that termios does not know
_DRAIN_S, _LOOK_S = 0.1, 0.002  # a choice: the command to stop takes 5 ms at 9600 baud
_MOST = 1 << 16

_BROKEN: tuple[type[Exception], ...] = (OSError,)
if sys.platform != "win32":
    import fcntl
    import termios

    _BROKEN = (*_BROKEN, termios.error)  # no OSError, and what a pulled cable gives at times
if sys.platform == "linux":
    _WHOLE_FILE = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)  # a struct flock
_UNUSABLE: tuple[type[Exception], ...] = (*_BROKEN, ValueError)


class BoardLink(Protocol):
    """Bytes to and from a board. The thread that opens it reads and closes it."""

    device: str
    """The port or address."""
    has_speed: bool
    """True if the line has a speed, which must be that of the board."""

    def read(self, *, waits: bool = False) -> bytes:
        """Return received bytes within 20 ms; raises SourceDisconnectedError if it is gone.

        With ``waits``, it waits for more than those that are already there.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send within 0.2 s; raises SourceDisconnectedError if that is not possible."""
        ...

    def set_speed(self, baud: int) -> None:
        """Set the line speed in baud; raises UsageError if the port does not support it."""
        ...

    def close(self) -> None:
        """Close it, in any state."""
        ...


def open_link(device: str, baud: int) -> BoardLink:
    """Open a port or ``socket://host:port``; raises SourceError."""
    return SocketLink(device) if is_network(device) else SerialLink(device, baud)


class SerialLink:
    """A serial port with low latency, for one program of ours. Opening it resets most boards.

    On Linux, programs that upload a sketch can open it, too: as soon as one has, nothing is written
    any more, and reading raises PortTakenError. On other systems the port is exclusive.
    """

    def __init__(self, device: str, baud: int) -> None:
        self.device = device
        self._is_posix = os.name == "posix"
        self.has_speed = not (self._is_posix and _is_pseudo_terminal(device))
        try:
            self._port: Any = serial.Serial(
                device,
                baud if self.has_speed else min(baud, _PTY_BAUD),
                timeout=_WAIT_S,
                write_timeout=_WRITE_S,
                exclusive=True if self._is_posix else None,
            )
        except _UNUSABLE as error:
            raise _cannot_open(device, baud, error) from error
        self._watch = PortWatch(device)
        self._taken: PortTakenError | None = None
        self._hold()
        self._make_quick()
        _log.info("opened %s at %d baud", device, baud)

    def read(self, *, waits: bool = False) -> bytes:
        """Return received bytes within 20 ms; raises PortTakenError for another program."""
        self._leave_to_others()
        try:
            there: bytes = self._port.read(self._port.in_waiting)
        except _BROKEN as error:
            raise _gone(self.device, error) from error
        if there and not waits:
            return there
        try:
            first: bytes = self._port.read(1)
            rest: bytes = self._port.read(self._port.in_waiting)
        except _BROKEN as error:
            if there:  # the next read tells that it is gone
                return there
            raise _gone(self.device, error) from error
        return there + first + rest

    def write(self, data: bytes) -> None:
        """Send; if the board does not read for 0.2 s, the rest is dropped."""
        self._leave_to_others()
        try:
            with suppress(serial.SerialTimeoutException):
                self._port.write(data)
        except _BROKEN as error:
            raise _gone(self.device, error) from error

    def set_speed(self, baud: int) -> None:
        """Set the line speed."""
        try:
            self._port.baudrate = baud
        except _UNUSABLE as error:
            raise UsageError(
                f"{self.device} does not run at {baud} baud ({error}); choose one of 9600, 57600, "
                "115200, 250000, 500000, 1000000"
            ) from error

    def close(self) -> None:
        """Close the port within 0.1 s.

        The system would wait up to 30 s for a board that hangs to read what was written.
        """
        self._watch.close()
        with suppress(*_BROKEN):
            if self.has_speed and self._taken is None:
                self._drop_unsent()
                self._let_others_in()
        with suppress(*_BROKEN):
            self._port.close()
        _log.info("closed %s", self.device)

    def _leave_to_others(self) -> None:
        """Raise PortTakenError once another program has opened the port."""
        other = None if self._taken is not None else self._watch.other()
        if other is not None:
            _log.info("%s was opened by %s", self.device, other)
            self._taken = PortTakenError(
                f"{self.device} is being used by {other}; expected it for us alone; wait until "
                "that has ended, and connect again",
                other,
            )
        if self._taken is not None:
            raise self._taken

    def _make_quick(self) -> None:
        """Ask for low latency (FTDI gathers bytes for 16 ms), on Windows for a large buffer."""
        with suppress(ValueError, AttributeError, NotImplementedError, *_BROKEN):
            self._port.set_low_latency_mode(True)
        with suppress(AttributeError, *_BROKEN):
            self._port.set_buffer_size(rx_size=_MOST)

    def _hold(self) -> None:
        """Keep other programs from opening the port; on Linux only those of ours.

        The lock of pyserial only binds programs that ask for it, as esptool does; Linux can lock in
        a way that no uploader asks for, and tells if one comes. Elsewhere a program that opened the
        port would get half of the bytes, and none would notice. On a pty that flag would remain.
        """
        if sys.platform == "linux":
            try:
                fcntl.fcntl(self._port.fileno(), fcntl.F_OFD_SETLK, _WHOLE_FILE)
            except OSError as error:
                self.close()
                raise port_in_use(self.device, [*other_holders(self.device)]) from error
            self._port.exclusive = False
        elif self.has_speed:
            with suppress(*_BROKEN):
                self._ioctl("TIOCEXCL")

    def _let_others_in(self) -> None:
        if sys.platform != "linux":
            self._ioctl("TIOCNXCL")

    def _drop_unsent(self) -> None:
        until_s = time.monotonic() + _DRAIN_S
        while self._port.out_waiting:
            if time.monotonic() > until_s:
                self._port.reset_output_buffer()
                return
            time.sleep(_LOOK_S)

    def _ioctl(self, name: str) -> None:
        if sys.platform != "win32":
            fcntl.ioctl(self._port.fileno(), getattr(termios, name))


class SocketLink:
    """A board behind ``socket://host:port``."""

    has_speed = False

    def __init__(self, device: str) -> None:
        self.device = device
        try:
            address = urlsplit(device)
            host, port = address.hostname, address.port
        except ValueError:
            host = port = None
        if host is None or port is None:
            raise UsageError(f"{device} is not an address; expected socket://HOST:PORT")
        try:
            self._socket = socket.create_connection((host, port), timeout=_CONNECT_S)
        except OSError as error:
            raise SourceError(
                f"nothing answers at {device} ({refusal(error)}); expected a board behind "
                "that address; is it switched on, and emgstream simulate --tcp running?"
            ) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(_WAIT_S)
        _log.info("connected to %s", device)

    def read(self, *, waits: bool = False) -> bytes:
        """Return received bytes within 20 ms."""
        there = self._receive() if waits and self._has_bytes() else b""
        try:
            return there + self._receive()
        except SourceDisconnectedError:
            if not there:
                raise
            return there  # the next read tells that it is gone

    def _has_bytes(self) -> bool:
        return bool(select.select([self._socket], [], [], 0.0)[0])

    def _receive(self) -> bytes:
        try:
            data = self._socket.recv(_MOST)
        except TimeoutError:
            return b""
        except OSError as error:
            raise _gone(self.device, error) from error
        if not data:
            raise SourceDisconnectedError(f"{self.device} closed the connection")
        return data

    def write(self, data: bytes) -> None:
        """Send; what the board does not read is dropped."""
        try:
            with suppress(TimeoutError):
                self._socket.sendall(data)
        except OSError as error:
            raise _gone(self.device, error) from error

    def set_speed(self, baud: int) -> None:
        """Do nothing: a TCP connection has no line speed."""

    def close(self) -> None:
        """Close the connection."""
        with suppress(OSError):
            self._socket.close()
        _log.info("disconnected from %s", self.device)


def _is_pseudo_terminal(device: str) -> bool:
    return os.path.realpath(device).startswith(_PSEUDO_TERMINALS)


def _gone(device: str, error: Exception) -> SourceDisconnectedError:
    return SourceDisconnectedError(f"{device} is gone ({error})")


def _cannot_open(device: str, baud: int, error: Exception) -> SourceError | UsageError:
    match port_failure(error):
        case PortFailure.MISSING:
            return not_found(device, list_ports())
        case PortFailure.IN_USE:
            return port_in_use(device, holders(device))
        case PortFailure.NOT_ALLOWED:
            return no_permission(device)
        case PortFailure.NO_TERMINAL:
            return no_port(device, list_ports())
        case PortFailure.NO_ANSWER:
            return no_partner(device)
        case PortFailure.NO_SUCH_SPEED:
            return UsageError(f"{device} does not open at {baud} baud ({error}); try --baud 115200")
    return SourceError(f"cannot open {device} ({error}); expected a serial port; unplug and replug")
