"""An evaluation from recordings to figures: the one front door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emgstream.bundle import Model
from emgstream.errors import InterruptedByUserError, TrainingDataError
from emgstream.opening import repair_notes
from emgstream.tables import EmgTable
from emgstream.types import StreamInfo
from emgstream.wording import counted
from emgstream_training.evaluation.contrast import RandomSplit, judge_random_split
from emgstream_training.evaluation.folds import FoldResult, Study, judge_fold
from emgstream_training.evaluation.parallel import run_all
from emgstream_training.evaluation.protocols import Fold, FoldPlan, RecordingSet, make_plan
from emgstream_training.evaluation.recorded_sessions import sittings_of
from emgstream_training.evaluation.results import Evaluation, evaluation_of
from emgstream_training.front_end import NO_WISH, SignalOverrides
from emgstream_training.realtime import rate_notes, rate_of
from emgstream_training.recipes import PUBLISHED, recipe_named
from emgstream_training.recordings import class_names_of, read_recordings

__all__ = ["EvaluationProgress", "PreparedEvaluation", "evaluate", "prepare"]


@dataclass(frozen=True, eq=False)
class PreparedEvaluation:
    """An evaluation that is ready to run."""

    study: Study
    """What is evaluated, and how."""
    plan: FoldPlan
    """What is held out, and why."""
    notes: tuple[str, ...]
    """What must be known to believe the figures, or not to."""

    @property
    def n_tasks(self) -> int:
        """Folds to run, and the random split."""
        return len(self.plan.folds) + 1


@dataclass(frozen=True)
class EvaluationProgress:
    """One task that is done, for those who watch."""

    what: str
    """What it was."""
    balanced_accuracy: dict[str, float | None]
    """What each model scored."""


def prepare(
    paths: Sequence[Path],
    recipe: str = "realtime",
    *,
    model: Model | None = None,
    sampling_rate_hz: float | None = None,
    channels: Sequence[str] | None = None,
    wish: SignalOverrides = NO_WISH,
    protocol: str = "auto",
    n_folds: int | None = None,
    seed: int = 42,
    max_epochs: int | None = None,
) -> PreparedEvaluation:
    """Return an evaluation ready to run; reads the recordings, learns nothing.

    Parameters
    ----------
    paths
        Labelled recordings.
    recipe
        How the network of each fold is trained.
    model
        A network to judge instead of training one.
    sampling_rate_hz, channels
        As for `emgstream_training.train.train`; with a model the columns that are its channels,
        in its order, by name where None.
    wish
        What the user said about the signal; the rest is found in the training rows of each fold.
    protocol, n_folds
        What is held out; ``auto`` is the strictest the recordings allow.
    seed
        Seed of everything random.
    max_epochs
        Epochs of each training at most; None for the recipe's own number.

    Raises
    ------
    EmgStreamError
        TableError, TrainingDataError or UsageError for recordings that cannot be evaluated so;
        StreamMismatchError for a model made for another kind of stream.
    """
    tables = read_recordings(paths, channels, None if model is None else model.manifest)
    rate_hz = _rate(tables, recipe, model, sampling_rate_hz)
    names = class_names_of(tables)
    notes = [*repair_notes(*tables), *rate_notes(tables, sampling_rate_hz)]
    if model is not None:
        _check_streams(model, tables, rate_hz)
        notes += _model_notes(model, tables, names)
        names = _common_names(model, names)
    recordings = RecordingSet(
        tuple(tables), names, sittings_of([one.path for one in tables]), rate_hz, wish
    )
    notes += _stuck_notes(recordings)
    plan = make_plan(recordings, protocol, n_folds)
    notes += _fold_notes(plan, n_folds)
    chosen = recipe_named(recipe).with_max_epochs(max_epochs)
    return PreparedEvaluation(Study(recordings, chosen, seed, model), plan, tuple(notes))


def evaluate(
    prepared: PreparedEvaluation,
    *,
    n_jobs: int | None = None,
    dask_address: str | None = None,
    done: Callable[[EvaluationProgress], None] = lambda _: None,
) -> Evaluation:
    """Return what every model scores. Prints nothing.

    Ctrl-C ends it with what is finished by then.

    Parameters
    ----------
    prepared
        What to run.
    n_jobs, dask_address
        Where: so many processes at once (None: one a core), or a Dask cluster.
    done
        Told of every task done, in this thread.

    Raises
    ------
    EmgStreamError
        As `train_fold`; InterruptedByUserError for Ctrl-C before anything was finished.
    """
    study, plan = prepared.study, prepared.plan
    tasks = [*((study, fold) for fold in plan.folds), (study, None)]
    results: dict[int, FoldResult | RandomSplit] = {}
    interrupted = False
    running = run_all(_judge, tasks, n_jobs=n_jobs, dask_address=dask_address)
    try:
        for place, result in running:
            results[place] = result
            done(_told(result))
    except (KeyboardInterrupt, InterruptedByUserError):
        interrupted = True
    finally:
        running.close()
    if not results:
        raise InterruptedByUserError("stopped by Ctrl-C before a fold was done; nothing to report")
    found = [results[place] for place in sorted(results)]
    return evaluation_of(
        study,
        plan,
        [one for one in found if isinstance(one, FoldResult)],
        next((one for one in found if isinstance(one, RandomSplit)), None),
        prepared.notes,
        interrupted=interrupted,
    )


def _judge(task: tuple[Study, Fold | None]) -> FoldResult | RandomSplit:
    study, fold = task
    return judge_random_split(study) if fold is None else judge_fold(study, fold)


def _told(result: FoldResult | RandomSplit) -> EvaluationProgress:
    if isinstance(result, RandomSplit):
        return EvaluationProgress("random split, for contrast", dict(result.balanced_accuracy))
    return EvaluationProgress(result.name, dict(result.balanced_accuracy))


def _rate(
    tables: Sequence[EmgTable], recipe: str, model: Model | None, stated_hz: float | None
) -> float | None:
    """Return the sampling rate; None only where neither recipe nor model needs one."""
    needless = recipe == PUBLISHED.name if model is None else True
    if needless and stated_hz is None and any(one.sampling_rate_hz is None for one in tables):
        return None if model is None else model.manifest.sampling_rate_hz
    return rate_of(tables, stated_hz)


def _check_streams(model: Model, tables: Sequence[EmgTable], rate_hz: float | None) -> None:
    for table in tables:
        model.manifest.check_stream(
            StreamInfo(table.path.name, table.channel_names, rate_hz, can_wait=True)
        )


def _common_names(model: Model, names: Sequence[str]) -> tuple[str, ...]:
    """Return the model's classes, in its order; raises where none of them was recorded."""
    if len(set(names) & set(model.manifest.class_names)) < 2:
        raise TrainingDataError(
            f"the recordings have labels {', '.join(names)}; the model decides between "
            f"{', '.join(model.manifest.class_names)}; expected at least two in common"
        )
    return model.manifest.class_names


def _model_notes(model: Model, tables: Sequence[EmgTable], names: Sequence[str]) -> list[str]:
    trained_on = {entry.get("sha256") for entry in model.manifest.training_data}
    seen = [table.path.name for table in tables if table.sha256 in trained_on]
    unknown = [name for name in names if name not in model.manifest.class_names]
    notes = []
    if seen:
        notes.append(
            f"leakage: the model was trained on {', '.join(seen)} itself, so its figures here say "
            "how well it remembers; evaluate it on recordings it has not seen, or leave --model "
            "out to train on each fold"
        )
    if unknown:
        notes.append(f"not judged: {', '.join(unknown)}, which the model was not taught")
    return notes


def _fold_notes(plan: FoldPlan, n_folds: int | None) -> list[str]:
    if n_folds is None or n_folds <= len(plan.folds):
        return []
    if not plan.folds:
        return [f"--folds {n_folds} is left out: --protocol {plan.protocol} has no folds"]
    return [
        f"--folds {n_folds}: {counted(len(plan.folds), 'fold')} run, as there is no more than "
        f"that to hold out by {plan.protocol}"
    ]


def _stuck_notes(recordings: RecordingSet) -> list[str]:
    return [
        f"{table.path.name}: {np.count_nonzero(stuck):,} rows in which the recorder was stuck are "
        "neither learned from nor judged"
        for table, stuck in zip(recordings.tables, recordings.stuck, strict=True)
        if stuck.any()
    ]
