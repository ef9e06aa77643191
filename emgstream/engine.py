"""The engine: source, ring buffer, pipeline and outputs, with the threads that run them."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from emgstream.acquisition import Acquisition, Sink
from emgstream.bundle import Model
from emgstream.clock import Clock, MonotonicClock
from emgstream.decisions import Decisions, DecisionSettings, DecisionStatus, RailFigures
from emgstream.errors import UsageError
from emgstream.latency import StageTimer
from emgstream.logs import get_logger
from emgstream.outputs.delivery import OutputFigures
from emgstream.outputs.fan_out import FanOut
from emgstream.outputs.output import Observer, Update
from emgstream.outputs.queue import UpdateQueue
from emgstream.outputs.samples import AnyOutput
from emgstream.pipeline import Pipeline
from emgstream.ringbuffer import RingBuffer
from emgstream.selection import Selection
from emgstream.sources.source import Source
from emgstream.types import Chunk, StreamInfo
from emgstream.worker import Worker

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Engine"]

_log = get_logger(__name__)

_RING_SAMPLES = 2**16
"""Samples in memory: a choice, 65 s at 1000 Hz in 1.8 MB for 3 channels. At most as many as
`emgstream.sources.replay_laps` can look back."""
_MOST_AHEAD = 2**12
"""Samples that a recording is read ahead of the classifier: two of its largest chunks, so that the
threads do not wait for each other at every chunk."""
_POLL_S = 0.05
"""Seconds until a waiting thread checks if it should end, as `Worker` requires."""


class Engine:
    """A running classifier: decisions on a source until it ends or the engine is left.

    The thread ``emg-reader`` reads the source into the ring buffer and the sinks, ``emg-inference``
    takes new samples from the ring and decides, and each output has a thread of its own,
    ``emg-output-NUMBER`` or ``emg-samples-NUMBER``. Entering starts them; leaving stops them and
    checks that they have ended. Without a model there is no ``emg-inference``.

    No output delays a decision on a board: a full queue drops its oldest decisions, which are
    counted. A source that can wait, a recording, waits for the slowest output: nothing is lost. An
    output that cannot write any more does not end the stream of the others: its error is raised at
    the end, or at once where no output works any more.
    Outputs can be added and removed while the engine runs.

    Parameters
    ----------
    source
        The source of the samples.
    model
        The model that decides, on its channels among those of the source; or None. The engine ends
        with StreamMismatchError if the source does not match the model.
    outputs
        Outputs of decisions and samples; the caller enters and leaves them.
    clock
        The host time.
    check
        Raises StreamMismatchError if the model cannot be used on the stream; the default is
        `Manifest.check_stream` of the model.
    observers
        Get every decision from the inference thread, in this order, before any output.
    queues
        Queues for consumers with threads of their own, filled like those of the outputs.
    """

    def __init__(
        self,
        source: Source,
        model: Model | None,
        outputs: Sequence[AnyOutput] = (),
        clock: Clock | None = None,
        check: Callable[[StreamInfo], None] | None = None,
        *,
        observers: Sequence[Observer] = (),
        queues: Sequence[UpdateQueue] = (),
    ) -> None:
        self.ring = RingBuffer(_RING_SAMPLES)
        self.latest: Update | None = None
        self._source = source
        self._pipeline = None if model is None else Pipeline(model)
        self._selection = Selection(() if model is None else model.manifest.channel_names)
        self._clock = clock or MonotonicClock()
        self._observers = tuple(observers)
        self._cursor = 0
        self._n_classified = 0
        self._consumed = threading.Condition()
        self._fan_out = FanOut(source, self.ring, self._clock, self._consumed, outputs, queues)
        if check is None and model is not None:
            check = model.manifest.check_stream
        self._check_model = check
        self._step_length = None if model is None else model.manifest.step.length
        self._due = 0  # index of the sample that completes the next step
        self._acquisition = Acquisition(
            source, self.ring, self._check_stream, self._wait_for_room, self._awaited
        )
        self._reader = Worker("emg-reader", self._acquisition.run)
        self._inference = Worker("emg-inference", self._infer)

    @property
    def n_skipped(self) -> int:
        """Samples that were overwritten before they were classified."""
        if self._pipeline is None:
            return 0
        with self._consumed:
            n_waiting = self.ring.n_held_since(self._cursor)
            return self.ring.n_received - self._n_classified - n_waiting

    def output_figures(self) -> list[OutputFigures]:
        """Return the counts and latencies of each output; see `FanOut.figures`."""
        return self._fan_out.figures()

    @property
    def outputs(self) -> tuple[AnyOutput, ...]:
        """The present outputs, those of decisions first."""
        return self._fan_out.outputs

    def output_failures(self) -> list[str]:
        """Return which outputs have ended, and why, for people; the others go on."""
        return self._fan_out.failures()

    def add_output(self, output: AnyOutput) -> None:
        """Add an output; it gets everything from the next decision, or sample, on.

        Any thread may call. The caller has entered the output. Raises UsageError if the engine was
        left, or if the output was added already.
        """
        self._fan_out.add(output)

    def remove_output(self, output: AnyOutput) -> None:
        """Remove an output; return once it has written what it got before.

        Any thread may call; the other outputs continue. Raises UsageError if the output was not
        added, or the error that ended it.
        """
        self._fan_out.remove(output)

    def __enter__(self) -> Self:
        names = [output.name for output in self.outputs]
        _log.info("engine starts: %s, outputs: %s", self._source.info.name, names)
        self._fan_out.start()
        if self._pipeline is None:
            self._fan_out.close()
        else:
            self._inference.start()
        self._reader.start()
        return self

    def __exit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        with ExitStack() as stack:  # ends the reader first, and the others whatever comes of it
            stack.callback(self._fan_out.stop)
            if self._pipeline is not None:
                stack.callback(self._inference.stop)
            stack.callback(self._reader.stop)
        _log.info("engine ended after %d samples", self.ring.n_received)
        if exc_type is None:
            self._check()

    @property
    def settings(self) -> DecisionSettings | None:
        """The present settings of the decisions; None without a model."""
        return None if self._pipeline is None else self._pipeline.settings

    @property
    def rail_figures(self) -> RailFigures | None:
        """Samples at the ends of the converter's range; None without a model that knows it."""
        return None if self._pipeline is None else self._pipeline.rail_figures

    @property
    def session_shift(self) -> float | None:
        """The shift of the session, as a share of its limit; None where no model measures it."""
        return None if self._pipeline is None else self._pipeline.session_shift

    @property
    def n_incomplete(self) -> int:
        """Decisions on windows that a gap makes incomplete, or that are filled too much."""
        return 0 if self._pipeline is None else self._pipeline.n_incomplete

    def tune(self, settings: DecisionSettings) -> None:
        """Decide with other settings from the next samples on; any thread may call.

        `emgstream.pipeline.Pipeline.tune` tells what stays of the past. Raises UsageError where
        they are of another model, or there is none.
        """
        if self._pipeline is None:
            raise UsageError("no model decides here: there is nothing to tune; give the engine one")
        self._pipeline.tune(settings)

    def attach(self, sink: Sink) -> None:
        """Pass every sample to a sink, such as a recorder, from now on, by the reader thread."""
        self._acquisition.attach(sink)

    def detach(self, sink: Sink) -> None:
        """Pass nothing more to a sink."""
        self._acquisition.detach(sink)

    def watch(self, observer: Observer) -> None:
        """Pass every decision to another observer, from the next on; the owner calls."""
        self._observers = (*self._observers, observer)

    def unwatch(self, observer: Observer) -> None:
        """Pass nothing more to an observer, apart from an update that is just being passed."""
        self._observers = tuple(one for one in self._observers if one is not observer)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end of the stream; return True if all is decided and written.

        Raises whatever ended one of the threads before its time.
        """
        last = self._reader if self._pipeline is None else self._inference
        if not last.join(timeout_s):
            return False
        finished = self._fan_out.join(timeout_s)
        self._check()
        return finished

    def _check(self) -> None:
        self._inference.check()
        self._reader.check()
        self._fan_out.check()

    def _check_stream(self, info: StreamInfo) -> None:
        """Find the channels of the model, and check that it fits the stream."""
        if self._check_model is not None:
            self._check_model(self._selection.stream(info))

    def _infer(self, stop: threading.Event) -> None:
        try:
            while self._pipeline is not None and not stop.is_set():
                # samples that complete nothing wait for those that do
                self._due = self._pipeline.due_index
                due = min(self._due, self._cursor + _MOST_AHEAD // 2)
                self.ring.wait_for(max(due, self._cursor), _POLL_S)
                is_closed = self.ring.closed
                chunk = self.ring.since(self._cursor)
                if len(chunk):
                    self._take(chunk, self._pipeline, stop)
                elif is_closed:
                    return
        finally:
            self._fan_out.close()

    def _awaited(self, end_index: int) -> int | None:
        """Return the sample that completes the next step, behind those that were read.

        The reader asks, maybe before the step that was read last is classified.
        """
        if self._step_length is None:
            return None
        due = self._due  # of another thread
        return due + math.ceil(max(0, end_index - due) / self._step_length) * self._step_length

    def _take(self, chunk: Chunk, pipeline: Pipeline, stop: threading.Event) -> None:
        self._fan_out.check_any()
        laps = StageTimer(self._clock)
        decisions = pipeline.push(self._selection.chunk(chunk), laps.lap)
        if len(decisions):
            self._publish(self._update(chunk, decisions, laps, pipeline), stop)
        with self._consumed:
            self._cursor = chunk.end_index
            self._n_classified += len(chunk)
            self._consumed.notify_all()

    def _update(
        self, chunk: Chunk, decisions: Decisions, laps: StageTimer, pipeline: Pipeline
    ) -> Update:
        indices, rate_hz = decisions.indices, self._source.info.sampling_rate_hz
        received_s = chunk.received_s[chunk.places_of(indices)]
        decided_s = self._clock.now()
        # A source knows the samples that were received only; a window may end with a lost one.
        may_lack = decisions.filled.any() or np.any(decisions.statuses == DecisionStatus.GAP)
        known = self.ring.first_from(indices) if may_lack else indices
        lost_s = (known - indices) / (rate_hz or math.nan)
        return Update(
            decisions=decisions,
            time_s=self._source.time_at(known) - np.where(known == indices, 0.0, lost_s),
            latency_s=decided_s - received_s,
            labels=self._source.labels_at(known),
            stages=laps.times(chunk, indices),
            fixed=pipeline.fixed_delay(rate_hz),
            decided_s=decided_s,
        )

    def _publish(self, update: Update, stop: threading.Event) -> None:
        for observer in self._observers:
            observer.observe(update)
        self.latest = update
        self._fan_out.publish(update, stop)

    def _wait_for_room(self, chunk: Chunk) -> bool:
        """Wait until the classifier and all feeds are close to the newest sample."""
        target = chunk.end_index - _MOST_AHEAD
        with self._consumed:
            return self._consumed.wait_for(
                lambda: all(cursor >= target for cursor in self._cursors()), _POLL_S
            )

    def _cursors(self) -> list[int]:
        """Return the next sample index of the classifier and of each output of samples."""
        classifier = [] if self._pipeline is None else [self._cursor]
        return [*classifier, *self._fan_out.cursors()]
