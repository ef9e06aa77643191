"""The server of the web output: one page, and decisions over WebSocket at the same address."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from contextlib import closing, suppress
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from emgstream.errors import OutputError
from emgstream.logs import get_logger
from emgstream.outputs.output_kind import StreamContext
from emgstream.outputs.web.web_address import WebAddress
from emgstream.outputs.web.web_client import WebClient
from emgstream.worker import Worker

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["WebServer"]

_POLL_S = 0.05
"""Seconds between two looks at the end, as `Worker` asks for, and at the states of the streams."""
_LINGER_S = 1.0
"""Seconds for clients to take what waits for them at the end: as long as for a slow output."""
_OPEN_S = 2.0
"""Seconds until a connection without a request is closed: a choice. Browsers open some in advance;
the end waits for them, and must be shorter than the time that `Worker` waits for a thread."""
_PING_S = 5.0
"""Seconds between two pings, and until a client that does not answer is given up: a choice."""
_SEND_BUFFER = 2**16
"""Bytes that the system keeps for a slow client: a choice, about 150 decisions. Without a limit
they would be megabytes, and a client that falls behind would show what is minutes old."""
_MOST_CLIENTS = 64
"""Most clients at once: a choice that bounds the memory; a page is one client."""
_MOST_READ = 1024
"""Longest message in bytes that is read from a client; all are ignored. A choice."""

_DECISIONS, _EVENTS = "/", "/events"


class WebServer:
    """Serves the page and the WebSockets of all streams of a run, on the thread ``emg-web``.

    ``ws://HOST:PORT/`` sends each decision as the object of a JSON line. ``/events`` sends the
    state of each stream as well, as an object with the key ``state``. Any thread may call `publish`
    and `add_stream`; both return at once.

    Raises OutputError on entering if it cannot listen on the address.
    """

    def __init__(self, address: WebAddress) -> None:
        self.address = address
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clients: tuple[WebClient, ...] = ()
        self._streams: tuple[StreamContext, ...] = ()
        self._lock = threading.Lock()
        self._worker = Worker("emg-web", self._run)

    def __enter__(self) -> Self:
        self._socket = _listening(self.address)
        self._loop = asyncio.new_event_loop()
        self._worker.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._worker.stop()
        self._worker.check()

    @property
    def n_clients(self) -> int:
        """Number of connected clients."""
        return len(self._clients)

    @property
    def n_slow_clients(self) -> int:
        """Number of connected clients for which decisions were dropped."""
        return sum(client.n_dropped > 0 for client in self._clients)

    def add_stream(self, stream: StreamContext) -> None:
        """Show the state of a stream from now on."""
        with self._lock:
            self._streams = (*self._streams, stream)

    def remove_stream(self, stream: StreamContext) -> None:
        """Stop showing the state of a stream."""
        with self._lock:
            self._streams = tuple(one for one in self._streams if one is not stream)

    def publish(self, texts: list[str]) -> int:
        """Queue decisions for every client; return the most that one of them lost by it."""
        self._worker.check()
        n_lost = max((client.put(texts) for client in self._clients), default=0)
        if self._loop is not None:
            with suppress(RuntimeError):  # the server has ended, and its loop is closed
                self._loop.call_soon_threadsafe(self._wake)
        return n_lost

    def _wake(self) -> None:
        for client in self._clients:
            client.wake()

    def _run(self, stop: threading.Event) -> None:
        if self._loop is None:
            raise RuntimeError("the thread of the server starts on entering")
        with closing(self._loop) as loop:
            loop.run_until_complete(self._serve(stop))

    async def _serve(self, stop: threading.Event) -> None:
        logger = logging.getLogger(f"{__name__}.websockets")
        logger.setLevel(logging.INFO)  # its debug level logs every message
        async with serve(
            self._attend,
            sock=self._socket,
            process_request=self._answer,
            compression=None,
            open_timeout=_OPEN_S,
            ping_interval=_PING_S,
            ping_timeout=_PING_S,
            close_timeout=_LINGER_S,
            max_size=_MOST_READ,
            logger=logger,
        ) as server:
            while not stop.is_set():
                self._show_states()
                await asyncio.sleep(_POLL_S)
            await self._end(server)

    async def _end(self, server: Server) -> None:
        """Wait until the clients have got all, but not for slow ones, and disconnect them."""
        now_s = asyncio.get_running_loop().time
        deadline_s = now_s() + _LINGER_S
        while now_s() < deadline_s and not all(one.is_served for one in self._clients):
            await asyncio.sleep(_POLL_S)
        for client in self._clients:
            if not client.is_served:
                client.disconnect()
        server.close()

    def _show_states(self) -> None:
        now_s = asyncio.get_running_loop().time()
        for stream in self._streams:
            state = _state(stream)
            for client in self._clients:
                client.show(stream.name, state, now_s)

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Return the page or a refusal; None to open a WebSocket."""
        host = _header(request, "Host") or ""
        if not self.address.accepts_host(host, connection.local_address[0]):
            return _refusal(connection, f"the host name {host!r} is not one of this server")
        path = request.path.partition("?")[0]
        if (_header(request, "Upgrade") or "").lower() != "websocket":
            return _page(connection, host) if path == "/" else _not_found(connection)
        if path not in (_DECISIONS, _EVENTS):
            return _not_found(connection)
        origin = _header(request, "Origin")
        if not self.address.accepts_origin(origin, host):
            return _refusal(connection, f"a page of {origin!r} may not read the decisions")
        if self.n_clients >= _MOST_CLIENTS:
            words = f"{_MOST_CLIENTS} clients are connected, the most there can be\n"
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, words)
        return None

    async def _attend(self, connection: ServerConnection) -> None:
        """Send to a client until it leaves; what it sends is ignored."""
        request = connection.request
        path = "" if request is None else request.path.partition("?")[0]
        client = WebClient(connection, takes_states=path == _EVENTS)
        sending = asyncio.create_task(client.send_all())
        self._clients = (*self._clients, client)
        self._show_states()
        try:
            async for _ in connection:
                pass
        except ConnectionClosed:
            pass
        finally:
            self._clients = tuple(one for one in self._clients if one is not client)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)


def _state(stream: StreamContext) -> dict[str, Any]:
    """Return the state of a stream for the page, as JSON's own types."""
    status = stream.status()
    return {
        "stream": stream.name,
        "source": stream.source_name(),
        "classes": list(stream.class_names),
        "state": status.state.value,
        "words": status.words,
        "rate_hz": None if status.rate_hz is None else round(status.rate_hz, 1),
        "n_lost": status.n_lost if status.sees_loss else None,
        "n_missed": status.n_missed,
        "n_reconnects": status.n_reconnects,
        "is_synthetic": status.is_synthetic,
    }


def _listening(address: WebAddress) -> socket.socket:
    """Return a socket that listens on an address; raises OutputError if that is not possible."""
    place = (address.address.host, address.address.port)
    try:
        family = socket.getaddrinfo(*place, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server(place, family=family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)  # its clients' too
        return listening
    except (OSError, UnicodeError) as error:
        reason = str(getattr(error, "strerror", None) or error).partition(" (while")[0]
        raise OutputError(
            f"cannot open the web page at {address.address}: {reason}; expected a free port of "
            "this machine; close the other program, or choose another port, for example --web 8766"
        ) from error


@cache
def _page_text() -> str:
    return files(__package__).joinpath("page.html").read_text(encoding="utf-8")


def _page(connection: ServerConnection, host: str) -> Response:
    response = connection.respond(HTTPStatus.OK, _page_text())
    del response.headers["Content-Type"]
    response.headers.update(
        {
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Content-Security-Policy": (
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                f"img-src data:; connect-src 'self' ws://{host} wss://{host}; "
                "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
            ),
        }
    )
    return response


def _header(request: Request, name: str) -> str | None:
    """Return the value of a header, several joined with commas; None without one."""
    return ", ".join(request.headers.get_all(name)) or None


def _not_found(connection: ServerConnection) -> Response:
    return connection.respond(HTTPStatus.NOT_FOUND, f"the page is at {_DECISIONS}\n")


def _refusal(connection: ServerConnection, words: str) -> Response:
    get_logger(__name__).warning("refused: %s", words)
    advice = "expected its own; to allow it, name it after the address, as in --web 8765,NAME"
    response = connection.respond(HTTPStatus.FORBIDDEN, f"{words}; {advice}\n")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
