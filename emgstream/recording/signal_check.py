"""The signal check before a session: rest, one strong contraction, and a report."""

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

_COUNTDOWN_S = 1.0  # a choice: time to read the first cue, and the check stays short


class SignalCheck:
    """Guides a person through the five seconds of the check.

    One thread calls `poll`, about twenty times per second.

    Parameters
    ----------
    ring
        The newest samples.
    info
        The stream.
    movements
        The labels of the session, one of which is asked for.
    listeners
        Each gets every cue.
    now_s
        Host time at which the check begins.
    """

    def __init__(
        self,
        ring: RingBuffer,
        info: StreamInfo,
        movements: Sequence[str],
        listeners: Sequence[CueListener],
        now_s: float,
    ) -> None:
        self.movement = contraction_for(info.channel_names, movements)
        self.protocol = GuidedProtocol(check_cues(self.movement), _COUNTDOWN_S)
        self._ring = ring
        self._info = info
        self._listeners = tuple(listeners)
        self._starts_s: list[float] = []
        self.protocol.start(now_s)

    def poll(self, now_s: float) -> SignalCheckReport | None:
        """Advance to host time ``now_s``; return the report once the check is over."""
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
