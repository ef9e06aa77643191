"""The decisions of the last minutes, for drawing them."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.outputs.output import Update
from emgstream.types import IndexArray

__all__ = ["NONE", "DecisionLog", "DecisionStrip"]

NONE = -1
"""Number in the place of a class if there is no decision, or no true label."""

_CAPACITY = 2**18  # 87 minutes at 50 decisions per second, in 3.4 MB


@dataclass(frozen=True, slots=True, eq=False)
class DecisionStrip:
    """The decision and the true label in each column of pixels."""

    classes: npt.NDArray[np.int16]
    """Number of the decided class, `NONE` without a decision; shape ``(n_columns,)``."""
    accepted: npt.NDArray[np.bool_]
    """True for a decision, rest included; False for an abstention; same shape."""
    truths: npt.NDArray[np.int16]
    """Number of the true label in `DecisionLog.label_names`, `NONE` if not known; same shape."""


class DecisionLog:
    """The newest 262,144 decisions. The inference thread adds to it; any thread may ask.

    Parameters
    ----------
    class_names
        The classes of the model, in its order; they are the first of `label_names`.
    hold_samples
        Samples from one decision to the next.
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
        """Decisions so far with a known true label."""
        with self._lock:
            return self._n_truths

    @property
    def newest_index(self) -> int:
        """Absolute sample index of the newest decision; -1 before the first."""
        with self._lock:
            return int(self._indices[(self._n - 1) % _CAPACITY])

    @property
    def label_names(self) -> tuple[str, ...]:
        """The classes, then all other true labels, in the order of their first appearance."""
        with self._lock:
            return tuple(self._numbers)

    def observe(self, update: Update) -> None:
        """Add new decisions."""
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
        """Return the decision at the end of each column of pixels.

        ``edges`` are absolute sample indices, rising, shape ``(n_columns + 1,)``. A decision holds
        until the next one is due; a column that begins before that shows it.
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
        """Return the number of kept decisions before each edge, shape of ``edges``."""
        if self._n <= _CAPACITY:
            return np.searchsorted(self._indices[: self._n], edges)
        oldest = self._n % _CAPACITY
        older, newer = self._indices[oldest:], self._indices[:oldest]
        return np.searchsorted(older, edges) + np.searchsorted(newer, edges)

    def _number(self, label: str | None) -> int:
        if label is None:
            return NONE
        return self._numbers.setdefault(label, len(self._numbers))
