"""Training from recordings to model: the one front door."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import sklearn

import emgstream
from emgstream.bundle import Model
from emgstream.errors import InterruptedByUserError
from emgstream.manifest import Manifest
from training.backend import keras, tensorflow
from training.evaluate import classify
from training.export import export_model
from training.findings import Findings
from training.fit import Fitted, fit
from training.history import Epoch, Progress, Schedule
from training.leakage import TimeBlocked, look_up, time_blocked
from training.material import Material, prepare
from training.recipes import Recipe, recipe_named
from training.recordings import class_names_of, provenance, read_recordings
from training.report import Report, make_folder, write_report

__all__ = ["Progress", "TrainingResult", "train"]


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """A model and how it came about."""

    model: Model
    """The model, ready to be written or run."""
    history: tuple[Epoch, ...]
    """Every pass over the training windows."""
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
    progress: Callable[[Progress], None] = lambda _: None,
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
    progress
        Told of every epoch, in this thread.
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
    material = prepare(chosen, tables, class_names_of(tables), sampling_rate_hz)
    if report_dir is not None:
        make_folder(report_dir)
    fitted = fit(
        material.training,
        material.validation,
        len(material.class_names),
        chosen.schedule,
        seed=seed,
        weights=material.weights,
        progress=progress,
    )
    findings = _findings(chosen, material, fitted, seed, progress)
    model = export_model(_manifest(chosen, material, findings, synthetic), fitted.network)
    keep(model)
    if report_dir is not None:
        write_report(report_dir, Report(chosen, material, findings, fitted.network, seed))
    return TrainingResult(
        model=model,
        history=fitted.history,
        figures=findings.for_people(),
        interrupted=findings.interrupted,
    )


def _findings(
    recipe: Recipe,
    material: Material,
    fitted: Fitted,
    seed: int,
    progress: Callable[[Progress], None],
) -> Findings:
    findings = Findings(
        class_names=material.class_names,
        history=fitted.history,
        best=fitted.best,
        n_training=len(material.training),
        classes=material.validation.classes,
        predicted=classify(fitted.network, material.validation.windows),
        held_out=recipe.held_out,
        interrupted=fitted.interrupted,
    )
    if material.published is None:
        return findings
    findings = replace(findings, look_up=look_up(material.published.split))
    if fitted.interrupted:
        return replace(findings, time_blocked_missing="the training was interrupted")
    schedule = replace(recipe.schedule, max_epochs=len(fitted.history))
    return _with_time_blocked(findings, material, schedule, seed, progress)


def _with_time_blocked(
    findings: Findings,
    material: Material,
    schedule: Schedule,
    seed: int,
    progress: Callable[[Progress], None],
) -> Findings:
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


def _manifest(recipe: Recipe, material: Material, findings: Findings, synthetic: bool) -> Manifest:
    return Manifest(
        channel_names=material.channel_names,
        class_names=material.class_names,
        step=material.step,
        transforms=material.fitted.transforms,
        sampling_rate_hz=material.sampling_rate_hz,
        n_steps=material.training.windows.shape[1],
        synthetic=synthetic,
        recipe=recipe.name,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        training_data=provenance(material.tables),
        evaluation=findings.evaluation(),
        versions={
            "emgstream": emgstream.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "tensorflow": tensorflow.__version__,
        },
    )
