"""Training, from recordings to a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from emgstream.bundle import Model
from emgstream.errors import InterruptedByUserError
from emgstream.opening import reading_notes
from emgstream.tables import ALL_GUESSED, ColumnChoice
from emgstream_training.bridged_recording import bridging_notes
from emgstream_training.epoch_progress import EpochMetrics, EpochProgress, TrainingSchedule
from emgstream_training.fold import LearnedModel, export_learned, learn
from emgstream_training.front_end import NO_OVERRIDES, SignalOverrides
from emgstream_training.leakage import TimeBlocked, look_up, time_blocked
from emgstream_training.realtime import rate_notes
from emgstream_training.recipes import Recipe, recipe_named
from emgstream_training.recordings import class_names_of, copy_notes, read_recordings
from emgstream_training.report import TrainingReport, make_folder, write_report
from emgstream_training.training_figures import TrainingFigures
from emgstream_training.training_material import TrainingMaterial, prepare

__all__ = ["EpochProgress", "TrainingResult", "train"]


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """A trained model with its history and figures."""

    model: Model
    """The model, ready to be written or run."""
    history: tuple[EpochMetrics, ...]
    """Metrics of every epoch."""
    notes: tuple[str, ...]
    """Properties of the signal that were detected or assumed, and steps left out, for people."""
    repairs: tuple[str, ...]
    """Repairs of the recordings, each with the name of its file."""
    figures: Mapping[str, str]
    """Measured figures as short texts, by name."""
    confusion: list[list[int]]
    """Number of validation windows by true class (row) and class decided for (column)."""
    interrupted: bool
    """True if Ctrl-C ended the training; the model is then the best so far."""


def train(
    paths: Sequence[Path],
    recipe: str = "realtime",
    *,
    columns: ColumnChoice = ALL_GUESSED,
    report_dir: Path | None = None,
    seed: int = 42,
    overrides: SignalOverrides = NO_OVERRIDES,
    progress: Callable[[EpochProgress], None] = lambda _: None,
    noticed: Callable[[str], None] = lambda _: None,
    keep: Callable[[Model], None] = lambda _: None,
    max_epochs: int | None = None,
    synthetic: bool = False,
) -> TrainingResult:
    """Return a model trained on recordings. Prints nothing.

    Parameters
    ----------
    paths
        Labelled recordings, CSV, plain or gzipped.
    recipe
        ``realtime`` or ``published``.
    columns
        What the user states on the columns of the recordings, and on their rate.
    report_dir
        Folder for the report, made if needed; None for no report.
    seed
        Random seed, except of the published split, which has its own.
    overrides
        What the user stated about the signal; the realtime recipe detects the rest in the data.
    progress
        Called after every epoch, in this thread.
    noticed
        Called with every repair and note of the result, before the training.
    keep
        Called with the model before the report is written, so that no failure there loses it.
    max_epochs
        Most epochs; None for the recipe's own number.
    synthetic
        True if all recordings are synthetic, which is written into the model; by default those of
        a simulated board are, by their sidecars.

    Raises
    ------
    EmgStreamError
        TableError, TrainingDataError or UsageError for recordings that cannot be trained on;
        OutputError where the report cannot be written, before training where that can be known;
        InterruptedByUserError for Ctrl-C before the first epoch was finished.
    """
    chosen = recipe_named(recipe).with_max_epochs(max_epochs)
    tables = read_recordings(paths, columns)
    repairs = reading_notes(*tables)
    for text in repairs:
        noticed(text)
    material = prepare(chosen, tables, class_names_of(tables), columns.rate_hz, overrides)
    if report_dir is not None:
        make_folder(report_dir)
    notes = (
        *rate_notes(tables, columns.rate_hz),
        *copy_notes(tables),
        *bridging_notes(tables, material.front_end.step.length),
        *material.front_end.notes,
    )
    for text in notes:
        noticed(text)
    learned = learn(chosen, material, seed=seed, progress=progress)
    decision_notes = tuple(learned.decision.fitted.get("notes", ()))
    for text in decision_notes:
        noticed(text)
    figures = _figures(chosen, material, learned, seed, progress)
    model = export_learned(
        chosen, material, learned, evaluation=figures.evaluation(), synthetic=synthetic
    )
    keep(model)
    if report_dir is not None:
        write_report(report_dir, TrainingReport(chosen, material, figures, learned.network, seed))
    return TrainingResult(
        model=model,
        history=learned.history,
        notes=(*notes, *decision_notes),
        repairs=repairs,
        figures=figures.for_people(),
        confusion=figures.confusion.tolist(),
        interrupted=figures.interrupted,
    )


def _figures(
    recipe: Recipe,
    material: TrainingMaterial,
    learned: LearnedModel,
    seed: int,
    progress: Callable[[EpochProgress], None],
) -> TrainingFigures:
    figures = TrainingFigures(
        class_names=material.class_names,
        history=learned.history,
        best=learned.best,
        n_training=len(material.training),
        classes=material.validation.classes,
        probabilities=learned.validation_probabilities,
        held_out=material.held_out(recipe),
        interrupted=learned.interrupted,
    )
    if material.published is None:
        return figures
    figures = replace(figures, look_up=look_up(material.published.split))
    if learned.interrupted:
        return replace(figures, time_blocked_missing="the training was interrupted")
    schedule = replace(recipe.schedule, max_epochs=len(learned.history))
    return _with_time_blocked(figures, material, schedule, seed, progress)


def _with_time_blocked(
    figures: TrainingFigures,
    material: TrainingMaterial,
    schedule: TrainingSchedule,
    seed: int,
    progress: Callable[[EpochProgress], None],
) -> TrainingFigures:
    """Return the figures with those on held-out time, trained for as many epochs."""
    try:
        blocked: TimeBlocked | None = time_blocked(
            material.tables[0], material.class_names, schedule, seed=seed, progress=progress
        )
    except (KeyboardInterrupt, InterruptedByUserError):
        return replace(figures, interrupted=True, time_blocked_missing="it was interrupted")
    if blocked is None:
        return replace(figures, time_blocked_missing="too few rows of some label to hold any out")
    return replace(figures, time_blocked=blocked)
