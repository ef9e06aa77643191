"""The engine: source, ring, pipeline and outputs wired together, and the threads that run them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from emgstream.acquisition import Acquisition, Sink
from emgstream.bundle import Model
from emgstream.clock import Clock, MonotonicClock
from emgstream.decisions import Decisions
from emgstream.latency import Laps
from emgstream.outputs.base import Output, Update
from emgstream.pipeline import Pipeline
from emgstream.ringbuffer import RingBuffer
from emgstream.sources.base import Source
from emgstream.types import Chunk, StreamInfo
from emgstream.worker import Worker

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Engine"]

_RING_SAMPLES = 2**16
_MOST_AHEAD = 2**12
_POLL_S = 0.05


class Engine:
    """A running classifier: decisions on a source until it ends or the engine is left.

    Two threads: ``emg-reader`` empties the source into the ring and the sinks, ``emg-inference``
    takes from the ring what is new, decides, and hands the decisions to the outputs. Entering
    starts them, leaving stops them and looks that they ended. Without a model there is nothing to
    decide: then the reader works alone.

    Parameters
    ----------
    source
        Where the samples come from.
    model
        What decides, or None; a source that does not match it ends the engine with
        StreamMismatchError.
    outputs
        Each is written to by the inference thread, in this order.
    clock
        The host time that latency is measured in.
    check
        Raises where the model should not be used on the stream; the default is the model's own
        `Manifest.check_stream`.
    """

    def __init__(
        self,
        source: Source,
        model: Model | None,
        outputs: Sequence[Output] = (),
        clock: Clock | None = None,
        check: Callable[[StreamInfo], None] | None = None,
    ) -> None:
        manifest = None if model is None else model.manifest
        self.ring = RingBuffer(_RING_SAMPLES, len(manifest.channel_names) if manifest else None)
        self.latest: Update | None = None
        self._source = source
        self._pipeline = None if model is None else Pipeline(model)
        self._outputs = tuple(outputs)
        self._clock = clock or MonotonicClock()
        self._cursor = 0
        self._n_classified = 0
        self._consumed = threading.Condition()
        check = check or (_accept if manifest is None else manifest.check_stream)
        self._acquisition = Acquisition(source, self.ring, check, self._wait_for_room)
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

    def __enter__(self) -> Self:
        if self._pipeline is not None:
            self._inference.start()
        self._reader.start()
        return self

    def __exit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        try:
            self._reader.stop()
        finally:
            if self._pipeline is not None:
                self._inference.stop()
        if exc_type is None:
            self._check()

    def attach(self, sink: Sink) -> None:
        """Hand every sample to a sink too, a recorder, from now on; by the reader thread."""
        self._acquisition.attach(sink)

    def detach(self, sink: Sink) -> None:
        """Hand a sink no more."""
        self._acquisition.detach(sink)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end of the stream; tells whether all of it has been decided on.

        Raises whatever ended one of the threads before its time.
        """
        last = self._reader if self._pipeline is None else self._inference
        finished = last.join(timeout_s)
        if finished:
            self._check()
        return finished

    def _check(self) -> None:
        self._inference.check()
        self._reader.check()

    def _infer(self, stop: threading.Event) -> None:
        while self._pipeline is not None and not stop.is_set():
            if self.ring.wait_for(self._cursor, _POLL_S):
                self._take(self.ring.since(self._cursor), self._pipeline)
            elif self.ring.closed:
                return

    def _take(self, chunk: Chunk, pipeline: Pipeline) -> None:
        laps = Laps(self._clock)
        decisions = pipeline.push(chunk, laps.lap)
        if len(decisions):
            self._publish(chunk, decisions, laps)
        with self._consumed:
            self._cursor = chunk.end_index
            self._n_classified += len(chunk)
            self._consumed.notify_all()

    def _publish(self, chunk: Chunk, decisions: Decisions, laps: Laps) -> None:
        received_s = chunk.received_s[decisions.indices - chunk.first_index]
        update = Update(
            decisions=decisions,
            time_s=self._source.time_at(decisions.indices),
            latency_s=self._clock.now() - received_s,
            labels=self._source.labels_at(decisions.indices),
            stages=laps.times(chunk, decisions.indices),
        )
        for output in self._outputs:
            output.write(update)
        self.latest = update

    def _wait_for_room(self, chunk: Chunk) -> bool:
        """Wait until the classifier is not far behind the newest sample."""
        if self._pipeline is None:
            return True
        target = chunk.end_index - _MOST_AHEAD
        with self._consumed:
            return self._consumed.wait_for(lambda: self._cursor >= target, _POLL_S)


def _accept(_: StreamInfo) -> None:
    """Check nothing: without a model there is nothing that a stream must match."""
