"""The web output, read by WebSocket clients and plain requests of this machine."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from email.message import Message
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from emgstream.errors import OutputError, UsageError
from emgstream.gui.palette import DARK, LIGHT
from emgstream.outputs.documents import encoded
from emgstream.outputs.web.web_address import WebAddress
from emgstream.outputs.web.web_server import WebServer
from emgstream.sources.source_status import SourceState, SourceStatus
from tests.outputs.updates import CLASSES, update
from tests.outputs.web_bench import serving
from tests.simulation.boards import PATIENCE_S, wait_for

PAST_THE_BUFFERS = 4000
"""Decisions of about 400 bytes: more than is kept for a connection that nobody reads."""


@contextmanager
def client(server: WebServer, path: str = "", **more: Any) -> Iterator[ClientConnection]:
    url = server.address.url.replace("http", "ws") + path
    n_before = server.n_clients
    with connect(url, proxy=None, **more) as connection:
        wait_for(lambda: server.n_clients > n_before, lambda: server.n_clients)
        yield connection


def get(
    server: WebServer, path: str = "/", hosts: tuple[str, ...] | None = None, **headers: str
) -> tuple[int, str, Message]:
    """Return status, text and headers of the answer to a request."""
    place = server.address.address
    connection = http.client.HTTPConnection(place.host, place.port, timeout=PATIENCE_S)
    connection.putrequest("GET", path, skip_host=True)
    for host in hosts or (str(place),):
        connection.putheader("Host", host)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    with closing(connection), connection.getresponse() as response:
        return response.status, response.read().decode(), response.headers


def refused(server: WebServer, path: str = "", **more: Any) -> int:
    with pytest.raises(InvalidStatus) as caught, client(server, path, **more):
        pass
    return caught.value.response.status_code


def test_each_decision_is_a_message_with_the_object_of_a_json_line() -> None:
    one = update(199, [1, 2])
    with (
        serving(stream="COM3") as (server, output),
        client(server) as first,
        client(server) as second,
    ):
        output.write(one)
        received = [
            [connection.recv(PATIENCE_S) for _ in range(2)] for connection in (first, second)
        ]
    assert received == [encoded(one, "COM3")] * 2
    assert output.n_lost == 0


def test_what_came_before_the_end_is_sent_before_the_server_goes() -> None:
    with serving() as (server, output), client(server) as reader:
        for number in range(200):
            output.write(update(number))
        end = threading.Thread(target=server.__exit__, args=(None, None, None))
        end.start()
        received = [json.loads(message)["index"] for message in reader]
        end.join(PATIENCE_S)
    assert received == [*range(200)]
    assert reader.close_code == 1001  # going away


def test_nobody_need_read() -> None:
    with serving() as (server, output):
        output.write(update(0))
        assert output.state == f"web page {server.address.url}"
    assert output.n_lost == 0


def test_the_events_begin_with_the_state_and_tell_every_change() -> None:
    now = [SourceStatus(SourceState.STREAMING, rate_hz=1000.04, sees_loss=True, n_lost=3)]
    with (
        serving(status=lambda: now[0]) as (server, output),
        client(server, "events") as reader,
    ):
        first = json.loads(reader.recv(PATIENCE_S))
        output.write(update(199))
        decision = json.loads(reader.recv(PATIENCE_S))
        now[0] = replace(now[0], state=SourceState.UNPLUGGED, words="unplugged: reconnecting")
        told = json.loads(reader.recv(PATIENCE_S))
    assert (first["state"], first["source"], first["classes"]) == ("streaming", "COM3", [*CLASSES])
    assert (first["rate_hz"], first["n_lost"], first["n_dropped"]) == (1000.0, 3, 0)
    assert decision["label"] == "fist"
    assert (told["state"], told["words"]) == ("unplugged", "unplugged: reconnecting")


@contextmanager
def stuck(server: WebServer) -> Iterator[socket.socket]:
    """Give the socket of a client that opens a WebSocket and reads nothing more."""
    place = server.address.address
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.connect((place.host, place.port))
        plain.sendall(
            f"GET / HTTP/1.1\r\nHost: {place}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        wait_for(lambda: server.n_clients > 0, lambda: server.n_clients)
        yield plain


def test_the_end_does_not_wait_for_a_client_that_reads_nothing() -> None:
    with serving() as (server, output), stuck(server):
        for number in range(PAST_THE_BUFFERS // 20):
            output.write(update(400 * number, [1] * 20))
            wait_for(lambda: server.n_clients == 1, lambda: server.n_clients)
        wait_for(lambda: bool(server.n_slow_clients), lambda: output.state)
        began_s = time.perf_counter()
        server.__exit__(None, None, None)
        assert time.perf_counter() - began_s < 4.0


@pytest.mark.realtime
def test_a_client_that_reads_nothing_for_seconds_is_disconnected() -> None:
    with serving() as (server, output), stuck(server):
        for number in range(PAST_THE_BUFFERS // 20):
            output.write(update(400 * number, [1] * 20))
        wait_for(lambda: server.n_clients == 0, lambda: server.n_clients)
        assert server.n_clients == 0


def test_a_client_that_reads_nothing_delays_nobody_and_its_losses_are_told() -> None:
    received: list[int] = []
    longest_s = 0.0
    with serving() as (server, output), client(server) as good, socket.socket() as plain:
        place = server.address.address
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.connect((place.host, place.port))
        with client(server, "events", sock=plain, max_queue=1, close_timeout=0.1) as stuck:
            for number in range(PAST_THE_BUFFERS // 20):
                began_s = time.perf_counter()
                output.write(update(400 * number, [1] * 20))
                longest_s = max(longest_s, time.perf_counter() - began_s)
                received += [json.loads(good.recv(PATIENCE_S))["index"] for _ in range(20)]
            assert output.n_lost > 0
            assert output.state.endswith("/: 1 client too slow, decisions dropped")
            n_dropped = 0
            while not n_dropped:  # it reads again, and is told
                n_dropped = json.loads(stuck.recv(PATIENCE_S)).get("n_dropped", 0)
    assert received == [20 * number for number in range(PAST_THE_BUFFERS)]
    assert longest_s < 1.0  # a wait for the client would have no end


def test_a_dead_client_is_given_up_and_the_end_does_not_wait_for_it() -> None:
    with serving() as (server, output):
        place = server.address.address
        with socket.create_connection((place.host, place.port)), client(server) as reader:
            output.write(update(199))
            assert json.loads(reader.recv(PATIENCE_S))["index"] == 199
            began_s = time.perf_counter()
            server.__exit__(None, None, None)
    assert time.perf_counter() - began_s < 5.0


@pytest.mark.parametrize(
    "hosts",
    [
        ("evil.example",),
        ("evil.example:8765",),
        ("127.0.0.1.evil.example",),
        ("",),
        ("127.0.0.1", "evil.example"),
    ],
)
def test_a_host_name_that_is_not_its_own_is_refused(hosts: tuple[str, ...]) -> None:
    with serving("lab.lan", "bench.lan:80") as (server, _output):
        status, text, _ = get(server, hosts=hosts)
        assert status == 403
        assert text.startswith(f"the host name {', '.join(hosts)!r} is not one of this server")
        for path in ("/", "/events"):
            assert get(server, path, hosts, Upgrade="websocket", Connection="Upgrade")[0] == 403


def test_its_own_names_and_those_that_were_named_are_accepted() -> None:
    with serving("lab.lan", "bench.lan:80") as (server, _output):
        names = ["localhost", "127.0.0.1:9", "[::1]:9", "LAB.lan", "lab.lan:9", "bench.lan:80"]
        assert [get(server, hosts=(name,))[0] for name in names] == [200] * len(names)
        assert get(server, hosts=("bench.lan:81",))[0] == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:3000", "null"])
def test_a_page_of_another_origin_is_refused_unless_it_is_named(origin: str) -> None:
    with serving() as (server, output):
        assert refused(server, origin=origin) == 403
        assert refused(server, "events", origin=origin) == 403
    named = origin.rpartition("://")[2]
    with serving(named) as (server, output), client(server, origin=origin) as reader:
        output.write(update(199))
        assert json.loads(reader.recv(PATIENCE_S))["index"] == 199


def test_its_own_page_may_connect() -> None:
    with serving() as (server, _output):
        origin = server.address.url.rstrip("/")
        with client(server, "events", origin=origin) as reader:
            assert json.loads(reader.recv(PATIENCE_S))["state"] == "streaming"


def test_the_page_loads_nothing_from_elsewhere_and_other_paths_are_not_found() -> None:
    with serving() as (server, _output):
        status, text, headers = get(server, "/?overlay")
        assert status == 200
        assert text.startswith("<!doctype html>")
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert get(server, "/secret")[0] == 404
        assert refused(server, "secret") == 404


def test_the_page_has_the_colours_of_the_window() -> None:
    with serving() as (server, _output):
        _, page, _ = get(server)
    for theme in (LIGHT, DARK):
        for color in (theme.window, theme.surface, theme.text, theme.quiet, theme.good, theme.rest):
            assert color in page
        assert f"--classes: {' '.join(theme.classes)};" in page


def test_a_port_in_use_is_one_sentence() -> None:
    with serving() as (server, _output), pytest.raises(OutputError) as caught:
        WebServer(server.address).__enter__()
    assert str(caught.value).startswith(f"cannot open the web page at {server.address.address}:")
    assert ": Address already in use; expected a free port" in str(caught.value)


def test_what_a_client_sends_is_ignored() -> None:
    with serving() as (server, output), client(server) as reader:
        reader.send("hello")
        output.write(update(199))
        assert json.loads(reader.recv(PATIENCE_S))["index"] == 199


@pytest.mark.parametrize(
    ("text", "expected", "names"),
    [
        ("", "127.0.0.1:8765", ()),
        ("9000", "127.0.0.1:9000", ()),
        ("0.0.0.0:80,Lab.LAN,null", "0.0.0.0:80", ("lab.lan", "null")),
        ("[::]:9000", "[::]:9000", ()),
        (",lab.lan:80", "127.0.0.1:8765", ("lab.lan:80",)),
    ],
)
def test_the_address_is_read(text: str, expected: str, names: tuple[str, ...]) -> None:
    read = WebAddress.parse(text)
    assert (str(read.address), read.names) == (expected, names)


@pytest.mark.parametrize(
    "text", ["demo", "127.0.0.1", "9000,http://lab.lan", "9000,a b", "0", "9000,"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected HOST"):
        WebAddress.parse(text)


def test_in_a_network_the_machine_is_called_by_its_address_or_its_name() -> None:
    machine = socket.gethostname()
    open_to_all, alone = WebAddress.parse("0.0.0.0:8765"), WebAddress.parse("8765")
    for host in ("192.0.2.5:8765", f"{machine}:8765", f"{machine}.local", "localhost:8765"):
        assert open_to_all.accepts_host(host, "192.0.2.5")
    assert not open_to_all.accepts_host("192.0.2.6:8765", "192.0.2.5")
    assert not open_to_all.accepts_host("evil.example", "192.0.2.5")
    assert not alone.accepts_host("192.0.2.5:8765", "127.0.0.1")
    assert open_to_all.url == f"http://{machine}:8765/"
