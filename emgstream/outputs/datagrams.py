"""Datagrams to one address: each is sent at once or lost."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from emgstream.errors import OutputError
from emgstream.outputs.address import Address

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Datagrams"]


class Datagrams:
    """A UDP socket that never waits: a datagram that cannot be sent at once is lost."""

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
                f"cannot send to {self._address}: {reason}; expected a host that this computer can "
                "reach; 127.0.0.1 is this computer"
            ) from error
        self._socket.setblocking(False)
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._socket is not None:
            self._socket.close()

    def send(self, data: bytes) -> bool:
        """Send one datagram; return False if it was lost."""
        if self._socket is None:
            raise RuntimeError("datagrams are sent between entering and leaving")
        try:
            self._socket.sendto(data, self._target)
        except OSError:  # a full buffer, or the network is away for now
            return False
        return True

    def _check_route(self, family: socket.AddressFamily) -> None:
        """Raise OSError if there is no route to the address; sends nothing."""
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(self._target)
