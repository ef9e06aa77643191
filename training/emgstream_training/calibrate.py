"""Calibration of a model on a new session: electrodes moved, drier skin, a tired arm.

The transforms are fitted anew on the new session, and the training of the CNN-LSTM continues from
its weights; of each path, the CNN-LSTM included, as much of the earlier model is kept as held-out
repetitions prefer. All repetitions of the new session are held out in turn, and the gain is
measured on them. A recording without labels moves the levels of the features alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from emgstream.bundle import Model
from emgstream.errors import TrainingDataError
from emgstream.manifest import Manifest
from emgstream.network.network_backend import open_classifier
from emgstream.opening import reading_notes
from emgstream.significant_digits import percents_apart
from emgstream.tables import ALL_GUESSED, ColumnChoice, EmgTable
from emgstream.types import StreamInfo
from emgstream.wording import did_you_mean
from emgstream_training.bridged_recording import bridging_notes
from emgstream_training.epoch_progress import EpochProgress
from emgstream_training.fold import LearnedModel, learn, versions
from emgstream_training.front_end import FrontEnd
from emgstream_training.metrics import balanced_accuracy
from emgstream_training.network_export import export_model
from emgstream_training.realtime import PartArray, clock_rate_of, rate_of, windows_of
from emgstream_training.recipes import CALIBRATION, Recipe
from emgstream_training.recordings import (
    class_names_of,
    copy_notes,
    is_labelled,
    provenance,
    read_recordings,
)
from emgstream_training.session_shift_fitting import fit_shift_limits
from emgstream_training.training_material import TrainingMaterial, prepare_front_end
from emgstream_training.unlabelled_calibration import UnlabelledCalibration, calibrate_unlabelled
from emgstream_training.weights_file import earlier_network

__all__ = ["CalibratedModel", "calibrate", "calibrate_on"]


@dataclass(frozen=True, eq=False)
class CalibratedModel:
    """A calibrated model and its gain."""

    model: Model
    """The model, ready to be written or run."""
    before: float
    """Balanced accuracy of the given model on the held-out repetitions, 0 to 1."""
    after: float
    """The same, of the calibrated model before it was trained on them too."""
    n_windows: int
    """Windows that both were measured on."""
    held_out: str
    """Description of these windows, for people."""
    interrupted: bool
    """True if Ctrl-C ended the training; the model is then the best so far."""
    repairs: tuple[str, ...] = ()
    """Repairs of the recordings, each with the name of its file."""


def calibrate(
    model: Model,
    paths: Sequence[Path],
    *,
    columns: ColumnChoice = ALL_GUESSED,
    seed: int = 42,
    recipe: Recipe = CALIBRATION,
    progress: Callable[[EpochProgress], None] = lambda _: None,
    noticed: Callable[[str], None] = lambda _: None,
) -> CalibratedModel | UnlabelledCalibration:
    """Return a model adapted to new recordings. Prints nothing.

    Without a single label only the levels of the features are adapted, as by
    `emgstream_training.unlabelled_calibration.calibrate_unlabelled`.

    Parameters
    ----------
    model
        The model to adapt.
    paths
        Recordings of the new session with the model's channels and all of its classes, about a
        minute of each; or without labels, in which each movement occurs.
    columns
        What the user states on the columns of the recordings; its channels are those of the model,
        in its order, by name where None.
    seed
        Random seed.
    recipe
        Length and speed of the training.
    progress
        Called after every epoch, in this thread.
    noticed
        Called with every repair of the recordings and a note on copied repetitions, before the
        training.

    Raises
    ------
    TrainingDataError
        The calibrated model would be worse on held-out repetitions; or a class has too few
        windows, a channel has no signal, or a label is none of the model's. Without labels, as
        `calibrate_unlabelled`.
    EmgStreamError
        StreamMismatchError for other channels or another rate than the model's; ModelFileError for
        damaged weights; TableError or UsageError for recordings that cannot be read;
        InterruptedByUserError for Ctrl-C before the first epoch was finished.
    """
    tables = read_recordings(paths, columns, model.manifest, needs_labels=False)
    repairs = reading_notes(*tables)
    filled = bridging_notes(tables, model.manifest.step.length)
    for text in (*repairs, *copy_notes(tables), *filled):
        noticed(text)
    if not is_labelled(tables[0]):
        rate = _checked_rate(model.manifest, tables, columns.rate_hz)
        return replace(calibrate_unlabelled(model, tables, rate), repairs=repairs)
    calibrated = calibrate_on(
        model,
        tables,
        None,
        sampling_rate_hz=columns.rate_hz,
        seed=seed,
        recipe=recipe,
        progress=progress,
    )
    return replace(calibrated, repairs=repairs)


def calibrate_on(
    model: Model,
    tables: Sequence[EmgTable],
    parts: Sequence[PartArray] | None,
    *,
    sampling_rate_hz: float | None = None,
    seed: int = 42,
    recipe: Recipe = CALIBRATION,
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> CalibratedModel:
    """Return a model adapted to chosen rows of recordings; otherwise as `calibrate`.

    ``parts[i]``, shape ``(n_rows,)``, is `TRAINING` for each row of ``tables[i]`` to learn from;
    None for all rows with a label.
    """
    manifest = model.manifest
    rate = _checked_rate(manifest, tables, sampling_rate_hz)
    _check_movements(manifest, tables)
    front_end = FrontEnd(dict(manifest.conditioning), manifest.step, ())
    material = prepare_front_end(tables, parts, manifest.class_names, rate, front_end)
    start = earlier_network(model)
    before = _accuracy_before(model, material)
    learned = learn(recipe, material, seed=seed, start=start, progress=progress)
    after = balanced_accuracy(
        material.validation.classes, learned.validation_probabilities.argmax(axis=1)
    )
    if after < before:
        less, more = percents_apart(after, before)
        raise TrainingDataError(
            f"calibration would make the model worse: balanced accuracy {less} on held-out "
            f"repetitions, {more} before; expected no less; keep the model as it is, or record "
            "more repetitions of each movement"
        )
    calibrated = _calibrated(model, material, learned, before, after)
    n_windows = len(material.validation)
    held_out = material.held_out(CALIBRATION)
    return CalibratedModel(calibrated, before, after, n_windows, held_out, learned.interrupted)


def _checked_rate(
    manifest: Manifest, tables: Sequence[EmgTable], sampling_rate_hz: float | None
) -> float:
    rate = rate_of(tables, sampling_rate_hz or manifest.sampling_rate_hz)
    for table in tables:
        own = sampling_rate_hz or clock_rate_of(table) or rate
        manifest.check_stream(
            StreamInfo(table.path.name, table.channel_names, own, unit=manifest.unit)
        )
    return rate


def _check_movements(manifest: Manifest, tables: Sequence[EmgTable]) -> None:
    foreign = sorted({*class_names_of(tables)} - {*manifest.class_names})
    if foreign:
        raise TrainingDataError(
            "the model has no label "
            f"{foreign[0]!r}{did_you_mean(foreign[0], manifest.class_names)}; expected "
            f"{', '.join(manifest.class_names)}; train a new model for other movements"
        )


def _accuracy_before(model: Model, material: TrainingMaterial) -> float:
    """Return the balanced accuracy of the given model on the new session."""
    windows = windows_of(material.cuts, material.folds, model.manifest.transforms)
    decided = open_classifier(model).predict(windows.windows).argmax(axis=1)
    return balanced_accuracy(windows.classes, decided)


def _calibrated(
    model: Model, material: TrainingMaterial, learned: LearnedModel, before: float, after: float
) -> Model:
    figures = {
        "held_out": material.held_out(CALIBRATION),
        "n_windows": len(material.validation),
        "balanced_accuracy_before": before,
        "balanced_accuracy": after,
    }
    learned_from = provenance(material.tables)
    manifest = replace(
        model.manifest,
        synthetic=model.manifest.synthetic or any("synthetic" in entry for entry in learned_from),
        transforms=material.fitted.transforms,
        calibration=learned.calibration,
        decision=learned.decision,
        shift=fit_shift_limits(material),
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        training_data=(*model.manifest.training_data, *learned_from),
        evaluation={**model.manifest.evaluation, "calibration_session": figures},
        versions=versions(),
    )
    return export_model(manifest, learned.network)
