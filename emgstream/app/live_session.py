"""One live session from start to end: a source, a model or none, outputs, and the recent past.

No Qt and no printing. One thread, the owner's, calls everything; the other threads are the
engine's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from emgstream.acquisition import Sink
from emgstream.app.connection_state import ConnectionState
from emgstream.app.decision_log import DecisionLog
from emgstream.app.meters import LossMeter, RateMeter
from emgstream.app.session_summary import session_document
from emgstream.app.signal_views import Traces
from emgstream.bundle import Model
from emgstream.clock import Clock, MonotonicClock
from emgstream.decisions import DecisionSettings
from emgstream.engine import Engine
from emgstream.errors import EmgStreamError
from emgstream.opening import stream_check
from emgstream.outputs.delivery import OutputFigures
from emgstream.outputs.output import Observer, Output, Update
from emgstream.outputs.output_kind import StreamContext
from emgstream.outputs.queue import UpdateQueue
from emgstream.outputs.samples import AnyOutput
from emgstream.outputs.summary import Summary
from emgstream.quality import Quality, judge_quality
from emgstream.recording import SimulatedSubject
from emgstream.ringbuffer import RingBuffer
from emgstream.sources.replay_source import ReplaySource
from emgstream.sources.source import Source
from emgstream.sources.source_status import SYNTHETIC_NOTE, SourceState, SourceStatus
from emgstream.types import StreamInfo

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["LiveSession"]

_QUALITY_S = 2.0
_LEAST_QUALITY_SAMPLES = 256
_COUNT_S = 0.1
_LONGEST_COPY = 64
_LIKELY_RATE_HZ = 1000.0
_QUEUE_POLL_S = 0.05
_END_S = 5.0
_SYNTHETIC = "synthetic EMG"


class LiveSession:
    """A source being classified, and what is known of it so far; the only user of `Engine`.

    Entering starts it, leaving stops it and raises what ended it before its time. `start` and
    `stop` do the same, and keep that in `failure`: for owners of several sessions.

    Parameters
    ----------
    source
        Where the samples come from; not yet entered, as the engine's reader does that.
    model
        What decides, on its channels among those of the source; None where nothing is decided.
    outputs
        Where decisions and samples go from the start, entered and left by the caller.
    name
        What to call it where there are several.
    seconds
        How long it lasts, counted from the first sample; None for until it is stopped.
    force
        Whether to put up with a stream whose rate is not the model's.
    keeps_signals
        Whether ten minutes of the signals are kept in `traces`, for drawing.
    backlog
        Updates that wait for `updates` before the oldest are dropped; None where nobody iterates.
    clock
        The host time.

    Raises
    ------
    ModelFileError
        The model's network does not load.
    """

    def __init__(
        self,
        source: Source,
        model: Model | None,
        outputs: Sequence[AnyOutput] = (),
        *,
        name: str | None = None,
        seconds: float | None = None,
        force: bool = False,
        keeps_signals: bool = False,
        backlog: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.source = source
        self.model = model
        self.manifest = None if model is None else model.manifest
        self.name = name
        self.subject = None if source.subject is None else SimulatedSubject(source.subject)
        """The simulated person, who does what cues ask; None where a real one does, or nobody."""
        hold = 1 if self.manifest is None else self.manifest.hop * self.manifest.step.length
        self.log = DecisionLog(self.class_names, hold)
        self.summary = Summary(self.class_names)
        self.traces: Traces | None = None
        """The past of the signals, once samples have come; None where they are not kept."""
        self.failure: EmgStreamError | None = None
        """What ended it before its time."""
        self.ended = False
        """True if it is over: its source ended, it failed, its time is up, or it was stopped."""
        self.rate = RateMeter()
        self.loss = LossMeter()
        self.clock = clock or MonotonicClock()
        """The host time that its source, its decisions and its recordings are timed by."""
        self._seconds = seconds
        self._keeps_signals = keeps_signals
        self._queue = None if backlog is None else UpdateQueue(backlog)
        self._engine = Engine(
            source,
            model,
            outputs,
            self.clock,
            None if self.manifest is None else stream_check(source, self.manifest, force),
            observers=[self.summary, self.log],
            queues=[] if self._queue is None else [self._queue],
        )
        self._cursor = 0
        self._is_stopped = False
        self._started_s = self._stopped_s = self.clock.now()
        self._first_s: float | None = None
        self._counted_s = -math.inf
        self._measured_hz: float | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        self.stop()
        if exc_type is None:
            self.check()

    def start(self) -> None:
        """Start the threads; connecting is theirs to do."""
        self._started_s = self.clock.now()
        self._engine.__enter__()

    def stop(self) -> None:
        """End the threads and let go of the port; what ended the stream is in ``failure``.

        May take as long as one call of the source does; a second call does nothing. Raises
        RuntimeError where a thread does not end.
        """
        if self._is_stopped:
            return
        self._is_stopped = self.ended = True
        try:
            self._engine.__exit__(None, None, None)
        except EmgStreamError as error:
            self.failure = self.failure or error
        finally:
            self._stopped_s = self.clock.now()

    def check(self) -> None:
        """Raise what ended it before its time; nothing where all is well."""
        if self.failure is not None:
            raise self.failure

    def poll(self, now_s: float, timeout_s: float = 0.0) -> bool:
        """Take over what is new, at host time ``now_s``; tells whether there were samples.

        Waits up to ``timeout_s`` for the end. What ended the stream is in ``failure``: look at
        ``ended``, and stop it then.
        """
        if not self.ended:
            self._look_for_the_end(timeout_s)
        came = self._take_samples()  # after that look: the last samples are not left behind
        if came and self._first_s is None:
            self._first_s = now_s
        if self._is_time_up(now_s):
            self.ended = True
        if self.ended or now_s - self._counted_s >= _COUNT_S:
            self._counted_s = now_s
            self._count(now_s)
        return came

    def updates(self) -> Iterator[Update]:
        """Give the decisions in order until the stream ends, for the ``backlog`` asked for.

        Another thread may iterate. Raises what ended the stream before its time.
        """
        queue = self._queue
        if queue is None:
            raise RuntimeError("a session is iterated over where a backlog was asked for")
        while not queue.ended:
            update = queue.take(_QUEUE_POLL_S)
            if update is not None:
                yield replace(update, handed_s=self.clock.now())
        self._engine.wait(_END_S)

    @property
    def n_dropped(self) -> int:
        """Decisions that `updates` was too slow for."""
        return 0 if self._queue is None else self._queue.n_dropped

    @property
    def state(self) -> ConnectionState:
        """What it is doing, as an enum and in words."""
        if self.failure is not None:
            return ConnectionState(SourceState.FAILED, "stopped")
        if self.ended:
            return ConnectionState(SourceState.FINISHED, "finished")
        status = self.status()
        return ConnectionState(status.state, status.words)

    def status(self) -> SourceStatus:
        """Return how its source is doing; any thread may ask."""
        return self.source.status()

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the source, without the one that `title` tells all the time."""
        return tuple(note for note in self.status().notes if note != SYNTHETIC_NOTE)

    @property
    def context(self) -> StreamContext:
        """What an output that is opened for this session is told of it."""
        return StreamContext(self.class_names, self.name, lambda: self.status().n_reconnects)

    @property
    def info(self) -> StreamInfo:
        """What is known of the stream; complete once samples come."""
        return self.source.info

    @property
    def latest(self) -> Update | None:
        """The newest decisions."""
        return self._engine.latest

    @property
    def ring(self) -> RingBuffer:
        """The newest samples."""
        return self._engine.ring

    @property
    def replay(self) -> ReplaySource | None:
        """The source where it is a recording that can be steered."""
        return self.source if isinstance(self.source, ReplaySource) else None

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of the model; none without a model."""
        return () if self.manifest is None else self.manifest.class_names

    @property
    def is_conditioned(self) -> bool:
        """True if a model conditions the signal."""
        return self.manifest is not None and self.manifest.conditioning.get("kind") != "none"

    @property
    def is_live(self) -> bool:
        """True if time passes by itself, and somebody may follow cues: no recording."""
        return not self.info.can_wait

    @property
    def is_synthetic(self) -> bool:
        """True if the samples are known to come from a formula and not from a person."""
        return self.status().is_synthetic

    @property
    def title(self) -> str:
        """The name of the stream for people; says first where it is synthetic."""
        name = self.info.name
        if self.is_synthetic and not name.startswith(_SYNTHETIC):
            return f"{_SYNTHETIC}   {name}"
        return name

    @property
    def is_timed(self) -> bool:
        """True if samples can be told in seconds: the rate was stated, or is measured by now."""
        return (self.info.sampling_rate_hz or self._measured_hz) is not None

    @property
    def rate_hz(self) -> float:
        """Samples that make a second on the time axis; 1 as long as nobody knows."""
        return self.info.sampling_rate_hz or self._measured_hz or 1.0

    def measured_rate(self) -> tuple[float | None, float | None]:
        """Return samples per second as measured, and by how many millionths the device is fast.

        None for what is not known. Where the source measures no rate, it is that of the arrivals,
        while samples arrive.
        """
        status = self.status()
        if status.rate_hz is not None:
            return status.rate_hz, status.ppm
        return (self.rate.rate_hz if status.is_streaming else None), None

    @property
    def settings(self) -> DecisionSettings | None:
        """The settings of the decisions, as last asked for; None without a model."""
        return self._engine.settings

    @property
    def is_tuned(self) -> bool:
        """True if it decides by other settings than the model's own."""
        return self.manifest is not None and self.settings != self.manifest.decision

    @property
    def deciding(self) -> Model | None:
        """The model, with the settings it decides by at the moment; None without one."""
        settings = self.settings
        return None if self.model is None or settings is None else self.model.tuned(settings)

    def tune(self, settings: DecisionSettings) -> None:
        """Decide by other settings from the next samples on; raises UsageError for unfit ones."""
        self._engine.tune(settings)

    def attach(self, sink: Sink) -> None:
        """Hand every sample to a recorder too, from now on."""
        self._engine.attach(sink)

    def detach(self, sink: Sink) -> None:
        """Hand a recorder no more."""
        self._engine.detach(sink)

    def watch(self, observer: Observer) -> None:
        """Tell an observer of every decision too, from now on."""
        self._engine.watch(observer)

    def unwatch(self, observer: Observer) -> None:
        """Tell an observer no more."""
        self._engine.unwatch(observer)

    def add_output(self, output: AnyOutput) -> None:
        """Hand an output everything from the next decision, or sample, on; any thread may call.

        The caller has entered it, and leaves it after `remove_output` or `stop`. Raises UsageError
        where the session was stopped, and for an output that is there already.
        """
        self._engine.add_output(output)

    def remove_output(self, output: AnyOutput) -> None:
        """Hand an output nothing more, and return once it has passed on what it was handed.

        Any thread may call; a slow reader takes seconds of it, and the other outputs go on. Raises
        UsageError for an output that is not there, and what ended it.
        """
        self._engine.remove_output(output)

    def output_figures(self) -> list[OutputFigures]:
        """Return how many decisions, or samples, each output passed on, dropped, and how late."""
        return self._engine.output_figures()

    @property
    def output_states(self) -> list[str]:
        """What the outputs have to say all the time, for people."""
        states = (one.state for one in self._engine.outputs if isinstance(one, Output))
        return [state for state in states if state]

    def quality(self) -> tuple[Quality, ...]:
        """Return the verdict on the newest two seconds of every channel, if they are recent."""
        names = self.info.channel_names
        is_silent = self.state.kind not in (SourceState.STREAMING, SourceState.PAUSED)
        if self.traces is None or is_silent:
            return judge_quality(np.empty((0, len(names)), np.float32), names, None)
        raw = self.traces.raw
        n_samples = max(round(_QUALITY_S * self.rate_hz), _LEAST_QUALITY_SAMPLES)
        values = raw.values(raw.end_index - n_samples, raw.end_index)
        return judge_quality(values.T, names, self.rate_hz if self.is_timed else None)

    def document(self) -> dict[str, Any]:
        """Return the summary so far, as JSON's own types."""
        stopped_s = self._stopped_s if self._is_stopped else self.clock.now()
        failures = {} if self.failure is None else {"failure": str(self.failure)}
        document = session_document(
            self._engine,
            self.summary,
            self.source,
            self.manifest,
            self.name,
            stopped_s - self._started_s,
        )
        return document | failures

    def _is_time_up(self, now_s: float) -> bool:
        if self._seconds is None or self._first_s is None:
            return False
        return now_s - self._first_s >= self._seconds

    def _take_samples(self) -> bool:
        if not self._keeps_signals:
            n_before, self._cursor = self._cursor, self.ring.n_received
            return self._cursor > n_before
        came = False
        for _ in range(_LONGEST_COPY):
            chunk = self.ring.since(self._cursor)
            if not len(chunk):
                break
            if self.traces is None:
                n_channels = chunk.samples.shape[1]
                rate_hz = self.rate_hz if self.is_timed else _LIKELY_RATE_HZ
                self.traces = Traces(n_channels, rate_hz, self.manifest)
            self.traces.push(chunk)
            self._cursor = chunk.end_index
            came = True
        return came

    def _count(self, now_s: float) -> None:
        """Take down what came and what was lost."""
        ring, status = self.ring, self.status()
        self.rate.update(ring.n_received, now_s)
        if self._measured_hz is None:
            self._measured_hz = status.rate_hz  # held: an axis that follows it would swim
        # While a board is away it takes no samples, so it loses none: only its source can tell.
        self.loss.update(ring.n_lost if status.sees_loss is None else status.n_lost, now_s)

    def _look_for_the_end(self, timeout_s: float) -> None:
        try:
            self.ended = self._engine.wait(timeout_s)
        except EmgStreamError as error:
            self.failure = error
            self.ended = True
