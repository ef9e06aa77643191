"""Running a classifier in the terminal: one updating line, then a summary."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from emgstream.bundle import Model
from emgstream.cli import options
from emgstream.cli.interrupt import ctrl_c
from emgstream.cli.teller import Teller
from emgstream.cli.terminal import LiveLine, console, print_summary
from emgstream.engine import Engine
from emgstream.errors import InterruptedByUserError
from emgstream.outputs.base import Output
from emgstream.outputs.jsonl import JsonLines
from emgstream.outputs.summary import Summary, check_summary, write_summary
from emgstream.sources.base import Source
from emgstream.sources.status import SourceStatus, StatusReader
from emgstream.types import StreamInfo

__all__ = ["LiveRun", "add_output_arguments", "run_headless"]

_REFRESH_S = 0.1


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where the decisions go."""
    parser.add_argument(
        "--headless",
        action="store_true",
        help="no window, only the terminal; so do --jsonl, --summary and --seconds",
    )
    parser.add_argument(
        "--jsonl",
        type=options.file_name,
        metavar="OUT",
        help="write a JSON object a decision to this file; - is stdout",
    )
    parser.add_argument(
        "--summary",
        type=options.file_name,
        metavar="FILE",
        help="write the figures of the whole run as JSON",
    )


@dataclass(frozen=True)
class LiveRun:
    """What a live stream needs beside a recording."""

    status: StatusReader
    """Tells how the stream is doing."""
    check: Callable[[StreamInfo], None]
    """Raises where the model should not be used on the stream."""
    seconds: float | None = None
    """How long to stream, counted from the first sample; None until Ctrl-C."""


def run_headless(
    source: Source, model: Model, arguments: argparse.Namespace, live: LiveRun | None = None
) -> None:
    """Run until the source ends; then, or after Ctrl-C or a failure, print what it came to.

    Raises InterruptedByUserError after Ctrl-C, and whatever ended the stream before its time.
    """
    summary = Summary(model.manifest.class_names)
    with ExitStack() as stack:
        outputs: list[Output] = [summary]
        if arguments.jsonl:
            outputs.append(stack.enter_context(JsonLines(arguments.jsonl)))
        if arguments.summary:
            check_summary(arguments.summary)
        engine = Engine(source, model, outputs, check=live.check if live else None)
        started_s = time.perf_counter()
        try:
            _watch(engine, live, to_stderr=arguments.jsonl == "-")
        finally:
            elapsed_s = time.perf_counter() - started_s
            document = _document(source, model, engine, summary, elapsed_s)
            _report(document | (_live_document(live.status()) if live else {}), arguments)


def _watch(engine: Engine, live: LiveRun | None, to_stderr: bool) -> None:
    with ctrl_c() as pressed, LiveLine(console(to_stderr)) as line:
        teller = Teller(line.tell)
        first_s: float | None = None
        try:
            with engine:
                while not engine.wait(_REFRESH_S) and not _is_time_up(first_s, live):
                    if first_s is None and engine.ring.n_received:
                        first_s = time.perf_counter()
                    if pressed.is_set():
                        raise InterruptedByUserError("stopped by Ctrl-C")
                    status = live.status() if live else None
                    teller.tell(status)
                    line.show(engine.ring.n_received, engine.latest, status)
        finally:
            teller.tell(live.status() if live else None)


def _is_time_up(first_s: float | None, live: LiveRun | None) -> bool:
    if live is None or live.seconds is None or first_s is None:
        return False
    return time.perf_counter() - first_s >= live.seconds


def _live_document(status: SourceStatus) -> dict[str, Any]:
    """Return what the summary of a live stream has beside that of a recording."""
    return {
        "port": status.port,
        "synthetic": status.is_synthetic,
        "rate_hz": status.rate_hz,
        "ppm": status.ppm,
        "sees_loss": status.sees_loss,
        "lost_on_line": status.n_lost,
        "missed": status.n_missed,
        "loss": status.loss,
        "gaps": status.n_gaps,
        "reconnects": status.n_reconnects,
        "notes": list(status.notes),
        "alarms": list(status.alarms),
        "counters": asdict(status.counters),
        "identity": asdict(status.identity) if status.identity else None,
    }


def _document(
    source: Source, model: Model, engine: Engine, summary: Summary, elapsed_s: float
) -> dict[str, Any]:
    return {
        "source": source.info.name,
        "model": model.manifest.title,
        "samples": engine.ring.n_received,
        "lost": engine.ring.n_lost,
        "skipped": engine.n_skipped,
        "elapsed_s": elapsed_s,
        "window_samples": model.manifest.window_samples,
        "decisions_per_s": summary.n_decisions / elapsed_s,
        **summary.to_json(),
    }


def _report(document: dict[str, Any], arguments: argparse.Namespace) -> None:
    if document["samples"]:
        print_summary(console(arguments.jsonl == "-"), document)
    if arguments.summary:
        write_summary(arguments.summary, document)
