"""Decisions for web browsers, games and stream overlays: WebSocket messages and a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emgstream.outputs.documents import encoded
from emgstream.outputs.output import Output, Update
from emgstream.outputs.output_kind import StreamContext
from emgstream.outputs.web.web_server import WebServer
from emgstream.wording import counted

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["WebOutput", "open_web"]


class WebOutput(Output):
    """One WebSocket message per decision, the object of a JSON line; clients are optional.

    A decision that a client was too slow for is counted in ``n_lost``, once for all of them.

    Parameters
    ----------
    server
        Sends the messages; the owner enters and leaves it. Several streams may share one.
    stream
        The stream, whose state the page shows.
    """

    def __init__(self, server: WebServer, stream: StreamContext) -> None:
        self.name = f"web page {server.address.url}"
        self._server = server
        self._stream = stream

    def __enter__(self) -> Self:
        self._server.add_stream(self._stream)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.remove_stream(self._stream)

    @property
    def state(self) -> str:  # type: ignore[override]
        """The address, and a note if there are clients that are too slow."""
        n_slow = self._server.n_slow_clients
        slow = f": {counted(n_slow, 'client')} too slow, decisions dropped" if n_slow else ""
        return f"{self.name}{slow}"

    def write(self, update: Update) -> None:
        """Send one message per decision to every client."""
        self.n_lost += self._server.publish(encoded(update, self._stream.name))


def open_web(server: WebServer, stream: StreamContext) -> WebOutput:
    """Return the output of one stream; all streams of a run share the server."""
    return WebOutput(server, stream)
