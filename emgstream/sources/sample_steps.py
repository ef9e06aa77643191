"""Lost samples in a stream of a library, from its time stamps or its package counter.

A numbering is learned from the first samples of a connection. It gives, for each sample, the step
of the index from the sample before: 1 if nothing was lost, 4 if three samples are missing.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from emgstream.types import IndexArray, TimeArray

__all__ = ["PackageSteps", "SampleNumbering", "StampSteps"]

_STEADY = 0.1
"""Largest deviation of a stamp from the grid of the samples, in sampling periods.

A choice: stamps of a device's clock deviate by parts per million, those of a program that stamps
what arrives by whole periods.
"""
_MIN_STAMPS = 50
"""Fewest steady intervals that make stamps trusted: a choice; chance does not give so many."""
_MIN_COUNTED = 0.9
"""Smallest share of expected steps of a package counter in the samples that it is learned from."""
_NEAR_END = 0.9
"""A counter that starts again above this share of a power of two is taken to have that range.

A choice: below it, no loss of less than a tenth of the range explains where it started again.
"""


class SampleNumbering(Protocol):
    """Gives the step of the index for each sample. One thread uses it."""

    is_sure: bool
    """False once the numbers contradicted what was learned: losses are not known any more."""

    @property
    def cycle(self) -> int | None:
        """Samples after which the numbers repeat; None if they do not, or it is not known."""
        ...

    def steps(self, values: TimeArray) -> IndexArray:
        """Return the steps of consecutive samples, shape ``(n_samples,)``, each at least 1."""
        ...


class StampSteps:
    """Steps from time stamps that lie on a steady grid, as those of a device's own clock.

    >>> steps = StampSteps.learn(np.arange(100) / 250.0)
    >>> steps.steps(np.array([0.0, 0.004, 0.016])).tolist()
    [1, 1, 3]
    """

    def __init__(self, period_s: float) -> None:
        self.is_sure = True
        self._period_s = period_s
        self._last_s: float | None = None
        self._n_steps, self._since_s = 0, 0.0

    @classmethod
    def learn(cls, stamps_s: TimeArray) -> StampSteps | None:
        """Return the numbering of a stream with these first stamps; None if they are not steady."""
        intervals_s = np.diff(stamps_s)
        if len(intervals_s) < _MIN_STAMPS:
            return None
        period_s = float(np.median(intervals_s))
        if period_s <= 0.0 or not _is_steady(intervals_s / period_s):
            return None
        return cls(period_s)

    @property
    def cycle(self) -> None:
        """None: stamps do not repeat."""
        return None

    def steps(self, values: TimeArray) -> IndexArray:
        """Return the steps of samples with these stamps in seconds."""
        before_s = values[0] - self._period_s if self._last_s is None else self._last_s
        exact = np.diff(values, prepend=before_s) / self._period_s
        self.is_sure = self.is_sure and _is_steady(exact)
        steps: IndexArray = np.maximum(np.round(exact), 1).astype(np.int64)
        self._follow(values, int(steps.sum()))
        return steps

    def _follow(self, values: TimeArray, n_steps: int) -> None:
        """Measure the period over more and more samples, so that long gaps are exact, too."""
        if self._last_s is None:
            self._since_s, n_steps = float(values[0]), n_steps - 1
        self._n_steps += n_steps
        self._last_s = float(values[-1])
        if self.is_sure and self._n_steps >= _MIN_STAMPS:
            self._period_s = (self._last_s - self._since_s) / self._n_steps


class PackageSteps:
    """Steps from the counter of a board's packages.

    A counter may rise by more than one, may be the same for several samples of a package, and
    starts again at its end: after 255, or where it is seen to.

    >>> counter = np.arange(300.0) % 256
    >>> steps = PackageSteps.learn(counter)
    >>> steps.steps(counter[:256]).max(), steps.steps(np.array([2.0, 3.0])).tolist(), steps.cycle
    (np.int64(1), [3, 1], 256)
    """

    def __init__(self, increment: int, n_in_package: int) -> None:
        self.is_sure = True
        self._increment, self._n_in_package = increment, n_in_package
        self._range: int | None = None
        self._last: int | None = None
        self._place: int | None = None  # of the newest sample in its package, from 1

    @classmethod
    def learn(cls, counter: TimeArray) -> PackageSteps | None:
        """Return the numbering of a board with these first counts; None if it has none."""
        changes = np.flatnonzero(np.diff(counter))
        rises = np.diff(counter)[changes]
        if len(changes) < 3 or not np.array_equal(counter, np.round(counter)):
            return None
        increment = int(np.median(rises))
        n_in_package = max(1, int(np.median(np.diff(changes))))
        is_expected = (rises == increment) | (rises < 0)
        if increment < 1 or is_expected.mean() < _MIN_COUNTED:
            return None
        return cls(increment, n_in_package)

    @property
    def cycle(self) -> int | None:
        """Samples after which the counter starts again; None before that was seen."""
        if self._range is None:
            return None
        return self._range // self._increment * self._n_in_package

    def steps(self, values: TimeArray) -> IndexArray:
        """Return the steps of samples with these counts."""
        return np.array([self._step(int(value)) for value in values], dtype=np.int64)

    def _step(self, count: int) -> int:
        before, self._last = self._last, count
        if before is None:
            return 1
        if count == before:
            if self._place is not None:  # else it is the first package, which may have begun before
                self._place += 1
                self.is_sure = self.is_sure and self._place <= self._n_in_package
            return 1
        rise = count - before if count > before else self._rise_over_end(before, count)
        n_packages = max(1, round(rise / self._increment))
        n_missing = (n_packages - 1) * self._n_in_package
        if self._place is not None:
            n_missing += max(0, self._n_in_package - self._place)
        self._place = 1
        return 1 + n_missing

    def _rise_over_end(self, before: int, count: int) -> int:
        if self._range is None or before >= self._range:
            whole = 1 << before.bit_length()
            starts_at_zero = before >= _NEAR_END * whole
            self._range = whole if starts_at_zero else before - count + self._increment
        return (count - before) % self._range


def _is_steady(exact: TimeArray) -> bool:
    steps = np.round(exact)
    return bool(np.all(steps >= 1) and np.all(np.abs(exact - steps) <= _STEADY))
