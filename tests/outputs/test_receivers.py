"""The receivers in docs/how-to/receive-decisions.md, each beside the command that it is for."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.conftest import LSL_ON_THIS_MACHINE
from tests.outputs.mqtt_broker import MOSQUITTO, MqttBroker
from tests.outputs.web_bench import free_port
from tests.processes import EMGSTREAM

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "receive-decisions.md"
DOCS = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"`emgstream (live --port simulated .*?)`.*?```python\n(.*?)```", DOCS, re.S)
"""Command and program of each."""
NEEDS = {"--lsl": "pylsl", "--mqtt": "paho.mqtt"}


@pytest.mark.realtime
@pytest.mark.parametrize(("command", "program"), EXAMPLES, ids=[one[0] for one in EXAMPLES])
def test_a_receiver_shows_the_decisions(
    command: str, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for option, library in NEEDS.items():
        if option in command:
            pytest.importorskip(library)
    config = tmp_path / "lsl_api.cfg"
    config.write_text(LSL_ON_THIS_MACHINE % tmp_path.name)
    monkeypatch.setenv("LSLAPICFG", str(config))
    with _broker(tmp_path) if "--mqtt" in command else nullcontext(free_port()) as port:
        program = re.sub(r"\b(8765|9000|9001)\b", str(port), program)
        program = program.replace('"localhost"', f'"127.0.0.1", port={port}')
        command = re.sub(r"\b900[01]\b", str(port), command).replace("--web", f"--web {port}")
        words = [*EMGSTREAM, *command.replace("localhost/", f"127.0.0.1:{port}/").split()]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(words, stdout=quiet, stderr=quiet) as sender:
            try:
                lines = _first_lines(program)
            finally:
                sender.kill()
    assert len(lines) == 3
    assert all(re.match(r"\w+ \d+%", line) for line in lines)


@contextmanager
def _broker(folder: Path) -> Iterator[int]:
    """Give the port of a running MQTT broker; skip the test if there is none."""
    if MOSQUITTO is None:
        pytest.skip("needs mosquitto")
    broker = MqttBroker(folder)
    broker.start()
    try:
        yield broker.port
    finally:
        broker.stop()


def _first_lines(program: str) -> list[str]:
    """Return what the program prints first; it is started again until it can connect."""
    for _ in range(40):
        words = [sys.executable, "-c", program]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reader:
            assert reader.stdout is not None
            lines = [reader.stdout.readline().decode() for _ in range(3)]
            reader.kill()
        if all(lines):
            return lines
    return []


def test_there_is_an_example_for_each_way() -> None:
    assert [re.findall(r"--(web|udp|osc|lsl|mqtt)", command)[0] for command, _ in EXAMPLES] == [
        "web",
        "udp",
        "osc",
        "lsl",
        "mqtt",
    ]
