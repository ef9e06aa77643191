"""All outputs of one stream; they can be added and removed while it runs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress

from emgstream.clock import Clock
from emgstream.errors import EmgStreamError, UsageError
from emgstream.outputs.delivery import Delivery, OutputFigures
from emgstream.outputs.output import Output, Update
from emgstream.outputs.queue import UpdateQueue
from emgstream.outputs.samples import AnyOutput, SampleFeed
from emgstream.ringbuffer import RingBuffer
from emgstream.sources.source import Source

__all__ = ["FanOut"]


class FanOut:
    """Passes every decision and every sample of a stream to all of its outputs.

    The inference thread calls `publish` and `close`, the owner `start` and `stop`; any thread may
    call the rest. The lists of outputs are replaced under a lock and read without it, so that the
    inference thread never waits for a thread that adds or removes an output.

    Parameters
    ----------
    source
        The source of the samples.
    ring
        The newest samples of the source.
    clock
        The host time.
    moved
        Notified when an output of samples makes progress.
    outputs
        The outputs at the start; the caller enters and leaves them.
    queues
        Queues for consumers with threads of their own; filled like those of the outputs.
    """

    def __init__(
        self,
        source: Source,
        ring: RingBuffer,
        clock: Clock,
        moved: threading.Condition,
        outputs: Sequence[AnyOutput] = (),
        queues: Sequence[UpdateQueue] = (),
    ) -> None:
        self._source = source
        self._ring = ring
        self._clock = clock
        self._moved = moved
        self._queues = tuple(queues)
        self._deliveries: tuple[Delivery, ...] = ()
        self._feeds: tuple[SampleFeed, ...] = ()
        self._removed: tuple[OutputFigures, ...] = ()
        self._n_added = 0
        self._is_started = self._is_closed = self._is_stopped = False
        self._lock = threading.Lock()
        for output in outputs:
            self.add(output)

    @property
    def outputs(self) -> tuple[AnyOutput, ...]:
        """The present outputs, those of decisions first."""
        return tuple(one.output for one in self._ways_out)

    def add(self, output: AnyOutput) -> None:
        """Add an output; it gets everything from the next decision, or sample, on.

        Raises UsageError if the stream was stopped, or if the output was added already.
        """
        with self._lock:
            if self._is_stopped:
                raise UsageError(f"the stream has ended; nothing more goes to {output.name}")
            if any(output is one for one in self.outputs):
                raise UsageError(f"{output.name} is already an output of this stream; add another")
            self._n_added += 1
            if isinstance(output, Output):
                self._add_delivery(Delivery(output, self._clock, self._n_added))
            else:
                feed = SampleFeed(output, self._ring, self._source, self._moved, self._n_added)
                self._feeds = (*self._feeds, feed)
                if self._is_started:
                    feed.start()

    def remove(self, output: AnyOutput) -> None:
        """Remove an output; return once it has written what it got before.

        This may take seconds if its reader is slow; the other outputs continue. Its figures are
        kept. Raises UsageError if the output was not added, or the error that ended it.
        """
        with self._lock:
            found = [one for one in self._ways_out if one.output is output]
            if not found:
                raise UsageError(f"{output.name} is not an output of this stream; add it first")
            self._deliveries = tuple(one for one in self._deliveries if one.output is not output)
            self._feeds = tuple(one for one in self._feeds if one.output is not output)
            is_running = self._is_started
        (way_out,) = found
        if is_running:
            way_out.stop()
        with self._lock:
            self._removed = (*self._removed, way_out.figures())
        way_out.check()

    def start(self) -> None:
        """Start a thread for each output."""
        with self._lock:
            self._is_started = True
            for one in self._ways_out:
                one.start()

    def publish(self, update: Update, stop: threading.Event) -> None:
        """Queue new decisions for every output; raises what `check_any` raises.

        If the source can wait, this waits for room in every queue, or for ``stop``.
        """
        for queue in self._consumers:
            with suppress(EmgStreamError):  # of one output, which does not end the others
                queue.put(update, self._source.info.can_wait, stop)
        self.check_any()

    def close(self) -> None:
        """Tell the outputs that there will be no more decisions."""
        with self._lock:
            self._is_closed = True
            for queue in self._consumers:
                queue.close()

    def cursors(self) -> list[int]:
        """Return the next sample index of each output of samples."""
        return [feed.cursor for feed in self._feeds]

    def join(self, timeout_s: float) -> bool:
        """Wait until all outputs have written everything; return True if they have."""
        return all(one.join(timeout_s) for one in self._ways_out)

    def check(self) -> None:
        """Raise the error that ended an output, if any."""
        for one in self._ways_out:
            one.check()

    def check_any(self) -> None:
        """Raise the error that ended an output if no output works any more, and nobody listens.

        An error that is a bug is raised in any case.
        """
        for failure in (one.failure for one in self._ways_out):
            if failure is not None and not (self._works and isinstance(failure, EmgStreamError)):
                raise failure

    @property
    def _works(self) -> bool:
        """True while one of the outputs still takes what it is given."""
        return bool(self._queues) or any(one.failure is None for one in self._ways_out)

    def failures(self) -> list[str]:
        """Return which outputs have ended, and why, for people."""
        if not self._works:  # the stream ends with the failure itself
            return []
        ended = ((one.output.name, one.failure) for one in self._ways_out)
        return [f"{name} has ended: {failure}" for name, failure in ended if failure is not None]

    def stop(self) -> None:
        """End all threads; raises StuckThreadError if one does not end."""
        with self._lock:
            self._is_stopped = True
        with ExitStack() as stack:
            for one in self._ways_out:
                stack.callback(one.stop)

    def figures(self) -> list[OutputFigures]:
        """Return the figures of each output, those of removed outputs last."""
        with self._lock:
            return [*(one.figures() for one in self._ways_out), *self._removed]

    @property
    def _ways_out(self) -> tuple[Delivery | SampleFeed, ...]:
        return (*self._deliveries, *self._feeds)

    @property
    def _consumers(self) -> tuple[Delivery | UpdateQueue, ...]:
        """All queues for decisions."""
        return (*self._deliveries, *self._queues)

    def _add_delivery(self, delivery: Delivery) -> None:
        if self._is_started:
            delivery.start()
        if self._is_closed:
            delivery.close()
        self._deliveries = (*self._deliveries, delivery)
