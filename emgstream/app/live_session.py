"""A live session: a source, a model or none, outputs, and the recent past of both.

One thread, that of the owner, calls everything; the other threads are those of the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emgstream.acquisition import Sink
from emgstream.app.connection_state import ConnectionState
from emgstream.app.decision_log import DecisionLog
from emgstream.app.marker_log import MarkerLog
from emgstream.app.meters import LossMeter
from emgstream.app.session_shift_notice import ShiftNotice
from emgstream.app.session_summary import session_document
from emgstream.app.signal_views import Traces
from emgstream.app.stream_past import LIKELY_RATE_HZ, StreamPast
from emgstream.bundle import Model
from emgstream.clock import Clock, MonotonicClock
from emgstream.decisions import DecisionSettings
from emgstream.engine import Engine
from emgstream.errors import EmgStreamError, UsageError
from emgstream.opening import stream_check
from emgstream.outputs.delivery import OutputFigures
from emgstream.outputs.output import Observer, Output, Update
from emgstream.outputs.output_kind import StreamContext
from emgstream.outputs.queue import UpdateQueue
from emgstream.outputs.samples import AnyOutput
from emgstream.outputs.summary import Summary
from emgstream.quality import Quality
from emgstream.recording import CueListener, SimulatedSubject
from emgstream.ringbuffer import RingBuffer
from emgstream.sources.replay_source import ReplaySource
from emgstream.sources.source import PortHolder, Source
from emgstream.sources.source_status import (
    SIMULATED_NAME,
    SYNTHETIC,
    SYNTHETIC_NOTE,
    SourceState,
    SourceStatus,
)
from emgstream.translation import tr
from emgstream.types import FloatArray, StreamInfo

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["LiveSession"]

_QUEUE_POLL_S = 0.05
"""Seconds until a waiting loop checks for the end of the stream."""
_END_S = 5.0
"""Seconds that the threads may take to end: as long as `Worker` waits for each."""


class LiveSession:
    """A source that is being classified, with its figures; the only class that runs `Engine`.

    Entering starts it; leaving stops it and raises the error that ended it. `start` and `stop` do
    the same but keep the error in `failure`, for owners of several sessions.

    Parameters
    ----------
    source
        The source of the samples; not yet entered: the reader thread of the engine does that.
    model
        The model that decides, on its channels among those of the source; None for none.
    outputs
        Outputs of decisions and samples from the start on; the caller enters and leaves them.
    name
        Name of the session, if there are several.
    seconds
        Duration from the first sample on; None to run until it is stopped.
    force
        True to accept a stream with a rate that is not that of the model.
    keeps_signals
        True to keep ten minutes of the signals in `traces`, for drawing.
    backlog
        Updates that wait for `updates` before the oldest are dropped; None without iteration.
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
        """The simulated person who follows cues; None if there is none."""
        hold = 1 if self.manifest is None else self.manifest.hop * self.manifest.step.length
        self.log = DecisionLog(self.class_names, hold)
        self.summary = Summary(self.class_names)
        self.failure: EmgStreamError | None = None
        """The error that ended it, if any."""
        self.ended = False
        """True once the source has ended, it failed, its time is up, or it was stopped."""
        self.clock = clock or MonotonicClock()
        """The host time of its decisions, cues and recordings."""
        self._seconds = seconds
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
        self.markers = MarkerLog(self.ring, self.replay)
        """The markers of a recording that plays, or of one that is being made."""
        self._shift = ShiftNotice()
        self._past = StreamPast(source, self.ring, self.manifest, keeps_signals)
        self._is_stopped = False
        self._started_s = self._stopped_s = self.clock.now()
        self._first_s: float | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        self.stop()
        if exc_type is None:
            self.check()

    def start(self) -> None:
        """Start the threads, which connect to the source."""
        self._started_s = self.clock.now()
        self._engine.__enter__()

    def stop(self) -> None:
        """End the threads and close the source; an error of the stream is kept in ``failure``.

        Takes as long as one read of the source; a second call does nothing. Raises RuntimeError if
        a thread does not end.
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
        """Raise the error that ended it, if any."""
        if self.failure is not None:
            raise self.failure

    def poll(self, now_s: float, timeout_s: float = 0.0) -> bool:
        """Do what is due at host time ``now_s``; return True if there are new samples.

        Waits up to ``timeout_s`` seconds for the end. Once ``ended`` is True, call `stop`.
        """
        if not self.ended:
            self._look_for_the_end(timeout_s)
        came = self._past.poll(now_s, self.ended)  # after that look, so that no sample is missed
        if came and self._first_s is None:
            self._first_s = now_s
        if self._is_time_up(now_s):
            self.ended = True
        return came

    def updates(self) -> Iterator[Update]:
        """Yield the decisions in order until the stream ends; needs a ``backlog``.

        Another thread may iterate. Raises the error that ended the stream.
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
        """Decisions that were dropped, as the loop over `updates` was too slow."""
        return 0 if self._queue is None else self._queue.n_dropped

    @property
    def state(self) -> ConnectionState:
        """The state, as an enum and in words."""
        if self.failure is not None:
            return ConnectionState(SourceState.FAILED, tr("stopped"))
        if self.ended:
            return ConnectionState(SourceState.FINISHED, tr("finished"))
        status = self.status()
        return ConnectionState(status.state, tr(status.words))

    def status(self) -> SourceStatus:
        """Return the status of the source; any thread may ask."""
        return self.source.status()

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the source, without the one that is part of `title`, and on its likeness."""
        told = (note for note in self.status().notes if note != SYNTHETIC_NOTE)
        return (*told, *self.warnings)

    @property
    def warnings(self) -> tuple[str, ...]:
        """A note where the session is unlike those that the model was trained on; else none."""
        return self._shift.update(self._engine.session_shift)

    @property
    def context(self) -> StreamContext:
        """Facts about this session for opening an output."""
        return StreamContext(self.class_names, self.name, self.status, self._source_name)

    @property
    def info(self) -> StreamInfo:
        """Name, channels and rate of the stream; complete once there are samples."""
        return self.source.info

    @property
    def latest(self) -> Update | None:
        """The newest decisions."""
        return self._engine.latest

    @property
    def ring(self) -> RingBuffer:
        """The newest samples."""
        return self._engine.ring

    def newest_samples(self, seconds: float) -> FloatArray:
        """Return the samples of the last ``seconds``, shape ``(n_samples, n_channels)``."""
        n_samples = round(seconds * (self.info.sampling_rate_hz or LIKELY_RATE_HZ))
        return self.ring.since(max(self.ring.end_index - n_samples, 0)).samples

    @property
    def replay(self) -> ReplaySource | None:
        """The source if it is a recording, which can be paused and moved; else None."""
        return self.source if isinstance(self.source, ReplaySource) else None

    @property
    def port(self) -> PortHolder | None:
        """The source if it has a port that can be let go for another program; else None."""
        return self.source if isinstance(self.source, PortHolder) else None

    def toggle_port(self) -> None:
        """Let the port go, so that a sketch can be uploaded, or open it again; any thread may call.

        Does nothing if the source has no port. On Linux that happens by itself, as soon as another
        program opens the port.
        """
        if self.port is None:
            return
        if self.port.is_released:
            self.port.retake()
        else:
            self.port.release()

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of the model; none without a model."""
        return () if self.manifest is None else self.manifest.class_names

    @property
    def is_conditioned(self) -> bool:
        """True if the model has filters, or there is none: then a filter for looking is used."""
        return self.manifest is None or self.manifest.conditioning.get("kind") != "none"

    @property
    def is_live(self) -> bool:
        """True if somebody can follow cues: the source is not a recording."""
        return not self.info.can_wait

    @property
    def is_synthetic(self) -> bool:
        """True if the samples are simulated."""
        return self.status().is_synthetic

    def cue_followers(
        self, labels: Iterable[str], listeners: Iterable[CueListener]
    ) -> tuple[CueListener, ...]:
        """Return everybody who hears the cues: the simulated subject, if any, and the listeners.

        Raises UsageError where the source is a recording, so that nobody can follow cues, and
        where the simulated subject cannot make one of the movements.
        """
        if not self.is_live:
            raise UsageError(
                tr(
                    "{name} is a recording, and nobody in it follows cues; expected a board "
                    "that streams; connect one",
                    name=self.info.name,
                )
            )
        if self.subject is None:
            return tuple(listeners)
        self.subject.check(labels)
        return (self.subject, *listeners)

    @property
    def title(self) -> str:
        """Name of the stream for people; it begins with "synthetic EMG" for simulated samples."""
        name = self.info.name
        if not self.is_synthetic:
            return name
        if name == SIMULATED_NAME:
            return tr(name)
        return name if name.startswith(SYNTHETIC) else f"{tr(SYNTHETIC)}   {name}"

    @property
    def traces(self) -> Traces | None:
        """The past of the signals; None before the first samples, and if they are not kept."""
        return self._past.traces

    @property
    def loss(self) -> LossMeter:
        """Lost samples, in total and of late."""
        return self._past.loss

    @property
    def is_timed(self) -> bool:
        """True if the sampling rate is known, stated or measured."""
        return self._past.is_timed

    @property
    def rate_hz(self) -> float:
        """Samples per second on the time axis; 1 while the rate is not known."""
        return self._past.rate_hz

    def measured_rate(self) -> tuple[float | None, float | None]:
        """Return the measured rate in Hz and the clock's deviation in ppm; see `StreamPast`."""
        return self._past.measured_rate()

    def quality(self) -> tuple[Quality, ...]:
        """Return the quality of every channel over the newest two seconds, if samples arrive."""
        return self._past.quality(self.state.kind)

    @property
    def settings(self) -> DecisionSettings | None:
        """The present settings of the decisions; None without a model."""
        return self._engine.settings

    @property
    def is_tuned(self) -> bool:
        """True if the settings are not those of the model."""
        return self.manifest is not None and self.settings != self.manifest.decision

    @property
    def deciding(self) -> Model | None:
        """The model with the present settings; None without a model."""
        settings = self.settings
        return None if self.model is None or settings is None else self.model.tuned(settings)

    def tune(self, settings: DecisionSettings) -> None:
        """Decide with other settings from the next samples on; raises UsageError if unfit."""
        self._engine.tune(settings)

    def attach(self, sink: Sink) -> None:
        """Pass every sample to a recorder, from now on."""
        self._engine.attach(sink)

    def detach(self, sink: Sink) -> None:
        """Pass nothing more to a recorder."""
        self._engine.detach(sink)

    def watch(self, observer: Observer) -> None:
        """Pass every decision to an observer, from now on."""
        self._engine.watch(observer)

    def unwatch(self, observer: Observer) -> None:
        """Pass nothing more to an observer."""
        self._engine.unwatch(observer)

    def add_output(self, output: AnyOutput) -> None:
        """Add an output; it gets everything from the next decision, or sample, on.

        Any thread may call. The caller has entered the output, and leaves it after `remove_output`
        or `stop`. Raises UsageError if the session was stopped, if the output was added already,
        and for an output of decisions where no model makes any.
        """
        if self.model is None and isinstance(output, Output):
            raise UsageError(
                tr(
                    "{name} passes decisions on, and without a model there are none; expected "
                    "a model with --model, or no such output; leave one of them out",
                    name=output.name,
                )
            )
        self._engine.add_output(output)

    def remove_output(self, output: AnyOutput) -> None:
        """Remove an output; return once it has written what it got before.

        Any thread may call; it may take seconds, and the other outputs continue. Raises UsageError
        if the output was not added, or the error that ended it.
        """
        self._engine.remove_output(output)

    def output_figures(self) -> list[OutputFigures]:
        """Return the counts and latencies of each output, those of removed ones last."""
        return self._engine.output_figures()

    @property
    def output_states(self) -> list[str]:
        """States of the outputs to show all the time, for people; so are those that have ended."""
        states = (one.state for one in self._engine.outputs if isinstance(one, Output))
        return [*filter(None, states), *self._engine.output_failures()]

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

    def _source_name(self) -> str:
        """Return the port of a device, once it is known, or the name of the source."""
        return self.status().port or self.info.name

    def _is_time_up(self, now_s: float) -> bool:
        if self._seconds is None or self._first_s is None:
            return False
        return now_s - self._first_s >= self._seconds

    def _look_for_the_end(self, timeout_s: float) -> None:
        try:
            self.ended = self._engine.wait(timeout_s)
        except EmgStreamError as error:
            self.failure = error
            self.ended = True
