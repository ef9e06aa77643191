"""The paths of a network: the decisions of each alone, and of the network without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from emgstream.bundle import WEIGHTS, Model
from emgstream.network.network_backend import numpy_classifier
from emgstream.types import FloatArray
from emgstream_training.evaluation.evaluated_decisions import (
    DecisionInstants,
    EvaluatedDecisions,
    replayed_windows,
)
from emgstream_training.evaluation.fold_recording import FoldRecording

__all__ = ["PathDecisions", "decisions_of_paths"]


@dataclass(frozen=True, eq=False)
class PathDecisions:
    """The decisions of one path of a network, and those of the network without it."""

    alone: EvaluatedDecisions
    """By the path alone."""
    without: EvaluatedDecisions
    """By all other paths together."""


def decisions_of_paths(model: Model, views: Sequence[FoldRecording]) -> dict[str, PathDecisions]:
    """Return the decisions of each path at the test instants, by the name of the path.

    Nothing for a network with a single path, and for a model whose weights are in the form of
    before version 0.2.
    """
    if model.weights_member != WEIGHTS:
        return {}
    network = numpy_classifier(model)
    if len(network.path_names) < 2:
        return {}
    found: dict[str, list[PathDecisions]] = {name: [] for name in network.path_names}
    for view in views:
        if not len(view.test):
            continue
        rows, windows = replayed_windows(model, view.table)
        logits = network.path_logits(windows[np.isin(rows, view.test.rows)])
        for name, own in logits.items():
            others = np.sum([each for other, each in logits.items() if other != name], axis=0)
            found[name].append(
                PathDecisions(_decisions(view.test, own), _decisions(view.test, others))
            )
    return {
        name: PathDecisions(
            EvaluatedDecisions.joined([one.alone for one in of_views]),
            EvaluatedDecisions.joined([one.without for one in of_views]),
        )
        for name, of_views in found.items()
    }


def _decisions(instants: DecisionInstants, logits: FloatArray) -> EvaluatedDecisions:
    probabilities: FloatArray = softmax(logits.astype(np.float64), axis=1).astype(np.float32)
    return EvaluatedDecisions(instants, probabilities)
