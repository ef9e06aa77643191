"""Tests of a model as they run: with cues on a live session, or on a whole recording."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from emgstream.app.live_session import LiveSession
from emgstream.bundle import Model
from emgstream.cue_schedule import REST
from emgstream.decisions import rest_class
from emgstream.errors import EmgStreamError
from emgstream.recording import CueListener, ProtocolPhase
from emgstream.tables import EmgTable
from emgstream.trial import (
    CuedPlan,
    CuedTest,
    LiveTest,
    add_to_history,
    history_entry,
    replay_document,
    replay_test,
)
from emgstream.worker import Worker

__all__ = ["CuedTestSession", "CuedTestStage", "RecordedTestSession", "keep_test"]


class CuedTestStage(Enum):
    """Stages of a cued test, in their order."""

    READY = "ready"
    """It waits for the start."""
    RUNNING = "running"
    """Cues are given, or the test is paused."""
    DONE = "done"
    """Nothing more happens."""


class CuedTestSession:
    """A cued test on a live session. The thread that owns the session calls everything.

    Parameters
    ----------
    session
        The live session, with or without samples yet.
    model
        The model that decides there.
    plan
        The movements to ask for, and the rules of counting.
    listeners
        Hear the cues, beside the simulated subject.
    now_s
        Host time.

    Raises
    ------
    UsageError
        The source is a recording, or its simulated subject cannot make one of the movements.
    """

    def __init__(
        self,
        session: LiveSession,
        model: Model,
        plan: CuedPlan,
        listeners: Sequence[CueListener],
        now_s: float,
    ) -> None:
        followers = session.cue_followers(plan.movements, listeners)
        if session.subject is not None:
            session.subject.wait_for_cues(now_s)
        self.session = session
        self.model = model
        self.plan = plan
        self.stage = CuedTestStage.READY
        self.is_whole = False
        self.found: CuedTest | None = None
        self.live = LiveTest(plan, model.manifest, session.ring, session.status, followers)
        session.watch(self.live)

    @property
    def is_open(self) -> bool:
        """True until the test is done."""
        return self.stage is not CuedTestStage.DONE

    @property
    def n_done(self) -> int:
        """Movements held to their end."""
        return self.live.protocol.n_done

    def press_space(self, now_s: float) -> None:
        """Begin once samples arrive, pause, and go on."""
        protocol = self.live.protocol
        if self.stage is CuedTestStage.READY and self.session.ring.n_received:
            self.stage = CuedTestStage.RUNNING
            protocol.start(now_s)
        elif self.stage is CuedTestStage.RUNNING and protocol.phase is ProtocolPhase.PAUSED:
            protocol.start(now_s)
        elif self.stage is CuedTestStage.RUNNING:
            protocol.pause(now_s)

    def poll(self, now_s: float) -> None:
        """Let time pass up to host time ``now_s``."""
        if self.is_open and self.session.ended:
            self.end(now_s)
        elif self.stage is CuedTestStage.RUNNING and self.live.poll(now_s):
            self._close(is_whole=True)

    def end(self, now_s: float) -> None:
        """End it before its time."""
        if self.is_open:
            self.live.protocol.end(now_s)
            self.live.poll(now_s)
            self._close(is_whole=False)

    def so_far(self) -> CuedTest | None:
        """Return what it came to so far; None where no movement was held to its end."""
        return self.found or self.live.result(self.session.info)

    def class_of(self, cue: str) -> str:
        """Return what the model calls what a cue asks for."""
        names = self.model.manifest.class_names
        rest = rest_class(names)
        return names[rest] if cue == REST and rest is not None else cue

    def source_document(self) -> dict[str, Any]:
        """Return where the samples came from, for the history."""
        return self.live.source_document(self.session.info)

    def _close(self, is_whole: bool) -> None:
        self.session.unwatch(self.live)
        if self.session.subject is not None:
            self.session.subject.release()
        self.found = self.live.result(self.session.info)
        self.stage, self.is_whole = CuedTestStage.DONE, is_whole


class RecordedTestSession:
    """A test of a model on a whole recording, by its labels, in thread ``emg-tester``.

    Parameters
    ----------
    table
        The recording, with the channels of the model.
    model
        The model.
    sampling_rate_hz
        Rate of the recording; its own where None.
    dwell_s, reaction_s
        The rules of counting, as for `emgstream.trial.replay_test`.
    """

    def __init__(
        self,
        table: EmgTable,
        model: Model,
        sampling_rate_hz: float | None = None,
        **counting: float,
    ) -> None:
        self.model = model
        self.found: CuedTest | None = None
        self.failure: EmgStreamError | None = None
        self._table, self._rate_hz, self._counting = table, sampling_rate_hz, counting
        self._worker = Worker("emg-tester", self._run)
        self._worker.start()

    def poll(self) -> bool:
        """Tell whether it is over; `failure` is what ended it before that."""
        if self._worker.alive:
            return False
        try:
            self._worker.check()
        except EmgStreamError as error:
            self.failure = error
        return True

    def finish(self) -> None:
        """Wait for its end."""
        self._worker.join(threading.TIMEOUT_MAX)

    def result(self) -> CuedTest:
        """Wait for the end and return the result; raises what ended it before that."""
        self.finish()
        self._worker.check()
        assert self.found is not None  # for the type checker: it ended without a failure
        return self.found

    def source_document(self) -> dict[str, Any]:
        """Return where the samples came from, for the history."""
        return replay_document(self._table)

    def _run(self, _: threading.Event) -> None:
        self.found = replay_test(self._table, self.model, self._rate_hz, **self._counting)


def keep_test(test: CuedTestSession | RecordedTestSession, model_path: Path) -> Path | None:
    """Add the result of a test to the history beside its model, and return the history's path.

    None where there is no result. Raises OutputError where it cannot be written.
    """
    if test.found is None:
        return None
    protocol = test.plan.document() if isinstance(test, CuedTestSession) else {}
    entry = history_entry(test.found, test.model, test.source_document(), protocol)
    return add_to_history(model_path, entry)
