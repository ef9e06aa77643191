"""One model from chosen rows: what `emgstream train` and every fold of an evaluation make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np
import sklearn

import emgstream
from emgstream.bundle import Model
from emgstream.manifest import Manifest
from emgstream.tables import EmgTable
from training.backend import keras, tensorflow
from training.export import export_model
from training.fit import Fitted, fit
from training.history import Progress
from training.material import Material, prepare_parts
from training.realtime import VALIDATION, PartArray, hold_out
from training.recipes import REALTIME, Recipe
from training.recordings import provenance

__all__ = ["export_fitted", "learn", "train_fold"]


def train_fold(
    tables: Sequence[EmgTable],
    parts: Sequence[PartArray],
    *,
    class_names: Sequence[str],
    sampling_rate_hz: float | None,
    seed: int,
    recipe: Recipe = REALTIME,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Model:
    """Return a model learned from chosen rows of recordings, in memory. Prints nothing.

    The same seed gives the same model on one machine, in any process.

    Parameters
    ----------
    tables
        Recordings with labels, all of the same channels.
    parts
        One array a table, shape ``(n_rows,)``: `TRAINING` rows are learned from; `VALIDATION` rows
        choose the epoch and calibrate the probabilities; nothing is learned of `NEITHER` rows,
        over which only the causal conditioner runs, as it would live. Without any `VALIDATION`
        row, some training repetitions of each class are held out inside.
    class_names
        Classes, in the order of the network's outputs; each must come up in the training rows.
    sampling_rate_hz
        Samples a second; None where the recordings tell.
    seed
        Seed of everything random.
    recipe
        A recipe of the realtime kind: how long to learn.
    progress
        Told of every epoch, in this thread.

    Raises
    ------
    TrainingDataError
        A class has too few windows, or a channel has no signal.
    UsageError
        Nobody knows the sampling rate, or the recordings disagree about it.
    InterruptedByUserError
        Ctrl-C before there was anything to keep.
    """
    names = tuple(class_names)
    if not any(np.any(part == VALIDATION) for part in parts):
        parts = hold_out(tables, names, parts)
    material = prepare_parts(tables, parts, names, sampling_rate_hz)
    fitted = learn(recipe, material, seed=seed, progress=progress)
    return export_fitted(recipe, material, fitted)


def learn(
    recipe: Recipe,
    material: Material,
    *,
    seed: int,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Fitted:
    """Return the network that a recipe learns from its material; raises as `fit` does."""
    return fit(
        material.training,
        material.validation,
        len(material.class_names),
        recipe.schedule,
        seed=seed,
        weights=material.weights,
        progress=progress,
    )


def export_fitted(
    recipe: Recipe,
    material: Material,
    fitted: Fitted,
    *,
    evaluation: Mapping[str, Any] | None = None,
    synthetic: bool = False,
) -> Model:
    """Return the model file's content: the network for the live path and where it is from.

    ``evaluation`` goes into the manifest as it is; ``synthetic`` says that the recordings are.
    """
    manifest = Manifest(
        channel_names=material.channel_names,
        class_names=material.class_names,
        step=material.front_end.step,
        conditioning=material.front_end.conditioning,
        transforms=material.fitted.transforms,
        sampling_rate_hz=material.sampling_rate_hz,
        n_steps=material.training.windows.shape[1],
        synthetic=synthetic,
        recipe=recipe.name,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        training_data=provenance(material.tables),
        evaluation=evaluation or {},
        versions={
            "emgstream": emgstream.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "tensorflow": tensorflow.__version__,
        },
    )
    return export_model(manifest, fitted.network)
