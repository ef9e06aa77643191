"""A test as it runs: cues on a board, or a recording from its start to its end. No Qt in here.

The window's thread calls everything; a recording is decided on by a thread of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emgstream.app.live_session import LiveSession
from emgstream.bundle import Model
from emgstream.cue_schedule import REST
from emgstream.decisions import rest_class
from emgstream.errors import EmgStreamError, UsageError
from emgstream.recording import CueListener
from emgstream.sources.replay_source import ReplaySource
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

__all__ = ["CuedTestSession", "RecordedTestSession", "keep"]


class CuedTestSession:
    """Asks for movements on the board that is connected.

    Raises UsageError for a movement that the simulated person does not know.

    Parameters
    ----------
    session
        The connection; samples come already.
    model
        What decides there.
    model_path
        Where the model came from.
    plan
        What is asked for.
    listeners
        Hear the cues, beside the simulated person.
    now_s
        Host time.
    """

    def __init__(
        self,
        session: LiveSession,
        model: Model,
        model_path: Path | None,
        plan: CuedPlan,
        listeners: Sequence[CueListener],
        now_s: float,
    ) -> None:
        subject = session.subject
        if not session.is_live:
            raise UsageError(f"{session.info.name} follows no cues; expected a board; connect one")
        if subject is not None:
            subject.check(plan.movements)
            subject.wait_for_cues(now_s)
        followers = tuple(listeners) if subject is None else (subject, *listeners)
        self.session = session
        self.model = model
        self.model_path = model_path
        self.plan = plan
        self.is_open = True
        self.is_whole = False
        self.found: CuedTest | None = None
        self.live = LiveTest(plan, model.manifest, session.ring, session.status, followers)
        session.watch(self.live)
        self.live.protocol.start(now_s)

    def poll(self, now_s: float) -> None:
        """Let time pass up to host time ``now_s``."""
        if self.is_open and self.session.ended:
            self.end(now_s)
        elif self.is_open and self.live.poll(now_s):
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
        self.is_open, self.is_whole = False, is_whole


class RecordedTestSession:
    """Holds the decisions on a recording against its labels, in thread ``emg-tester``."""

    def __init__(self, replay: ReplaySource, model: Model, model_path: Path | None) -> None:
        self.model = model
        self.model_path = model_path
        self.found: CuedTest | None = None
        self.failure: EmgStreamError | None = None
        self._table, self._rate_hz = replay.table, replay.info.sampling_rate_hz
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

    def source_document(self) -> dict[str, Any]:
        """Return where the samples came from, for the history."""
        return replay_document(self._table)

    def _run(self, _: threading.Event) -> None:
        self.found = replay_test(self._table, self.model, self._rate_hz)


def keep(test: CuedTestSession | RecordedTestSession) -> None:
    """Write down what a test found beside its model; raises OutputError where it cannot be."""
    if test.found is not None and test.model_path is not None:
        protocol = test.plan.document() if isinstance(test, CuedTestSession) else {}
        entry = history_entry(test.found, test.model, test.source_document(), protocol)
        add_to_history(test.model_path, entry)
