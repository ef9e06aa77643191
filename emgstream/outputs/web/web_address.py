"""The address of the web output, and the host names and origins that it accepts."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

from emgstream.errors import UsageError
from emgstream.outputs.address import Address

__all__ = ["DEFAULT_ADDRESS", "WebAddress"]

DEFAULT_ADDRESS = "127.0.0.1:8765"
"""A choice: this machine only, and the port in the examples of the library ``websockets``."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_NAME = re.compile(r"null|(\[[0-9a-f:]+\]|[0-9a-z._-]+)(:[0-9]{1,5})?")
_PORT = re.compile(r":[0-9]*$")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """Address to listen on, and further names that are accepted.

    A browser on this machine opens pages of any author. Two checks keep them away from the
    decisions: of the ``Host`` header, as the name of a foreign site can be made to lead to this
    machine (DNS rebinding), and of the ``Origin`` header of a WebSocket.
    """

    address: Address
    """Host and port to listen on."""
    names: tuple[str, ...] = ()
    """Further hosts, each with or without a port, that are accepted; ``null`` is a local file."""

    @classmethod
    def parse(cls, text: str) -> WebAddress:
        """Read ``[HOST:]PORT[,NAME...]``. Raises UsageError.

        >>> str(WebAddress.parse("9000").address), WebAddress.parse("0.0.0.0:80,lab.lan").names
        ('127.0.0.1:9000', ('lab.lan',))
        """
        address, *names = (part.strip() for part in text.split(","))
        wrong = [name for name in names if not _NAME.fullmatch(name.lower())]
        if wrong:
            raise UsageError(
                f"{wrong[0]!r} is not a host name; expected HOST or HOST:PORT after the comma, as "
                "in 0.0.0.0:8765,emg.lan"
            )
        host = f"{Address.parse(DEFAULT_ADDRESS).host}:" if address.isdigit() else ""
        read = Address.parse(f"{host}{address}" if address else DEFAULT_ADDRESS)
        return cls(read, tuple(name.lower() for name in names))

    @property
    def is_loopback(self) -> bool:
        """True if only programs on this machine can connect."""
        return self.address.host in _LOOPBACK

    @property
    def url(self) -> str:
        """Address of the page, as a browser on this machine takes it."""
        if self.address.host in ("0.0.0.0", "::"):
            return f"http://{socket.gethostname()}:{self.address.port}/"
        return f"http://{self.address}/"

    def accepts_host(self, host: str, local_ip: str) -> bool:
        """Return True if a ``Host`` header names this server.

        ``local_ip`` is the address of this machine that the connection came to. A DNS name can be
        made to lead to it, the address itself cannot.
        """
        name = _without_port(host)
        own = {self.address.host.lower(), local_ip, *_LOOPBACK}
        if not self.is_loopback:
            machine = socket.gethostname().lower()
            own |= {machine, f"{machine}.local"}
        return name in own or self._is_named(host)

    def accepts_origin(self, origin: str | None, host: str) -> bool:
        """Return True if a WebSocket may be opened by a page of this origin.

        The page of this server may, whose origin is that of the accepted ``host``, and so may a
        program that is no browser and sends none.
        """
        if origin is None:
            return True
        place = origin.lower().rpartition("://")[2]
        return place == host.lower() or self._is_named(place)

    def _is_named(self, host: str) -> bool:
        return bool({host.lower(), _without_port(host)} & set(self.names))


def _without_port(host: str) -> str:
    """Return a host in lower case without its port, and an IPv6 address without brackets.

    >>> _without_port("[::1]:8765"), _without_port("Lab.LAN:80"), _without_port("lab")
    ('::1', 'lab.lan', 'lab')
    """
    return _PORT.sub("", host.lower()).strip("[]")
