"""What a decision says, one by one and many at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.types import FloatArray, IndexArray, TimeArray

__all__ = ["ABSTAINED", "STATUSES", "Decision", "DecisionStatus", "Decisions", "decide"]

StatusArray: TypeAlias = npt.NDArray[np.int8]


class DecisionStatus(IntEnum):
    """Whether to act on a decision, and why not."""

    OK = 0
    """To act on."""
    REST = 1
    """The muscle is quiet: nothing to act on, whatever the classifier makes of the noise."""
    REJECTED = 2
    """The classifier is not sure enough."""
    UNKNOWN = 3
    """The signal is like nothing in training: an electrode off, a new movement."""
    GAP = 4
    """There is no whole window since samples were lost, or it is cut off by the converter."""


STATUSES: tuple[str, ...] = tuple(status.name.lower() for status in DecisionStatus)
"""The words for them, by number."""

ABSTAINED = DecisionStatus.REJECTED
"""From this status on nothing was decided."""


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What is said of the signal at one sample."""

    index: int
    """Absolute index of the last sample of the window decided on."""
    label: str
    """Name of the class decided for; of an abstention, the likeliest; empty at a gap."""
    confidence: float
    """Probability of that class, 0 to 1, as smoothed."""
    probabilities: Mapping[str, float]
    """Probability of each class in this window alone, by its name; all 0 without a window."""
    status: str = "ok"
    """``ok``: a decision to act on; the others are those of `DecisionStatus`."""
    strength: float | None = None
    """How strong the contraction is, 0 to 1 of the class's own range in training.

    None where the model has no such range, 0 at rest and where nothing was decided.
    """


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Consecutive decisions as arrays; iterating gives them one by one."""

    class_names: tuple[str, ...]
    """Names of the classes, in the order of the probabilities."""
    indices: IndexArray
    """Absolute index of each window's last sample, shape ``(n_decisions,)``."""
    probabilities: FloatArray
    """Shape ``(n_decisions, n_classes)``."""
    classes: npt.NDArray[np.intp]
    """Number of the class decided for, -1 at a gap, shape ``(n_decisions,)``."""
    confidences: TimeArray
    """Probability of that class as smoothed, same shape."""
    statuses: StatusArray
    """`DecisionStatus` of each, same shape."""
    strengths: TimeArray
    """Strength of each, 0 to 1, NaN where the model has no range for it, same shape."""

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, position: int) -> Decision:
        chosen = int(self.classes[position])
        strength = float(self.strengths[position])
        probabilities = self.probabilities[position].tolist()
        return Decision(
            index=int(self.indices[position]),
            label="" if chosen < 0 else self.class_names[chosen],
            confidence=float(self.confidences[position]),
            probabilities=dict(zip(self.class_names, probabilities, strict=True)),
            status=STATUSES[self.statuses[position]],
            strength=None if np.isnan(strength) else strength,
        )

    def __iter__(self) -> Iterator[Decision]:
        return (self[position] for position in range(len(self)))

    @property
    def decided(self) -> npt.NDArray[np.bool_]:
        """Whether each says something of the movement, rest included, shape ``(n_decisions,)``."""
        return self.statuses < ABSTAINED

    def joined(self, *others: Decisions) -> Decisions:
        """Return these, then others of the same classes."""
        if not others:
            return self
        parts = (self, *others)
        return Decisions(
            self.class_names,
            np.concatenate([one.indices for one in parts]),
            np.concatenate([one.probabilities for one in parts]),
            np.concatenate([one.classes for one in parts]),
            np.concatenate([one.confidences for one in parts]),
            np.concatenate([one.statuses for one in parts]),
            np.concatenate([one.strengths for one in parts]),
        )


def decide(
    class_names: tuple[str, ...], indices: IndexArray, probabilities: FloatArray
) -> Decisions:
    """Decide for the most probable class of every window; of equals, the first named."""
    n = len(indices)
    return Decisions(
        class_names,
        indices,
        probabilities,
        probabilities.argmax(axis=1),
        probabilities.max(axis=1).astype(np.float64),
        np.zeros(n, dtype=np.int8),
        np.full(n, np.nan),
    )
