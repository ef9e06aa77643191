"""Limits of the decisions that depend on the strength of the signal alone.

They tell an unknown signal, rest, the strength of a movement, and a converter at its limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.decisions import ConverterRails, KnownSignal, RestGate, StrengthRange
from emgstream.tables import EmgTable
from emgstream.types import IndexArray

__all__ = ["familiar_strengths", "rails_of_converter", "rest_gate", "strength_range"]

Doubles: TypeAlias = npt.NDArray[np.float64]

_FAMILIAR_SHARE = 0.999
"""Share of the recorded windows within the limit, before the margin: all but artefacts (choice)."""
_FAMILIAR_MARGIN = 1.5
"""Factor on that distance: other sessions differ more than the recorded windows do (choice)."""
_DEAD_MARGIN = 0.5
"""Share of the distance from low to lowest levels that a channel may fall below these (choice)."""
_SHRINKAGE = 0.05
"""Share of the covariance's diagonal that is mixed in, so that it can be inverted (choice)."""
_VARIANCE_FLOOR = 1e-12
"""Smallest variance of a strength, for a constant one."""
_LOW_QUANTILES = (0.05, 0.0005)
"""Quantiles of a low and of the lowest level of a channel (choice)."""
_QUIET_QUANTILES = (0.995, 0.99, 0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Quantiles of rest that are tried as limit, from the highest (choice)."""
_MOST_SILENCED = 0.02
"""Largest share of movement windows under the limit of rest, which are then lost (choice)."""
_STRENGTHS = (0.05, 0.95)
"""Quantiles of the strength of a movement that are its 0 and its 1 (choice)."""
_CONVERTERS = ((0.0, 1023.0), (0.0, 4095.0), (0.0, 65535.0), (-128.0, 127.0), (-32768.0, 32767.0))
"""Ranges of usual converters: 10 (Arduino Uno), 12 and 16 bits; signed 8 (Myo) and 16 bits."""
_RAIL_SHARE = 0.05
"""Share of a window's samples at the limits that is tolerated in any case (choice)."""


def rails_of_converter(tables: Sequence[EmgTable], n_window: int) -> ConverterRails | None:
    """Return the range of the converter that gave these samples; None where they are no counts.

    ``n_window`` is the number of samples of a window. The share of samples at the limits that is
    tolerated grows where the recordings often reach them.
    """
    samples = np.concatenate([table.samples for table in tables])
    known = samples[np.isfinite(samples).all(axis=1)]
    if not len(known) or np.any(known != np.rint(known)):
        return None
    least, most = float(known.min()), float(known.max())
    fitting = [(low, high) for low, high in _CONVERTERS if low <= least and most <= high]
    if not fitting:
        return None
    low, high = min(fitting, key=lambda ends: ends[1] - ends[0])
    touched = ConverterRails(low, high, 1.0).touched(samples).astype(np.float64)
    n = len(touched) // n_window * n_window
    shares = touched[:n].reshape(-1, n_window).mean(axis=1)
    usual = float(np.quantile(shares, 0.99)) if len(shares) else 0.0
    return ConverterRails(low, high, min(max(_RAIL_SHARE, 2.0 * usual), 1.0))


def familiar_strengths(
    strengths: Doubles, classes: IndexArray, n_classes: int, usual: Doubles, n_channels: int
) -> KnownSignal:
    """Return the region of known strengths, by Mahalanobis distance from the nearest class.

    Parameters
    ----------
    strengths, classes
        Strengths of the training windows, shape ``(n, n_strengths)``, and their classes, ``(n,)``.
    n_classes
        Number of classes.
    usual
        Strengths of all windows that are known, shape ``(n_usual, n_strengths)``.
    n_channels
        Number of channels, whose levels are the first strengths.
    """
    means = np.array([strengths[classes == one].mean(axis=0) for one in range(n_classes)])
    apart = strengths - means[classes]
    covariance = apart.T @ apart / len(apart)
    spread = np.diag(np.maximum(np.diag(covariance), _VARIANCE_FLOOR))
    covariance = (1.0 - _SHRINKAGE) * covariance + _SHRINKAGE * spread
    whitening = np.linalg.inv(np.linalg.cholesky(covariance))
    quiet, least = np.quantile(usual[:, :n_channels], _LOW_QUANTILES, axis=0)
    quietest = least - _DEAD_MARGIN * (quiet - least)
    familiar = KnownSignal(
        _rows(whitening), _rows(means @ whitening.T), np.inf, tuple(quietest.tolist())
    )
    limit = _FAMILIAR_MARGIN * np.quantile(familiar.distances(usual), _FAMILIAR_SHARE)
    return replace(familiar, limit=float(limit))


def rest_gate(levels: Doubles, classes: IndexArray, rest: int | None) -> RestGate | None:
    """Return levels under which it is rest, as high as hardly any movement stays under them.

    ``levels`` has shape ``(n, n_channels)``, ``classes`` shape ``(n,)``. None without a rest class,
    and where rest and movements have the same levels.
    """
    if rest is None:
        return None
    resting, moving = levels[classes == rest], levels[classes != rest]
    for quantile in _QUIET_QUANTILES:
        limits = np.quantile(resting, quantile, axis=0)
        if np.mean(np.all(moving <= limits, axis=1)) <= _MOST_SILENCED:
            return RestGate(tuple(limits.tolist()))
    return None


def strength_range(levels: Doubles, classes: IndexArray, n_classes: int) -> StrengthRange | None:
    """Return a low and a high strength of each class, from levels of shape ``(n,)``.

    None where a class has one strength only.
    """
    ends = np.array([np.quantile(levels[classes == one], _STRENGTHS) for one in range(n_classes)])
    if np.any(ends[:, 1] <= ends[:, 0]):
        return None
    return StrengthRange(tuple(ends[:, 0].tolist()), tuple(ends[:, 1].tolist()))


def _rows(matrix: Doubles) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())
