"""The engine: source, ring, pipeline and outputs wired together, and the threads that run them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from emgstream.acquisition import Acquisition
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

    Two threads: ``emg-reader`` empties the source into the ring, ``emg-inference`` takes from it
    what is new, decides, and hands the decisions to the outputs. Entering starts them, leaving
    stops them and looks that they ended.

    Parameters
    ----------
    source
        Where the samples come from.
    model
        What decides; a source that does not match it ends the engine with StreamMismatchError.
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
        model: Model,
        outputs: Sequence[Output] = (),
        clock: Clock | None = None,
        check: Callable[[StreamInfo], None] | None = None,
    ) -> None:
        self.ring = RingBuffer(_RING_SAMPLES, len(model.manifest.channel_names))
        self.latest: Update | None = None
        self._source = source
        self._pipeline = Pipeline(model)
        self._outputs = tuple(outputs)
        self._clock = clock or MonotonicClock()
        self._cursor = 0
        self._n_classified = 0
        self._consumed = threading.Condition()
        acquisition = Acquisition(
            source, self.ring, check or model.manifest.check_stream, self._wait_for_room
        )
        self._reader = Worker("emg-reader", acquisition.run)
        self._inference = Worker("emg-inference", self._infer)

    @property
    def n_skipped(self) -> int:
        """Samples received that were overwritten before the classifier came to them."""
        with self._consumed:
            n_waiting = self.ring.n_held_since(self._cursor)
            return self.ring.n_received - self._n_classified - n_waiting

    def __enter__(self) -> Self:
        self._inference.start()
        self._reader.start()
        return self

    def __exit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        try:
            self._reader.stop()
        finally:
            self._inference.stop()
        if exc_type is None:
            self._check()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end of the stream; tells whether all of it has been decided on.

        Raises whatever ended one of the threads before its time.
        """
        finished = self._inference.join(timeout_s)
        if finished:
            self._check()
        return finished

    def _check(self) -> None:
        self._inference.check()
        self._reader.check()

    def _infer(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if self.ring.wait_for(self._cursor, _POLL_S):
                self._take(self.ring.since(self._cursor))
            elif self.ring.closed:
                return

    def _take(self, chunk: Chunk) -> None:
        laps = Laps(self._clock)
        decisions = self._pipeline.push(chunk, laps.lap)
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
        target = chunk.end_index - _MOST_AHEAD
        with self._consumed:
            return self._consumed.wait_for(lambda: self._cursor >= target, _POLL_S)
