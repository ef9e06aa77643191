"""Leave the window open on a live board and look, minute by minute, that nothing grows.

Off screen, 1280 x 800; the board is simulated, at 1 kHz, in a process of its own. Prints one row a
minute, and exits with 1 if memory, handles, threads, the time of a picture or the delay of
decisions grew, or a sample was lost. With ``--outputs`` the page Outputs is in front, where all
outputs but keys and mouse are switched on; a process of its own receives what they send, and a
decision that it misses is a failure, too. That needs the extras ``lsl``, ``mqtt`` and ``dev``, and
mosquitto. With ``--faults`` the line has those (`emgstream simulate --help`), and what arrived and
what was counted as lost is held to what the board says it sent.

    python scripts/soak_window.py [--minutes 30] [--outputs] [--faults loss=0.01,corrupt=0.01]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from growth import grown
from stream_senders import stay_on_this_machine
from window_runs import Pace, first_signal, opened, pace, pictures_s, spin, spin_until

from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import PortRequest
from emgstream.app.output_switch import SwitchState
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.outputs.outputs_page import OutputsPage
from emgstream.gui.window import Window
from emgstream.latency import LatencyHistogram
from emgstream.outputs.output import Update
from tests.outputs.mqtt_broker import MqttBroker
from tests.processes import board_process

FILL_S = 15.0
MINUTE_S = 55.0
_EDGE = 30
"""Samples of each run of the board that may be on their way at its end."""


@dataclass(frozen=True)
class Minute:
    """Figures of one minute."""

    memory_mb: float
    """Resident memory of the process."""
    n_handles: int
    """Open files, sockets and others."""
    n_threads: int
    """Threads, those of libraries too."""
    picture_ms: float
    """Median time of one picture of the signals; 0 where another page is in front."""
    delay_ms: float
    """99 percent of the decisions came sooner after the receipt of their last sample."""
    ran: Pace
    """Figures of the run."""


class Delays:
    """The delays of decisions from one look to the next."""

    def __init__(self) -> None:
        self._histogram = LatencyHistogram()

    def observe(self, update: Update) -> None:
        """Count the delays of new decisions."""
        self._histogram.add(update.latency_s)

    def take_ms(self) -> float:
        """Return the 99th percentile since the last call, in ms."""
        histogram, self._histogram = self._histogram, LatencyHistogram()
        return 1e3 * histogram.percentile_s(99)


def watch(window: Window, delays: Delays) -> Minute:
    """Let the window run for a minute."""
    delays.take_ms()
    ran = pace(window, MINUTE_S)
    delay_ms = delays.take_ms()
    is_drawn = window.page(LivePage).isVisible()
    picture_s = float(np.median(pictures_s(window))) if is_drawn else 0.0
    process = psutil.Process()
    n_handles = process.num_handles() if os.name == "nt" else process.num_fds()
    memory_mb = process.memory_info().rss / 2**20
    return Minute(memory_mb, n_handles, process.num_threads(), 1e3 * picture_s, delay_ms, ran)


def row(number: int, minute: Minute, session: LiveSession) -> str:
    """Return what was seen as a line."""
    columns = (
        f"{number:6}",
        f"{minute.memory_mb:8.1f}",
        f"{minute.n_handles:7}",
        f"{minute.n_threads:7}",
        f"{minute.picture_ms:10.2f}",
        f"{minute.ran.frames_per_s:8.1f}",
        f"{minute.ran.cpu_share:6.1%}",
        f"{session.log.n_decisions:9,}",
        f"{minute.delay_ms:6.1f}",
        f"{session.loss.n_lost:5,}",
    )
    return " ".join(columns)


def miscounted(session: LiveSession, ledger: dict[str, Any]) -> list[str]:
    """Return where the counts of the window differ from what the board sent.

    Each sample was received or is counted as lost. A frame that was altered or sent too late may
    still arrive whole, as where only the mark of its end was hit. What is on its way when a port is
    closed or pulled out is not read: `_EDGE` samples a run.
    """
    runs = ledger["runs"]
    n_sent = sum(run["n_instants"] - len(run["unsent"]) for run in runs)
    least, most = (sum(len(_dropped(run, may_arrive)) for run in runs) for may_arrive in _DAMAGE)
    n_lost, n_received = session.loss.n_lost, session.ring.n_received
    print(f"sent {n_sent:,}, of these lost {least:,} to {most:,}; ", end="")
    print(f"received {n_received:,}, counted as lost {n_lost:,}")
    slack = _EDGE * len(runs)
    found = []
    if abs(n_received + n_lost - n_sent) > slack:
        found.append(f"{n_received} samples received and {n_lost} lost are not the {n_sent} sent")
    if not least - slack <= n_lost <= most + slack:
        found.append(f"{n_lost} samples are counted as lost, {least} to {most} were")
    return found


_DAMAGE: tuple[tuple[str, ...], ...] = ((), ("altered", "reordered"))


def _dropped(run: dict[str, Any], damaged: tuple[str, ...]) -> set[int]:
    """Return the samples of a run that did not arrive; a full queue may drop what has a fault."""
    faults = {index for name in ("lost", *damaged) for index in run[name]}
    full = {index for first, end in run["queue_full"] for index in range(first, end)}
    return (faults | full) - set(run["unsent"])


@contextmanager
def receivers(broker_port: int, file: Path, found: list[str]) -> Iterator[dict[str, str]]:
    """Give the options of receivers in a process of its own; what they miss is added to a list."""
    script = Path(__file__).with_name("decision_receivers.py")
    words = [sys.executable, str(script), str(broker_port), str(file)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        told, _ = process.communicate()
        print(told, end="")
        found += [told.splitlines()[-1]] if process.returncode else []


def switch_on_outputs(window: Window, values: dict[str, str]) -> None:
    """Switch outputs on, by their options, as a user does."""
    window.show_page("Outputs")
    rows = [row for row in window.page(OutputsPage).rows if f"--{row.switch.kind.name}" in values]
    for row in rows:
        row.field.setText(values[f"--{row.switch.kind.name}"])
        row.box.click()
    spin_until(lambda: all(row.switch.state is SwitchState.ON for row in rows), "outputs")


def soak(window: Window, n_minutes: int) -> list[str]:
    """Let the window run, print what was seen, and return what is not as it should be."""
    session = window.connection.session
    if session is None:
        raise RuntimeError("the window is not connected")
    print("minute memory MB handles threads picture ms frames/s    cpu decisions p99 ms  lost")
    minutes, delays = [], Delays()
    session.watch(delays)
    for number in range(1, n_minutes + 1):
        minutes.append(watch(window, delays))
        print(row(number, minutes[-1], session), flush=True)
    return grown(minutes, "picture_ms", "delay_ms")


def main() -> int:
    """Soak the window and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--outputs", action="store_true")
    parser.add_argument("--faults", default="", help="faults of the line; default: none")
    arguments = parser.parse_args()
    found: list[str] = []
    with ExitStack() as stack:
        values = {}
        if arguments.outputs:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            stay_on_this_machine(folder)
            broker, file = MqttBroker(folder), folder / "decisions.jsonl"
            broker.start()
            stack.callback(broker.stop)
            values = stack.enter_context(receivers(broker.port, file, found))
            values["--jsonl"] = str(file)
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        words = ["--faults", arguments.faults] if arguments.faults else []
        board = stack.enter_context(board_process(place, *words))
        window = stack.enter_context(opened(PortRequest(board.port)))
        first_signal(window)
        switch_on_outputs(window, values)
        spin(FILL_S)
        found += soak(window, arguments.minutes)
        for switched in window.page(OutputsPage).rows if values else ():
            print(f"{switched.switch.kind.name}: {switched.words.text()}")
        session = window.connection.session
        assert session is not None
        window.connection.close()
        spin_until(lambda: not window.connection.busy, "the port is closed")
        found += miscounted(session, board.end())
    print("; ".join(found) or "nothing grew, nothing was lost")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
