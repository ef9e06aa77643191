"""A web output to connect to, on a free port of this machine."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from emgstream.outputs.address import Address
from emgstream.outputs.output_kind import StreamContext
from emgstream.outputs.web.web_address import WebAddress
from emgstream.outputs.web.web_output import WebOutput
from emgstream.outputs.web.web_server import WebServer
from emgstream.sources.source_status import SourceState, SourceStatus
from tests.outputs.updates import CLASSES

__all__ = ["STREAMING", "free_port", "serving"]

STREAMING = SourceStatus(SourceState.STREAMING, rate_hz=1000.04, port="COM3")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


@contextmanager
def serving(
    *names: str,
    status: Callable[[], SourceStatus] = lambda: STREAMING,
    stream: str | None = None,
    classes: tuple[str, ...] = CLASSES,
    port: int | None = None,
) -> Iterator[tuple[WebServer, WebOutput]]:
    """Give a running server that accepts ``names``, too, and its output."""
    address = WebAddress(Address("127.0.0.1", port or free_port()), names)
    context = StreamContext(classes, stream, status, lambda: "COM3")
    with WebServer(address) as server, WebOutput(server, context) as output:
        yield server, output
