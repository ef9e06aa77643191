"""One fold: learn from one part and decide on the other, all models at the same instants."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from emgstream.bundle import Model
from emgstream.manifest import Manifest
from emgstream.tables import EmgTable
from emgstream.types import FloatArray, IndexArray
from emgstream_training.evaluation.baselines import (
    BASELINES,
    DEADZONE,
    fit_baseline,
    hudgins_features,
    predict_baseline,
)
from emgstream_training.evaluation.evaluated_decisions import (
    DecisionInstants,
    EvaluatedDecisions,
    conditioned_rows,
    decision_rows,
    instants_of,
    replay,
)
from emgstream_training.evaluation.evaluation_figures import balanced
from emgstream_training.evaluation.protocols import Fold, RecordingSet
from emgstream_training.realtime import TRAINING
from emgstream_training.recipes import Recipe

__all__ = [
    "NETWORK",
    "FoldRecording",
    "FoldResult",
    "Study",
    "judge_fold",
    "one_at_a_time",
    "verdicts_of_baseline",
    "verdicts_of_network",
]

NETWORK = "cnn_lstm"
"""The name of the network among the models."""

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, eq=False)
class Study:
    """What all folds have in common."""

    recordings: RecordingSet
    """What is evaluated on."""
    recipe: Recipe
    """How the network is trained."""
    seed: int
    """Seed of everything random."""
    model: Model | None = None
    """A network that is there already, to judge instead of training one."""


@dataclass(frozen=True, eq=False)
class FoldResult:
    """What one fold came to."""

    name: str
    """What was held out."""
    verdicts: Mapping[str, EvaluatedDecisions]
    """Every labelled decision on the held-out rows, by model."""
    test_share: float
    """Rows judged over rows learned from."""
    decision_s: float | None
    """Time from one decision to the next, in seconds; None without a sampling rate."""
    window_rows: int
    """Rows of a window, for network and baselines."""
    reach_rows: int
    """Rows that the network looks back over: its steps may reach further than the window."""
    duration_s: float = field(compare=False)
    """Time the fold took, in seconds."""

    @property
    def balanced_accuracy(self) -> dict[str, float]:
        """Mean recall over the classes, by model."""
        return {name: balanced(verdicts) for name, verdicts in self.verdicts.items()}


def judge_fold(study: Study, fold: Fold) -> FoldResult:
    """Return the decisions of the network and of the baselines on what a fold holds out.

    The same study and fold give the same result in any process. One at a time in a process: seeds
    and threads of TensorFlow are the process's own.
    """
    with one_at_a_time():
        started_s = time.perf_counter()
        model = study.model or _trained(study, fold)
        manifest = model.manifest
        views = [FoldRecording.of(study, manifest, fold, place) for place in range(len(fold.parts))]
        verdicts = {NETWORK: verdicts_of_network(model, views)}
        for name in BASELINES:
            verdicts[name] = verdicts_of_baseline(name, study, views)
        n_learned = sum(int(np.count_nonzero(part == TRAINING)) for part in fold.parts)
        return FoldResult(
            name=fold.name,
            verdicts=verdicts,
            test_share=sum(int(np.count_nonzero(test)) for test in fold.test) / max(n_learned, 1),
            decision_s=_decision_s(manifest, study.recordings.sampling_rate_hz),
            window_rows=manifest.n_steps * manifest.step.length,
            reach_rows=(manifest.n_steps + manifest.step.n_earlier) * manifest.step.length,
            duration_s=time.perf_counter() - started_s,
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one thread of this process learn at a time: seeds are the process's own."""
    with _ONE_AT_A_TIME:
        yield


@dataclass(frozen=True, eq=False)
class FoldRecording:
    """One recording as a fold sees it."""

    table: EmgTable
    """The recording."""
    conditioned: FloatArray
    """Its samples, conditioned, shape ``(n_rows, n_channels)``."""
    window_rows: int
    """Rows of a window."""
    learned: DecisionInstants
    """Whole windows on rows that are learned from."""
    judged: DecisionInstants
    """Every labelled decision on rows held out."""

    @classmethod
    def of(cls, study: Study, manifest: Manifest, fold: Fold, place: int) -> FoldRecording:
        """Return the recording at one place."""
        table, part, test = study.recordings.tables[place], fold.parts[place], fold.test[place]
        window_rows = manifest.n_steps * manifest.step.length
        rows = decision_rows(manifest, table)
        instants = instants_of(table, study.recordings.class_names, rows, window_rows)
        n_seen = np.concatenate(([0], np.cumsum(part == TRAINING)))
        all_seen = n_seen[rows + 1] - n_seen[rows + 1 - window_rows] == window_rows
        return cls(
            table,
            conditioned_rows(manifest, table),
            window_rows,
            learned=instants.take(instants.whole & all_seen),
            judged=_with_onsets_held_out(instants.take(test[rows] & (instants.truth >= 0)), test),
        )

    def features(self, instants: DecisionInstants, deadzone: npt.NDArray[np.float64]) -> FloatArray:
        """Return Hudgins' features at some instants."""
        return hudgins_features(self.conditioned, instants.rows, self.window_rows, deadzone)


def _with_onsets_held_out(
    judged: DecisionInstants, test: npt.NDArray[np.bool_]
) -> DecisionInstants:
    """Forget the onsets that were not held out themselves: a block may begin in mid-movement."""
    onset_rows: IndexArray = judged.rows - np.maximum(judged.since_onset, 0)
    since_onset = np.where(test[onset_rows], judged.since_onset, -1)
    return DecisionInstants(judged.rows, judged.truth, judged.movements, judged.whole, since_onset)


def _trained(study: Study, fold: Fold) -> Model:
    from emgstream_training.evaluation.fold_training import (
        train_on,  # TensorFlow, only where it is needed
    )

    return train_on(study.recordings, fold.parts, study.recipe, study.seed)


def verdicts_of_network(model: Model, views: Sequence[FoldRecording]) -> EvaluatedDecisions:
    """Return the live path's decisions where the views judge."""
    found = []
    for view in views:
        if len(view.judged):
            rows, probabilities = replay(model, view.table)
            found.append(
                EvaluatedDecisions(view.judged, probabilities[np.isin(rows, view.judged.rows)])
            )
    return EvaluatedDecisions.joined(found)


def verdicts_of_baseline(
    name: str, study: Study, views: Sequence[FoldRecording]
) -> EvaluatedDecisions:
    """Return a baseline's decisions where the views judge, fitted where they learn."""
    deadzone = _deadzone(views)
    learned = [view for view in views if len(view.learned)]
    fitted = fit_baseline(
        name,
        np.concatenate([view.features(view.learned, deadzone) for view in learned]),
        np.concatenate([view.learned.truth for view in learned]),
        study.seed,
    )
    n_classes = len(study.recordings.class_names)
    return EvaluatedDecisions.joined(
        [
            EvaluatedDecisions(
                view.judged,
                predict_baseline(fitted, view.features(view.judged, deadzone), n_classes),
            )
            for view in views
            if len(view.judged)
        ]
    )


def _deadzone(views: Sequence[FoldRecording]) -> npt.NDArray[np.float64]:
    """Return the smallest step that counts, from the rows that baselines learn at."""
    seen = np.concatenate([view.conditioned[view.learned.rows] for view in views])
    deadzone: npt.NDArray[np.float64] = DEADZONE * np.sqrt(
        np.nanmean(seen.astype(np.float64) ** 2, axis=0)
    )
    return deadzone


def _decision_s(manifest: Manifest, rate_hz: float | None) -> float | None:
    return None if rate_hz is None else manifest.hop * manifest.step.length / rate_hz
