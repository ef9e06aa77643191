"""Settings of the decisions, tried in a thread on a recording that one model has analysed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from emgstream.app.decided_recording import read_decided
from emgstream.app.tuning_recording import (
    AnalysedRecording,
    ThresholdSweep,
    TriedSettings,
    TuningRequest,
)
from emgstream.bundle import Model, read_model, write_model
from emgstream.decisions import ARGMAX, DecisionSettings
from emgstream.errors import EmgStreamError, OutputError
from emgstream.translation import tr
from emgstream.trial import DecisionScore, PredictedRecording, check_labels, score, seen_on, sweep
from emgstream.worker import Worker

__all__ = ["TuningSession", "TuningState"]

Job: TypeAlias = Callable[[], "AnalysedRecording | TriedSettings | ThresholdSweep | Path"]


class TuningState(Enum):
    """States of a tuning session."""

    EMPTY = "no recording is open"
    """Nothing can be tried."""
    ANALYSING = "the model analyses the recording"
    """A recording is being opened."""
    TRYING = "the settings are tried"
    """A job for the open recording runs or waits."""
    READY = "all results are there"
    """Nothing runs or waits."""


class TuningSession:
    """Does one job after the other in a thread ``emg-tuner``, always the newest that was asked for.

    One thread calls everything: either `poll` again and again, or `wait` after each job.

    Parameters
    ----------
    sweeps
        Whether the thresholds from 0 to 1 are tried after settings, for a curve.
    """

    def __init__(self, sweeps: bool = True) -> None:
        self._sweeps = sweeps
        self.opened: AnalysedRecording | None = None
        self.tried: TriedSettings | None = None
        self.swept: ThresholdSweep | None = None
        self.saved: Path | None = None
        self.failure: EmgStreamError | None = None
        self._wanted: TuningRequest | None = None
        self._opening: TuningRequest | None = None
        self._material: TuningRequest | None = None
        self._settings: DecisionSettings | None = None
        self._unswept: DecisionSettings | None = None
        self._save: tuple[Path, Model] | None = None
        self._worker: Worker | None = None
        self._done: list[AnalysedRecording | TriedSettings | ThresholdSweep | Path] = []

    @property
    def busy(self) -> bool:
        """True while a job runs or waits."""
        waiting = (self._material, self._settings, self._save, self._unswept)
        return self._worker is not None or any(one is not None for one in waiting)

    @property
    def state(self) -> TuningState:
        """The present activity, as an enum."""
        if self.opened is None:
            return TuningState.ANALYSING if self.busy else TuningState.EMPTY
        return TuningState.TRYING if self.busy else TuningState.READY

    def open(self, material: TuningRequest | None) -> None:
        """Read a model and a recording, and predict the one by the other; None to open nothing."""
        self.opened = self.tried = self.swept = self.failure = None
        self._settings = self._unswept = None
        self._material = self._wanted = material

    def try_out(self, settings: DecisionSettings) -> None:
        """Score settings on the open recording; settings that still wait are dropped."""
        self._settings = settings

    def save(self, path: Path, settings: DecisionSettings) -> None:
        """Write the model with settings into a file."""
        if self.opened is not None:
            self.saved = None
            self._save = path, self.opened.model.tuned(settings)

    def poll(self) -> bool:
        """Take over a result and start the next job; return whether there is a new result."""
        if self._worker is not None and self._worker.alive:
            return False
        came = self._worker is not None
        if self._worker is not None:
            worker, self._worker = self._worker, None
            self._take(worker)
        job = self._next()
        if job is not None:
            self._start(job)
        return came

    def wait(self) -> None:
        """Wait until all jobs are done; raises the failure of one."""
        while self.busy:
            if self._worker is not None:
                self._worker.join(threading.TIMEOUT_MAX)
            self.poll()
        if self.failure is not None:
            raise self.failure

    def shut_down(self) -> None:
        """Wait for the job that runs, and write a model that waits to be written."""
        self._material = self._settings = self._unswept = None
        if self._worker is not None:
            self._worker.join(threading.TIMEOUT_MAX)
            self._worker = None
        if self._save is not None:
            with suppress(OutputError):  # there is nobody left to tell
                write_model(*self._save)
            self._save = None

    def _take(self, worker: Worker) -> None:
        try:
            worker.check()
        except EmgStreamError as error:
            if self._opening in (None, self._wanted):
                self.failure = error
        done, self._done = self._done, []
        self._opening = None
        for one in done:
            if isinstance(one, Path):
                self.saved = one
            elif isinstance(one, AnalysedRecording):
                self.opened = one if one.material == self._wanted else None
            elif self.opened is None:
                continue  # of the recording that was open before
            elif isinstance(one, ThresholdSweep):
                self.swept = one
            else:
                self.tried = one
                if self._sweeps and (self.swept is None or not self.swept.is_of(one.settings)):
                    self._unswept = one.settings

    def _next(self) -> Job | None:
        if self._save is not None:
            (path, model), self._save = self._save, None
            return lambda: _saved(path, model)
        if self._material is not None:
            material, self._material = self._material, None
            self._opening = material
            return lambda: _opened(material)
        if self._settings is not None and self.opened is not None:
            (settings, opened), self._settings = (self._settings, self.opened), None
            return lambda: TriedSettings(settings, _scored(opened.seen, settings))
        if self._unswept is not None and self.opened is not None:
            (unswept, opened), self._unswept = (self._unswept, self.opened), None
            return lambda: ThresholdSweep(unswept, sweep(opened.seen, unswept))
        return None

    def _start(self, job: Job) -> None:
        def run(_: threading.Event) -> None:
            self._done.append(job())

        self._worker = Worker("emg-tuner", run)
        self._worker.start()


def _opened(material: TuningRequest) -> AnalysedRecording:
    model = read_model(material.model_path)
    passed_over = ""
    for request in material.recordings:
        table = read_decided(request.path, model.manifest, request.columns)
        try:
            check_labels(table, model.manifest.class_names)
            break
        except EmgStreamError:
            if request is material.recordings[-1]:
                raise
            passed_over = tr("{name} has none of the model's labels", name=table.path.name)
    seen = seen_on(table, model)
    settings = model.manifest.decision
    own = None if settings == ARGMAX else _scored(seen, settings)
    return AnalysedRecording(material, seen, passed_over, _scored(seen, ARGMAX), own)


def _scored(seen: PredictedRecording, settings: DecisionSettings) -> DecisionScore:
    found = seen.decided(settings)
    return score(found.decisions, found.truth, found.hop_s)


def _saved(path: Path, model: Model) -> Path:
    write_model(path, model)
    return path
