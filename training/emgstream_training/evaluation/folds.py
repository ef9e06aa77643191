"""One fold: training on one part, decisions on the other, all models at the same instants."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from emgstream.bundle import Model
from emgstream.manifest import Manifest
from emgstream_training.epoch_progress import EpochProgress
from emgstream_training.evaluation.baselines import BASELINES
from emgstream_training.evaluation.evaluated_decisions import EvaluatedDecisions, replay
from emgstream_training.evaluation.evaluation_figures import balanced
from emgstream_training.evaluation.fold_material import front_end_manifest, material_of_fold
from emgstream_training.evaluation.fold_recording import (
    FoldRecording,
    decisions_of_baseline,
)
from emgstream_training.evaluation.network_paths import PathDecisions, decisions_of_paths
from emgstream_training.evaluation.protocols import Fold, RecordingSet
from emgstream_training.realtime import TRAINING
from emgstream_training.recipes import Recipe

__all__ = [
    "MODELS",
    "NETWORK",
    "FoldResult",
    "Study",
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
    """Samples of a window, for network, LDA and forest."""
    reach_samples: int
    """Samples that network and strong LDA use; they may reach further back than the window."""
    duration_s: float = field(compare=False)
    """Duration of training and decisions, in seconds."""
    paths: Mapping[str, PathDecisions] = field(default_factory=dict)
    """Decisions that tell what each path of the network is worth; empty for a single path."""

    @property
    def balanced_accuracy(self) -> dict[str, float]:
        """Mean recall over the classes, 0 to 1, by name of the model."""
        return {name: balanced(decisions) for name, decisions in self.decisions.items()}

    def joined(self, other: FoldResult) -> FoldResult:
        """Return the result of this fold with the decisions of further models."""
        return replace(
            self,
            decisions={**self.decisions, **other.decisions},
            paths={**self.paths, **other.paths},
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
        recordings = study.recordings
        views = [
            FoldRecording.of(recordings, manifest, fold, place) for place in range(len(fold.parts))
        ]
        decisions, paths = {}, dict[str, PathDecisions]()
        if model is not None and NETWORK in names:
            decisions[NETWORK] = decisions_of_network(model, views)
            paths = decisions_of_paths(model, views)
        n_classes = len(recordings.class_names)
        for name in BASELINES:
            if name in names:
                decisions[name] = decisions_of_baseline(name, n_classes, views, study.seed)
        n_training = sum(int(np.count_nonzero(part == TRAINING)) for part in fold.parts)
        return FoldResult(
            name=fold.name,
            decisions=decisions,
            test_share=sum(int(np.count_nonzero(test)) for test in fold.test) / max(n_training, 1),
            decision_s=_decision_s(manifest, recordings.sampling_rate_hz),
            window_samples=manifest.window_samples,
            reach_samples=manifest.reach_samples,
            duration_s=time.perf_counter() - started_s,
            paths=paths,
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one thread of this process train at a time: the seeds belong to the process."""
    with _ONE_AT_A_TIME:
        yield


def _trained(study: Study, fold: Fold, progress: Callable[[EpochProgress], None]) -> Model:
    # TensorFlow, only where it is needed
    from emgstream_training.evaluation.fold_training import train_on

    return train_on(study.recordings, fold.parts, study.recipe, study.seed, progress)


def _front_end(study: Study, fold: Fold) -> Manifest:
    """Return the manifest of the front end that the network of a fold would have."""
    material = material_of_fold(study.recordings, fold.parts, study.recipe)
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


def _decision_s(manifest: Manifest, rate_hz: float | None) -> float | None:
    return None if rate_hz is None else manifest.hop * manifest.step.length / rate_hz
