"""An MQTT broker, mosquitto, on this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

from emgstream.outputs.mqtt import MqttAddress
from tests.outputs.web_bench import free_port
from tests.simulation.boards import PATIENCE_S, wait_for

__all__ = ["MOSQUITTO", "MqttBroker"]

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
"""The program; None if it is not installed."""


class MqttBroker:
    """A broker on a port of its own, that can be stopped and started again."""

    def __init__(self, folder: Path, *lines: str) -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        rules = lines or ("allow_anonymous true",)
        self._config.write_text("\n".join([f"listener {self.port} 127.0.0.1", *rules, ""]))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = [MOSQUITTO or "", "-c", str(self._config)]
        self._process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        wait_for(self.answers, self._process.poll)

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_S)
            self._process = None

    def signal(self, number: int) -> None:
        """Send a signal to the process, to let it stand still for example."""
        assert self._process is not None
        self._process.send_signal(number)

    def address(self, topic: str = "emg/left") -> MqttAddress:
        return MqttAddress.parse(f"127.0.0.1:{self.port}/{topic}")
