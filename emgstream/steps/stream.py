"""A stream of samples cut into steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from emgstream.steps.feature import Doubles, mean_over_time
from emgstream.steps.step import Step, columns_of
from emgstream.types import FloatArray

__all__ = ["StepStream"]

_MOST_STEPS = 2048
"""Most steps that are computed at once: their spans take memory many times that of the samples."""


class StepStream:
    """Cuts a stream of samples into steps and computes their features.

    Any chunking gives the same bits. One thread uses it.
    """

    def __init__(self, step: Step, n_channels: int) -> None:
        self._length = step.length
        self._n_channels = n_channels
        # Features that differ in their span alone reduce a step alike: one of them does it.
        alike = [replace(one, span=1) for one in step.all_features]
        reducers = list(dict.fromkeys(alike))
        columns = columns_of(one.n_reduced(n_channels) for one in reducers)
        self._reducers = [(one, one.n_before) for one in reducers]
        self._all_n_before = {n for _, n in self._reducers}
        spans = [
            [
                one.span
                for one, kind in zip(step.all_features, alike, strict=True)
                if kind == reducer
            ]
            for reducer in reducers
        ]
        self._groups = [
            (reducer, slice(*place), of_reducer)
            for reducer, place, of_reducer in zip(reducers, columns, spans, strict=True)
        ]
        # Place of each feature among those of the groups, one group after the other.
        grouped = [(reducer, span) for reducer, _, of in self._groups for span in of]
        self._order = [
            grouped.index((kind, one.span))
            for one, kind in zip(step.all_features, alike, strict=True)
        ]
        self._first_of_span = {
            one.span: step.n_earlier - (one.span - 1) for one in step.all_features
        }
        self._n_before = step.n_before
        self._beginning = np.full((self._n_before, n_channels), np.nan, dtype=np.float32)
        self._pending = self._beginning
        self._nothing = np.full((step.n_earlier, columns[-1][1]), np.nan)
        self._earlier = self._nothing
        self._no_steps = np.empty((0, step.n_features(n_channels)))

    def steps_of(self, samples: FloatArray) -> Doubles:
        """Return the steps that these samples complete, shape ``(n_steps, n_features)``.

        ``samples`` has shape ``(n_samples, n_channels)``; NaN where one is missing.
        """
        most = _MOST_STEPS * self._length
        if len(samples) > most:
            parts = [samples[first : first + most] for first in range(0, len(samples), most)]
            return np.concatenate([self.steps_of(part) for part in parts])
        if len(self._pending):
            samples = np.concatenate((self._pending, samples))
        n_steps = (len(samples) - self._n_before) // self._length
        self._pending = samples[n_steps * self._length :]
        if not n_steps:
            return self._no_steps
        reduced = self._reduced(samples, n_steps)
        are_known = bool(np.isfinite(reduced).all())
        means = {
            span: _mean_of_known(reduced[first:], span, are_known=are_known)
            for span, first in self._first_of_span.items()
        }
        values: list[Doubles] = []
        for one, place, spans in self._groups:  # rows are independent: one call for all spans
            of_spans = np.concatenate([means[span][:, place] for span in spans])
            found, n = one.values(of_spans, self._n_channels), len(of_spans) // len(spans)
            values += [found[place * n : (place + 1) * n] for place in range(len(spans))]
        return _side_by_side([values[place] for place in self._order])

    def reset(self) -> None:
        """Forget the samples of an unfinished step, and the steps that spans reach back to."""
        self._pending = self._beginning
        self._earlier = self._nothing

    def _reduced(self, samples: FloatArray, n_steps: int) -> Doubles:
        """Return what each step is reduced to, after what the steps before were reduced to."""
        n_used = self._n_before + n_steps * self._length
        used = samples[:n_used].astype(np.float64)
        steps = {n: self._with_earlier(used, n, n_steps) for n in self._all_n_before}
        reduced = _side_by_side([one.reduce(steps[n]) for one, n in self._reducers])
        n_earlier = len(self._earlier)
        if n_earlier:
            reduced = np.concatenate((self._earlier, reduced))
            self._earlier = reduced[len(reduced) - n_earlier :]
        return reduced

    def _with_earlier(self, samples: Doubles, n_earlier: int, n_steps: int) -> Doubles:
        """Return each step after so many samples before it, ``(n_steps, n_earlier + length, n)``.

        ``samples`` begin ``n_before`` samples before the first step.
        """
        if n_steps == 1:  # of a live stream, always
            return samples[np.newaxis, self._n_before - n_earlier :]
        own = samples[self._n_before :].reshape(n_steps, self._length, self._n_channels)
        if not n_earlier:
            return own
        first = np.arange(self._n_before, len(samples), self._length)
        earlier = samples[first[:, np.newaxis] + np.arange(-n_earlier, 0)]
        return np.concatenate((earlier, own), axis=1)


def _side_by_side(parts: list[Doubles]) -> Doubles:
    """Return arrays of shape ``(n_steps, ...)`` as the columns of one."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def _mean_of_known(reduced: Doubles, span: int, *, are_known: bool) -> Doubles:
    """Average each row with the ``span - 1`` before it, NaN left out; NaN where all of them are.

    ``are_known`` says that there is no NaN at all.
    """
    n_steps = max(len(reduced) - (span - 1), 0)
    if span == 1 or n_steps == 0:
        return reduced[span - 1 :]
    if n_steps == 1:  # of a live stream, always
        stretches = reduced[np.newaxis]
    else:
        stretches = reduced[np.arange(n_steps)[:, np.newaxis] + np.arange(span)]
    if are_known:
        return mean_over_time(stretches)
    known = np.isfinite(stretches)
    totals = np.add.accumulate(np.where(known, stretches, 0.0), axis=1)[:, -1]
    counts = known.sum(axis=1)
    unknown: Doubles = np.full_like(totals, np.nan)
    np.divide(totals, counts, out=unknown, where=counts > 0)
    return unknown
