"""The check before a session as it runs: rest, one strong contraction, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from emgstream.recording.cue_events import CueListener, CueStarted
from emgstream.recording.guided_protocol import GuidedProtocol, ProtocolPhase
from emgstream.recording.signal_check_report import (
    SignalCheckReport,
    check_cues,
    contraction_for,
    judge_signal_check,
)
from emgstream.recording.take import REACTION_S, samples_between
from emgstream.ringbuffer import RingBuffer
from emgstream.types import StreamInfo

__all__ = ["SignalCheck"]

_COUNTDOWN_S = 1.0


class SignalCheck:
    """Five seconds that a person is led through. One thread calls it, some twenty times a second.

    Parameters
    ----------
    ring
        The newest samples.
    info
        What is known of the stream.
    listeners
        Each hears every cue.
    now_s
        Host time at which it begins.
    """

    def __init__(
        self, ring: RingBuffer, info: StreamInfo, listeners: Sequence[CueListener], now_s: float
    ) -> None:
        self.movement = contraction_for(info.channel_names)
        self.protocol = GuidedProtocol(check_cues(self.movement), _COUNTDOWN_S)
        self._ring = ring
        self._info = info
        self._listeners = tuple(listeners)
        self._starts_s: list[float] = []
        self.protocol.start(now_s)

    def poll(self, now_s: float) -> SignalCheckReport | None:
        """Let time pass up to host time ``now_s``; return the verdict once it is over."""
        self.protocol.advance(now_s)
        for event in self.protocol.take_events():
            if isinstance(event, CueStarted):
                self._starts_s.append(event.host_s)
            for listener in self._listeners:
                listener.hear(event)
        return self._judge() if self.protocol.phase is ProtocolPhase.OVER else None

    def _judge(self) -> SignalCheckReport:
        rest_s, contraction_s, end_s = self._starts_s
        return judge_signal_check(
            samples_between(self._ring, rest_s + REACTION_S / 2, contraction_s),
            samples_between(self._ring, contraction_s + REACTION_S, end_s),
            self._info.channel_names,
            self._info.sampling_rate_hz,
            self.movement,
        )
