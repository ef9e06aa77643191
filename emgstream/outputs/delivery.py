"""Delivery of decisions to one output: its queue, its thread and its counts."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np

from emgstream.clock import Clock
from emgstream.latency import LatencyHistogram
from emgstream.outputs.output import Output, Update
from emgstream.outputs.queue import UpdateQueue
from emgstream.worker import Worker

__all__ = ["Delivery", "OutputFigures"]

_POLL_S = 0.05
"""Seconds until the thread looks whether it should end, as `Worker` asks for."""
_LINGER_S = 1.0
"""Seconds without progress after which an output is given up at the end: a choice; a file or a
socket takes milliseconds, and a person waits for the program to end."""


@dataclass(frozen=True, slots=True)
class OutputFigures:
    """Counts and latency of one output."""

    name: str
    """Name and target of the output."""
    n_written: int
    """Decisions, or samples, that it passed on."""
    n_dropped: int
    """Decisions, or samples, that it did not pass on: it was too slow, or nobody took them."""
    latency: LatencyHistogram
    """Time from the decision until the output got it."""


class Delivery:
    """Brings the updates to one output, on a thread named ``emg-output-NUMBER``."""

    def __init__(self, output: Output, clock: Clock, number: int) -> None:
        self.output = output
        self._clock = clock
        self._queue = UpdateQueue()
        self._latency = LatencyHistogram()
        self._n_handed = self._n_in_hand = 0
        self._is_left = False
        self._worker = Worker(f"emg-output-{number}", self._run)

    def start(self) -> None:
        """Start the thread."""
        self._worker.start()

    def put(self, update: Update, waits: bool, stop: threading.Event) -> None:
        """Queue an update, see `UpdateQueue.put`. Raises what ended the output, unless stopped."""
        self._queue.put(update, waits, stop)
        if not self._is_left:
            self._worker.check()

    def close(self) -> None:
        """Let the thread end once the queue is empty."""
        self._queue.close()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end of the thread; return True if it has ended."""
        return self._worker.join(timeout_s)

    def stop(self) -> None:
        """End the thread: once all is written, or at once if the output makes no progress.

        Raises StuckThreadError if the thread does not end.
        """
        self._is_left = True
        self._queue.close()
        n_before = self._n_handed
        while not self._worker.join(_LINGER_S) and self._n_handed != n_before:
            n_before = self._n_handed
        try:
            if self._worker.alive:
                self.output.give_up()
        finally:
            try:
                self._worker.stop()
            finally:
                self._queue.abandon()

    @property
    def failure(self) -> BaseException | None:
        """The error that ended the output; None if it works."""
        return self._worker.failure

    def check(self) -> None:
        """Raise the error that ended the output, if any."""
        self._worker.check()

    def figures(self) -> OutputFigures:
        """Return the counts so far."""
        n_lost = self.output.n_lost
        n_failed = 0 if self._worker.alive else self._n_in_hand
        return OutputFigures(
            name=self.output.name,
            n_written=self._n_handed - n_lost,
            n_dropped=self._queue.n_dropped + n_lost + n_failed,
            latency=self._latency,
        )

    def _run(self, stop: threading.Event) -> None:
        try:
            while not (stop.is_set() or self._queue.ended):
                update = self._queue.take(_POLL_S)
                if update is None:
                    self.output.idle()
                else:
                    self._hand_over(update)
            self.output.finish()
        finally:
            self._queue.close()

    def _hand_over(self, update: Update) -> None:
        handed_s = self._clock.now()
        self._n_in_hand = len(update.decisions)
        self._latency.add(np.array([handed_s - update.decided_s]), self._n_in_hand)
        self.output.write(replace(update, handed_s=handed_s))
        self._n_handed += self._n_in_hand
        self._n_in_hand = 0
