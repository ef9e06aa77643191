"""Figures that judge predictions: recall of each class, balanced accuracy, the confusion matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from emgstream.types import FloatArray, IndexArray, TimeArray
from emgstream_training.examples import ClassArray

__all__ = [
    "balanced_accuracy",
    "classify",
    "confusion_matrix",
    "cross_entropy",
    "probabilities",
    "recalls",
    "shares_of",
]

_BATCH = 1024
_LEAST = 1e-7
"""Smallest probability there is a logarithm of, as in Keras."""


def confusion_matrix(classes: ClassArray, predicted: ClassArray, n_classes: int) -> IndexArray:
    """Return how often each class (row) was taken for each (column), shape ``(n, n)``.

    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    array([[1, 1],
           [0, 1]])
    """
    matrix = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(matrix, (classes, predicted), 1)
    return matrix


def shares_of(matrix: IndexArray) -> TimeArray:
    """Return each row of a confusion matrix as shares of that class; NaN where it is empty."""
    totals = matrix.sum(axis=1, keepdims=True)
    nothing = np.full(matrix.shape, np.nan)
    shares: TimeArray = np.divide(matrix, totals, out=nothing, where=totals > 0)
    return shares


def recalls(matrix: IndexArray) -> TimeArray:
    """Return the share of each class that was recognised; NaN for a class that did not come up."""
    totals = matrix.sum(axis=1)
    hits = np.diag(matrix).astype(np.float64)
    shares: TimeArray = np.divide(hits, totals, out=np.full(len(totals), np.nan), where=totals > 0)
    return shares


def balanced_accuracy(classes: ClassArray, predicted: ClassArray) -> float:
    """Return the mean recall over the classes that came up, 0 to 1.

    >>> balanced_accuracy(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]))
    0.5
    """
    n_classes = int(max(classes.max(), predicted.max())) + 1
    return float(np.nanmean(recalls(confusion_matrix(classes, predicted, n_classes))))


def cross_entropy(classes: ClassArray, probabilities: FloatArray) -> float:
    """Return the mean of minus the logarithm of what each true class was given.

    >>> cross_entropy(np.array([0, 1]), np.array([[0.5, 0.5], [0.5, 0.5]]))
    0.6931471805599453
    """
    given = probabilities[np.arange(len(classes)), classes].astype(np.float64)
    return float(-np.mean(np.log(np.maximum(given, _LEAST))))


def classify(network: Any, windows: FloatArray) -> ClassArray:
    """Return the class a Keras network gives each window, shape ``(n_windows,)``."""
    classes: ClassArray = probabilities(network, windows).argmax(axis=1)
    return classes


def probabilities(network: Any, windows: FloatArray) -> FloatArray:
    """Return the probabilities a Keras network gives, shape ``(n_windows, n_classes)``."""
    starts = range(0, len(windows), _BATCH)
    # Called, not `predict`: that traces a graph of its own for every network, and says so.
    return np.concatenate([network(windows[i : i + _BATCH], training=False) for i in starts])
