"""An output that remembers: the decisions of the last minutes, for the ribbon and the figures."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.outputs.output import Update
from emgstream.types import IndexArray

__all__ = ["NONE", "DecisionLog", "DecisionStrip"]

NONE = -1
"""Stands where no class was decided for, or no true label is known."""

_CAPACITY = 2**18


@dataclass(frozen=True, slots=True, eq=False)
class DecisionStrip:
    """What was decided in each column of pixels, and what was true."""

    classes: npt.NDArray[np.int16]
    """Number of the class decided for, `NONE` where nothing was decided, shape ``(n_columns,)``."""
    accepted: npt.NDArray[np.bool_]
    """True if that is a decision, rest included, and no abstention."""
    truths: npt.NDArray[np.int16]
    """Number of the true label in `DecisionLog.label_names`, `NONE` where nobody knows."""


class DecisionLog:
    """The newest 262,144 decisions. The inference thread writes, any thread asks.

    Parameters
    ----------
    class_names
        The model's classes, in its order; they are the first of `label_names`.
    hold_samples
        Samples that one decision stands for: the way from one window to the next.
    """

    def __init__(self, class_names: tuple[str, ...], hold_samples: int) -> None:
        self._hold = hold_samples
        self._indices = np.full(_CAPACITY, NONE, dtype=np.int64)
        self._classes = np.full(_CAPACITY, NONE, dtype=np.int16)
        self._truths = np.full(_CAPACITY, NONE, dtype=np.int16)
        self._accepted = np.zeros(_CAPACITY, dtype=np.bool_)
        self._numbers = {name: number for number, name in enumerate(class_names)}
        self._n = 0
        self._n_truths = 0
        self._decided_s = 0.0
        self._lock = threading.Lock()

    @property
    def n_decisions(self) -> int:
        """Decisions made so far."""
        with self._lock:
            return self._n

    @property
    def decided_s(self) -> float:
        """Host time of the newest decision."""
        with self._lock:
            return self._decided_s

    @property
    def n_truths(self) -> int:
        """Decisions so far whose true label is known."""
        with self._lock:
            return self._n_truths

    @property
    def newest_index(self) -> int:
        """Absolute index of the sample decided on last; -1 before the first."""
        with self._lock:
            return int(self._indices[(self._n - 1) % _CAPACITY])

    @property
    def label_names(self) -> tuple[str, ...]:
        """The classes, then every true label that is none of them, in the order they came."""
        with self._lock:
            return tuple(self._numbers)

    def observe(self, update: Update) -> None:
        """Remember new decisions."""
        with self._lock:
            n_new = len(update.decisions)
            kept = slice(max(0, n_new - _CAPACITY), n_new)
            places = np.arange(self._n, self._n + n_new)[kept] % _CAPACITY
            self._indices[places] = update.decisions.indices[kept]
            self._classes[places] = update.decisions.classes[kept]
            self._truths[places] = [self._number(label) for label in update.labels[kept]]
            self._accepted[places] = update.decisions.decided[kept]
            self._n += n_new
            self._n_truths += sum(label is not None for label in update.labels)
            self._decided_s = update.decided_s

    def strip(self, edges: IndexArray) -> DecisionStrip:
        """Return the decision that stood at the end of each column.

        ``edges`` are absolute sample indices, rising, shape ``(n_columns + 1,)``. A decision stands
        until the next one is due; a column that begins within its hold still shows it.
        """
        with self._lock:
            positions = self._count_before(edges[1:]) - 1
            places = (self._n - min(self._n, _CAPACITY) + positions) % _CAPACITY
            # A column narrower than a sample stands for the one it lies in.
            first = np.minimum(edges[:-1], edges[1:] - 1)
            fresh = (positions >= 0) & (self._indices[places] + self._hold > first)
            return DecisionStrip(
                classes=np.where(fresh, self._classes[places], np.int16(NONE)),
                accepted=fresh & self._accepted[places],
                truths=np.where(fresh, self._truths[places], np.int16(NONE)),
            )

    def _count_before(self, edges: IndexArray) -> IndexArray:
        """Return how many of the decisions held lie before each edge."""
        if self._n <= _CAPACITY:
            return np.searchsorted(self._indices[: self._n], edges)
        oldest = self._n % _CAPACITY
        older, newer = self._indices[oldest:], self._indices[:oldest]
        return np.searchsorted(older, edges) + np.searchsorted(newer, edges)

    def _number(self, label: str | None) -> int:
        if label is None:
            return NONE
        return self._numbers.setdefault(label, len(self._numbers))
