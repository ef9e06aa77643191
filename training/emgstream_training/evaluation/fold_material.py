"""The training data of a fold, and the front end that they determine, without TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from emgstream.manifest import Manifest
from emgstream_training.evaluation.protocols import RecordingSet
from emgstream_training.realtime import NEITHER, TRAINING, PartArray
from emgstream_training.recipes import PUBLISHED, Recipe
from emgstream_training.training_material import (
    TrainingMaterial,
    prepare_parts,
    prepare_published,
)

__all__ = ["front_end_manifest", "material_of_all", "material_of_fold"]


def material_of_fold(
    recordings: RecordingSet, parts: Sequence[PartArray], recipe: Recipe
) -> TrainingMaterial:
    """Return the training data of the `TRAINING` rows.

    Raises what `prepare` does, and UsageError for the published recipe on several recordings.
    """
    if recipe.name == PUBLISHED.name:
        return _published_material(recordings, parts)
    used = [place for place, part in enumerate(parts) if np.any(part == TRAINING)]
    return prepare_parts(
        recipe,
        [recordings.tables[place] for place in used],
        [parts[place] for place in used],
        recordings.class_names,
        recordings.sampling_rate_hz,
        recordings.overrides,
    )


def material_of_all(recordings: RecordingSet, recipe: Recipe) -> TrainingMaterial:
    """Return the training data of all labelled rows; raises as `material_of_fold`."""
    everything = [np.where(codes >= 0, TRAINING, NEITHER) for codes in recordings.codes]
    return material_of_fold(recordings, everything, recipe)


def front_end_manifest(material: TrainingMaterial) -> Manifest:
    """Return the manifest of what comes before the network: enough to know when it decides."""
    return Manifest(
        channel_names=material.channel_names,
        class_names=material.class_names,
        step=material.front_end.step,
        conditioning=material.front_end.conditioning,
        transforms=material.fitted.transforms,
        sampling_rate_hz=material.sampling_rate_hz,
        n_steps=material.training.windows.shape[1],
    )


def _published_material(recordings: RecordingSet, parts: Sequence[PartArray]) -> TrainingMaterial:
    """Return the published recipe's material from the `TRAINING` rows of the one recording."""
    return prepare_published(
        recordings.tables,
        recordings.class_names,
        recordings.sampling_rate_hz,
        left_out=parts[0] != TRAINING,
    )
