"""One recording seen by one model, and settings tried on it by a thread. No Qt in here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from emgstream.bundle import Model, read_model, write_model
from emgstream.data import DEMO_RECORDING
from emgstream.decisions import ARGMAX, DecisionSettings
from emgstream.errors import EmgStreamError
from emgstream.gui.requests import ReplayRequest
from emgstream.opening import read_recording
from emgstream.trial import Score, SeenRecording, Sweep, check_labels, score, seen_on, sweep
from emgstream.worker import Worker

__all__ = ["Material", "Opened", "Swept", "Tried", "Workbench"]


@dataclass(frozen=True, slots=True)
class Material:
    """What is to be tuned, and on what."""

    model_path: Path
    """The model."""
    recordings: tuple[ReplayRequest, ...]
    """Recordings; the first with labels of the model is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A recording that was seen by a model."""

    material: Material
    """What was asked for."""
    seen: SeenRecording
    """What any settings decide on."""
    passed_over: str
    """Why it is not the first recording that was named; empty where it is."""
    plain: Score
    """What the likeliest class of every window comes to."""
    own: Score
    """What the model's own settings come to."""

    @property
    def model(self) -> Model:
        """The model."""
        return self.seen.model

    @property
    def settings(self) -> DecisionSettings:
        """The model's own settings."""
        return self.seen.model.manifest.decision

    @property
    def is_synthetic(self) -> bool:
        """Whether the recording is the shipped one, of synthetic EMG."""
        return self.seen.table.path == DEMO_RECORDING

    @property
    def is_learned_by_heart(self) -> bool:
        """Whether the model was trained on this very recording."""
        trained_on = self.seen.model.manifest.training_data
        return any(one.get("sha256") == self.seen.table.sha256 for one in trained_on)


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """What some settings come to."""

    settings: DecisionSettings
    """The settings."""
    score: Score
    """Their figures."""


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """What some settings come to with other thresholds."""

    settings: DecisionSettings
    """The settings."""
    sweep: Sweep
    """What they come to."""

    def is_of(self, settings: DecisionSettings) -> bool:
        """Whether settings differ by their threshold at most."""
        return replace(settings, threshold=self.settings.threshold) == self.settings


Job: TypeAlias = Callable[[], "Opened | Tried | Swept | Path"]


class Workbench:
    """Does one thing after the other in a thread ``emg-tuner``; of what is asked, the newest.

    The window's thread calls everything, `poll` again and again.
    """

    def __init__(self) -> None:
        self.opened: Opened | None = None
        self.tried: Tried | None = None
        self.swept: Swept | None = None
        self.saved: Path | None = None
        self.failure: EmgStreamError | None = None
        self._material: Material | None = None
        self._settings: DecisionSettings | None = None
        self._save: tuple[Path, Model] | None = None
        self._worker: Worker | None = None
        self._done: list[Opened | Tried | Swept | Path] = []

    @property
    def busy(self) -> bool:
        """Whether something is being done or waits for it."""
        waiting = (self._material, self._settings, self._save)
        return (
            self._worker is not None
            or any(one is not None for one in waiting)
            or self._to_sweep() is not None
        )

    def open(self, material: Material) -> None:
        """Read a model and a recording, and let the one see the other."""
        self.opened = self.tried = self.swept = self.failure = self._settings = None
        self._material = material

    def try_out(self, settings: DecisionSettings) -> None:
        """Score settings on what is open; what was asked before and not begun is forgotten."""
        self._settings = settings

    def save(self, path: Path, settings: DecisionSettings) -> None:
        """Write the model with settings into a file."""
        if self.opened is not None:
            self.saved = None
            self._save = path, self.opened.model.tuned(settings)

    def poll(self) -> bool:
        """Take over what was done and begin the next; tells whether there is anything new."""
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

    def shut_down(self) -> None:
        """Wait for what is being done."""
        self._material = self._settings = self._save = self.tried = None
        if self._worker is not None:
            self._worker.join(threading.TIMEOUT_MAX)
            self._worker = None

    def _take(self, worker: Worker) -> None:
        try:
            worker.check()
        except EmgStreamError as error:
            if self._material is None:  # else what failed is of no matter any more
                self.failure = error
        done, self._done = self._done, []
        for one in done:
            if isinstance(one, Path):
                self.saved = one
            elif self._material is not None:
                continue  # it is of what was open before
            elif isinstance(one, Opened):
                self.opened = one
            elif isinstance(one, Swept):
                self.swept = one
            else:
                self.tried = one

    def _next(self) -> Job | None:
        if self._save is not None:
            (path, model), self._save = self._save, None
            return lambda: _saved(path, model)
        if self._material is not None:
            material, self._material = self._material, None
            return lambda: _opened(material)
        if self._settings is not None and self.opened is not None:
            (settings, opened), self._settings = (self._settings, self.opened), None
            return lambda: Tried(settings, _scored(opened.seen, settings))
        to_sweep, bench = self._to_sweep(), self.opened
        if to_sweep is not None and bench is not None:
            return lambda: Swept(to_sweep, sweep(bench.seen, to_sweep))
        return None

    def _to_sweep(self) -> DecisionSettings | None:
        """Return the settings that were tried last where they were not swept; else None."""
        if self.tried is None or self.failure is not None:
            return None
        swept = self.swept is not None and self.swept.is_of(self.tried.settings)
        return None if swept else self.tried.settings

    def _start(self, job: Job) -> None:
        def run(_: threading.Event) -> None:
            self._done.append(job())

        self._worker = Worker("emg-tuner", run)
        self._worker.start()


def _opened(material: Material) -> Opened:
    model = read_model(material.model_path)
    passed_over = ""
    for request in material.recordings:
        table = read_recording(request.path, model.manifest, request.channels)
        try:
            check_labels(table, model.manifest.class_names)
            break
        except EmgStreamError:
            if request is material.recordings[-1]:
                raise
            passed_over = f"{table.path.name} has none of the model's labels"
    seen = seen_on(table, model, request.sampling_rate_hz)
    plain = _scored(seen, ARGMAX)
    return Opened(material, seen, passed_over, plain, _scored(seen, model.manifest.decision))


def _scored(seen: SeenRecording, settings: DecisionSettings) -> Score:
    found = seen.decided(settings)
    return score(found.decisions, found.truth, found.hop_s)


def _saved(path: Path, model: Model) -> Path:
    write_model(path, model)
    return path
