"""The engine: source, ring, pipeline and outputs wired together, and the threads that run them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from emgstream.acquisition import Acquisition, Sink
from emgstream.bundle import Model
from emgstream.clock import Clock, MonotonicClock
from emgstream.decisions import Decisions, DecisionSettings
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
"""Samples in memory: 65 s at 1000 Hz, for a classifier that was held up. A choice: 1.6 MB at most
of 3 channels, and what `emgstream.sources.replay_laps` counts on."""
_MOST_AHEAD = 2**12
"""Samples that a source which can wait is read ahead of the classifier: two of a replay's largest
chunks, so that neither thread waits for the other at each."""
_POLL_S = 0.05
"""Seconds until a waiting thread looks whether it should end, as `Worker` asks for."""


class Engine:
    """A running classifier: decisions on a source until it ends or the engine is left.

    ``emg-reader`` empties the source into the ring and the sinks, ``emg-inference`` takes from the
    ring what is new and decides, and each output has a thread of its own, ``emg-output-NUMBER`` or
    ``emg-samples-NUMBER``. Entering starts them, leaving stops them and looks that they ended.
    Without a model there is nothing to decide: then there is no ``emg-inference``.

    No output delays a decision on a board: a queue that is full loses its oldest decisions, which
    are counted. A source that can wait, a recording, waits for the slowest output: nothing is lost.
    Outputs are added and removed while it runs, too.

    Parameters
    ----------
    source
        Where the samples come from.
    model
        What decides, or None; on its channels, where the source has others too. A source that
        does not match it ends the engine with StreamMismatchError.
    outputs
        Where decisions and samples go; entered and left by whoever gives them.
    clock
        The host time that latency is measured in.
    check
        Raises where the model should not be used on the stream; the default is the model's own
        `Manifest.check_stream`.
    observers
        Told of every decision by the inference thread, in this order, before any output.
    queues
        Filled as those of the outputs, for consumers with threads of their own; closed at the end.
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
        self._acquisition = Acquisition(source, self.ring, self._check_stream, self._wait_for_room)
        self._reader = Worker("emg-reader", self._acquisition.run)
        self._inference = Worker("emg-inference", self._infer)

    @property
    def n_skipped(self) -> int:
        """Samples received that were overwritten before the classifier came to them."""
        if self._pipeline is None:
            return 0
        with self._consumed:
            n_waiting = self.ring.n_held_since(self._cursor)
            return self.ring.n_received - self._n_classified - n_waiting

    def output_figures(self) -> list[OutputFigures]:
        """Return what became of decisions and samples at each output; see `FanOut.figures`."""
        return self._fan_out.figures()

    @property
    def outputs(self) -> tuple[AnyOutput, ...]:
        """The outputs there are at the moment."""
        return self._fan_out.outputs

    def add_output(self, output: AnyOutput) -> None:
        """Hand an output everything from the next decision, or sample, on; any thread may call.

        Whoever gives it has entered it. Raises UsageError where the engine was left, and for an
        output that is there already.
        """
        self._fan_out.add(output)

    def remove_output(self, output: AnyOutput) -> None:
        """Hand an output nothing more, and return once it has passed on what it was handed.

        Any thread may call; the other outputs go on. Raises UsageError for an output that is not
        there, and what ended it.
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
        """The settings of the decisions, as last asked for; None without a model."""
        return None if self._pipeline is None else self._pipeline.settings

    def tune(self, settings: DecisionSettings) -> None:
        """Decide by other settings from the next samples on; any thread may ask, at any time.

        `emgstream.pipeline.Pipeline.tune` tells what stays of the past. Raises UsageError where
        they are of another model, or there is none.
        """
        if self._pipeline is None:
            raise UsageError("no model decides here: there is nothing to tune; give the engine one")
        self._pipeline.tune(settings)

    def attach(self, sink: Sink) -> None:
        """Hand every sample to a sink too, a recorder, from now on; by the reader thread."""
        self._acquisition.attach(sink)

    def detach(self, sink: Sink) -> None:
        """Hand a sink nothing more."""
        self._acquisition.detach(sink)

    def watch(self, observer: Observer) -> None:
        """Tell another observer of every decision, from the next on; the owner calls."""
        self._observers = (*self._observers, observer)

    def unwatch(self, observer: Observer) -> None:
        """Tell an observer nothing more; what is being told at the moment still comes."""
        self._observers = tuple(one for one in self._observers if one is not observer)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end of the stream; tells whether all of it was decided on and handed on.

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
        """Find the model's channels, and look whether it was made for such a stream."""
        if self._check_model is not None:
            self._check_model(self._selection.stream(info))

    def _infer(self, stop: threading.Event) -> None:
        try:
            while self._pipeline is not None and not stop.is_set():
                if self.ring.wait_for(self._cursor, _POLL_S):
                    self._take(self.ring.since(self._cursor), self._pipeline, stop)
                elif self.ring.closed:
                    return
        finally:
            self._fan_out.close()

    def _take(self, chunk: Chunk, pipeline: Pipeline, stop: threading.Event) -> None:
        self._fan_out.check()
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
        received_s = chunk.received_s[decisions.indices - chunk.first_index]
        decided_s = self._clock.now()
        return Update(
            decisions=decisions,
            time_s=self._source.time_at(decisions.indices),
            latency_s=decided_s - received_s,
            labels=self._source.labels_at(decisions.indices),
            stages=laps.times(chunk, decisions.indices),
            fixed=pipeline.fixed_delay(self._source.info.sampling_rate_hz),
            decided_s=decided_s,
        )

    def _publish(self, update: Update, stop: threading.Event) -> None:
        for observer in self._observers:
            observer.observe(update)
        self.latest = update
        self._fan_out.publish(update, stop)

    def _wait_for_room(self, chunk: Chunk) -> bool:
        """Wait until neither the classifier nor a feed is far behind the newest sample."""
        target = chunk.end_index - _MOST_AHEAD
        with self._consumed:
            return self._consumed.wait_for(
                lambda: all(cursor >= target for cursor in self._cursors()), _POLL_S
            )

    def _cursors(self) -> list[int]:
        """Return the sample that the classifier and each output of samples has come to."""
        classifier = [] if self._pipeline is None else [self._cursor]
        return [*classifier, *self._fan_out.cursors()]
