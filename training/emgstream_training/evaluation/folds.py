"""One fold: training on one part, decisions on the other, all models at the same instants."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from emgstream.bundle import Model
from emgstream.manifest import Manifest
from emgstream.sources.table_rows import indices_of
from emgstream.tables import EmgTable
from emgstream.types import FloatArray
from emgstream_training.epoch_progress import EpochProgress
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
    conditioned_samples,
    decided_windows,
    instants_of,
    replay,
)
from emgstream_training.evaluation.evaluation_figures import balanced
from emgstream_training.evaluation.fold_material import front_end_manifest, material_of_fold
from emgstream_training.evaluation.protocols import Fold, RecordingSet
from emgstream_training.realtime import TRAINING
from emgstream_training.recipes import Recipe

__all__ = [
    "MODELS",
    "NETWORK",
    "FoldRecording",
    "FoldResult",
    "Study",
    "decisions_of_baseline",
    "decisions_of_network",
    "judge_fold",
    "one_at_a_time",
]

NETWORK = "cnn_lstm"
"""Name of the network among the models."""

MODELS = (NETWORK, *BASELINES)
"""Names of all models."""

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, eq=False)
class Study:
    """The settings that all folds of an evaluation share."""

    recordings: RecordingSet
    """The recordings."""
    recipe: Recipe
    """Recipe that the network is trained by."""
    seed: int
    """Random seed."""
    model: Model | None = None
    """A model to evaluate instead of training one."""


@dataclass(frozen=True, eq=False)
class FoldResult:
    """The decisions of one fold."""

    name: str
    """Name of what was held out, for people."""
    decisions: Mapping[str, EvaluatedDecisions]
    """Every labelled decision on the held-out rows, by name of the models that were judged."""
    test_share: float
    """Number of test rows over the number of training rows."""
    decision_s: float | None
    """Time from one decision to the next, in seconds; None without a sampling rate."""
    window_samples: int
    """Samples of a window, for network and baselines."""
    reach_samples: int
    """Samples that the network uses; its features may reach further back than the window."""
    duration_s: float = field(compare=False)
    """Duration of training and decisions, in seconds."""

    @property
    def balanced_accuracy(self) -> dict[str, float]:
        """Mean recall over the classes, 0 to 1, by name of the model."""
        return {name: balanced(decisions) for name, decisions in self.decisions.items()}

    def joined(self, other: FoldResult) -> FoldResult:
        """Return the result of this fold with the decisions of further models."""
        return replace(
            self,
            decisions={**self.decisions, **other.decisions},
            duration_s=self.duration_s + other.duration_s,
        )


def judge_fold(
    study: Study,
    fold: Fold,
    names: Sequence[str] = MODELS,
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> FoldResult:
    """Return the decisions of network and baselines on the held-out rows of a fold.

    The same study and fold give the same result in any process, for each model whether it is judged
    alone or with others. One fold at a time runs in a process, as the seeds and threads of
    TensorFlow belong to the process.

    Parameters
    ----------
    study, fold
        What is judged, and on which rows.
    names
        The models to judge. The network, which is trained here, takes minutes; the baselines,
        which only need its front end, seconds.
    progress
        Called after every epoch of the network, in this thread.
    """
    with one_at_a_time():
        started_s = time.perf_counter()
        model = study.model
        if model is None and NETWORK in names:
            model = _trained(study, fold, progress)
        manifest = _front_end(study, fold) if model is None else model.manifest
        views = [FoldRecording.of(study, manifest, fold, place) for place in range(len(fold.parts))]
        decisions = {}
        if model is not None and NETWORK in names:
            decisions[NETWORK] = decisions_of_network(model, views)
        for name in BASELINES:
            if name in names:
                decisions[name] = decisions_of_baseline(name, study, views)
        n_training = sum(int(np.count_nonzero(part == TRAINING)) for part in fold.parts)
        return FoldResult(
            name=fold.name,
            decisions=decisions,
            test_share=sum(int(np.count_nonzero(test)) for test in fold.test) / max(n_training, 1),
            decision_s=_decision_s(manifest, study.recordings.sampling_rate_hz),
            window_samples=manifest.window_samples,
            reach_samples=manifest.step.reach(manifest.n_steps) * manifest.step.length,
            duration_s=time.perf_counter() - started_s,
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one thread of this process train at a time: the seeds belong to the process."""
    with _ONE_AT_A_TIME:
        yield


@dataclass(frozen=True, eq=False)
class FoldRecording:
    """One recording with the training and test windows of a fold."""

    table: EmgTable
    """The recording."""
    conditioned: FloatArray
    """The conditioned samples, shape ``(n_samples, n_channels)``; short gaps are filled."""
    n_window: int
    """Samples of a window."""
    training: DecisionInstants
    """Whole windows on training rows."""
    test: DecisionInstants
    """Every labelled decision on held-out rows."""

    @classmethod
    def of(cls, study: Study, manifest: Manifest, fold: Fold, place: int) -> FoldRecording:
        """Return the recording at one position of the study."""
        table, part, test = study.recordings.tables[place], fold.parts[place], fold.test[place]
        windows = decided_windows(manifest, table)
        instants = instants_of(table, study.recordings.class_names, windows, place)
        n_unseen = np.concatenate(([0], np.cumsum(part != TRAINING)))
        all_seen = n_unseen[windows.rows + 1] == n_unseen[windows.first_rows]
        is_tested = test[windows.rows] & (instants.truth >= 0)
        return cls(
            table,
            conditioned_samples(manifest, table),
            manifest.window_samples,
            training=instants.take(instants.whole & all_seen),
            test=_with_onsets_held_out(instants.take(is_tested), table, test),
        )

    def features(self, instants: DecisionInstants, deadzone: npt.NDArray[np.float64]) -> FloatArray:
        """Return Hudgins' features at some instants, shape ``(n, 4 * n_channels)``."""
        return hudgins_features(self.conditioned, instants.places, self.n_window, deadzone)


def _with_onsets_held_out(
    instants: DecisionInstants, table: EmgTable, test: npt.NDArray[np.bool_]
) -> DecisionInstants:
    """Drop the onsets that are not held out: a block of time may begin within a movement."""
    indices = indices_of(table)
    onsets = indices[instants.rows] - np.maximum(instants.since_onset, 0)
    onset_rows = np.searchsorted(indices, onsets)
    return replace(instants, since_onset=np.where(test[onset_rows], instants.since_onset, -1))


def _trained(study: Study, fold: Fold, progress: Callable[[EpochProgress], None]) -> Model:
    # TensorFlow, only where it is needed
    from emgstream_training.evaluation.fold_training import train_on

    return train_on(study.recordings, fold.parts, study.recipe, study.seed, progress)


def _front_end(study: Study, fold: Fold) -> Manifest:
    """Return the manifest of the front end that the network of a fold would have."""
    material, _ = material_of_fold(study.recordings, fold.parts, study.recipe)
    return front_end_manifest(material)


def decisions_of_network(model: Model, views: Sequence[FoldRecording]) -> EvaluatedDecisions:
    """Return the decisions of the live path at the test instants."""
    found = []
    for view in views:
        if len(view.test):
            rows, probabilities = replay(model, view.table)
            found.append(
                EvaluatedDecisions(view.test, probabilities[np.isin(rows, view.test.rows)])
            )
    return EvaluatedDecisions.joined(found)


def decisions_of_baseline(
    name: str, study: Study, views: Sequence[FoldRecording]
) -> EvaluatedDecisions:
    """Return a baseline's decisions at the test instants, fitted on the training windows."""
    deadzone = _deadzone(views)
    used = [view for view in views if len(view.training)]
    fitted = fit_baseline(
        name,
        np.concatenate([view.features(view.training, deadzone) for view in used]),
        np.concatenate([view.training.truth for view in used]),
        study.seed,
    )
    n_classes = len(study.recordings.class_names)
    return EvaluatedDecisions.joined(
        [
            EvaluatedDecisions(
                view.test,
                predict_baseline(fitted, view.features(view.test, deadzone), n_classes),
            )
            for view in views
            if len(view.test)
        ]
    )


def _deadzone(views: Sequence[FoldRecording]) -> npt.NDArray[np.float64]:
    """Return the smallest step that counts, shape ``(n_channels,)``, from the training windows."""
    ends = np.concatenate([view.conditioned[view.training.places] for view in views])
    deadzone: npt.NDArray[np.float64] = DEADZONE * np.sqrt(
        np.nanmean(ends.astype(np.float64) ** 2, axis=0)
    )
    return deadzone


def _decision_s(manifest: Manifest, rate_hz: float | None) -> float | None:
    return None if rate_hz is None else manifest.hop * manifest.step.length / rate_hz
