"""Decisions over UDP, as JSON and as OSC, read by a plain socket of this machine."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle

from emgstream.errors import OutputError, UsageError
from emgstream.outputs.address import Address
from emgstream.outputs.osc import OscOutput
from emgstream.outputs.udp import UdpOutput
from tests.outputs.updates import CLASSES, update


@contextmanager
def listening() -> Iterator[tuple[socket.socket, Address]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(20.0)
        yield listener, Address("127.0.0.1", listener.getsockname()[1])


def test_a_datagram_is_the_object_of_a_json_line() -> None:
    with listening() as (listener, address), UdpOutput(address, "COM3") as output:
        output.write(update(199, [1, 2]))
        first, second = (json.loads(listener.recv(65_536)) for _ in range(2))
    assert (first["index"], first["label"], first["stream"]) == (199, "fist", "COM3")
    assert (second["index"], second["label"]) == (219, "open")
    assert first["probabilities"] == {"rest": 0.125, "fist": 0.75, "open": 0.125}
    assert output.n_lost == 0


@pytest.mark.parametrize(("stream", "root"), [(None, "/emgstream"), ("COM 3", "/emgstream/COM_3")])
def test_an_osc_bundle_has_the_decision_and_every_probability(
    stream: str | None, root: str
) -> None:
    far = 2**40
    with listening() as (listener, address), OscOutput(address, stream) as output:
        one = update(far, [2])
        filled = replace(one.decisions, filled=np.array([0.25]))
        output.write(replace(one, decisions=filled))
        bundle = OscBundle(listener.recv(65_536))
    decision, *probabilities, share = [content.params for content in bundle]
    assert [content.address for content in bundle] == [
        f"{root}/decision",
        *(f"{root}/probability/{name}" for name in CLASSES),
        f"{root}/filled",
    ]
    assert decision == ["open", 0.75, "ok", far, far / 1000.0]
    assert probabilities == [[0.125], [0.125], [0.75]]
    assert share == [0.25]


def test_nobody_need_listen() -> None:
    with listening() as (_, address):
        pass
    with UdpOutput(address) as output:
        for number in range(100):
            output.write(update(number))
    assert output.n_lost == 0


def test_what_the_network_does_not_take_is_counted() -> None:
    one = update(0, [1, 2])
    longer_than_a_datagram = ("rest", "f" * 70_000, "open")
    huge = replace(one, decisions=replace(one.decisions, class_names=longer_than_a_datagram))
    with listening() as (_, address), UdpOutput(address) as output:
        output.write(huge)
        output.write(one)
    assert output.n_lost == 2


@pytest.mark.parametrize("text", ["9000", ":9000", "host:", "host:0", "host:65536", "::1:9000", ""])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected HOST:PORT"):
        Address.parse(text)


def test_a_host_that_is_not_known_is_told_on_opening() -> None:
    with pytest.raises(OutputError, match=r"cannot send to no\.\.host:9000"):
        UdpOutput(Address("no..host", 9000)).__enter__()
