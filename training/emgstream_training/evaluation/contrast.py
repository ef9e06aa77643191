"""The same models on windows split at random, which leaks: shown for contrast."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from emgstream.manifest import Manifest
from emgstream_training.epoch_progress import EpochProgress
from emgstream_training.evaluation.evaluation_figures import balanced
from emgstream_training.evaluation.fold_material import front_end_manifest, material_of_all
from emgstream_training.evaluation.fold_recording import FoldRecording, decisions_of_baseline
from emgstream_training.evaluation.folds import MODELS, NETWORK, Study, one_at_a_time
from emgstream_training.evaluation.protocols import Fold
from emgstream_training.examples import split_at_random
from emgstream_training.realtime import TRAINING

__all__ = ["RandomSplit", "judge_random_split"]


@dataclass(frozen=True)
class RandomSplit:
    """Score of each model on windows split at random."""

    balanced_accuracy: Mapping[str, float | None]
    """By name of the model, 0 to 1; None for a network that was not trained here."""


def judge_random_split(
    study: Study,
    names: Sequence[str] = MODELS,
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> RandomSplit:
    """Return the balanced accuracy of some models on a random fifth of all whole windows.

    ``progress`` is called after every epoch of the network, in this thread.
    """
    with one_at_a_time():
        scores: dict[str, float | None] = {}
        if NETWORK in names:
            scores[NETWORK] = _score_of_network(study, progress)
        baselines = [name for name in names if name != NETWORK]
        if baselines:
            views = _split_views(study, _manifest(study))
            n_classes = len(study.recordings.class_names)
            for name in baselines:
                decisions = decisions_of_baseline(name, n_classes, views, study.seed)
                scores[name] = balanced(decisions)
        return RandomSplit(scores)


def _score_of_network(study: Study, progress: Callable[[EpochProgress], None]) -> float | None:
    if study.model is not None:
        return None
    # TensorFlow, only where it is needed
    from emgstream_training.evaluation.fold_training import random_split_of_network

    return random_split_of_network(study.recordings, study.recipe, study.seed, progress)


def _manifest(study: Study) -> Manifest:
    if study.model is not None:
        return study.model.manifest
    return front_end_manifest(material_of_all(study.recordings, study.recipe))


def _split_views(study: Study, manifest: Manifest) -> list[FoldRecording]:
    """Return the recordings with every whole window assigned to training or test at random."""
    codes = study.recordings.codes
    everything = Fold(
        "all windows",
        parts=tuple(np.where(each >= 0, TRAINING, 0) for each in codes),
        test=tuple(each >= 0 for each in codes),
    )
    views = [
        FoldRecording.of(study.recordings, manifest, everything, place)
        for place in range(len(codes))
    ]
    classes = np.concatenate([view.training.truth for view in views])
    test = np.zeros(len(classes), dtype=np.bool_)
    test[split_at_random(classes, study.seed)[1]] = True
    ends = np.cumsum([len(view.training) for view in views])[:-1]
    return [
        replace(view, training=view.training.take(~held_out), test=view.training.take(held_out))
        for view, held_out in zip(views, np.split(test, ends), strict=True)
    ]
