"""Metrics of predictions: recall, balanced accuracy, the confusion matrix, calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from emgstream.types import FloatArray, IndexArray, TimeArray
from emgstream_training.examples import ClassArray

__all__ = [
    "Reliability",
    "balanced_accuracy",
    "classify",
    "confusion_matrix",
    "cross_entropy",
    "probabilities",
    "recalls",
    "reliability",
    "shares_of",
]

_BATCH = 1024
"""Windows of one call of the network: large enough that the calls do not matter."""
_LEAST = 1e-7
"""Smallest probability whose logarithm is taken, as in Keras."""


@dataclass(frozen=True, eq=False)
class Reliability:
    """Accuracy against confidence. Arrays of shape ``(n_bins,)``."""

    confidence: TimeArray
    """Mean confidence in each bin; NaN where it is empty."""
    accuracy: TimeArray
    """Share of right predictions in each bin; NaN where it is empty."""
    counts: IndexArray
    """Predictions in each bin."""

    @property
    def calibration_error(self) -> float:
        """Expected calibration error, 0 to 1 (Naeini 2015, doi:10.1609/aaai.v29i1.9602)."""
        used = self.counts > 0
        gaps = np.abs(self.confidence[used] - self.accuracy[used])
        return float(np.average(gaps, weights=self.counts[used])) if used.any() else float("nan")


def reliability(probabilities: FloatArray, classes: ClassArray, n_bins: int) -> Reliability:
    """Return accuracy against confidence, in bins of equal width.

    Parameters
    ----------
    probabilities
        Shape ``(n, n_classes)``.
    classes
        True classes, shape ``(n,)``.
    n_bins
        Number of bins from 0 to 1.
    """
    confidences = probabilities.max(axis=1).astype(np.float64)
    is_right = (probabilities.argmax(axis=1) == classes).astype(np.float64)
    bins = np.minimum((confidences * n_bins).astype(np.int64), n_bins - 1)
    counts = np.bincount(bins, minlength=n_bins)
    confidence, accuracy = (
        np.divide(
            np.bincount(bins, weights=values, minlength=n_bins),
            counts,
            out=np.full(n_bins, np.nan),
            where=counts > 0,
        )
        for values in (confidences, is_right)
    )
    return Reliability(confidence, accuracy, counts)


def confusion_matrix(classes: ClassArray, predicted: ClassArray, n_classes: int) -> IndexArray:
    """Return the number of examples by true (row) and predicted class (column), ``(n, n)``.

    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    array([[1, 1],
           [0, 1]])
    """
    matrix = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(matrix, (classes, predicted), 1)
    return matrix


def shares_of(matrix: IndexArray) -> TimeArray:
    """Return each row of a confusion matrix as shares of its class; NaN where it is empty."""
    totals = matrix.sum(axis=1, keepdims=True)
    nothing = np.full(matrix.shape, np.nan)
    shares: TimeArray = np.divide(matrix, totals, out=nothing, where=totals > 0)
    return shares


def recalls(matrix: IndexArray) -> TimeArray:
    """Return the share of each class that was recognised; NaN for a class without examples."""
    return np.diag(shares_of(matrix))


def balanced_accuracy(classes: ClassArray, predicted: ClassArray) -> float:
    """Return the mean recall over the classes with examples, 0 to 1.

    >>> balanced_accuracy(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]))
    0.5
    """
    n_classes = int(max(classes.max(), predicted.max())) + 1
    return float(np.nanmean(recalls(confusion_matrix(classes, predicted, n_classes))))


def cross_entropy(classes: ClassArray, probabilities: FloatArray) -> float:
    """Return the mean negative logarithm of the probability given to each true class.

    >>> cross_entropy(np.array([0, 1]), np.array([[0.5, 0.5], [0.5, 0.5]]))
    0.6931471805599453
    """
    given = probabilities[np.arange(len(classes)), classes].astype(np.float64)
    return float(-np.mean(np.log(np.maximum(given, _LEAST))))


def classify(network: Any, windows: FloatArray) -> ClassArray:
    """Return the likeliest class of each window by a Keras network, shape ``(n_windows,)``."""
    classes: ClassArray = probabilities(network, windows).argmax(axis=1)
    return classes


def probabilities(network: Any, windows: FloatArray) -> FloatArray:
    """Return the probabilities of a Keras network, shape ``(n_windows, n_classes)``."""
    starts = range(0, len(windows), _BATCH)
    # Called, not `predict`: that traces a graph of its own for every network, and prints so.
    return np.concatenate([network(windows[i : i + _BATCH], training=False) for i in starts])
