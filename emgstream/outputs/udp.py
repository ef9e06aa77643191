"""Decisions as UDP datagrams of JSON, for programs on this or another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emgstream.outputs.address import Address
from emgstream.outputs.datagrams import Datagrams
from emgstream.outputs.documents import encoded
from emgstream.outputs.output import Output, Update
from emgstream.outputs.output_kind import StreamContext

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["UdpOutput", "open_udp"]


class UdpOutput(Output):
    """One datagram per decision, with the same object as a JSON line; a receiver is optional.

    Raises OutputError on entering if there is no route to the address.
    """

    def __init__(self, address: Address, stream: str | None = None) -> None:
        self.name = f"UDP to {address}"
        self._datagrams = Datagrams(address)
        self._stream = stream

    def __enter__(self) -> Self:
        self._datagrams.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._datagrams.__exit__(*exc_info)

    def write(self, update: Update) -> None:
        """Send one datagram per decision."""
        for text in encoded(update, self._stream):
            self.n_lost += not self._datagrams.send(text.encode())


def open_udp(address: Address, stream: StreamContext) -> UdpOutput:
    """Return the output that sends the decisions of one stream to an address."""
    return UdpOutput(address, stream.name)
