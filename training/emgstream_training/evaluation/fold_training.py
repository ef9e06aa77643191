"""Training of the network of a fold, by either recipe, and on windows split at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from emgstream.bundle import Model
from emgstream_training.epoch_progress import EpochProgress
from emgstream_training.evaluation.fold_material import material_of_all, material_of_fold
from emgstream_training.evaluation.protocols import RecordingSet
from emgstream_training.examples import Examples, balanced_weights, split_at_random
from emgstream_training.fold import export_learned, learn
from emgstream_training.metrics import balanced_accuracy
from emgstream_training.realtime import PartArray
from emgstream_training.recipes import PUBLISHED, Recipe
from emgstream_training.training_material import TrainingMaterial

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
    material, refits = material_of_fold(recordings, parts, recipe)
    learned = learn(recipe, material, seed=seed, refit=refits, progress=progress)
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
    if recipe.name == PUBLISHED.name:
        return _score(recipe, material, seed, material.validation, progress)
    names = recordings.class_names
    windows = material.training.joined(material.validation)
    seen, test = split_at_random(windows.classes, seed)
    training, validation = split_at_random(windows.classes[seen], seed)
    leaky = replace(
        material,
        training=windows.take(seen[training]),
        validation=windows.take(seen[validation]),
        weights=balanced_weights(windows.classes[seen[training]], len(names)),
    )
    return _score(recipe, leaky, seed, windows.take(test), progress)


def _score(
    recipe: Recipe,
    material: TrainingMaterial,
    seed: int,
    test: Examples,
    progress: Callable[[EpochProgress], None],
) -> float:
    """Return the balanced accuracy of a trained network on test windows, 0 to 1."""
    learned = learn(recipe, material, seed=seed, progress=progress).completed()
    decided = learned.network.probabilities(test.windows).argmax(axis=1)
    return balanced_accuracy(test.classes, decided)
