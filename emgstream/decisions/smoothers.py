"""The state of each smoothing: it takes the probabilities of one window after the other.

A state begins anew at every gap in the signal.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Sequence
from typing import Protocol, TypeAlias

__all__ = ["BayesSmoother", "HysteresisSmoother", "MajoritySmoother", "Row", "Smoother"]

Row: TypeAlias = Sequence[float]

_SMALLEST = 1e-6
"""Least probability that a window may give a class, far below any that decides: a choice. With 0,
one window would rule a class out until the next gap."""


class Smoother(Protocol):
    """The state of a smoothing since the last gap."""

    def update(self, row: Row | None) -> tuple[int, float]:
        """Return the number of the class and its probability after one more window.

        ``row`` are the class probabilities of the window, or None where it is saturated or
        unknown and does not count.
        """
        ...


class MajoritySmoother:
    """The majority vote of the newest windows."""

    def __init__(self, n_classes: int, n_votes: int) -> None:
        self._votes: deque[int] = deque(maxlen=n_votes)
        self._chosen = 0
        self._last: Row = [1.0 / n_classes] * n_classes

    def update(self, row: Row | None) -> tuple[int, float]:
        """Return the number of the class and its probability after one more window."""
        if row is not None:
            self._last = row
            self._votes.append(_likeliest(row))
            self._count()
        return self._chosen, self._last[self._chosen]

    def _count(self) -> None:
        counts = Counter(self._votes)
        most = max(counts.values())
        if counts[self._chosen] < most:
            self._chosen = next(vote for vote in reversed(self._votes) if counts[vote] == most)


class HysteresisSmoother:
    """The current class, and how many windows in a row were for another one."""

    def __init__(self, n_classes: int, n_agreeing: int) -> None:
        self._n_needed = n_agreeing
        self._held = self._rival = -1
        self._n_agreeing = 0
        self._last: Row = [1.0 / n_classes] * n_classes

    def update(self, row: Row | None) -> tuple[int, float]:
        """Return the number of the class and its probability after one more window."""
        if row is not None:
            self._last = row
            self._count(_likeliest(row))
        chosen = max(self._held, 0)
        return chosen, self._last[chosen]

    def _count(self, likeliest: int) -> None:
        self._n_agreeing = self._n_agreeing + 1 if likeliest == self._rival else 1
        self._rival = likeliest
        if self._held < 0 or self._n_agreeing >= self._n_needed:
            self._held = likeliest


class BayesSmoother:
    """The probability of each class, updated by Bayes' rule; see `BayesSmoothing`."""

    def __init__(
        self,
        n_classes: int,
        rest: int | None,
        *,
        stay: float,
        weight: float,
        to_rest: float,
        from_rest: float | None,
    ) -> None:
        self._stay, self._weight, self._rest = stay, weight, rest
        changes = 1.0 - stay
        self._to_rest = 0.0 if rest is None or n_classes < 2 else changes * to_rest
        self._n_movements = n_classes if rest is None else max(n_classes - 1, 1)
        self._to_movement = (changes - self._to_rest) / self._n_movements
        from_rest = changes - self._to_rest if from_rest is None else from_rest
        self._from_rest = from_rest / self._n_movements
        self._probabilities = [1.0 / n_classes] * n_classes

    def update(self, row: Row | None) -> tuple[int, float]:
        """Return the number of the class and its probability after one more window."""
        probabilities = self._predicted()
        if row is not None:
            weight = self._weight
            probabilities = [
                before * (_SMALLEST if new < _SMALLEST else new) ** weight
                for before, new in zip(probabilities, row, strict=True)
            ]
        total = math.fsum(probabilities)
        self._probabilities = probabilities = [one / total for one in probabilities]
        chosen = _likeliest(probabilities)
        return chosen, probabilities[chosen]

    def _predicted(self) -> list[float]:
        """Return the probability of each class at the next window, before its row is known."""
        rest = self._rest
        resting = 0.0 if rest is None else self._probabilities[rest]
        moving = 1.0 - resting
        comes = moving * self._to_movement + resting * self._from_rest
        stay = self._stay
        probabilities = [stay * before + comes for before in self._probabilities]
        if rest is not None:
            leaves = self._from_rest * self._n_movements
            probabilities[rest] = moving * self._to_rest + resting * (1.0 - leaves)
        return probabilities


def _likeliest(row: Row) -> int:
    """Return the place of the largest; of equals, the first."""
    return row.index(max(row))
