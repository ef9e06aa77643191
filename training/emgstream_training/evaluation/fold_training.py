"""Training of the network of a fold, by either recipe, and on windows split at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from emgstream.bundle import Model
from emgstream_training.evaluation.protocols import RecordingSet
from emgstream_training.examples import Examples, balanced_weights, split_at_random
from emgstream_training.fold import export_learned, learn, train_fold
from emgstream_training.metrics import balanced_accuracy, classify
from emgstream_training.realtime import TRAINING, PartArray, hold_out
from emgstream_training.recipes import PUBLISHED, Recipe
from emgstream_training.training_material import (
    TrainingMaterial,
    prepare_parts,
    prepare_published,
)

__all__ = ["random_split_of_network", "train_on"]


def train_on(
    recordings: RecordingSet, parts: Sequence[PartArray], recipe: Recipe, seed: int
) -> Model:
    """Return a model trained on the `TRAINING` rows of recordings, and no others.

    Raises what `train_fold` does, and UsageError for the published recipe on several recordings.
    """
    if recipe.name == PUBLISHED.name:
        material = _published_material(recordings, parts)
        return export_learned(recipe, material, learn(recipe, material, seed=seed).completed())
    used = [place for place, part in enumerate(parts) if np.any(part == TRAINING)]
    return train_fold(
        [recordings.tables[place] for place in used],
        [parts[place] for place in used],
        class_names=recordings.class_names,
        sampling_rate_hz=recordings.sampling_rate_hz,
        seed=seed,
        recipe=recipe,
        overrides=recordings.overrides,
    )


def random_split_of_network(
    recordings: RecordingSet, recipe: Recipe, seed: int
) -> tuple[Model, float]:
    """Return a model trained on windows split at random, and its balanced accuracy on the rest.

    The windows overlap, so most test windows share samples with a training window: the figure
    contains leakage and is for contrast only.
    """
    everything = [np.where(codes >= 0, TRAINING, 0) for codes in recordings.codes]
    if recipe.name == PUBLISHED.name:
        material = _published_material(recordings, everything)
        return _trained_and_scored(recipe, material, seed, material.validation)
    names = recordings.class_names
    parts = hold_out(recordings.tables, names, everything)
    rate_hz, overrides = recordings.sampling_rate_hz, recordings.overrides
    material = prepare_parts(recipe, recordings.tables, parts, names, rate_hz, overrides)
    windows = material.training.joined(material.validation)
    seen, test = split_at_random(windows.classes, seed)
    training, validation = split_at_random(windows.classes[seen], seed)
    leaky = replace(
        material,
        training=windows.take(seen[training]),
        validation=windows.take(seen[validation]),
        weights=balanced_weights(windows.classes[seen[training]], len(names)),
    )
    return _trained_and_scored(recipe, leaky, seed, windows.take(test))


def _published_material(recordings: RecordingSet, parts: Sequence[PartArray]) -> TrainingMaterial:
    """Return the published recipe's material from the `TRAINING` rows of the one recording."""
    return prepare_published(
        recordings.tables,
        recordings.class_names,
        recordings.sampling_rate_hz,
        left_out=parts[0] != TRAINING,
    )


def _trained_and_scored(
    recipe: Recipe, material: TrainingMaterial, seed: int, test: Examples
) -> tuple[Model, float]:
    """Return a trained network and its balanced accuracy on test windows, 0 to 1."""
    learned = learn(recipe, material, seed=seed).completed()
    score = balanced_accuracy(test.classes, classify(learned.network, test.windows))
    return export_learned(recipe, material, learned), score
