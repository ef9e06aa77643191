"""The paths beside the CNN-LSTM: two discriminants of the same window, added before the softmax.

A discriminant has few parameters and is fitted in a second: single repetitions mislead it less than
a network, and its errors are others. The *linear path* is a linear discriminant of the window and
of the context. The *kernel path* is a linear discriminant of how near the window is to some
windows of the training, the landmarks (radial basis functions; Broomhead & Lowe 1988), in the space
that separates the classes best: it can tell apart what no straight line does.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve
from sklearn.covariance import ledoit_wolf
from sklearn.preprocessing import StandardScaler

from emgstream.network.network_weights import (
    KERNEL_LANDMARKS,
    KERNEL_PATH,
    KERNEL_PROJECTION,
    LINEAR_PATH,
    N_NEWEST,
    Weights,
)
from emgstream.types import FloatArray
from emgstream_training.examples import ClassArray, Examples

__all__ = ["Doubles", "kernel_path", "linear_path", "path_logits"]

Doubles: TypeAlias = npt.NDArray[np.float64]

_N_LANDMARKS = 200
"""Landmarks of all classes together; 400 gave no more (choice)."""
_LANDMARK_SEED = 0
"""The landmarks are drawn once and for all: another draw is no better."""
_MOST_NUMBERS = 12_000_000
"""Numbers, examples times terms, that one is fitted on: 15,000 windows of three channels.

The time grows with the square of the terms, and so with the channels alone (choice)."""
_STILL = 1e-6
"""Smallest spread of a direction within the classes, as a share of the largest."""


def linear_path(examples: Examples, n_context: int) -> Weights:
    """Return the linear path, fitted on examples of all classes, by the name of its layer.

    ``n_context`` is the number of features, the last ones, of the newest step alone. The covariance
    is shrunk as by Ledoit and Wolf (2004, doi:10.1016/S0047-259X(03)00096-4); all classes have the
    same prior.
    """
    n_terms = _linear_terms(examples.windows[:1], n_context).shape[1]
    used = _thinned(examples, n_terms)
    return {LINEAR_PATH: _discriminant(_linear_terms(used.windows, n_context), used)}


def kernel_path(examples: Examples, n_context: int) -> Weights:
    """Return the kernel path, fitted on examples of all classes, by the names of its layers.

    Windows are projected onto the directions between the classes, scaled so that the spread within
    them is the same in each; half of the squared distances between landmarks are below 1 there.
    """
    examples = _thinned(examples, _kernel_terms(examples.windows[:1], n_context).shape[1])
    terms = _kernel_terms(examples.windows, n_context)
    kernel, bias = _projection(terms, examples)
    projected = terms @ kernel + bias
    chosen = _landmarks(examples.classes)
    apart = _square_distances(projected[chosen], projected[chosen])
    scale = 1.0 / np.sqrt(np.median(apart[~np.eye(len(chosen), dtype=bool)]))
    kernel, bias, points = kernel * scale, bias * scale, projected[chosen] * scale
    nearness = np.exp(-_square_distances(projected * scale, points))
    return {
        KERNEL_PROJECTION: [_single(kernel), _single(bias)],
        KERNEL_LANDMARKS: [_single(points)],
        KERNEL_PATH: _discriminant(nearness, examples),
    }


def path_logits(paths: Weights, windows: FloatArray, n_context: int) -> dict[str, Doubles]:
    """Return the logits of each path, shape ``(n_windows, n_classes)``, by the name of its layer.

    ``paths`` are the layers that `linear_path` and `kernel_path` give.
    """
    logits: dict[str, Doubles] = {}
    if LINEAR_PATH in paths:
        kernel, bias = _doubles(paths[LINEAR_PATH])
        logits[LINEAR_PATH] = _linear_terms(windows, n_context) @ kernel + bias
    if KERNEL_PATH in paths:
        kernel, bias = _doubles(paths[KERNEL_PROJECTION])
        (points,) = _doubles(paths[KERNEL_LANDMARKS])
        apart = _square_distances(_kernel_terms(windows, n_context) @ kernel + bias, points)
        kernel, bias = _doubles(paths[KERNEL_PATH])
        logits[KERNEL_PATH] = np.exp(-apart) @ kernel + bias
    return logits


def _linear_terms(windows: FloatArray, n_context: int) -> Doubles:
    """Return every number of the steps, the squares of each feature's mean, and the context."""
    steps, context = _parts(windows, n_context)
    mean = steps.mean(axis=1)
    return np.concatenate([steps.reshape(len(steps), -1), mean * mean, context], axis=1)


def _kernel_terms(windows: FloatArray, n_context: int) -> Doubles:
    """Return the newest step, the mean of all, that of the newest ones, and the context."""
    steps, context = _parts(windows, n_context)
    newest = steps[:, -N_NEWEST:].mean(axis=1)
    return np.concatenate([steps[:, -1], steps.mean(axis=1), newest, context], axis=1)


def _parts(windows: FloatArray, n_context: int) -> tuple[Doubles, Doubles]:
    """Return the features of the steps, and those of the newest step alone, ``(n, n_context)``."""
    n_of_step = windows.shape[2] - n_context
    values = windows.astype(np.float64)
    return values[:, :, :n_of_step], values[:, -1, n_of_step:]


def _discriminant(terms: Doubles, examples: Examples) -> list[FloatArray]:
    """Return kernel and bias of the linear discriminant, ``(n_terms, n_classes)`` and ``(n,)``.

    What all classes have in common is left out: it changes no probability, and is so much larger
    than the differences that single precision would lose digits of these.
    """
    kernel, means = _directions(terms, examples.classes)
    bias = -0.5 * (means.T * kernel).sum(axis=0)
    return [_single(kernel - kernel.mean(axis=1, keepdims=True)), _single(bias - bias.mean())]


def _directions(terms: Doubles, classes: ClassArray) -> tuple[Doubles, Doubles]:
    """Return the directions of the linear discriminant and the mean of each class.

    They have the shapes ``(n_terms, n_classes)`` and ``(n_classes, n_terms)``. As
    `sklearn.discriminant_analysis.LinearDiscriminantAnalysis` with shrinkage, whose least squares
    would take a hundred times as long for the terms of many channels.
    """
    of_class = [terms[classes == code] for code in range(int(classes.max()) + 1)]
    means = np.array([values.mean(axis=0) for values in of_class])
    covariance = sum(map(_shrunk_covariance, of_class), start=np.zeros((1, 1))) / len(of_class)
    diagonal = np.einsum("ii->i", covariance)
    diagonal += _STILL**2 * diagonal.mean()  # a term may be the same throughout
    return solve(covariance, means.T, assume_a="pos"), means


def _shrunk_covariance(values: Doubles) -> Doubles:
    scaler: Any = StandardScaler().fit(values)
    shrunk, _ = ledoit_wolf(scaler.transform(values))
    covariance: Doubles = shrunk * np.outer(scaler.scale_, scaler.scale_)
    return covariance


def _projection(terms: Doubles, examples: Examples) -> tuple[Doubles, Doubles]:
    """Return kernel and bias of the projection, ``(n_terms, n_classes - 1)`` and as many.

    Its directions are those of the linear discriminant, uncorrelated within the classes.
    """
    directions, _ = _directions(terms, examples.classes)
    directions = directions[:, 1:] - directions[:, :1]
    values = terms @ directions
    means = np.array([values[examples.classes == one].mean(axis=0) for one in _codes(examples)])
    within = values - means[examples.classes]
    covariance = np.mean(
        [np.atleast_2d(np.cov(within[examples.classes == one].T)) for one in _codes(examples)],
        axis=0,
    )
    variances, axes = np.linalg.eigh(covariance)
    spread = np.sqrt(np.maximum(variances, _STILL**2 * variances.max()))
    kernel: Doubles = directions @ (axes / spread)
    return kernel, -terms.mean(axis=0) @ kernel


def _thinned(examples: Examples, n_terms: int) -> Examples:
    """Return as many examples as are fitted on, of frequent classes every second or further one.

    Windows that follow each other overlap, so that little is lost.
    """
    counts = np.bincount(examples.classes)
    most = _largest_quota(counts, _MOST_NUMBERS // n_terms)
    chosen = [
        places[np.arange(min(most, len(places))) * len(places) // min(most, len(places))]
        for code in np.flatnonzero(counts)
        if len(places := np.flatnonzero(examples.classes == code))
    ]
    return examples.take(np.sort(np.concatenate(chosen)))


def _largest_quota(counts: npt.NDArray[np.int64], n_all: int) -> int:
    """Return the most examples of each class so that all classes together have ``n_all`` at most.

    >>> _largest_quota(np.array([10, 100, 100]), 150)
    70
    """
    quota, left = 0, n_all
    by_count = np.sort(counts[counts > 0])
    for place, count in enumerate(by_count):
        n_left = len(by_count) - place
        if count * n_left >= left:
            return max(left // n_left, 1)
        quota, left = int(count), left - int(count)
    return quota


def _codes(examples: Examples) -> range:
    return range(int(examples.classes.max()) + 1)


def _landmarks(classes: ClassArray) -> npt.NDArray[np.int64]:
    """Return the places of the landmarks: as many of each class, or all where it has fewer."""
    draws = np.random.default_rng(_LANDMARK_SEED)
    codes = np.unique(classes)
    of_class = [np.flatnonzero(classes == code) for code in codes]
    return np.concatenate(
        [
            draws.choice(places, min(_N_LANDMARKS // len(codes), len(places)), replace=False)
            for places in of_class
        ]
    )


def _square_distances(values: Doubles, points: Doubles) -> Doubles:
    """Return the squared distance of each value from each point, ``(n_values, n_points)``."""
    squares = (values * values).sum(axis=1)[:, np.newaxis] + (points * points).sum(axis=1)
    distances: Doubles = np.maximum(squares - 2.0 * values @ points.T, 0.0)
    return distances


def _doubles(layer: list[FloatArray]) -> list[Doubles]:
    return [one.astype(np.float64) for one in layer]


def _single(values: Doubles) -> FloatArray:
    """Return values as the model file has them: float32, the last axis varying fastest."""
    single: FloatArray = np.ascontiguousarray(values, dtype=np.float32)
    return single
