"""Training from recordings to model: the one front door."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from emgstream.bundle import Model
from emgstream.errors import InterruptedByUserError
from emgstream.opening import repair_notes
from emgstream_training.epoch_progress import EpochMetrics, EpochProgress, TrainingSchedule
from emgstream_training.fold import LearnedModel, export_learned, learn
from emgstream_training.front_end import NO_WISH, SignalOverrides
from emgstream_training.leakage import TimeBlocked, look_up, time_blocked
from emgstream_training.realtime import rate_notes
from emgstream_training.recipes import Recipe, recipe_named
from emgstream_training.recordings import class_names_of, read_recordings
from emgstream_training.report import ReportFolder, make_folder, write_report
from emgstream_training.training_figures import TrainingFigures
from emgstream_training.training_material import TrainingMaterial, prepare

__all__ = ["EpochProgress", "TrainingResult", "train"]


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """A model and how it came about."""

    model: Model
    """The model, ready to be written or run."""
    history: tuple[EpochMetrics, ...]
    """Every pass over the training windows."""
    notes: tuple[str, ...]
    """What was found in the signal, assumed of it, and left out."""
    repairs: tuple[str, ...]
    """What was repaired while the recordings were read, each under the name of its file."""
    figures: Mapping[str, str]
    """What was measured, as short texts, each under the name of what it is."""
    interrupted: bool
    """Whether Ctrl-C ended the training; the model is the best until then."""


def train(
    paths: Sequence[Path],
    recipe: str = "realtime",
    *,
    sampling_rate_hz: float | None = None,
    channels: Sequence[str] | None = None,
    report_dir: Path | None = None,
    seed: int = 42,
    wish: SignalOverrides = NO_WISH,
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
    sampling_rate_hz
        Samples a second, where the recordings do not tell, or tell it wrong.
    channels
        Columns to train on, in this order; None for all that are signals.
    report_dir
        Folder for the report, made where it is not; None for no report.
    seed
        Seed of everything random but the published split, which has its own.
    wish
        What is known of the signal; the realtime recipe finds the rest in the data.
    progress
        Told of every epoch, in this thread.
    noticed
        Told of every repair and note of the result, before anything is learned.
    keep
        Given the model before the report is written, so that no failure there costs it.
    max_epochs
        Epochs at most; None for the recipe's own number.
    synthetic
        Whether the recordings are synthetic, which the model then says.

    Raises
    ------
    EmgStreamError
        TableError, TrainingDataError or UsageError for recordings nothing can be learned from;
        OutputError where the report cannot be written, before training where that can be known;
        InterruptedByUserError for Ctrl-C before there was anything to keep.
    """
    chosen = recipe_named(recipe).with_max_epochs(max_epochs)
    tables = read_recordings(paths, channels)
    repairs = repair_notes(*tables)
    for text in repairs:
        noticed(text)
    material = prepare(chosen, tables, class_names_of(tables), sampling_rate_hz, wish)
    if report_dir is not None:
        make_folder(report_dir)
    notes = (*rate_notes(tables, sampling_rate_hz), *material.front_end.notes)
    for text in notes:
        noticed(text)
    learned = learn(chosen, material, seed=seed, progress=progress)
    findings = _findings(chosen, material, learned, seed, progress)
    model = export_learned(
        chosen, material, learned, evaluation=findings.evaluation(), synthetic=synthetic
    )
    keep(model)
    if report_dir is not None:
        write_report(report_dir, ReportFolder(chosen, material, findings, learned.network, seed))
    return TrainingResult(
        model=model,
        history=learned.history,
        notes=notes,
        repairs=repairs,
        figures=findings.for_people(),
        interrupted=findings.interrupted,
    )


def _findings(
    recipe: Recipe,
    material: TrainingMaterial,
    learned: LearnedModel,
    seed: int,
    progress: Callable[[EpochProgress], None],
) -> TrainingFigures:
    findings = TrainingFigures(
        class_names=material.class_names,
        history=learned.history,
        best=learned.best,
        n_training=len(material.training),
        classes=material.validation.classes,
        judged=learned.judged,
        held_out=material.held_out(recipe),
        interrupted=learned.interrupted,
    )
    if material.published is None:
        return findings
    findings = replace(findings, look_up=look_up(material.published.split))
    if learned.interrupted:
        return replace(findings, time_blocked_missing="the training was interrupted")
    schedule = replace(recipe.schedule, max_epochs=len(learned.history))
    return _with_time_blocked(findings, material, schedule, seed, progress)


def _with_time_blocked(
    findings: TrainingFigures,
    material: TrainingMaterial,
    schedule: TrainingSchedule,
    seed: int,
    progress: Callable[[EpochProgress], None],
) -> TrainingFigures:
    """Return the findings with what unseen time gives, trained for as many epochs."""
    try:
        blocked: TimeBlocked | None = time_blocked(
            material.tables[0], material.class_names, schedule, seed=seed, progress=progress
        )
    except (KeyboardInterrupt, InterruptedByUserError):
        return replace(findings, interrupted=True, time_blocked_missing="it was interrupted")
    if blocked is None:
        return replace(findings, time_blocked_missing="too few rows of some label to hold any out")
    return replace(findings, time_blocked=blocked)
