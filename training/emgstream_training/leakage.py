"""Two measures of leakage: the score of a look-up, and the accuracy on held-out time.

Overlapping windows that are split at random share rows, so most validation windows are nearly
copies of a training window. Two figures show the effect: the accuracy of looking up the label of
the training window with the most shared rows, without any model; and the accuracy of the same
network, trained in the same way, on stretches of time that were held out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from emgstream.audit.stuck_loops import stuck_rows
from emgstream.tables import EmgTable
from emgstream.types import FloatArray, IndexArray
from emgstream_training.epoch_progress import EpochProgress, TrainingSchedule
from emgstream_training.examples import ClassArray, Examples
from emgstream_training.fit import fit
from emgstream_training.metrics import balanced_accuracy, classify
from emgstream_training.published import (
    N_STEPS,
    PublishedRows,
    PublishedSplit,
    distinct_rows,
    random_split,
    window_rows,
)
from emgstream_training.row_folds import time_folds

__all__ = ["LookUp", "TimeBlocked", "look_up", "time_blocked"]

N_BLOCKS = 3
"""Stretches of time that each label's rows are cut into: two to train on, one to test (choice)."""

_MIN_BLOCK_ROWS = 40
"""Fewest rows of a stretch: 30 windows of ten rows (choice)."""


@dataclass(frozen=True)
class LookUp:
    """Score of a look-up, without any model, on a random split."""

    accuracy: float
    """Share of the validation windows whose nearest training window has their label, 0 to 1."""
    share_overlapping: float
    """Share of the validation windows that have rows in common with a training window, 0 to 1."""


@dataclass(frozen=True, eq=False)
class TimeBlocked:
    """Predictions on held-out time; every window is held out once."""

    classes: ClassArray
    """True class of each held-out window, shape ``(n_windows,)``."""
    predicted: ClassArray
    """Predicted class of each, shape ``(n_windows,)``."""
    fold_accuracies: tuple[float, ...]
    """Accuracy of each fold, 0 to 1."""
    inner_accuracies: tuple[float, ...]
    """Accuracy each fold's network reached on a random split of what it was trained on, 0 to 1."""
    n_stuck_rows: int
    """Rows left out as parts of stuck loops."""

    @property
    def accuracy(self) -> float:
        """Accuracy over all held-out windows, 0 to 1."""
        return float(np.mean(self.classes == self.predicted))

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall over the classes, 0 to 1."""
        return balanced_accuracy(self.classes, self.predicted)

    @property
    def majority_share(self) -> float:
        """Accuracy of always predicting the most frequent class, 0 to 1."""
        return float(np.bincount(self.classes).max() / len(self.classes))


def look_up(split: PublishedSplit) -> LookUp:
    """Return the score of looking up the label of the nearest training window."""
    by_start = np.argsort(split.training_starts)
    starts = split.training_starts[by_start]
    nearest = _nearest(starts, split.validation_starts)
    shares_rows = np.abs(starts[nearest] - split.validation_starts) < N_STEPS
    found = split.training.classes[by_start][nearest]
    right = shares_rows & (found == split.validation.classes)
    return LookUp(float(np.mean(right)), float(np.mean(shares_rows)))


def time_blocked(
    table: EmgTable,
    class_names: Sequence[str],
    schedule: TrainingSchedule,
    *,
    seed: int,
    progress: Callable[[EpochProgress], None],
) -> TimeBlocked | None:
    """Return the published recipe's predictions on held-out time; None for too few rows.

    Rows of stuck loops are left out, then duplicates, as in the recipe. Each label's rows are cut
    into three stretches of time. Three times, one stretch of each label is held out, transforms and
    network are fitted on the others, the epoch is chosen by the recipe's own random split *within*
    those, and the held-out windows are classified. No window reaches across the end of a stretch.
    """
    stuck = stuck_rows(table.samples)
    rows = distinct_rows(table, class_names, stuck)
    (blocks,) = time_folds([rows.classes], len(class_names), N_BLOCKS)
    sizes = np.bincount(rows.classes * N_BLOCKS + blocks, minlength=len(class_names) * N_BLOCKS)
    if sizes.min() < _MIN_BLOCK_ROWS:
        return None
    check = _TimeBlockCheck(
        rows, blocks, table.channel_names, tuple(class_names), schedule, seed, progress
    )
    folds = [check.hold_out(fold) for fold in range(N_BLOCKS)]
    return TimeBlocked(
        classes=np.concatenate([fold.classes for fold in folds]),
        predicted=np.concatenate([fold.predicted for fold in folds]),
        fold_accuracies=tuple(float(np.mean(fold.classes == fold.predicted)) for fold in folds),
        inner_accuracies=tuple(fold.inner_accuracy for fold in folds),
        n_stuck_rows=int(np.count_nonzero(stuck)),
    )


@dataclass(frozen=True, eq=False)
class _Fold:
    classes: ClassArray
    predicted: ClassArray
    inner_accuracy: float


@dataclass(frozen=True, eq=False)
class _TimeBlockCheck:
    """The settings that all folds share."""

    rows: PublishedRows
    blocks: IndexArray
    channel_names: tuple[str, ...]
    class_names: tuple[str, ...]
    schedule: TrainingSchedule
    seed: int
    progress: Callable[[EpochProgress], None]

    def hold_out(self, fold: int) -> _Fold:
        """Train on all stretches but one of each label, and classify those."""
        transforms = self.rows.take(self.blocks != fold).fit(self.channel_names).transforms
        windows, stretches = self._windows(transforms.apply(self.rows.samples))
        inner = random_split(windows.take(stretches != fold), self.class_names)
        test = windows.take(stretches == fold)
        fitted = fit(
            inner.training,
            inner.validation,
            len(self.class_names),
            self.schedule,
            seed=self.seed,
            stage=f"check on held-out time {fold + 1}/{N_BLOCKS}",
            progress=self.progress,
        )
        if fitted.interrupted:
            raise KeyboardInterrupt
        predicted = classify(fitted.network, test.windows)
        return _Fold(test.classes, predicted, fitted.best.val_accuracy)

    def _windows(self, processed: FloatArray) -> tuple[Examples, IndexArray]:
        """Return the windows within one stretch, the next row included, and their stretches."""
        groups = self.rows.classes * N_BLOCKS + self.blocks
        runs = np.cumsum(np.diff(groups, prepend=groups[:1]) != 0)
        whole = runs[:-N_STEPS] == runs[N_STEPS:]
        windows = window_rows(processed, self.rows.classes)
        return windows.take(whole), self.blocks[:-N_STEPS][whole]


def _nearest(starts: IndexArray, wanted: IndexArray) -> IndexArray:
    """Return the position of the nearest start, which increase; of two as near, the earlier."""
    after = np.clip(np.searchsorted(starts, wanted), 1, len(starts) - 1)
    before_is_nearer = wanted - starts[after - 1] <= starts[after] - wanted
    return after - before_is_nearer
