"""One stream of a run in the terminal, from its start to its summary."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from emgstream.bundle import Model
from emgstream.cli.outputs import StreamOutputs
from emgstream.engine import Engine
from emgstream.errors import EmgStreamError
from emgstream.outputs.summary import Summary
from emgstream.sources.source import Source
from emgstream.sources.source_status import SourceStatus, StatusReader
from emgstream.types import StreamInfo

__all__ = ["BoardRunNeeds", "TerminalStream", "WatchedStream"]


@dataclass(frozen=True)
class BoardRunNeeds:
    """What a live stream needs beside a recording."""

    status: StatusReader
    """Tells how the stream is doing."""
    check: Callable[[StreamInfo], None]
    """Raises where the model should not be used on the stream."""
    seconds: float | None = None
    """How long to stream, counted from the first sample; None until Ctrl-C."""


@dataclass(frozen=True)
class TerminalStream:
    """What is to be streamed."""

    source: Source
    """Where the samples come from."""
    model: Model
    """What decides."""
    live: BoardRunNeeds | None = None
    """What a board needs beside; None for a recording."""
    name: str | None = None
    """What to call it where there are several."""

    def n_reconnects(self) -> int:
        """Return how often its board was away; any thread asks."""
        return self.live.status().n_reconnects if self.live else 0


class WatchedStream:
    """A stream at work. Its failure is kept: it is no reason to end the others.

    The main thread calls everything; leaving ends it.
    """

    def __init__(self, stream: TerminalStream, outputs: StreamOutputs) -> None:
        self.stream = stream
        self.outputs = outputs
        self.failure: EmgStreamError | None = None
        self.is_over = False
        self._summary = Summary(stream.model.manifest.class_names)
        self.engine = Engine(
            stream.source,
            stream.model,
            outputs.decisions,
            check=stream.live.check if stream.live else None,
            observers=[self._summary],
            sample_outputs=outputs.samples,
        )
        self._started_s = self._ended_s = time.perf_counter()
        self._first_s: float | None = None

    def __enter__(self) -> WatchedStream:
        self._started_s = time.perf_counter()
        self.engine.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.end()

    @property
    def status(self) -> SourceStatus | None:
        """How a live stream is doing; None for a recording."""
        return self.stream.live.status() if self.stream.live else None

    @property
    def states(self) -> list[str]:
        """What the outputs have to say all the time."""
        return [output.state for output in self.outputs.decisions if output.state]

    def watch(self, timeout_s: float) -> None:
        """Wait for its end a moment, and end it where its time is up."""
        try:
            has_ended = self.engine.wait(timeout_s)
        except EmgStreamError as failure:
            self.failure = failure
            has_ended = True
        if self._first_s is None and self.engine.ring.n_received:
            self._first_s = time.perf_counter()
        if has_ended or self._is_time_up():
            self.end()

    def end(self) -> None:
        """End its threads, and keep what ended it."""
        if self.is_over:
            return
        self.is_over = True
        try:
            self.engine.__exit__(None, None, None)
        except EmgStreamError as failure:
            self.failure = self.failure or failure
        finally:
            self._ended_s = time.perf_counter()

    def document(self) -> dict[str, Any]:
        """Return the summary as JSON's own types."""
        stream, engine = self.stream, self.engine
        elapsed_s = self._ended_s - self._started_s
        names = {} if stream.name is None else {"stream": stream.name}
        failures = {} if self.failure is None else {"failure": str(self.failure)}
        return {
            **names,
            "source": stream.source.info.name,
            "model": stream.model.manifest.title,
            "samples": engine.ring.n_received,
            "lost": engine.ring.n_lost,
            "skipped": engine.n_skipped,
            "elapsed_s": elapsed_s,
            "window_samples": stream.model.manifest.window_samples,
            "decisions_per_s": self._summary.n_decisions / elapsed_s if elapsed_s else 0.0,
            **self._summary.to_json(engine.output_figures()),
            **(_live_document(stream.live.status()) if stream.live else {}),
            **failures,
        }

    def _is_time_up(self) -> bool:
        live = self.stream.live
        if live is None or live.seconds is None or self._first_s is None:
            return False
        return time.perf_counter() - self._first_s >= live.seconds


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
