"""A stream of samples cut into steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from emgstream.steps.feature import Doubles, Feature, mean_over_time
from emgstream.steps.products import MeanProducts, ProductFeature
from emgstream.steps.step import Step, columns_of
from emgstream.types import FloatArray

__all__ = ["StepStream"]

_MOST_STEPS = 2048
"""Most steps that are computed at once: their spans take memory many times that of the samples."""
_MOST_NUMBERS = 8_000_000
"""Most numbers that are held for their products: 64 MB (choice)."""


class StepStream:
    """Cuts a stream of samples into steps and computes their features.

    Any chunking gives the same bits. One thread uses it.
    """

    def __init__(self, step: Step, n_channels: int) -> None:
        self._length = step.length
        self._n_channels = n_channels
        # Features that differ in their span alone reduce a step alike: one of them does it.
        alike = [replace(one, span=1) for one in step.all_features]
        kinds = list(dict.fromkeys(alike))
        self._reduction = _Reduction(kinds, n_channels, step.length)
        spans = sorted({one.span for one in step.all_features})
        self._means = _SpanMeans(spans, self._reduction.n_reduced)
        self._groups = []
        grouped: list[int] = []
        for kind in kinds:
            places = [place for place, one in enumerate(alike) if one == kind]
            grouped += places
            columns = self._means.columns(
                self._reduction.columns[kind], [step.all_features[place].span for place in places]
            )
            self._groups.append(_Group(kind, n_channels, columns, len(places)))
        self._columns = _columns_in_order([alike[place] for place in grouped], grouped, n_channels)
        most = _MOST_NUMBERS // max(self._reduction.n_numbers, 1)
        self._most_samples = max(min(most, _MOST_STEPS), 1) * step.length
        self._n_before = step.n_before
        self._beginning = np.full((self._n_before, n_channels), np.nan, dtype=np.float32)
        self._pending = self._beginning
        self._no_steps = np.empty((0, step.n_features(n_channels)))

    def steps_of(self, samples: FloatArray) -> Doubles:
        """Return the steps that these samples complete, shape ``(n_steps, n_features)``.

        ``samples`` has shape ``(n_samples, n_channels)``; NaN where one is missing.
        """
        most = self._most_samples
        if len(samples) > most:
            parts = [samples[first : first + most] for first in range(0, len(samples), most)]
            return np.concatenate([self.steps_of(part) for part in parts])
        if len(self._pending):
            samples = np.concatenate((self._pending, samples))
        n_steps = (len(samples) - self._n_before) // self._length
        self._pending = samples[n_steps * self._length :]
        if not n_steps:
            return self._no_steps
        used = samples[: self._n_before + n_steps * self._length].astype(np.float64)
        means = self._means.of(self._reduction.reduced(used, n_steps))
        return _side_by_side([group.values(means) for group in self._groups]).take(
            self._columns, axis=1
        )

    def reset(self) -> None:
        """Forget the samples of an unfinished step, and the steps that spans reach back to."""
        self._pending = self._beginning
        self._means.reset()


class _Reduction:
    """Computes what features reduce each step to, each number once."""

    def __init__(self, reducers: Sequence[Feature], n_channels: int, length: int) -> None:
        self._n_channels, self._length = n_channels, length
        self._n_before = max(one.n_before for one in reducers)
        of_products = [one for one in reducers if isinstance(one, ProductFeature)]
        others = [one for one in reducers if not isinstance(one, ProductFeature)]
        products = list(
            dict.fromkeys(pair for one in of_products for pair in one.products(n_channels))
        )
        place = {product: number for number, product in enumerate(products)}
        self.columns: dict[Feature, npt.NDArray[np.intp]] = {
            one: np.array([place[pair] for pair in one.products(n_channels)], dtype=np.intp)
            for one in of_products
        }
        """The columns of each feature among the numbers that a step is reduced to."""
        self._parts: list[tuple[Callable[[Doubles], Doubles], int]] = []
        self.n_numbers = 0
        """Numbers that are held of a step while it is computed."""
        if products:
            n_before = max(one.n_before for one in of_products)
            means = MeanProducts(products, n_channels, n_before)
            self._parts.append((means.of, n_before))
            self.n_numbers = means.n_numbers * length
        widths = [len(products), *(one.n_reduced(n_channels) for one in others)]
        *_, (_, self.n_reduced) = places = columns_of(widths)
        for one, (first, end) in zip(others, places[1:], strict=True):
            self.columns[one] = np.arange(first, end)
            self._parts.append((one.reduce, one.n_before))

    def reduced(self, samples: Doubles, n_steps: int) -> Doubles:
        """Return what each step is reduced to, shape ``(n_steps, n_reduced)``.

        ``samples``, whole steps, begin as many samples before the first as any feature needs.
        """
        return _side_by_side(
            [reduce(self._with_earlier(samples, n, n_steps)) for reduce, n in self._parts]
        )

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


class _SpanMeans:
    """Averages what steps were reduced to over the newest steps, for several spans at once."""

    def __init__(self, spans: Sequence[int], n_reduced: int) -> None:
        self._spans = spans
        self._n_earlier = spans[-1] - 1
        self._nothing = np.full((self._n_earlier, n_reduced), np.nan)
        self._earlier = self._nothing

    def of(self, reduced: Doubles) -> Doubles:
        """Return the averages side by side, shape ``(n_steps, n_spans * n_reduced)``.

        Those of each row with the ``span - 1`` before it, NaN left out; NaN where all of them are.
        """
        if not self._n_earlier:
            return reduced
        reduced = np.concatenate((self._earlier, reduced))
        self._earlier = reduced[len(reduced) - self._n_earlier :]
        are_known = int(np.count_nonzero(np.isfinite(reduced))) == reduced.size  # faster than all()
        mean = partial(_mean_of_known, are_known=are_known)
        return _side_by_side(
            [mean(reduced[self._n_earlier - (span - 1) :], span) for span in self._spans]
        )

    def columns(self, of_one: npt.NDArray[np.intp], spans: Sequence[int]) -> npt.NDArray[np.intp]:
        """Return the columns of averages over one span after the other."""
        first = [self._spans.index(span) * self._nothing.shape[1] for span in spans]
        return np.concatenate([of_one + one for one in first])

    def reset(self) -> None:
        """Forget all steps."""
        self._earlier = self._nothing


class _Group:
    """Features that differ in their span alone: one call computes them all."""

    def __init__(
        self, feature: Feature, n_channels: int, columns: npt.NDArray[np.intp], n_spans: int
    ) -> None:
        self._feature, self._n_channels = feature, n_channels
        self._columns, self._n_spans = columns, n_spans

    def values(self, means: Doubles) -> Doubles:
        """Return the values of one span after the other, shape ``(n_steps, n_values)``."""
        own = means.take(self._columns, axis=1)
        by_span = own.reshape(len(means) * self._n_spans, -1)  # rows are independent
        return self._feature.values(by_span, self._n_channels).reshape(len(means), -1)


def _columns_in_order(
    grouped: Sequence[Feature], places: Sequence[int], n_channels: int
) -> npt.NDArray[np.intp]:
    """Return the column of each value among those of the groups, in the order of the features.

    ``places`` are those of the grouped features in that order.
    """
    columns = columns_of(one.n_values(n_channels) for one in grouped)
    in_order = sorted(zip(places, columns, strict=True))
    return np.concatenate([np.arange(first, end) for _, (first, end) in in_order])


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
