"""An output at work: its queue, its thread, and how many decisions it passed on."""

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
_LINGER_S = 1.0


@dataclass(frozen=True, slots=True)
class OutputFigures:
    """What became of the decisions for one output."""

    name: str
    """What it is and where it leads."""
    n_written: int
    """Decisions, or samples, it passed on."""
    n_dropped: int
    """Those it did not: it was too slow, or nobody took them."""
    latency: LatencyHistogram
    """From the decision to the moment the output was handed it."""


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
        """Queue an update, see `UpdateQueue.put`; raises what ended the output, unless stopped."""
        self._queue.put(update, waits, stop)
        if not self._is_left:
            self._worker.check()

    def close(self) -> None:
        """Let the thread end once it has written what is queued."""
        self._queue.close()

    def join(self, timeout_s: float) -> bool:
        """Wait for that; tells whether it has."""
        return self._worker.join(timeout_s)

    def stop(self) -> None:
        """End the thread: at once where its reader takes nothing, else when all is written.

        Raises RuntimeError where it does not end.
        """
        self._is_left = True
        self._queue.close()
        n_before = self._n_handed
        while not self._worker.join(_LINGER_S) and self._n_handed != n_before:
            n_before = self._n_handed
        self.output.give_up()
        try:
            self._worker.stop()
        finally:
            self._queue.abandon()

    def check(self) -> None:
        """Raise what ended the output before its time."""
        self._worker.check()

    def figures(self) -> OutputFigures:
        """Return what became of the decisions so far."""
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
        finally:
            self._queue.close()

    def _hand_over(self, update: Update) -> None:
        handed_s = self._clock.now()
        self._n_in_hand = len(update.decisions)
        self._latency.add(np.array([handed_s - update.decided_s]), self._n_in_hand)
        self.output.write(replace(update, handed_s=handed_s))
        self._n_handed += self._n_in_hand
        self._n_in_hand = 0
