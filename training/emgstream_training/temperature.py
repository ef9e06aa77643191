"""Temperature scaling: probabilities that mean what they say (Guo et al. 2017, arXiv:1706.04599).

A network that is sure of itself on what it was trained on is too sure of what it was not. One
number, fitted on held-out repetitions, divides what goes into the softmax; it changes no decision.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from emgstream.types import FloatArray
from emgstream_training.examples import ClassArray
from emgstream_training.linear import layers_alone, linear_path

__all__ = [
    "best_temperature",
    "expected_calibration_error",
    "scaled_probabilities",
    "set_temperature",
]

_CANDIDATES = np.geomspace(0.25, 8.0, 101)
_SMALLEST = 1e-30
_N_BINS = 15


def best_temperature(probabilities: FloatArray, classes: ClassArray) -> float:
    """Return the temperature with the smallest expected calibration error, 0.25 to 8.

    Not the one that makes true classes likeliest: classes were weighted alike in training and are
    not alike in time, and there a few sure mistakes outweigh many right answers given too shyly.

    Parameters
    ----------
    probabilities
        What an uncalibrated network says, shape ``(n_windows, n_classes)``.
    classes
        What is true, shape ``(n_windows,)``.
    """
    errors = [
        expected_calibration_error(scaled_probabilities(probabilities, temperature), classes)
        for temperature in _CANDIDATES
    ]
    return float(_CANDIDATES[int(np.argmin(errors))])


def scaled_probabilities(probabilities: FloatArray, temperature: float) -> FloatArray:
    """Return the probabilities at a temperature, shape ``(n_windows, n_classes)``."""
    logits = np.log(np.maximum(probabilities.astype(np.float64), _SMALLEST)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    scaled: FloatArray = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return scaled


def set_temperature(network: Any, temperature: float) -> None:
    """Divide what goes into a network's last softmax, in the weights of the layers before it."""
    for layer in filter(None, (layers_alone(network)[-1], linear_path(network))):
        layer.set_weights([weights / np.float32(temperature) for weights in layer.get_weights()])


def expected_calibration_error(probabilities: FloatArray, classes: ClassArray) -> float:
    """Return how far confidence is from accuracy, 0 to 1: over 15 bins of confidence (Guo 2017).

    >>> expected_calibration_error(np.array([[0.8, 0.2], [0.8, 0.2]]), np.array([0, 0]))
    0.2
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    hits = probabilities.argmax(axis=1) == classes
    bins = np.minimum((confidence * _N_BINS).astype(np.int64), _N_BINS - 1)
    apart = np.bincount(bins, weights=confidence - hits, minlength=_N_BINS)
    return round(float(np.abs(apart).sum() / len(classes)), 12)
