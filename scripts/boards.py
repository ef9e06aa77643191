"""A simulated board, and a stream, in processes of their own: a benchmark does not pay for them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["LslStream", "board_of_its_own", "lsl_stream_of_its_own"]

_SENDER = Path(__file__).resolve().parent.parent / "tests" / "sources" / "lsl_sender.py"
_ON_THIS_MACHINE = """
[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
ListenAddress = 127.0.0.1
AddressesOverride = {127.0.0.1}
[lab]
KnownPeers = {127.0.0.1}
SessionID = emgstream-script-%d
[log]
level = -3
"""


@contextmanager
def board_of_its_own() -> Iterator[str]:
    """Give the port of a board at 1 kHz; the board ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        port = str(Path(folder, "ttyEMG"))
        board = subprocess.Popen(
            [sys.executable, "-m", "emgstream", "simulate", "--link", port],
            stdout=subprocess.DEVNULL,
        )
        try:
            while not os.path.lexists(port):
                time.sleep(0.05)
            yield port
        finally:
            board.terminate()
            board.wait()


class LslStream:
    """A sender of the Lab Streaming Layer, which can be killed and started again."""

    address = "lsl://script"

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start the sender, and wait until it is there."""
        command = [sys.executable, str(_SENDER), "script", "1000", "script", "pushed"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if self._process.stdout is None or self._process.stdout.readline() != "ready\n":
            raise RuntimeError("the LSL sender did not start")

    def kill(self) -> None:
        """End the sender without a word."""
        self._process.kill()
        self._process.communicate()


@contextmanager
def lsl_stream_of_its_own() -> Iterator[LslStream]:
    """Give an LSL stream at 1 kHz that only this process and its children see."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder, "lsl_api.cfg")
        configuration.write_text(_ON_THIS_MACHINE % os.getpid())
        os.environ["LSLAPICFG"] = str(configuration)
        stream = LslStream()
        try:
            yield stream
        finally:
            stream.kill()
