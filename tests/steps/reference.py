"""The steps of kind "rms" as they were computed before there were features: one formula for all.

Models of that time must decide the same today, to the bit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from emgstream.steps import RmsSettings

Doubles = npt.NDArray[np.float64]


def rms_steps(settings: RmsSettings, signal: npt.NDArray[np.float32]) -> Doubles:
    """Return the steps of a whole signal, shape ``(n_steps, n_features)``."""
    n_channels = signal.shape[1]
    whole = signal[: len(signal) // settings.length * settings.length]
    reduced = _reduced(settings, whole)
    n_earlier = max(*settings.spans, settings.correlation) - 1
    nothing = np.full((n_earlier, reduced.shape[1]), np.nan)
    return _features(settings, np.concatenate((nothing, reduced)), n_earlier, n_channels)


def _reduced(settings: RmsSettings, samples: npt.NDArray[np.float32]) -> Doubles:
    stretches = samples.reshape(-1, settings.length, samples.shape[1]).astype(np.float64)
    level = stretches
    if settings.about_mean:
        level = stretches - _mean(stretches)[:, np.newaxis, :]
    means = [_mean(level * level)]
    if settings.change:
        changes = stretches[:, 1:] - stretches[:, :-1]
        means.append(_mean(changes * changes))
    if settings.correlation:
        first, second = np.triu_indices(samples.shape[1], 1)
        means.append(_mean(level[:, :, first] * level[:, :, second]))
    return np.concatenate(means, axis=1)


def _features(settings: RmsSettings, reduced: Doubles, n_earlier: int, n_channels: int) -> Doubles:
    n_strengths = n_channels * (1 + settings.change)
    by_span = [
        _mean_of_known(reduced[n_earlier - (span - 1) :, :n_strengths], span)
        for span in settings.spans
    ]
    square = np.maximum(np.concatenate(by_span, axis=1), settings.floor**2)
    strengths = 0.5 * np.log(square) if settings.power == 0.0 else square ** (0.5 * settings.power)
    if not settings.correlation:
        return strengths
    span = settings.correlation
    means = _mean_of_known(reduced[n_earlier - (span - 1) :], span)
    squares = np.maximum(means[:, :n_channels], settings.floor**2)
    first, second = np.triu_indices(n_channels, 1)
    correlations = means[:, n_strengths:] / np.sqrt(squares[:, first] * squares[:, second])
    return np.concatenate((strengths, correlations.clip(-1.0, 1.0)), axis=1)


def _mean(stretches: Doubles) -> Doubles:
    total: Doubles = np.add.accumulate(stretches, axis=1)[:, -1]
    total /= stretches.shape[1]
    return total


def _mean_of_known(reduced: Doubles, span: int) -> Doubles:
    n_steps = max(len(reduced) - (span - 1), 0)
    if span == 1 or n_steps == 0:
        return reduced[span - 1 :]
    stretches = reduced[np.arange(n_steps)[:, np.newaxis] + np.arange(span)]
    known = np.isfinite(stretches)
    if known.all():
        return _mean(stretches)
    totals = np.add.accumulate(np.where(known, stretches, 0.0), axis=1)[:, -1]
    counts = known.sum(axis=1)
    unknown = np.full_like(totals, np.nan)
    np.divide(totals, counts, out=unknown, where=counts > 0)
    return unknown
