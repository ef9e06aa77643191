"""One fold: learn from one part and decide on the other, all models at the same instants."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from emgstream.bundle import Model
from emgstream.manifest import Manifest
from emgstream.tables import EmgTable
from emgstream.types import FloatArray, IndexArray
from training.evaluation.baselines import (
    BASELINES,
    DEADZONE,
    fit_baseline,
    hudgins_features,
    predict_baseline,
)
from training.evaluation.protocols import Fold, Recordings
from training.evaluation.verdicts import (
    Instants,
    Verdicts,
    conditioned_rows,
    decision_rows,
    instants_of,
    replay,
)
from training.realtime import TRAINING
from training.recipes import Recipe

__all__ = ["NETWORK", "FoldResult", "Study", "judge_fold"]

NETWORK = "cnn_lstm"
"""The name of the network among the models."""

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, eq=False)
class Study:
    """What all folds have in common."""

    recordings: Recordings
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
    verdicts: Mapping[str, Verdicts]
    """Every labelled decision on the held-out rows, by model."""
    test_share: float
    """Rows judged over rows learned from."""
    decision_s: float | None
    """Time from one decision to the next, in seconds; None without a sampling rate."""
    duration_s: float = field(compare=False)
    """Time the fold took, in seconds."""


def judge_fold(study: Study, fold: Fold) -> FoldResult:
    """Return the decisions of the network and of the baselines on what a fold holds out.

    The same study and fold give the same result in any process. One at a time in a process: seeds
    and threads of TensorFlow are the process's own.
    """
    with _ONE_AT_A_TIME:
        _leave_ctrl_c_to_the_parent()
        started_s = time.perf_counter()
        model = study.model or _trained(study, fold)
        views = [_View.of(study, model, fold, place) for place in range(len(fold.parts))]
        verdicts = {NETWORK: _of_network(model, views)}
        for name in BASELINES:
            verdicts[name] = _of_baseline(name, study, views)
        n_learned = sum(int(np.count_nonzero(part == TRAINING)) for part in fold.parts)
        return FoldResult(
            name=fold.name,
            verdicts=verdicts,
            test_share=sum(int(np.count_nonzero(test)) for test in fold.test) / max(n_learned, 1),
            decision_s=_decision_s(model.manifest, study.recordings.sampling_rate_hz),
            duration_s=time.perf_counter() - started_s,
        )


@dataclass(frozen=True, eq=False)
class _View:
    """One recording as a fold sees it: where is learned, where is judged."""

    table: EmgTable
    conditioned: FloatArray
    window_rows: int
    learned: Instants
    judged: Instants

    @classmethod
    def of(cls, study: Study, model: Model, fold: Fold, place: int) -> _View:
        table, part, test = study.recordings.tables[place], fold.parts[place], fold.test[place]
        manifest = model.manifest
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

    def features(self, instants: Instants, deadzone: npt.NDArray[np.float64]) -> FloatArray:
        """Return Hudgins' features at some instants."""
        return hudgins_features(self.conditioned, instants.rows, self.window_rows, deadzone)


def _with_onsets_held_out(judged: Instants, test: npt.NDArray[np.bool_]) -> Instants:
    """Forget the onsets that were not held out themselves: a block may begin in mid-movement."""
    onset_rows: IndexArray = judged.rows - np.maximum(judged.since_onset, 0)
    since_onset = np.where(test[onset_rows], judged.since_onset, -1)
    return Instants(judged.rows, judged.truth, judged.movements, judged.whole, since_onset)


def _trained(study: Study, fold: Fold) -> Model:
    from training.fold import train_fold  # TensorFlow, only where a network is trained

    used = [place for place, part in enumerate(fold.parts) if np.any(part == TRAINING)]
    return train_fold(
        [study.recordings.tables[place] for place in used],
        [fold.parts[place] for place in used],
        class_names=study.recordings.class_names,
        sampling_rate_hz=study.recordings.sampling_rate_hz,
        seed=study.seed,
        recipe=study.recipe,
    )


def _of_network(model: Model, views: list[_View]) -> Verdicts:
    found = []
    for view in views:
        if len(view.judged):
            rows, probabilities = replay(model, view.table)
            found.append(Verdicts(view.judged, probabilities[np.isin(rows, view.judged.rows)]))
    return Verdicts.joined(found)


def _of_baseline(name: str, study: Study, views: list[_View]) -> Verdicts:
    deadzone = _deadzone(views)
    learned = [view for view in views if len(view.learned)]
    fitted = fit_baseline(
        name,
        np.concatenate([view.features(view.learned, deadzone) for view in learned]),
        np.concatenate([view.learned.truth for view in learned]),
        study.seed,
    )
    n_classes = len(study.recordings.class_names)
    return Verdicts.joined(
        [
            Verdicts(
                view.judged,
                predict_baseline(fitted, view.features(view.judged, deadzone), n_classes),
            )
            for view in views
            if len(view.judged)
        ]
    )


def _deadzone(views: list[_View]) -> npt.NDArray[np.float64]:
    """Return the smallest step that counts, from the rows that baselines learn at."""
    seen = np.concatenate([view.conditioned[view.learned.rows] for view in views])
    deadzone: npt.NDArray[np.float64] = DEADZONE * np.sqrt(
        np.nanmean(seen.astype(np.float64) ** 2, axis=0)
    )
    return deadzone


def _decision_s(manifest: Manifest, rate_hz: float | None) -> float | None:
    return None if rate_hz is None else manifest.hop * manifest.step.length / rate_hz


def _leave_ctrl_c_to_the_parent() -> None:
    """In a worker process, let Ctrl-C go by: the parent ends the workers, and says so once."""
    import multiprocessing

    in_child = multiprocessing.parent_process() is not None
    if in_child and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
