"""Samples and decisions as streams of the Lab Streaming Layer (LSL)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from emgstream.clock import host_now
from emgstream.errors import UsageError
from emgstream.outputs.output import Output, Update
from emgstream.outputs.output_kind import StreamContext
from emgstream.outputs.samples import AnyOutput, SampleBlock, SampleOutput
from emgstream.sources.lsl_library import pylsl_library
from emgstream.types import StreamInfo, TimeArray

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["LslClock", "LslDecisions", "LslSamples", "open_lsl", "outlet_name"]

FIELDS = ("label", "confidence", "status", "index", "filled")
"""Channels of the decisions, in order; all are text, as an LSL stream has one data type.

``filled`` is the share of the window that was filled, 0 to 1."""


_SLEEP_S = 0.1
"""Change of the difference between two clocks after which a computer has slept.

A choice: neither clock is ever set, and one that is read late is milliseconds off."""


class LslClock:
    """Converts the times of a stream to the clock of LSL; the outlets of a stream share one.

    The time of a sample is the start of the stream plus the time since then according to the
    source: the board's clock fitted to that of the host, or the rate of a recording. While a
    computer sleeps, the clock of LSL stands still, and host time does not. Any thread may call.

    Raises MissingExtraError if LSL is not installed.
    """

    def __init__(self) -> None:
        self._offset_s = _offset_s()
        self._start_s: float | None = None
        self._lock = threading.Lock()

    def times(self, time_s: TimeArray, host_s: TimeArray) -> TimeArray:
        """Return LSL times, shape ``(n,)``.

        ``time_s`` are seconds since the start of the stream, NaN if not known; ``host_s`` are the
        host times of the same samples. The first of them sets the start of the stream; they are
        used in the place of times that are not known.
        """
        offset_s = _offset_s()
        with self._lock:
            if abs(offset_s - self._offset_s) >= _SLEEP_S:  # the clock of LSL stood still
                self._offset_s = offset_s
            offset_s = self._offset_s
            if self._start_s is None and np.isfinite(time_s[0]):
                self._start_s = float(host_s[0] - time_s[0])
            start_s = self._start_s
        known = host_s if start_s is None else start_s + time_s
        times_s: TimeArray = np.where(np.isfinite(known), known, host_s) + offset_s
        return times_s


class LslSamples(SampleOutput):
    """An LSL outlet of type EMG called ``NAME``, with the names and the unit of the channels.

    It is opened with the first samples, when channels and rate are known. Pushing never waits:
    without a reader nothing is kept, and 6 minutes for a reader that has stopped. ``source_name``
    returns the port or recording, which tells outlets of one machine apart.
    """

    def __init__(
        self, name: str, clock: LslClock, source_name: Callable[[], str] = lambda: "one source"
    ) -> None:
        self.name = f"LSL samples as {name!r}"
        self._stream = name
        self._clock = clock
        self._source_name = source_name
        self._outlet: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._outlet = None

    def write_samples(self, block: SampleBlock) -> None:
        """Push new samples with their times."""
        if self._outlet is None:
            self._outlet = self._open(block.info)
        chunk = block.chunk
        host_s = chunk.sampled_s if len(chunk.sampled_s) else chunk.received_s
        host_s = np.where(np.isfinite(host_s), host_s, chunk.received_s)
        times_s = self._clock.times(block.time_s, host_s)
        self._outlet.push_chunk(chunk.samples, times_s.tolist())

    def _open(self, info: StreamInfo) -> Any:
        pylsl = pylsl_library()
        rate_hz = info.sampling_rate_hz or pylsl.IRREGULAR_RATE
        source_id = _source_id(self._stream, self._source_name())
        described = pylsl.StreamInfo(
            self._stream, "EMG", info.n_channels, rate_hz, "float32", source_id
        )
        described.set_channel_labels(list(info.channel_names))
        described.set_channel_types("EMG")
        described.set_channel_units(info.unit)
        described.desc().append_child_value("source", info.name)
        return pylsl.StreamOutlet(described)


class LslDecisions(Output):
    """An LSL outlet of type Markers called ``NAME decisions``, of text, at an irregular rate.

    Its channels are `FIELDS`; the time of a decision is that of its last sample. It is opened with
    the first decision, when the port is known. Pushing never waits. ``source_name`` is as for
    `LslSamples`.
    """

    def __init__(
        self, name: str, clock: LslClock, source_name: Callable[[], str] = lambda: "one source"
    ) -> None:
        self._stream = f"{name} decisions"
        self.name = f"LSL decisions as {self._stream!r}"
        self._clock = clock
        self._source_name = source_name
        self._outlet: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._outlet = None

    def write(self, update: Update) -> None:
        """Push one row per decision."""
        if self._outlet is None:
            self._outlet = self._open()
        line_s = np.nan_to_num(update.stages.line_s)
        host_s = update.decided_s - update.latency_s - line_s
        times_s = self._clock.times(update.time_s, host_s)
        rows = [
            [
                decision.label,
                f"{decision.confidence:.4f}",
                decision.status,
                str(decision.index),
                f"{decision.filled:.4f}",
            ]
            for decision in update.decisions
        ]
        self._outlet.push_chunk(rows, times_s.tolist())

    def _open(self) -> Any:
        pylsl = pylsl_library()
        source_id = _source_id(self._stream, self._source_name())
        described = pylsl.StreamInfo(
            self._stream, "Markers", len(FIELDS), pylsl.IRREGULAR_RATE, "string", source_id
        )
        described.set_channel_labels(list(FIELDS))
        return pylsl.StreamOutlet(described)


def outlet_name(text: str) -> str:
    """Return the name of an outlet as typed; raises UsageError if LSL would refuse it.

    >>> outlet_name("left arm")
    'left arm'
    """
    if not text.strip() or not text.isprintable():
        raise UsageError(
            f"{text!r} is not a name for an LSL stream; expected a word that receivers search for, "
            "for example emgstream"
        )
    return text


def open_lsl(name: str, stream: StreamContext) -> tuple[AnyOutput, ...]:
    """Return the outlets of one stream, which share a clock; without a model only of samples.

    Raises MissingExtraError.
    """
    if stream.name is not None:
        name = f"{name} {stream.name}"
    clock = LslClock()
    samples = LslSamples(name, clock, stream.source_name)
    if not stream.class_names:
        return (samples,)
    return LslDecisions(name, clock, stream.source_name), samples


def _offset_s() -> float:
    """Return the clock of LSL less the host time, in seconds."""
    offset_s: float = pylsl_library().local_clock() - host_now()
    return offset_s


def _source_id(stream: str, source: str) -> str:
    """Return an identifier that stays the same over restarts, so that readers reconnect.

    A reader takes two outlets with one identifier for the same, so it names the port or recording.
    """
    return f"emgstream {stream} from {source} on {socket.gethostname()}"
