"""Data of the published recipe: rows without duplicates, windows of ten rows, a random split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from emgstream.errors import TrainingDataError
from emgstream.tables import EmgTable
from emgstream.types import FloatArray, IndexArray
from emgstream.wording import counted
from emgstream_training.examples import ClassArray, Examples, split_at_random
from emgstream_training.preprocessing import FittedTransforms, fit_published
from emgstream_training.recordings import class_codes

__all__ = [
    "LEAST_WINDOWS",
    "N_STEPS",
    "PublishedRows",
    "PublishedSplit",
    "check_class_counts",
    "distinct_rows",
    "random_split",
    "window_rows",
]

N_STEPS = 10
"""Rows of a window, as published."""

_SPLIT_SEED = 42
"""Seed of the published split."""
LEAST_WINDOWS = 10
"""Fewest windows of a class; the split at random leaves two of them for the validation (choice)."""


@dataclass(frozen=True, eq=False)
class PublishedRows:
    """Labelled rows of one recording, without duplicates."""

    samples: FloatArray
    """Shape ``(n_rows, n_channels)``, as recorded; NaN where a value is missing."""
    classes: ClassArray
    """Number of each row's class, shape ``(n_rows,)``."""
    places: IndexArray
    """Number of each row in the recording, shape ``(n_rows,)``, increasing."""

    def __len__(self) -> int:
        return len(self.samples)

    def take(self, chosen: npt.NDArray[np.bool_]) -> PublishedRows:
        """Return the chosen rows, by mask."""
        return PublishedRows(self.samples[chosen], self.classes[chosen], self.places[chosen])

    def fit(self, channel_names: tuple[str, ...]) -> FittedTransforms:
        """Return the published transforms, fitted on these rows."""
        return fit_published(self.samples.astype(np.float64), channel_names)


@dataclass(frozen=True, eq=False)
class PublishedSplit:
    """Windows in two parts, with their first rows."""

    training: Examples
    """Windows to train on."""
    validation: Examples
    """Windows to choose the epoch by."""
    training_starts: IndexArray
    """First row of each training window, shape ``(n_training,)``."""
    validation_starts: IndexArray
    """First row of each validation window, shape ``(n_validation,)``."""


def distinct_rows(
    table: EmgTable,
    class_names: Sequence[str],
    left_out: npt.NDArray[np.bool_] | None = None,
) -> PublishedRows:
    """Return the labelled rows; of equal rows (label included) only the first.

    ``left_out``, shape ``(n_rows,)``, marks rows to ignore.
    """
    codes = class_codes(table, class_names)
    wanted = codes >= 0 if left_out is None else (codes >= 0) & ~left_out
    places = np.flatnonzero(wanted)
    # A missing value equals a missing value here, as in pandas; no sample is infinite.
    keys = np.column_stack(
        [np.where(np.isnan(table.samples), np.inf, table.samples)[places], codes[places]]
    )
    _, first = np.unique(keys, axis=0, return_index=True)
    places = places[np.sort(first)]
    return PublishedRows(table.samples[places], codes[places], places)


def window_rows(processed: FloatArray, classes: ClassArray) -> Examples:
    """Return every window of ten consecutive rows, labelled as the row after it.

    ``processed`` has shape ``(n_rows, n_features)``; there are ``n_rows - 10`` windows.
    """
    n_windows = max(0, len(processed) - N_STEPS)
    if n_windows == 0:
        return Examples(np.empty((0, N_STEPS, processed.shape[1]), np.float32), classes[:0])
    windows = sliding_window_view(processed, N_STEPS, axis=0)[:n_windows].transpose(0, 2, 1)
    return Examples(np.ascontiguousarray(windows), classes[N_STEPS:])


def random_split(examples: Examples, class_names: Sequence[str]) -> PublishedSplit:
    """Return the published split: 80 to 20, at random within each class.

    Raises TrainingDataError where a class has fewer than ten windows.
    """
    check_class_counts(examples.classes, class_names)
    training, validation = split_at_random(examples.classes, _SPLIT_SEED)
    return PublishedSplit(examples.take(training), examples.take(validation), training, validation)


def check_class_counts(classes: ClassArray, class_names: Sequence[str]) -> None:
    """Raise TrainingDataError where a class has too few windows to train on or to validate by."""
    counts = np.bincount(classes, minlength=len(class_names))
    for name, count in zip(class_names, counts, strict=True):
        if count < LEAST_WINDOWS:
            raise TrainingDataError(
                f"label {name!r} gives {counted(count, 'window')} of {N_STEPS} steps; expected at "
                "least "
                f"{LEAST_WINDOWS}; record more of it, or leave the label empty there"
            )
