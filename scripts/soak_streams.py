"""Stream from a new source to every output for half an hour, and count at the receivers.

`emgstream live` runs as a process of its own, as a user starts it, on a source of another process
(BrainFlow's synthetic board is a thread of its own in the library), with all outputs that need no
display. Prints one row a minute; at the end, what each receiver got. Exits with 1 if a sample or a
decision is missing that was not counted, or if memory, handles or threads grew from the second
fifth to the last. Needs the extras ``lsl``, ``brainflow``, ``mqtt`` and ``dev``, and mosquitto.

    python scripts/soak_streams.py lsl|brainflow|text [--minutes 30]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from decision_receivers import (
    SETTLE_S,
    DecisionReceiver,
    missing_decisions,
    receivers_of_all,
)
from growth import grown
from stream_senders import (
    BRAINFLOW_ADDRESS,
    RATE_HZ,
    Sender,
    brainflow_model,
    sending,
    stay_on_this_machine,
)

from emgstream.bundle import write_model
from emgstream.data import DEMO_MODEL
from tests.outputs.mqtt_broker import MqttBroker

SOURCES = ("lsl", "brainflow", "text")
MINUTE_S = 60.0
END_S = 30.0
"""Seconds in which emgstream must have ended after SIGTERM."""
LAST_S = 0.4
"""Seconds that the last samples may be on their way to emgstream; after 1 s it would be stalled."""


@dataclass(frozen=True)
class Minute:
    """The process at the end of one minute."""

    memory_mb: float
    """Resident memory."""
    n_handles: int
    """Open files, sockets and others."""
    n_threads: int
    """Threads, those of libraries too."""
    cpu_share: float
    """Processor time of the minute, in parts of a core."""


def watch(
    process: psutil.Process, n_minutes: int, receivers: Sequence[DecisionReceiver]
) -> list[Minute]:
    """Let the process run, and print and return what was seen, minute by minute."""
    minutes = []
    used_s, began_s = sum(process.cpu_times()[:2]), time.monotonic()
    names = ", ".join(one.option for one in receivers)
    print(f"minute memory MB handles threads    cpu  received: {names}")
    for number in range(1, n_minutes + 1):
        time.sleep(max(began_s + number * MINUTE_S - time.monotonic(), 0.0))
        before_s, used_s = used_s, sum(process.cpu_times()[:2])
        minute = Minute(
            process.memory_info().rss / 2**20,
            process.num_handles() if os.name == "nt" else process.num_fds(),
            process.num_threads(),
            (used_s - before_s) / MINUTE_S,
        )
        minutes.append(minute)
        counts = " ".join(f"{len(one.indices):,}" for one in receivers)
        print(
            f"{number:6} {minute.memory_mb:9.1f} {minute.n_handles:7} {minute.n_threads:7} "
            f"{minute.cpu_share:6.1%}  {counts}",
            flush=True,
        )
    return minutes


def missing_samples(n_sent: int | None, summary: dict[str, Any]) -> list[str]:
    """Compare the samples that were received with those sent; None if the source does not say.

    A text board's lines count from the first whole one on: that one may be cut off, and the next
    ones are spent on finding their form. Both are told, and neither is in the stream.
    """
    n_received, counters = summary["samples"], summary["counters"]
    counted = {name: summary[name] for name in ("lost", "missed", "skipped")}
    if summary["sees_loss"] is False and counters:
        counted["before the form was found"] = counters["n_frames"] - n_received
        counted["first line"] = int(counters["bytes_skipped"] > 0)
    told = ", ".join(f"{name} {n:,}" for name, n in counted.items())
    sent = "unknown" if n_sent is None else f"{n_sent:,}"
    print(f"samples sent {sent}, received {n_received:,}, {told}, at {summary['rate_hz']:.3f} Hz")
    for note in (*summary["notes"], *summary["alarms"]):
        print(f"note: {note}")
    lost = ("lost", "missed", "skipped")
    found = [f"{counted[name]:,} samples {name}" for name in lost if counted[name]]
    n_unexplained = 0 if n_sent is None else n_sent - n_received - sum(counted.values())
    return found + ([f"{n_unexplained:+,} samples are unexplained"] if n_unexplained else [])


def dropped_decisions(summary: dict[str, Any]) -> list[str]:
    """Print what each output wrote, and return those that did not write all decisions."""
    found = []
    for one in summary["outputs"]:
        print(f"{one['name']}: written {one['written']:,}, dropped {one['dropped']:,}")
        is_all = one["name"].startswith("LSL samples") or one["written"] == summary["decisions"]
        if one["dropped"] or not is_all:
            found.append(f"{one['name']}: {one['written']:,} of {summary['decisions']:,} written")
    return found


def soak(kind: str, n_minutes: int, folder: Path) -> list[str]:
    """Stream for so long, and return all that is not as it should be."""
    stay_on_this_machine(folder)
    with ExitStack() as stack:
        broker = MqttBroker(folder)
        broker.start()
        stack.callback(broker.stop)
        receivers = [stack.enter_context(one) for one in receivers_of_all(broker.port)]
        source = stack.enter_context(streaming(kind, n_minutes))
        decided, summary = folder / "decisions.jsonl", folder / "summary.json"
        words = ["--jsonl", str(decided), "--summary", str(summary)]
        words += [word for one in receivers for word in (one.option, one.value)]
        product = stack.enter_context(product_on(kind, source, words, folder))
        minutes = watch(psutil.Process(product.pid), n_minutes, receivers)
        n_sent = None if source is None else source.n_sent()
        time.sleep(LAST_S)
        product.terminate()
        print(f"emgstream ended with {product.wait(END_S)}")
        time.sleep(SETTLE_S)
        document = json.loads(summary.read_text())
        found = grown(minutes) + missing_samples(n_sent, document)
        return found + dropped_decisions(document) + missing_decisions(decided, receivers)


@contextmanager
def streaming(kind: str, n_minutes: int) -> Iterator[Sender | None]:
    """Give what sends for so long; None for BrainFlow, which has its synthetic board inside."""
    if kind == "brainflow":
        yield None
        return
    with sending(kind, round(n_minutes * MINUTE_S * RATE_HZ)) as sender:
        yield sender


@contextmanager
def product_on(
    kind: str, source: Sender | None, words: list[str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Give a running ``emgstream live`` on a source."""
    model = DEMO_MODEL
    if kind == "brainflow":
        model = folder / "brainflow.emgmodel"
        write_model(model, brainflow_model())
        words = [*words, "--channels", "1,2,3"]
    address = BRAINFLOW_ADDRESS if source is None else source.address
    command = [sys.executable, "-m", "emgstream", "live", "--headless", "--port", address]
    os.environ["EMGSTREAM_CONFIG"] = os.devnull  # not the user's own defaults
    with subprocess.Popen(
        [*command, "--model", str(model), *words], stdout=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def main() -> int:
    """Soak one source and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("source", choices=SOURCES)
    parser.add_argument("--minutes", type=int, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = soak(arguments.source, arguments.minutes, Path(folder))
    print("; ".join(found) or "nothing grew, nothing is missing")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
