"""The network of a fold, by either recipe, and on windows split at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from emgstream.bundle import Model
from emgstream.conditioning import NoConditioning
from emgstream.errors import UsageError
from emgstream.steps import RawSample
from emgstream_training.evaluation.contrast import split_at_random
from emgstream_training.evaluation.protocols import RecordingSet
from emgstream_training.examples import Examples, balanced_weights
from emgstream_training.fold import LearnedModel, export_learned, learn, train_fold
from emgstream_training.front_end import FrontEnd
from emgstream_training.metrics import balanced_accuracy, classify
from emgstream_training.published import PublishedSplit, distinct_rows, random_split, window_rows
from emgstream_training.realtime import TRAINING, PartArray, hold_out
from emgstream_training.recipes import PUBLISHED, Recipe
from emgstream_training.training_material import TrainingMaterial, prepare_parts

__all__ = ["random_split_of_network", "train_on"]


def train_on(
    recordings: RecordingSet, parts: Sequence[PartArray], recipe: Recipe, seed: int
) -> Model:
    """Return a network that has learned from the `TRAINING` rows of recordings, and no others.

    Raises what `train_fold` does, and UsageError for the published recipe on several recordings.
    """
    if recipe.name == PUBLISHED.name:
        return _published(recordings, parts, recipe, seed)[0]
    used = [place for place, part in enumerate(parts) if np.any(part == TRAINING)]
    return train_fold(
        [recordings.tables[place] for place in used],
        [parts[place] for place in used],
        class_names=recordings.class_names,
        sampling_rate_hz=recordings.sampling_rate_hz,
        seed=seed,
        recipe=recipe,
        wish=recordings.wish,
    )


def random_split_of_network(
    recordings: RecordingSet, recipe: Recipe, seed: int
) -> tuple[Model, float]:
    """Return a network trained on windows split at random, and its balanced accuracy on the rest.

    The windows overlap, so most of those it is judged by share samples with one it has learned
    from: the figure is leakage, for contrast.
    """
    everything = [np.where(codes >= 0, TRAINING, 0) for codes in recordings.codes]
    if recipe.name == PUBLISHED.name:
        model, learned, split = _published(recordings, everything, recipe, seed)
        return model, _score(learned, split.validation)
    names = recordings.class_names
    parts = hold_out(recordings.tables, names, everything)
    rate_hz, wish = recordings.sampling_rate_hz, recordings.wish
    material = prepare_parts(recipe, recordings.tables, parts, names, rate_hz, wish)
    windows = material.training.joined(material.validation)
    seen, test = split_at_random(windows.classes, seed)
    training, validation = split_at_random(windows.classes[seen], seed)
    leaky = replace(
        material,
        training=windows.take(seen[training]),
        validation=windows.take(seen[validation]),
        weights=balanced_weights(windows.classes[seen[training]], len(names)),
    )
    learned = learn(recipe, leaky, seed=seed).whole()
    return export_learned(recipe, leaky, learned), _score(learned, windows.take(test))


def _published(
    recordings: RecordingSet, parts: Sequence[PartArray], recipe: Recipe, seed: int
) -> tuple[Model, LearnedModel, PublishedSplit]:
    """Train by the published recipe: single samples, duplicates left out, a random split."""
    if len(recordings.tables) > 1:
        raise UsageError(
            f"the published recipe takes one recording and got {len(recordings.tables)}; name "
            "one, or use --recipe realtime, which takes any number"
        )
    (table,), (part,) = recordings.tables, parts
    names = recordings.class_names
    rows = distinct_rows(table, names, left_out=part != TRAINING)
    transforms = rows.fit(table.channel_names)
    split = random_split(
        window_rows(transforms.transforms.apply(rows.samples), rows.classes), names
    )
    material = TrainingMaterial(
        tables=recordings.tables,
        class_names=names,
        front_end=FrontEnd(NoConditioning().to_manifest(), RawSample(), ()),
        sampling_rate_hz=recordings.sampling_rate_hz,
        fitted=transforms,
        training=split.training,
        validation=split.validation,
        weights=None,
    )
    learned = learn(recipe, material, seed=seed).whole()
    return export_learned(recipe, material, learned), learned, split


def _score(learned: LearnedModel, examples: Examples) -> float:
    return balanced_accuracy(examples.classes, classify(learned.network, examples.windows))
