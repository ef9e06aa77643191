"""Training of the network of a fold, by either recipe, and on windows split at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from emgstream.bundle import Model
from emgstream_training.epoch_progress import EpochProgress
from emgstream_training.evaluation.fold_material import material_of_all, material_of_fold
from emgstream_training.evaluation.protocols import RecordingSet
from emgstream_training.examples import balanced_weights, split_at_random
from emgstream_training.fold import export_learned, learn
from emgstream_training.metrics import balanced_accuracy
from emgstream_training.realtime import PartArray
from emgstream_training.recipes import PUBLISHED, Recipe

__all__ = ["random_split_of_network", "train_on"]


def train_on(
    recordings: RecordingSet,
    parts: Sequence[PartArray],
    recipe: Recipe,
    seed: int,
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> Model:
    """Return a model trained on the `TRAINING` rows of recordings, and no others.

    ``progress`` is called after every epoch, in this thread. Raises what `train_fold` does, and
    UsageError for the published recipe on several recordings.
    """
    material = material_of_fold(recordings, parts, recipe)
    learned = learn(recipe, material, seed=seed, progress=progress)
    return export_learned(recipe, material, learned.completed())


def random_split_of_network(
    recordings: RecordingSet,
    recipe: Recipe,
    seed: int,
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> float:
    """Return the balanced accuracy on a fifth of all windows, drawn at random, 0 to 1.

    The windows overlap, so most test windows share samples with a training window: the figure
    contains leakage and is for contrast only.
    """
    material = material_of_all(recordings, recipe)
    if recipe.name != PUBLISHED.name:
        windows = material.training
        seen, test = split_at_random(windows.classes, seed)
        material = replace(
            material,
            training=windows.take(seen),
            validation=windows.take(test),
            weights=balanced_weights(windows.classes[seen], len(recordings.class_names)),
            cuts=(),
        )
    learned = learn(recipe, material, seed=seed, progress=progress).completed()
    decided = learned.validation_probabilities.argmax(axis=1)
    return balanced_accuracy(material.validation.classes, decided)
