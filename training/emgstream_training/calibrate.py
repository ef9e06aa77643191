"""A model taught a new day: the electrodes sit elsewhere, the skin is drier, the arm is tired.

The transforms are fitted anew on the new session and the network learns on from its weights. How
much that is worth is measured on repetitions of the new session that were held out meanwhile; then
they are learned from as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from emgstream.bundle import Model
from emgstream.errors import TrainingDataError
from emgstream.manifest import Manifest
from emgstream.opening import repair_notes
from emgstream.tables import EmgTable
from emgstream.types import StreamInfo
from emgstream_training.epoch_progress import EpochProgress
from emgstream_training.fold import LearnedModel, learn, versions
from emgstream_training.front_end import FrontEnd
from emgstream_training.linear import taken_apart
from emgstream_training.metrics import balanced_accuracy, classify
from emgstream_training.network_export import export_model
from emgstream_training.realtime import (
    VALIDATION,
    PartArray,
    clock_rate_of,
    cut_recordings,
    hold_out,
    rate_of,
    windows_of,
)
from emgstream_training.recipes import CALIBRATION, Recipe
from emgstream_training.recordings import class_names_of, provenance, read_recordings
from emgstream_training.training_material import TrainingMaterial, prepare_front_end
from emgstream_training.weights_file import network_of

__all__ = ["CalibratedModel", "calibrate", "calibrate_on"]


@dataclass(frozen=True, eq=False)
class CalibratedModel:
    """A calibrated model and what it gained."""

    model: Model
    """The model, ready to be written or run."""
    before: float
    """Balanced accuracy of the given model on the held-out repetitions, 0 to 1."""
    after: float
    """The same, of the calibrated model before it learned from them too."""
    n_windows: int
    """Windows that both are of."""
    held_out: str
    """What these windows are, for people."""
    interrupted: bool
    """Whether Ctrl-C ended it; the model is the best until then."""
    repairs: tuple[str, ...] = ()
    """What was repaired while the recordings were read, each under the name of its file."""


def calibrate(
    model: Model,
    paths: Sequence[Path],
    *,
    sampling_rate_hz: float | None = None,
    channels: Sequence[str] | None = None,
    seed: int = 42,
    recipe: Recipe = CALIBRATION,
    progress: Callable[[EpochProgress], None] = lambda _: None,
    noticed: Callable[[str], None] = lambda _: None,
) -> CalibratedModel:
    """Return a model adapted to new recordings. Prints nothing.

    Parameters
    ----------
    model
        The model to begin with.
    paths
        Recordings of the new session with the model's channels and all of its classes, about a
        minute of each.
    sampling_rate_hz
        Samples a second, where the recordings do not tell.
    channels
        Columns to take as the model's channels, in its order; by name where None.
    seed
        Seed of everything random.
    recipe
        How long and how fast to learn on.
    progress
        Told of every epoch, in this thread.
    noticed
        Told of every repair of the recordings, before anything is learned.

    Raises
    ------
    TrainingDataError
        The calibrated model would be worse on held-out repetitions; or a class has too few
        windows, a channel has no signal, or a label is none of the model's.
    EmgStreamError
        StreamMismatchError for other channels or another rate than the model's; TableError or
        UsageError for recordings that cannot be read; InterruptedByUserError for Ctrl-C before
        there was anything to keep.
    """
    tables = read_recordings(paths, channels, model.manifest)
    repairs = repair_notes(*tables)
    for text in repairs:
        noticed(text)
    calibrated = calibrate_on(
        model,
        tables,
        hold_out(tables, model.manifest.class_names),
        sampling_rate_hz=sampling_rate_hz,
        seed=seed,
        recipe=recipe,
        progress=progress,
    )
    return replace(calibrated, repairs=repairs)


def calibrate_on(
    model: Model,
    tables: Sequence[EmgTable],
    parts: Sequence[PartArray],
    *,
    sampling_rate_hz: float | None = None,
    seed: int = 42,
    recipe: Recipe = CALIBRATION,
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> CalibratedModel:
    """Return a model adapted to chosen rows of recordings: the same as `calibrate` otherwise.

    ``parts[i]``, shape ``(n_rows,)``, says of each row of ``tables[i]`` what it is for: `TRAINING`
    and, to judge by meanwhile, `VALIDATION`; nothing is learned of the others.
    """
    manifest = model.manifest
    rate = _checked_rate(manifest, tables, sampling_rate_hz)
    front_end = FrontEnd(dict(manifest.conditioning), manifest.step, ())
    material = prepare_front_end(tables, parts, manifest.class_names, rate, front_end)
    network = network_of(model)
    before = _judged(network, manifest, tables, parts, front_end)
    learned = learn(recipe, material, seed=seed, start=taken_apart(network)[0], progress=progress)
    after = balanced_accuracy(material.validation.classes, learned.judged.argmax(axis=1))
    if after < before:
        raise TrainingDataError(
            f"calibration would make it worse: {after:.1%} balanced on held-out repetitions, from "
            f"{before:.1%}; expected no less; keep the model as it is, or record more of each "
            "movement"
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
    foreign = sorted({*class_names_of(tables)} - {*manifest.class_names})
    if foreign:
        raise TrainingDataError(
            f"label {foreign[0]!r} is none of the model's; expected "
            f"{', '.join(manifest.class_names)}; train a new model for other movements"
        )
    return rate


def _judged(
    network: Any,
    manifest: Manifest,
    tables: Sequence[EmgTable],
    parts: Sequence[PartArray],
    front_end: FrontEnd,
) -> float:
    """Return the balanced accuracy on the held-out repetitions of a model as it is."""
    cuts = cut_recordings(tables, manifest.class_names, front_end, parts)
    windows = windows_of(cuts, VALIDATION, manifest.transforms)
    return balanced_accuracy(windows.classes, classify(network, windows.windows))


def _calibrated(
    model: Model, material: TrainingMaterial, learned: LearnedModel, before: float, after: float
) -> Model:
    figures = {
        "held_out": material.held_out(CALIBRATION),
        "n_windows": len(material.validation),
        "balanced_accuracy_before": before,
        "balanced_accuracy": after,
    }
    manifest = replace(
        model.manifest,
        transforms=material.fitted.transforms,
        calibration=learned.calibration,
        decision=learned.decision,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        training_data=(*model.manifest.training_data, *provenance(material.tables)),
        evaluation={**model.manifest.evaluation, "calibration_session": figures},
        versions=versions(),
    )
    return export_model(manifest, learned.network)
