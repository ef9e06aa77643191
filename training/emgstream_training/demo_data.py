"""The shipped demo: a synthetic recording, and a model trained on synthetic EMG.

There is one simulated subject (`PERSON`), whose electrodes are placed anew for every session. The
model is trained on some sessions and evaluated on others, through the live path; the recording is
another session.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from emgstream.bundle import Model
from emgstream.decisions import ARGMAX
from emgstream.pipeline import Pipeline
from emgstream.simulation import CueSchedule, SyntheticEmg, record_session
from emgstream.types import Chunk
from emgstream_training.epoch_progress import EpochProgress
from emgstream_training.metrics import balanced_accuracy
from emgstream_training.train import train

__all__ = [
    "HELD_OUT_SESSIONS",
    "PERSON",
    "RECORDING_SESSION",
    "TRAINING_SESSIONS",
    "DemoScore",
    "demo_model",
    "demo_recording",
    "score_sessions",
    "session_script",
]

PERSON = 1
"""Seed of the simulated subject."""
TRAINING_SESSIONS: tuple[int, ...] = tuple(range(1, 29))
"""Sessions the model is trained on."""
HELD_OUT_SESSIONS: tuple[int, ...] = tuple(range(101, 161))
"""Sessions the model is evaluated on.

By chance the accuracy on one session is off by four points, the mean of sixty by half a point."""
RECORDING_SESSION = 201
"""Session of the shipped recording."""

_SAMPLING_RATE_HZ = 1000.0
_SEED = 42


@dataclass(frozen=True)
class DemoScore:
    """Agreement of the decisions of the live path with the cue of their last sample."""

    accuracy: float
    """Share of right decisions, 0 to 1, those around a change of movement included."""
    balanced_accuracy: float
    """Mean recall over the labels, 0 to 1."""
    n_decisions: int
    """Number of decisions."""


def demo_recording() -> bytes:
    """Return the shipped recording, gzipped CSV, 50 s; always the same bytes.

    It has no ``index`` column, which equals the row number here and takes a quarter of the size.
    """
    script = CueSchedule.shuffled(repetitions=2, hold_s=2.0, rest_s=2.0, seed=RECORDING_SESSION)
    with TemporaryDirectory() as folder:
        path = _record(Path(folder), RECORDING_SESSION, script)
        lines = path.read_text(encoding="utf-8").splitlines()
    text = "".join(line.partition(",")[2] + "\n" for line in lines)
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def demo_model(progress: Callable[[EpochProgress], None]) -> Model:
    """Return the shipped model, trained and evaluated."""
    with TemporaryDirectory() as folder:
        paths = [_record(Path(folder), one, session_script(one, 1)) for one in TRAINING_SESSIONS]
        result = train(paths, seed=_SEED, synthetic=True, progress=progress)
    return _with_provenance(result.model, score_sessions(result.model, HELD_OUT_SESSIONS))


def session_script(session: int, repetitions: int = 2) -> CueSchedule:
    """Return the cues of one session, about 22 s per repetition."""
    return CueSchedule.shuffled(repetitions=repetitions, hold_s=2.0, rest_s=1.5, seed=session)


def score_sessions(model: Model, sessions: Sequence[int]) -> DemoScore:
    """Return the score of a model on sessions of the simulated subject, in the live path."""
    pipeline = Pipeline(model)
    pipeline.tune(ARGMAX)  # the classifier is evaluated, without smoothing and rejection
    class_names = list(model.manifest.class_names)
    truth: list[int] = []
    decided: list[int] = []
    for segment, session in enumerate(sessions):
        emg = SyntheticEmg(session_script(session), _SAMPLING_RATE_HZ, PERSON, session)
        samples = emg.read(emg.n_samples or 0)
        decisions = pipeline.push(Chunk(0, samples, segment))
        truth += [class_names.index(label) for label in emg.labels_at(decisions.indices)]
        decided += decisions.classes.tolist()
    return DemoScore(
        accuracy=float(np.mean(np.equal(truth, decided))),
        balanced_accuracy=balanced_accuracy(np.array(truth), np.array(decided)),
        n_decisions=len(truth),
    )


def _record(folder: Path, session: int, script: CueSchedule) -> Path:
    path = folder / f"synthetic_person{PERSON}_session{session:03d}.csv"
    record_session(path, script, sampling_rate_hz=_SAMPLING_RATE_HZ, seed=PERSON, session=session)
    return path


def _with_provenance(model: Model, score: DemoScore) -> Model:
    """Return the model with the seeds and the score on held-out sessions in its manifest."""
    held_out: dict[str, Any] = {
        "held_out": "synthetic sessions of the same simulated person, electrodes attached again, "
        "every decision of the live path against the cue of its last sample",
        "seed": PERSON,
        "sessions": list(HELD_OUT_SESSIONS),
        "n_decisions": score.n_decisions,
        "accuracy": score.accuracy,
        "balanced_accuracy": score.balanced_accuracy,
    }
    data = tuple(
        {**entry, "synthetic": True, "seed": PERSON, "session": session}
        for entry, session in zip(model.manifest.training_data, TRAINING_SESSIONS, strict=True)
    )
    evaluation = {**model.manifest.evaluation, "held_out_sessions": held_out}
    return replace(
        model, manifest=replace(model.manifest, training_data=data, evaluation=evaluation)
    )
