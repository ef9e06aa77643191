"""One take: a protocol in progress, its listeners, and the stream it depends on.

Terminal and window both call `Take.poll` about twenty times per second and show the view of the
protocol. One thread calls everything in here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from emgstream.recording.cue_events import CueListener, CueStarted, Event, RepetitionOutcome
from emgstream.recording.free_protocol import FreeProtocol
from emgstream.recording.guided_protocol import GuidedProtocol
from emgstream.recording.repetition_monitor import RepetitionMonitor
from emgstream.ringbuffer import RingBuffer
from emgstream.types import FloatArray

__all__ = ["REACTION_S", "Take", "samples_between"]

REACTION_S = 0.8
"""Seconds from a cue until a movement is steady: reaction, and the rise of the contraction."""


class Take:
    """Passes the events of a protocol on, and tells the protocol when the board is away.

    Parameters
    ----------
    protocol
        The protocol; the caller starts, pauses and ends it.
    listeners
        Each gets every event, in this order.
    ring
        The newest samples, to check repetitions.
    is_streaming
        Returns whether samples are arriving.
    """

    def __init__(
        self,
        protocol: GuidedProtocol | FreeProtocol,
        listeners: Sequence[CueListener],
        ring: RingBuffer,
        is_streaming: Callable[[], bool],
    ) -> None:
        self.protocol = protocol
        self.warnings: list[str] = []
        self._listeners = tuple(listeners)
        self._ring = ring
        self._is_streaming = is_streaming
        self._is_away = False
        self._monitor = RepetitionMonitor()
        self._cue_s = 0.0

    def poll(self, now_s: float) -> list[str]:
        """Advance to host time ``now_s``; return new warnings for people."""
        self._watch_board(now_s)
        if isinstance(self.protocol, GuidedProtocol):
            self.protocol.advance(now_s)
        news = [
            warning
            for event in self.protocol.take_events()
            for warning in self._hand_on(event, now_s)
        ]
        self.warnings += news
        return news

    def _watch_board(self, now_s: float) -> None:
        is_away = not self._is_streaming()
        if is_away and not self._is_away:
            self.protocol.lose_board(now_s)
        elif self._is_away and not is_away and isinstance(self.protocol, GuidedProtocol):
            self.protocol.regain_board(now_s)
        self._is_away = is_away

    def _hand_on(self, event: Event, now_s: float) -> list[str]:
        for listener in self._listeners:
            listener.hear(event)
        if isinstance(event, CueStarted):
            self._cue_s = event.host_s
        elif event.outcome is RepetitionOutcome.HELD:
            held = samples_between(self._ring, self._cue_s + REACTION_S, now_s)
            return self._monitor.add(event.label, event.repetition, held)
        return []


def samples_between(ring: RingBuffer, start_s: float, end_s: float) -> FloatArray:
    """Return the samples of a ring from between two host times, shape ``(n, n_channels)``."""
    parts = []
    index = 0
    while len(chunk := ring.since(index)):
        index = chunk.end_index
        parts.append(chunk.samples[(chunk.host_s >= start_s) & (chunk.host_s < end_s)])
    return np.concatenate(parts) if parts else ring.since(index).samples
