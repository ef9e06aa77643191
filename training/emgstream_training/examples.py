"""Labelled windows: what a network is trained on and measured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import train_test_split

from emgstream.types import FloatArray, IndexArray

__all__ = ["ClassArray", "Examples", "balanced_weights", "split_at_random"]

ClassArray: TypeAlias = npt.NDArray[np.int64]

_TEST_SHARE = 0.2
"""Share that a random split holds out: that of the published evaluation."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Windows, each with the number of its class."""

    windows: FloatArray
    """Shape ``(n, n_steps, n_features)``, as the network sees them."""
    classes: ClassArray
    """Number of the class of each window, shape ``(n,)``."""

    def __len__(self) -> int:
        return len(self.windows)

    def joined(self, other: Examples) -> Examples:
        """Return these examples followed by others."""
        return Examples(
            np.concatenate((self.windows, other.windows)),
            np.concatenate((self.classes, other.classes)),
        )

    def of_steps(self, n_context: int) -> Examples:
        """Return these examples without their last features, which are of the newest step alone."""
        if not n_context:
            return self
        steps = self.windows[:, :, : self.windows.shape[2] - n_context]
        return Examples(np.ascontiguousarray(steps), self.classes)

    def take(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.int64] | slice) -> Examples:
        """Return the chosen examples, by mask, position or slice."""
        return Examples(np.ascontiguousarray(self.windows[chosen]), self.classes[chosen])


def balanced_weights(classes: ClassArray, n_classes: int) -> FloatArray:
    """Return a weight for each example: all classes weigh the same, and the mean is 1.

    >>> balanced_weights(np.array([0, 0, 0, 1]), 2)
    array([0.6666667, 0.6666667, 0.6666667, 2.       ], dtype=float32)
    """
    counts = np.bincount(classes, minlength=n_classes)
    present = np.count_nonzero(counts)
    weights: FloatArray = (len(classes) / (present * counts[classes])).astype(np.float32)
    return weights


def split_at_random(classes: ClassArray, seed: int) -> tuple[IndexArray, IndexArray]:
    """Return the positions of four fifths and of one fifth, drawn at random within each class.

    ``classes`` has shape ``(n,)``.
    """
    large, small = train_test_split(
        np.arange(len(classes)), test_size=_TEST_SHARE, random_state=seed, stratify=classes
    )
    return large, small
