"""An evaluation from recordings to figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from emgstream.bundle import Model
from emgstream.errors import InterruptedByUserError, TrainingDataError
from emgstream.opening import reading_notes
from emgstream.tables import ALL_GUESSED, ColumnChoice, EmgTable
from emgstream.types import StreamInfo
from emgstream.wording import counted
from emgstream_training.bridged_recording import bridging_notes
from emgstream_training.epoch_progress import EpochProgress
from emgstream_training.evaluation.baselines import BASELINES
from emgstream_training.evaluation.contrast import RandomSplit, judge_random_split
from emgstream_training.evaluation.folds import MODELS, NETWORK, FoldResult, Study, judge_fold
from emgstream_training.evaluation.parallel import run_all
from emgstream_training.evaluation.protocols import Fold, FoldPlan, RecordingSet, make_plan
from emgstream_training.evaluation.recorded_sessions import sessions_of
from emgstream_training.evaluation.results import Evaluation, evaluation_of
from emgstream_training.front_end import NO_OVERRIDES, SignalOverrides, step_length
from emgstream_training.realtime import rate_notes, rate_of
from emgstream_training.recipes import PUBLISHED, recipe_named
from emgstream_training.recordings import class_names_of, copy_notes, read_recordings

__all__ = ["EvaluationProgress", "FoldEpoch", "PreparedEvaluation", "evaluate", "prepare"]

Task: TypeAlias = tuple[Study, Fold | None, tuple[str, ...]]
"""A fold, or None for the random split, and the models to judge."""


@dataclass(frozen=True, eq=False)
class PreparedEvaluation:
    """An evaluation that is ready to run."""

    study: Study
    """Recordings, recipe, seed and model."""
    plan: FoldPlan
    """The folds and the reason for them."""
    notes: tuple[str, ...]
    """Facts that limit what the figures mean, for people."""

    @property
    def n_tasks(self) -> int:
        """Number of tasks: folds and random split, for the baselines and for the network."""
        return len(self.tasks)

    @property
    def n_epochs(self) -> int:
        """Most epochs of a network that is trained here; 0 where none is."""
        return 0 if self.study.model is not None else self.study.recipe.schedule.max_epochs

    @property
    def tasks(self) -> list[Task]:
        """The tasks in their order: where a network is trained, first the baselines, in seconds."""
        groups = ((*MODELS,),) if self.study.model is not None else ((*BASELINES,), (NETWORK,))
        folds = (*self.plan.folds, None)
        return [(self.study, fold, names) for names in groups for fold in folds]


@dataclass(frozen=True)
class EvaluationProgress:
    """One finished task of an evaluation."""

    what: str
    """Name of the task, for people."""
    balanced_accuracy: dict[str, float | None]
    """Balanced accuracy by name of the model, 0 to 1; None where it was not measured."""


@dataclass(frozen=True)
class FoldEpoch:
    """An epoch of the network of one task."""

    what: str
    """Name of the task, for people."""
    epoch: EpochProgress
    """Its progress."""


def prepare(
    paths: Sequence[Path],
    recipe: str = "realtime",
    *,
    model: Model | None = None,
    columns: ColumnChoice = ALL_GUESSED,
    overrides: SignalOverrides = NO_OVERRIDES,
    protocol: str = "auto",
    n_folds: int | None = None,
    seed: int = 42,
    max_epochs: int | None = None,
) -> PreparedEvaluation:
    """Return an evaluation ready to run; reads the recordings, trains nothing.

    Parameters
    ----------
    paths
        Labelled recordings.
    recipe
        Name of the recipe that the network of each fold is trained by.
    model
        A model to evaluate instead of training one.
    columns
        As for `emgstream_training.train.train`; with a model its channels are those of the model,
        in its order, by name where None.
    overrides
        What the user stated about the signal; the rest is detected in the training rows of each
        fold.
    protocol, n_folds
        What is held out; ``auto`` is the strictest that the recordings allow.
    seed
        Random seed.
    max_epochs
        Most epochs of each training; None for the recipe's own number.

    Raises
    ------
    EmgStreamError
        TableError, TrainingDataError or UsageError for recordings that cannot be evaluated by
        this protocol; StreamMismatchError for a model of another kind of stream.
    """
    tables = read_recordings(paths, columns, None if model is None else model.manifest)
    rate_hz = _rate(tables, recipe, model, columns.rate_hz)
    names = class_names_of(tables)
    notes = [*reading_notes(*tables), *rate_notes(tables, columns.rate_hz), *copy_notes(tables)]
    if model is not None:
        notes += bridging_notes(tables, model.manifest.step.length)
    elif recipe != PUBLISHED.name and rate_hz is not None:
        notes += bridging_notes(tables, step_length(rate_hz))
    if model is not None:
        _check_streams(model, tables, rate_hz)
        notes += _model_notes(model, tables, names)
        names = _common_names(model, names)
    recordings = RecordingSet(tuple(tables), names, sessions_of(tables), rate_hz, overrides)
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
    learning: Callable[[FoldEpoch], None] = lambda _: None,
    early: Callable[[Evaluation], None] = lambda _: None,
) -> Evaluation:
    """Run an evaluation and return its result. Prints nothing.

    After Ctrl-C the result holds what was finished by then.

    Parameters
    ----------
    prepared
        The evaluation, from `prepare`.
    n_jobs, dask_address
        Number of processes at once (None: one per core), or the address of a Dask cluster.
    done
        Called with every finished task, in this thread.
    learning
        Called after every epoch of a network, in this thread; not on Dask.
    early
        Called once with the result of the baselines, as soon as they are done.

    Raises
    ------
    EmgStreamError
        As `train_fold`; InterruptedByUserError for Ctrl-C before anything was finished.
    """
    tasks = prepared.tasks
    results: dict[int, FoldResult | RandomSplit] = {}
    interrupted = False

    def told(place: int, epoch: EpochProgress) -> None:
        learning(FoldEpoch(_name(tasks[place][1]), epoch))

    running = run_all(_run, tasks, n_jobs=n_jobs, dask_address=dask_address, told=told)
    quick = {place for place, (_, _, names) in enumerate(tasks) if NETWORK not in names}
    try:
        for place, result in running:
            results[place] = result
            done(_progress_of(tasks[place][1], result))
            if place in quick and quick <= results.keys():
                early(_result(prepared, tasks, results, interrupted=False))
    except (KeyboardInterrupt, InterruptedByUserError):
        interrupted = True
    finally:
        running.close()
    if not results:
        raise InterruptedByUserError("stopped by Ctrl-C before a fold was done; nothing to report")
    return _result(prepared, tasks, results, interrupted=interrupted)


def _result(
    prepared: PreparedEvaluation,
    tasks: Sequence[Task],
    results: Mapping[int, FoldResult | RandomSplit],
    *,
    interrupted: bool,
) -> Evaluation:
    """Return the result of the finished tasks.

    All models are compared on the same folds: those of which the network is done, if there are any.
    """
    folds: dict[str, FoldResult] = {}
    leaky: dict[str, float | None] = {}
    for place in sorted(results):
        found, fold = results[place], tasks[place][1]
        if isinstance(found, RandomSplit):
            leaky.update(found.balanced_accuracy)
        else:
            name = _name(fold)
            folds[name] = folds[name].joined(found) if name in folds else found
    in_order = [folds[one.name] for one in prepared.plan.folds if one.name in folds]
    whole = [fold for fold in in_order if NETWORK in fold.decisions]
    return evaluation_of(
        prepared.study,
        prepared.plan,
        whole or in_order,
        RandomSplit(leaky),
        prepared.notes,
        interrupted=interrupted,
    )


def _run(task: Task, tell: Callable[[EpochProgress], None]) -> FoldResult | RandomSplit:
    study, fold, names = task
    if fold is None:
        return judge_random_split(study, names, tell)
    return judge_fold(study, fold, names, tell)


def _name(fold: Fold | None) -> str:
    return "random split, for comparison" if fold is None else fold.name


def _progress_of(fold: Fold | None, result: FoldResult | RandomSplit) -> EvaluationProgress:
    return EvaluationProgress(_name(fold), dict(result.balanced_accuracy))


def _rate(
    tables: Sequence[EmgTable], recipe: str, model: Model | None, stated_hz: float | None
) -> float | None:
    """Return the sampling rate; None only where neither recipe nor model needs one."""
    needs_none = recipe == PUBLISHED.name if model is None else True
    if needs_none and stated_hz is None and any(one.sampling_rate_hz is None for one in tables):
        return None if model is None else model.manifest.sampling_rate_hz
    return rate_of(tables, stated_hz)


def _check_streams(model: Model, tables: Sequence[EmgTable], rate_hz: float | None) -> None:
    for table in tables:
        model.manifest.check_stream(
            StreamInfo(table.path.name, table.channel_names, rate_hz, can_wait=True)
        )


def _common_names(model: Model, names: Sequence[str]) -> tuple[str, ...]:
    """Return the model's classes, in its order; raises where fewer than two were recorded."""
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
            f"leakage: the model was trained on {', '.join(seen)}, so that the figures show how "
            "well it remembers these recordings; evaluate it on recordings it has not seen, or "
            "leave --model out to train on each fold"
        )
    if unknown:
        notes.append(f"left out: {', '.join(unknown)}, as the model does not have these labels")
    return notes


def _fold_notes(plan: FoldPlan, n_folds: int | None) -> list[str]:
    if n_folds is None or n_folds <= len(plan.folds):
        return []
    if not plan.folds:
        return [f"--folds {n_folds} has no effect: --protocol {plan.protocol} has no folds"]
    return [
        f"--folds {n_folds}: only {counted(len(plan.folds), 'fold')} run, as --protocol "
        f"{plan.protocol} cannot hold out more"
    ]


def _stuck_notes(recordings: RecordingSet) -> list[str]:
    return [
        f"{table.path.name}: {counted(int(np.count_nonzero(stuck)), 'row')} in which the recorder "
        "was stuck left out of training and test"
        for table, stuck in zip(recordings.tables, recordings.stuck, strict=True)
        if stuck.any()
    ]
