"""The address of a UDP receiver, as it is written on the command line."""

from __future__ import annotations

from dataclasses import dataclass

from emgstream.errors import UsageError
from emgstream.wording import number_up_to

__all__ = ["Address"]


@dataclass(frozen=True, slots=True)
class Address:
    """Host and port of a UDP receiver."""

    host: str
    """A name or an IP address."""
    port: int
    """UDP port, 1 to 65535."""

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``HOST:PORT``; an IPv6 address is in brackets. Raises UsageError.

        >>> Address.parse("[::1]:9000")
        Address(host='::1', port=9000)
        """
        host, _, port = text.rpartition(":")
        is_bracketed = host.startswith("[") and host.endswith("]")
        number = number_up_to(port, 0xFFFF)
        if not host or (":" in host and not is_bracketed) or not number:
            raise UsageError(
                f"{text!r} is not an address; expected HOST:PORT, for example 127.0.0.1:9000"
            )
        return cls(host.strip("[]"), number)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
