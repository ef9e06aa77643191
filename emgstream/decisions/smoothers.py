"""What a smoothing remembers within one unbroken stretch of time, decision by decision."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Sequence
from typing import Protocol, TypeAlias

__all__ = ["Belief", "Holding", "Row", "Smoother", "Votes"]

Row: TypeAlias = Sequence[float]

_SMALLEST = 1e-6


class Smoother(Protocol):
    """The state of a smoothing within one unbroken stretch of time."""

    def push(self, row: Row | None) -> tuple[int, float]:
        """Return the class decided for and its probability after one more window.

        ``row`` are the window's class probabilities; None for a window that says nothing.
        """
        ...


class Votes:
    """The newest votes, counted."""

    def __init__(self, n_classes: int, n_votes: int) -> None:
        self._votes: deque[int] = deque(maxlen=n_votes)
        self._chosen = 0
        self._last: Row = [1.0 / n_classes] * n_classes

    def push(self, row: Row | None) -> tuple[int, float]:
        """Return the class decided for and its probability after one more window."""
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


class Holding:
    """The class held, and how often in a row another one was likelier."""

    def __init__(self, n_classes: int, n_agreeing: int) -> None:
        self._n_needed = n_agreeing
        self._held = self._rival = -1
        self._n_agreeing = 0
        self._last: Row = [1.0 / n_classes] * n_classes

    def push(self, row: Row | None) -> tuple[int, float]:
        """Return the class decided for and its probability after one more window."""
        if row is not None:
            self._last = row
            self._weigh(_likeliest(row))
        chosen = max(self._held, 0)
        return chosen, self._last[chosen]

    def _weigh(self, likeliest: int) -> None:
        self._n_agreeing = self._n_agreeing + 1 if likeliest == self._rival else 1
        self._rival = likeliest
        if self._held < 0 or self._n_agreeing >= self._n_needed:
            self._held = likeliest


class Belief:
    """How much each class is believed in."""

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
        self._belief = [1.0 / n_classes] * n_classes

    def push(self, row: Row | None) -> tuple[int, float]:
        """Return the class decided for and its probability after one more window."""
        believed = self._later()
        if row is not None:
            believed = [
                before * max(says, _SMALLEST) ** self._weight
                for before, says in zip(believed, row, strict=True)
            ]
        total = math.fsum(believed)
        self._belief = believed = [one / total for one in believed]
        chosen = _likeliest(believed)
        return chosen, believed[chosen]

    def _later(self) -> list[float]:
        """Return what is to be believed one window later, before that is looked at."""
        rest = self._rest
        resting = 0.0 if rest is None else self._belief[rest]
        moving = 1.0 - resting
        comes = moving * self._to_movement + resting * self._from_rest
        believed = [self._stay * before + comes for before in self._belief]
        if rest is not None:
            leaves = self._from_rest * self._n_movements
            believed[rest] = moving * self._to_rest + resting * (1.0 - leaves)
        return believed


def _likeliest(row: Row) -> int:
    """Return the place of the largest; of equals, the first."""
    return row.index(max(row))
