"""Temperature scaling (Guo et al. 2017, arXiv:1706.04599).

A trained network is overconfident on data it has not seen. One number, the temperature, fitted on
held-out repetitions, divides what goes into the softmax: the probabilities then match the accuracy,
and no prediction changes.
"""

from __future__ import annotations

import numpy as np

from emgstream.types import FloatArray
from emgstream_training.examples import ClassArray
from emgstream_training.metrics import reliability

__all__ = [
    "best_temperature",
    "expected_calibration_error",
    "scaled_probabilities",
]

_CANDIDATES = np.geomspace(0.25, 8.0, 101)
"""Grid that is searched, in steps of 3.5 % (choice)."""
_SMALLEST = 1e-30
"""Smallest probability whose logarithm is taken: far below what float32 gives a class."""
_N_BINS = 15
"""As in Guo et al. 2017."""


def best_temperature(probabilities: FloatArray, classes: ClassArray) -> float:
    """Return the temperature with the smallest expected calibration error, 0.25 to 8.

    Not the one with the smallest cross-entropy, which Guo et al. take: training weighs all classes
    the same although some take more time than others, and there a few confident mistakes outweigh
    many right predictions with too little confidence.

    Parameters
    ----------
    probabilities
        Of an uncalibrated network, shape ``(n_windows, n_classes)``.
    classes
        True classes, shape ``(n_windows,)``.
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


def expected_calibration_error(probabilities: FloatArray, classes: ClassArray) -> float:
    """Return the mean distance of confidence and accuracy over 15 bins of confidence, 0 to 1.

    >>> expected_calibration_error(np.array([[0.8, 0.2], [0.8, 0.2]]), np.array([0, 0]))
    0.2
    """
    return round(reliability(probabilities, classes, _N_BINS).calibration_error, 12)
