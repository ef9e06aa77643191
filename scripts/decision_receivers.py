"""Programs that receive decisions, one for each output, each in a thread, and their counts.

As a process of its own, it prints the options of emgstream for them as JSON, receives until its
standard input ends, and compares what came with the decisions in a file of JSON lines:

    python scripts/decision_receivers.py BROKER_PORT FILE
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from array import array
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stream_senders import free_port

from emgstream.worker import Worker

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["SETTLE_S", "DecisionReceiver", "missing_decisions", "receivers_of_all"]

SETTLE_S = 1.0
"""Seconds that the last decisions may be on their way to a receiver."""

WAIT_S = 0.5  # between two looks whether to end


def receivers_of_all(broker_port: int) -> list[DecisionReceiver]:
    """Return a receiver for each output over a network, not yet entered."""
    name = f"soak {os.getpid()}"
    return [
        WebReceiver(),
        MqttReceiver(broker_port),
        LslReceiver(name),
        OscReceiver(),
        UdpReceiver(),
    ]


def missing_decisions(file: Path, receivers: Sequence[DecisionReceiver]) -> list[str]:
    """Compare what each receiver got with a file of JSON lines, from the first that both have.

    The file ends with the decision at which its output was closed; others may get more. Prints a
    row for each receiver, and returns what is missing.
    """
    decided = [json.loads(line)["index"] for line in file.open(encoding="utf-8")]
    found = []
    for one in receivers:
        got = [index for index in one.indices if decided[0] <= index <= decided[-1]]
        expected = [index for index in decided if got and index >= got[0]]
        began = "nothing" if not got else f"from index {got[0]:,} on"
        print(f"{one.option}: received {len(got):,} of {len(expected):,}, {began}")
        if not got or got != expected:
            n_missing = len(set(expected or decided) - set(got))
            found.append(f"{one.option}: {n_missing:,} decisions are missing or out of order")
    return found


class DecisionReceiver:
    """The receiver of one output: entering it starts its thread, leaving ends it.

    An error of its thread is raised on leaving.
    """

    option: str
    """The option of emgstream for the output."""

    def __init__(self) -> None:
        self.indices = array("q")
        """Indices of the decisions, in the order in which they came."""
        self._worker = Worker(f"receiver of {self.option}", self.receive)

    @property
    def value(self) -> str:
        """The value of the option that makes emgstream send to this receiver."""
        raise NotImplementedError

    def receive(self, stop: threading.Event) -> None:
        """Note decisions until the thread is to end."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._worker.start()
        return self

    def __exit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        self._worker.stop()
        if exc_type is None:
            self._worker.check()

    def note(self, text: str | bytes) -> None:
        """Note the decision in a JSON object."""
        self.indices.append(json.loads(text)["index"])


class UdpReceiver(DecisionReceiver):
    """A socket."""

    option = "--udp"

    def __init__(self) -> None:
        super().__init__()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(WAIT_S)

    @property
    def value(self) -> str:
        """The port of the socket."""
        return f"127.0.0.1:{self.socket.getsockname()[1]}"

    def receive(self, stop: threading.Event) -> None:
        """Read datagrams."""
        with self.socket:
            while not stop.is_set():
                with suppress(TimeoutError):
                    self.take(self.socket.recv(2**16))

    def take(self, datagram: bytes) -> None:
        """Note the decision in a datagram."""
        self.note(datagram)


class OscReceiver(UdpReceiver):
    """A socket, and python-osc to read its datagrams."""

    option = "--osc"

    def take(self, datagram: bytes) -> None:
        """Note the decision in a bundle."""
        from pythonosc.osc_packet import OscPacket

        for timed in OscPacket(datagram).messages:
            if timed.message.address == "/emgstream/decision":
                self.indices.append(timed.message.params[3])


class WebReceiver(DecisionReceiver):
    """A WebSocket client."""

    option = "--web"

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()

    @property
    def value(self) -> str:
        """A free port."""
        return str(self.port)

    def receive(self, stop: threading.Event) -> None:
        """Connect as soon as the server is there, and read messages until it is gone."""
        from websockets.exceptions import ConnectionClosed
        from websockets.sync.client import connect

        while not stop.is_set():
            try:
                with connect(f"ws://127.0.0.1:{self.port}/") as socket, suppress(ConnectionClosed):
                    while not stop.is_set():
                        with suppress(TimeoutError):
                            self.note(socket.recv(WAIT_S))
            except OSError:
                time.sleep(0.1)


class MqttReceiver(DecisionReceiver):
    """A subscriber at a broker."""

    option = "--mqtt"

    def __init__(self, broker_port: int) -> None:
        super().__init__()
        self.port = broker_port

    @property
    def value(self) -> str:
        """The broker and a topic."""
        return f"127.0.0.1:{self.port}/soak"

    def receive(self, stop: threading.Event) -> None:
        """Subscribe and read messages."""
        import paho.mqtt.client as mqtt
        from paho.mqtt.enums import CallbackAPIVersion

        def take(_client: Any, _data: Any, message: Any) -> None:
            self.note(message.payload)

        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.on_message = take
        client.on_connect = lambda one, *_: one.subscribe("soak", 1)
        client.connect("127.0.0.1", self.port)
        while not stop.is_set():
            client.loop(WAIT_S)
        client.disconnect()


class LslReceiver(DecisionReceiver):
    """An inlet of the decisions."""

    option = "--lsl"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    @property
    def value(self) -> str:
        """The name of the streams."""
        return self.name

    def receive(self, stop: threading.Event) -> None:
        """Find the stream and read it."""
        import pylsl

        found: Sequence[Any] = ()
        while not found and not stop.is_set():
            found = pylsl.resolve_byprop("name", f"{self.name} decisions", timeout=WAIT_S)
        if not found:
            raise RuntimeError(f"no LSL stream {self.name} decisions")
        inlet = pylsl.StreamInlet(found[0])
        while not stop.wait(0.02):
            rows, _ = inlet.pull_chunk(timeout=0.0)
            self.indices.extend(int(row[3]) for row in rows)


def main() -> int:
    """Receive until standard input ends, and return the exit code."""
    broker_port, file = int(sys.argv[1]), Path(sys.argv[2])
    with ExitStack() as stack:
        receivers = [stack.enter_context(one) for one in receivers_of_all(broker_port)]
        print(json.dumps({one.option: one.value for one in receivers}), flush=True)
        sys.stdin.read()
        time.sleep(SETTLE_S)
        found = missing_decisions(file, receivers)
    print("; ".join(found) or "no decision is missing")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
