"""The MQTT output against a real broker, mosquitto, on this machine."""

from __future__ import annotations

import json
import queue
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from emgstream.errors import OutputError, UsageError
from emgstream.outputs.documents import encoded
from emgstream.outputs.mqtt import MqttAddress, MqttOutput
from tests.outputs.mqtt_broker import MOSQUITTO, MqttBroker
from tests.outputs.updates import update
from tests.outputs.web_bench import free_port
from tests.posix import posix_signal
from tests.processes import EMGSTREAM
from tests.simulation.boards import PATIENCE_S, wait_for

mqtt = pytest.importorskip("paho.mqtt.client", reason="needs the extra mqtt")
needs_broker = pytest.mark.skipif(MOSQUITTO is None, reason="needs mosquitto")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[MqttBroker]:
    one = MqttBroker(tmp_path)
    one.start()
    yield one
    one.stop()


@contextmanager
def subscribed(broker: MqttBroker, topic: str) -> Iterator[queue.Queue[tuple[str, str]]]:
    """Give the messages on some topics, each with its topic."""
    received: queue.Queue[tuple[str, str]] = queue.Queue()
    is_ready: queue.Queue[bool] = queue.Queue()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)

    def take(_client: Any, _data: Any, message: Any) -> None:
        received.put((message.topic, message.payload.decode()))

    client.on_message = take
    client.on_subscribe = lambda *_: is_ready.put(True)
    client.on_connect = lambda one, *_: one.subscribe(topic, 1)
    client.reconnect_delay_set(1, 1)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    is_ready.get(timeout=PATIENCE_S)
    try:
        yield received
    finally:
        client.disconnect()
        client.loop_stop()


@needs_broker
def test_each_decision_is_a_message_and_the_topic_tells_who_is_there(broker: MqttBroker) -> None:
    one = update(199, [1, 2])
    with subscribed(broker, "emg/left/#") as received:
        with MqttOutput(broker.address(), "COM/3") as output:
            assert received.get(timeout=PATIENCE_S) == ("emg/left/COM_3/state", "online")
            output.write(one)
            messages = [received.get(timeout=PATIENCE_S) for _ in range(2)]
            output.finish()
            assert (output.n_lost, output.state) == (0, "")
        assert received.get(timeout=PATIENCE_S) == ("emg/left/COM_3/state", "offline")
    assert messages == [("emg/left/COM_3", text) for text in encoded(one, "COM/3")]


@needs_broker
def test_a_broker_that_is_away_costs_the_decisions_of_that_time_and_they_are_counted(
    broker: MqttBroker,
) -> None:
    with MqttOutput(broker.address()) as output:
        output.write(update(0))
        output.finish()
        broker.stop()
        wait_for(lambda: bool(output.state), lambda: output.n_lost)
        assert "reconnecting" in output.state
        for number in range(1, 6):
            output.write(update(number))
        assert output.n_lost == 5
        broker.start()
        wait_for(lambda: not output.state, lambda: output.state)
        with subscribed(broker, "emg/#") as received:
            assert received.get(timeout=PATIENCE_S) == ("emg/left/state", "online")  # retained
            output.write(update(6))
            topic, text = received.get(timeout=PATIENCE_S)
            output.finish()
    assert (topic, json.loads(text)["index"]) == ("emg/left", 6)
    assert output.n_lost == 5


@needs_broker
@pytest.mark.realtime
@pytest.mark.parametrize("comes_back", [False, True])
def test_a_run_fails_where_its_broker_is_still_away_at_the_end(
    broker: MqttBroker, tmp_path: Path, comes_back: bool
) -> None:
    where, lines = f"127.0.0.1:{broker.port}/emg", tmp_path / "all.jsonl"
    words = ["live", "--port", "simulated", "--seconds", "12" if comes_back else "5"]
    with (
        subscribed(broker, "emg") as received,
        subprocess.Popen(
            [*EMGSTREAM, *words, "--mqtt", where, "--jsonl", str(lines)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        received.get(timeout=PATIENCE_S)
        broker.stop()
        if comes_back:
            assert process.stderr is not None
            while "reconnecting, decisions are lost" not in (line := process.stderr.readline()):
                assert line, "it ended before it said that the broker is away"
            broker.start()
        said, errors = process.communicate(timeout=PATIENCE_S)
    passed_on, dropped = re.findall(r"MQTT topic emg on \S+ +([\d,]+) +dropped ([\d,]+)", said)[0]
    n_all = int(passed_on.replace(",", "")) + int(dropped.replace(",", ""))
    assert n_all == len(lines.read_text().splitlines())
    assert process.returncode == (0 if comes_back else 1)
    assert ("was lost and did not come back before the end" in errors) == (not comes_back)
    if not comes_back:
        assert f"{dropped} decision" in errors.splitlines()[-1]


@needs_broker
def test_a_broker_that_stands_still_delays_the_end_by_a_second_at_most(broker: MqttBroker) -> None:
    with MqttOutput(broker.address()) as output:
        broker.signal(posix_signal.SIGSTOP)
        output.write(update(0, [1] * 30))
        output.give_up()
        output.write(update(600, [1] * 40))  # ends, although there is no room for all
        output.finish()
        assert output.n_lost == 70
        broker.signal(posix_signal.SIGCONT)


@needs_broker
@pytest.mark.realtime
def test_the_last_will_is_published_if_the_program_dies(broker: MqttBroker) -> None:
    words = ["live", "--port", "simulated", "--headless", "--mqtt", f"127.0.0.1:{broker.port}/emg"]
    with subscribed(broker, "emg/#") as received:
        with subprocess.Popen([*EMGSTREAM, *words], stdout=subprocess.DEVNULL) as process:
            assert received.get(timeout=PATIENCE_S) == ("emg/state", "online")
            topic, text = received.get(timeout=PATIENCE_S)
            assert (topic, json.loads(text)["index"]) == ("emg", 199)
            process.kill()
        while topic == "emg":
            topic, text = received.get(timeout=PATIENCE_S)
    assert (topic, text) == ("emg/state", "offline")


@needs_broker
def test_a_wrong_password_is_one_sentence_without_it(tmp_path: Path) -> None:
    broker = MqttBroker(tmp_path, "allow_anonymous false")
    broker.start()
    try:
        address = MqttAddress.parse(f"mqtt://me:secret@127.0.0.1:{broker.port}/emg")
        with pytest.raises(OutputError, match="Not authorized") as caught:
            MqttOutput(address).__enter__()
        assert "secret" not in str(caught.value) + MqttOutput(address).name
    finally:
        broker.stop()


def test_no_broker_is_one_sentence() -> None:
    port = free_port()
    with pytest.raises(OutputError, match=f"cannot publish to the MQTT broker 127.0.0.1:{port}: "):
        MqttOutput(MqttAddress.parse(f"127.0.0.1:{port}/emg")).__enter__()


@pytest.mark.parametrize(
    ("text", "port", "user"),
    [
        ("host/a/b", 1883, None),
        ("host:99/a/b", 99, None),
        ("mqtts://me:p%40ss@host/a/b", 8883, "me"),
        ("mqtt://host/a/b/", 1883, None),
    ],
)
def test_the_address_is_read(text: str, port: int, user: str | None) -> None:
    read = MqttAddress.parse(text)
    assert (read.host, read.port, read.topic, read.user) == ("host", port, "a/b", user)
    assert read.password in (None, "p@ss")
    assert read.is_encrypted == text.startswith("mqtts")


@pytest.mark.parametrize(
    "text",
    ["", "host", "host/", "/emg", "host:x/emg", "host:0/emg", "http://host/emg", "me:secret@host"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"expected HOST\[:PORT\]/TOPIC") as caught:
        MqttAddress.parse(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("topic", ["emg/%23", "emg/#", "emg/+", "emg?x"])
@pytest.mark.parametrize("broker", ["host", "host:1884", "mqtts://me:secret@host"])
def test_what_cannot_be_published_to_is_refused_as_it_was_typed(broker: str, topic: str) -> None:
    with pytest.raises(UsageError, match="is not a topic to publish to") as caught:
        MqttAddress.parse(f"{broker}/{topic}")
    assert str(caught.value).startswith(f"{topic!r} is not a topic")


def test_without_the_extra_it_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "paho.py").write_text("raise ModuleNotFoundError('no paho', name='paho')")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from emgstream.cli import main; "
        "sys.exit(main(['replay', 'demo', '--speed', 'max', '--mqtt', 'localhost/emg']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("emgstream: MQTT needs paho-mqtt, which is not installed")
