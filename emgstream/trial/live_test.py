"""A cued test on a live stream: cues are shown, and the decisions are compared with them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from emgstream.cue_schedule import REST
from emgstream.decisions import Decisions, rest_class
from emgstream.manifest import Manifest
from emgstream.outputs.output import Update
from emgstream.recording import (
    CueListener,
    CueStarted,
    Event,
    GuidedProtocol,
    ProtocolPhase,
    RepetitionEnded,
    RepetitionOutcome,
    Take,
)
from emgstream.ringbuffer import RingBuffer
from emgstream.sources.source_status import StatusReader
from emgstream.trial.cued_plan import CuedPlan
from emgstream.trial.cued_test import CuedTest, cued_test
from emgstream.trial.score import TrueMovements
from emgstream.types import StreamInfo, TimeArray

__all__ = ["LiveTest"]

_LATEST_S = 1.0  # a choice: decisions come within a window and a hop of the last cue


class LiveTest:
    """Guides a person through a test, and collects the decisions of the model.

    It is an observer of the engine, whose inference thread calls `observe`; one other thread calls
    everything else, `poll` about twenty times per second. The true movement of a decision is the
    cue at the time of its last sample: the time by the clock of the board if it sends one, else the
    time of receipt. A movement that is interrupted by a pause or a lost board is not counted, and
    is repeated; samples that are lost during a movement do not interrupt it.

    Parameters
    ----------
    plan
        The plan of the test.
    manifest
        The manifest of the model.
    ring
        The newest samples.
    status
        Returns the status of the source.
    listeners
        Get the cues, too: a simulated subject, a sound.
    """

    def __init__(
        self,
        plan: CuedPlan,
        manifest: Manifest,
        ring: RingBuffer,
        status: StatusReader,
        listeners: Sequence[CueListener] = (),
    ) -> None:
        self.plan = plan
        self.protocol = GuidedProtocol(plan.script, plan.countdown_s)
        self.n_asked_again = 0
        self._manifest = manifest
        self._status, self._before = status, status()
        self._take = Take(self.protocol, (self, *listeners), ring, lambda: status().is_streaming)
        self._cues: list[CueStarted] = []
        self._held: set[tuple[str, int]] = set()
        self._lock = threading.Lock()
        self._decisions: list[Decisions] = []
        self._host_s: list[TimeArray] = []

    def observe(self, update: Update) -> None:
        """Take new decisions, except those before the first cue; the inference thread calls."""
        if not self._cues:
            return
        line_s = update.stages.line_s
        received_s = update.decided_s - update.latency_s
        with self._lock:
            self._decisions.append(update.decisions)
            self._host_s.append(received_s - np.where(np.isnan(line_s), 0.0, line_s))

    def hear(self, event: Event) -> None:
        """Take an event of the protocol."""
        if isinstance(event, CueStarted):
            if not self._cues:
                self._before = self._status()
            self._cues.append(event)
        elif event.outcome is RepetitionOutcome.HELD:
            self._held.add((event.label, event.repetition))
        else:
            self._count_again(event)

    def poll(self, now_s: float) -> bool:
        """Advance to host time ``now_s``; return whether the test is over.

        It is over once the last sample of the last cue has its decision, or no more decisions come.
        """
        self._take.poll(now_s)
        if self.protocol.phase is not ProtocolPhase.OVER:
            return False
        end_s = self._cues[-1].host_s if self._cues else now_s
        with self._lock:
            newest_s = float(self._host_s[-1][-1]) if self._host_s else -np.inf
        return newest_s >= end_s or now_s >= end_s + _LATEST_S

    def result(self, info: StreamInfo) -> CuedTest | None:
        """Return the result so far; None if no movement was held to its end.

        ``info`` is the present `StreamInfo` of the source.
        """
        rate_hz = info.sampling_rate_hz or self._manifest.sampling_rate_hz
        with self._lock:
            parts, host_s = list(self._decisions), list(self._host_s)
        if not parts or rate_hz is None:
            return None
        decisions = parts[0].joined(*parts[1:])
        hop_s = self._manifest.hop * self._manifest.step.length / rate_hz
        truth = self._truth(np.concatenate(host_s))
        test = cued_test(decisions, truth, hop_s, self.plan.dwell_s, self.plan.reaction_s)
        return test if test.attempts else None

    def source_document(self, info: StreamInfo) -> dict[str, Any]:
        """Return the source of the samples and the losses during the test, for the history."""
        status, before = self._status(), self._before
        return {
            "kind": "live",
            "name": info.name,
            "port": status.port,
            "synthetic": status.is_synthetic,
            "rate_hz": status.rate_hz,
            "lost": status.n_lost - before.n_lost,
            "missed": status.n_missed - before.n_missed,
            "reconnects": status.n_reconnects - before.n_reconnects,
            "asked_again": self.n_asked_again,
        }

    def _truth(self, host_s: TimeArray) -> TrueMovements:
        """Return the true movements at host times; -1 for those that were not held to their end."""
        names = self._manifest.class_names
        numbers = {name: number for number, name in enumerate(names)}
        rest = rest_class(names)
        if rest is not None:
            numbers[REST] = rest
        classes = [
            numbers.get(cue.label, -1) if (cue.label, cue.repetition) in self._held else -1
            for cue in self._cues
        ]
        starts_s = np.array([-np.inf, *(cue.host_s for cue in self._cues)])
        cues = np.searchsorted(starts_s, host_s, side="right") - 1
        return TrueMovements(np.array([-1, *classes])[cues], cues, host_s - starts_s[cues])

    def _count_again(self, ended: RepetitionEnded) -> None:
        if ended.outcome is RepetitionOutcome.INTERRUPTED and ended.label != REST:
            self.n_asked_again += 1
