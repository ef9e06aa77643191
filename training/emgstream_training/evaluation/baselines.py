"""The baselines: LDA as the field publishes it, a strong LDA, and a random forest.

The features are those of Hudgins 1993 (doi:10.1109/10.204774): mean absolute value (MAV), waveform
length (WL), zero crossings (ZC) and slope sign changes (SSC), from the same conditioned samples and
at the same instants as the network. LDA and forest get them over the window, as in Englehart &
Hudgins 2003 (doi:10.1109/TBME.2003.813539).

The strong LDA gets what costs nothing: it looks as far back as the network, and its amplitudes are
compressed, because they are nearer to a normal distribution then, which LDA assumes. A lead over it
is a lead of the network, and not of the logarithm or of a longer look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import VarianceThreshold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from emgstream.types import FloatArray, IndexArray

__all__ = [
    "BASELINES",
    "DEADZONE",
    "STRONG_LDA",
    "Baseline",
    "fit_baseline",
    "hudgins_features",
    "predict_baseline",
    "strong_features",
]

Doubles: TypeAlias = npt.NDArray[np.float64]

DEADZONE = 0.01
"""Smallest step that counts as a crossing or a change of slope, as a share of the channel's RMS.

Hudgins 1993 takes a fixed voltage; a share holds for any unit (choice)."""

_N_TREES = 100
"""scikit-learn's default."""
_FLOOR = 0.2
"""Floor of an amplitude in its logarithm, as a share of the usual one.

What makes LDA strongest, mean over 20 recorded sessions, held-out repetitions: 77.3 %, with a floor
of 0.02 76.5 %. On six sessions of envelopes, which have no noise floor of their own, it is 83.8 %,
with 0.02 81.7 %, with square roots in place of logarithms 83.5 %, with neither 81.9 %."""
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
    first = last - (n_window - 1)
    sums = _window_sums(samples, first, last, deadzone)
    features = (sums.rectified / n_window, sums.length, sums.crossings, sums.turns)
    return np.concatenate(features, axis=1).astype(np.float32)


def strong_features(
    samples: FloatArray,
    first: IndexArray,
    last: IndexArray,
    amplitudes: Doubles,
) -> FloatArray:
    """Return MAV, WL, ZC and SSC of stretches for the strong LDA, shape ``(n, 4 * n_channels)``.

    All are per sample, as the stretches may differ in length. Of MAV and WL it is the natural
    logarithm above a floor, so that a flat line gives a finite number.

    Parameters
    ----------
    samples
        Conditioned, shape ``(n_samples, n_channels)``; a missing value counts as 0.
    first, last
        Places of the first and the last sample of each stretch, shape ``(n,)``.
    amplitudes
        Usual root mean square of each channel, shape ``(n_channels,)``.
    """
    sums = _window_sums(samples, first, last, DEADZONE * amplitudes)
    n_samples = (last - first + 1)[:, np.newaxis]
    # a difference of two running totals of a flat line may be just below zero
    levels = [np.maximum(one / n_samples, 0.0) for one in (sums.rectified, sums.length)]
    floor = np.maximum(_FLOOR * amplitudes, np.finfo(np.float64).tiny)
    features = (
        *(np.log(level + floor) for level in levels),
        sums.crossings / n_samples,
        sums.turns / n_samples,
    )
    return np.concatenate(features, axis=1).astype(np.float32)


def _lda(_seed: int, n_classes: int) -> Any:
    return LinearDiscriminantAnalysis(priors=np.full(n_classes, 1.0 / n_classes))


def _shrunk_lda(_seed: int, n_classes: int) -> Any:
    return LinearDiscriminantAnalysis(
        solver="lsqr", shrinkage="auto", priors=np.full(n_classes, 1.0 / n_classes)
    )


def _random_forest(seed: int, _n_classes: int) -> Any:
    return RandomForestClassifier(
        _N_TREES, class_weight="balanced", n_jobs=1, random_state=seed, min_samples_leaf=2
    )


@dataclass(frozen=True)
class Baseline:
    """A method that the network is compared with."""

    classifier: Callable[[int, int], Any]
    """Function of the seed and the number of classes that returns the classifier."""
    is_strong: bool = False
    """True for `strong_features` over the network's look-back; else `hudgins_features`."""


STRONG_LDA = "strong_lda"
"""Name of the baseline that leads are stated against."""

BASELINES: Mapping[str, Baseline] = {
    STRONG_LDA: Baseline(_shrunk_lda, is_strong=True),
    "lda": Baseline(_lda),
    "random_forest": Baseline(_random_forest),
}
"""Every baseline by its name. The covariance of the strong LDA is shrunk as by Ledoit and Wolf
(2004, doi:10.1016/S0047-259X(03)00096-4)."""


def fit_baseline(
    name: str, features: FloatArray, classes: npt.NDArray[np.int64], seed: int
) -> Pipeline:
    """Return a baseline fitted on features ``(n, n_features)``, all classes weighing the same.

    A constant feature (an envelope does not cross zero) is left out.
    """
    classifier = BASELINES[name].classifier(seed, len(np.unique(classes)))
    fitted: Pipeline = make_pipeline(VarianceThreshold(_STILL), StandardScaler(), classifier)
    return fitted.fit(features.astype(np.float64), classes)


def predict_baseline(fitted: Pipeline, features: FloatArray, n_classes: int) -> FloatArray:
    """Return probabilities, shape ``(n, n_classes)``; 0 for a class without training examples."""
    probabilities = np.zeros((len(features), n_classes), dtype=np.float32)
    if len(features):
        probabilities[:, fitted.classes_] = fitted.predict_proba(features.astype(np.float64))
    return probabilities


class _WindowSums(NamedTuple):
    """Sums over windows of each channel, shape ``(n, n_channels)`` each."""

    rectified: Doubles
    """Of the absolute values."""
    length: Doubles
    """Of the absolute steps from sample to sample: the waveform length."""
    crossings: Doubles
    """Zero crossings."""
    turns: Doubles
    """Slope sign changes."""


def _window_sums(
    samples: FloatArray, first: IndexArray, last: IndexArray, deadzone: Doubles
) -> _WindowSums:
    """Return the sums over the windows from ``first`` to ``last``, both inclusive."""
    values = np.nan_to_num(samples.astype(np.float64))
    steps = np.diff(values, axis=0)
    large = np.abs(steps) >= deadzone
    crossings = (values[:-1] * values[1:] < 0.0) & large
    turns = (steps[:-1] * steps[1:] < 0.0) & (large[:-1] | large[1:])
    return _WindowSums(
        rectified=_sums(np.abs(values), first, last + 1),
        length=_sums(np.abs(steps), first, last),
        crossings=_sums(crossings.astype(np.float64), first, last),
        turns=_sums(turns.astype(np.float64), first, last - 1),
    )


def _sums(values: Doubles, starts: IndexArray, stops: IndexArray) -> Doubles:
    """Return the sum of the samples from each start to before each stop."""
    totals = np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)))
    sums: Doubles = totals[stops] - totals[starts]
    return sums
