"""Streams from a process of their own: an LSL outlet, and a text board on a TCP port.

Each sends the demo recording over and over, by default at 1 kHz, to whoever reads, and counts.

    python scripts/stream_senders.py lsl NAME N_SAMPLES RATE_HZ
    python scripts/stream_senders.py text PORT N_SAMPLES RATE_HZ
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from emgstream.bundle import Model, read_model
from emgstream.clock import host_now
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.tables import read_table

__all__ = [
    "BRAINFLOW_ADDRESS",
    "RATE_HZ",
    "Sender",
    "brainflow_model",
    "free_port",
    "sending",
    "stay_on_this_machine",
]

RATE_HZ = 1000
TICK_S = 0.004  # a choice: a USB board writes every few milliseconds
BRAINFLOW_ADDRESS = "brainflow://SYNTHETIC"
BRAINFLOW_RATE_HZ = 250.0
LSL_CONFIG = """
[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
ListenAddress = 127.0.0.1
AddressesOverride = {127.0.0.1}
[lab]
KnownPeers = {127.0.0.1}
SessionID = emgstream-%d
[log]
level = -3
"""


class Sender:
    """A sender in a process of its own."""

    def __init__(self, address: str, process: subprocess.Popen[str]) -> None:
        self.address = address
        """Address at which emgstream finds the stream."""
        self._process = process

    def n_sent(self) -> int:
        """Wait until all is sent, and return the number of samples."""
        return next(int(line) for line in iter(self.line, "") if "." not in line)

    def line(self) -> str:
        """Wait for the next line that it prints."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sender of {self.address} has ended")
        return line


@contextmanager
def sending(kind: str, n_samples: int, rate_hz: int = RATE_HZ) -> Iterator[Sender]:
    """Give a sender of a kind, ``lsl`` or ``text``, that waits for a reader.

    Its first line is the host time at which it began, its last one the number of samples, once all
    are sent. It ends with the block.
    """
    place = f"soak {os.getpid()}" if kind == "lsl" else str(free_port())
    address = f"lsl://{place}" if kind == "lsl" else f"socket://127.0.0.1:{place}"
    words = [sys.executable, __file__, kind, place, str(n_samples), str(rate_hz)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            sender = Sender(address, process)
            sender.line()  # it is ready
            yield sender
        finally:
            process.terminate()


def stay_on_this_machine(folder: Path) -> None:
    """Keep LSL of this process, and of those it starts, to this machine and to themselves."""
    config = folder / "lsl_api.cfg"
    config.write_text(LSL_CONFIG % os.getpid())
    os.environ["LSLAPICFG"] = str(config)


def free_port() -> int:
    """Return a free port of this machine."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def brainflow_model() -> Model:
    """Return the demo model as if it was trained at the rate and in the unit of BrainFlow.

    Its decisions mean nothing there, and cost what those of any model do.
    """
    model = read_model(DEMO_MODEL)
    step, conditioning = model.manifest.step, model.manifest.conditioning
    length = round(step.length * BRAINFLOW_RATE_HZ / RATE_HZ)
    manifest = replace(
        model.manifest,
        step=replace(step, length=length),
        conditioning={**conditioning, "block": length},
        unit="µV",
        sampling_rate_hz=BRAINFLOW_RATE_HZ,
    )
    return replace(model, manifest=manifest)


def send_lsl(name: str, n_samples: int, rate_hz: int) -> None:
    """Push samples to an outlet once somebody reads it."""
    import pylsl

    table = read_table(DEMO_RECORDING)
    described = pylsl.StreamInfo(name, "EMG", 3, rate_hz, "float32", f"sender {os.getpid()}")
    described.set_channel_labels(list(table.channel_names))
    described.set_channel_units("counts")
    outlet = pylsl.StreamOutlet(described)
    print("ready", flush=True)
    while not outlet.have_consumers():
        time.sleep(TICK_S)
    rows = cycle(table.samples.tolist())
    pace(n_samples, rate_hz, lambda n: outlet.push_chunk(list(islice(rows, n))))
    print(n_samples, flush=True)
    time.sleep(3600.0)  # an outlet that is gone takes what was not yet read along


def send_text(port: str, n_samples: int, rate_hz: int) -> None:
    """Print lines to each that connects; those it sent to one that left count, too."""
    rows = cycle(read_table(DEMO_RECORDING).samples.astype(int).tolist())
    lines = (b"%d,%d,%d\r\n" % tuple(row) for row in rows)
    n_sent = 0

    def write(n: int) -> None:
        nonlocal n_sent
        client.sendall(b"".join(islice(lines, n)))
        n_sent += n

    with socket.create_server(("127.0.0.1", int(port))) as server:
        print("ready", flush=True)
        while True:
            client, _ = server.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with client:
                try:
                    pace(n_samples - n_sent, rate_hz, write)
                except OSError:
                    continue
                print(n_sent, flush=True)
                time.sleep(3600.0)


def pace(n_samples: int, rate_hz: int, send: Callable[[int], object]) -> None:
    """Send so many samples as they are due: sample 0 a sampling interval after the beginning."""
    began_s, n_sent = host_now(), 0
    print(began_s, flush=True)
    while n_sent < n_samples:
        time.sleep(TICK_S)
        n_due = min(int((host_now() - began_s) * rate_hz), n_samples)
        send(n_due - n_sent)
        n_sent = n_due


def main() -> None:
    """Send until this process is ended."""
    kind, place, n_samples, rate_hz = sys.argv[1:]
    {"lsl": send_lsl, "text": send_text}[kind](place, int(n_samples), int(rate_hz))


if __name__ == "__main__":
    main()
