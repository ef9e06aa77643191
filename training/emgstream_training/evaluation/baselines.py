"""The baselines: Hudgins' features with LDA and with a random forest.

Mean absolute value, waveform length, zero crossings and slope sign changes over the window (Hudgins
1993, doi:10.1109/10.204774), as in Englehart & Hudgins 2003 (doi:10.1109/TBME.2003.813539), from
the same conditioned samples and at the same instants as the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import VarianceThreshold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from emgstream.types import FloatArray, IndexArray

__all__ = ["BASELINES", "DEADZONE", "fit_baseline", "hudgins_features", "predict_baseline"]

Doubles: TypeAlias = npt.NDArray[np.float64]

DEADZONE = 0.01
"""Smallest step that counts as a crossing or a change of slope, as a share of the channel's RMS.

Hudgins 1993 takes a fixed voltage; a share holds for any unit (choice)."""

_N_TREES = 100
"""scikit-learn's default."""
_STILL = 1e-12
"""Variance under which a feature counts as constant: 0, but for rounding."""


def hudgins_features(
    samples: FloatArray, last: IndexArray, n_window: int, deadzone: Doubles
) -> FloatArray:
    """Return MAV, WL, ZC and SSC of each channel over windows, shape ``(n, 4 * n_channels)``.

    Parameters
    ----------
    samples
        Conditioned, shape ``(n_samples, n_channels)``; a missing value counts as 0.
    last
        Place of the last sample of each window, shape ``(n,)``, at least ``n_window - 1``.
    n_window
        Samples of a window, at least 3.
    deadzone
        Smallest step that counts in ZC and SSC, in the samples' unit, shape ``(n_channels,)``.

    >>> wave = np.array([[1], [-1], [1], [-1]], dtype=np.float32)
    >>> hudgins_features(wave, np.array([3]), 4, np.array([0.5]))
    array([[1., 6., 3., 2.]], dtype=float32)
    """
    values = np.nan_to_num(samples.astype(np.float64))
    steps = np.diff(values, axis=0)
    large = np.abs(steps) >= deadzone
    crossings = (values[:-1] * values[1:] < 0.0) & large
    turns = (steps[:-1] * steps[1:] < 0.0) & (large[:-1] | large[1:])
    first = last - (n_window - 1)
    features = [
        _sums(np.abs(values), first, last + 1) / n_window,
        _sums(np.abs(steps), first, last),
        _sums(crossings.astype(np.float64), first, last),
        _sums(turns.astype(np.float64), first, last - 1),
    ]
    return np.concatenate(features, axis=1).astype(np.float32)


def _lda(_seed: int, n_classes: int) -> Any:
    return LinearDiscriminantAnalysis(priors=np.full(n_classes, 1.0 / n_classes))


def _random_forest(seed: int, _n_classes: int) -> Any:
    return RandomForestClassifier(
        _N_TREES, class_weight="balanced", n_jobs=1, random_state=seed, min_samples_leaf=2
    )


BASELINES: Mapping[str, Any] = {"lda": _lda, "random_forest": _random_forest}
"""Function that makes each baseline, by its name."""


def fit_baseline(
    name: str, features: FloatArray, classes: npt.NDArray[np.int64], seed: int
) -> Pipeline:
    """Return a baseline fitted on features ``(n, n_features)``, all classes weighing the same.

    A constant feature (an envelope does not cross zero) is left out.
    """
    classifier = BASELINES[name](seed, len(np.unique(classes)))
    fitted: Pipeline = make_pipeline(VarianceThreshold(_STILL), StandardScaler(), classifier)
    return fitted.fit(features.astype(np.float64), classes)


def predict_baseline(fitted: Pipeline, features: FloatArray, n_classes: int) -> FloatArray:
    """Return probabilities, shape ``(n, n_classes)``; 0 for a class without training examples."""
    probabilities = np.zeros((len(features), n_classes), dtype=np.float32)
    if len(features):
        probabilities[:, fitted.classes_] = fitted.predict_proba(features.astype(np.float64))
    return probabilities


def _sums(values: Doubles, starts: IndexArray, stops: IndexArray) -> Doubles:
    """Return the sum of the samples from each start to before each stop."""
    totals = np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)))
    sums: Doubles = totals[stops] - totals[starts]
    return sums
