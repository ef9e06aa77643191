"""Datagrams to one address: sent if they can be sent at once, else lost."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emgstream.errors import OutputError, UsageError

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Address", "Datagrams"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where datagrams go."""

    host: str
    """A name or an IP address."""
    port: int
    """1 to 65535."""

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``HOST:PORT``; an IPv6 address stands in brackets. Raises UsageError.

        >>> Address.parse("[::1]:9000")
        Address(host='::1', port=9000)
        """
        host, _, port = text.rpartition(":")
        is_bracketed = host.startswith("[") and host.endswith("]")
        is_number = port.isascii() and port.isdigit() and 0 < int(port) <= 0xFFFF
        if not host or (":" in host and not is_bracketed) or not is_number:
            raise UsageError(f"{text!r} is no address; expected HOST:PORT as 127.0.0.1:9000")
        return cls(host.strip("[]"), int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Datagrams:
    """A UDP socket that never waits: what the network does not take at once is lost."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._socket: socket.socket | None = None
        self._target: tuple[object, ...] = ()

    def __enter__(self) -> Self:
        try:
            found = socket.getaddrinfo(
                self._address.host, self._address.port, type=socket.SOCK_DGRAM
            )
            family, kind, protocol, _, self._target = found[0]
            self._check_route(family)
            self._socket = socket.socket(family, kind, protocol)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OutputError(
                f"cannot send to {self._address}: {reason}; expected a host that this machine's "
                "network leads to; 127.0.0.1 is this machine itself"
            ) from error
        self._socket.setblocking(False)
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._socket is not None:
            self._socket.close()

    def send(self, data: bytes) -> bool:
        """Send one datagram; tells whether the network took it."""
        if self._socket is None:
            raise RuntimeError("datagrams are sent between entering and leaving")
        try:
            self._socket.sendto(data, self._target)
        except OSError:  # a full buffer, or the network is away for now
            return False
        return True

    def _check_route(self, family: socket.AddressFamily) -> None:
        """Raise OSError where no network of this machine leads there; sends nothing."""
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(self._target)
