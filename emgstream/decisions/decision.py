"""A decision, and many decisions as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.types import FloatArray, IndexArray, TimeArray

__all__ = ["ABSTAINED", "STATUSES", "Decision", "DecisionStatus", "Decisions", "decide"]

StatusArray: TypeAlias = npt.NDArray[np.int8]


class DecisionStatus(IntEnum):
    """The status of a decision: to be acted on, or the reason why not."""

    OK = 0
    """To be acted on."""
    REST = 1
    """The rest gate found the muscle at rest, whatever the classifier predicts from the noise."""
    REJECTED = 2
    """The confidence is below the threshold."""
    UNKNOWN = 3
    """The signal is far from all training data: an electrode came off, or a new movement.

    Or the network gave no number."""
    GAP = 4
    """No whole window since samples were lost, or too much of it is filled or saturated."""


STATUSES: tuple[str, ...] = tuple(status.name.lower() for status in DecisionStatus)
"""Their names, by number."""

_UNKNOWN = int(DecisionStatus.UNKNOWN)
ABSTAINED = DecisionStatus.REJECTED
"""The first status that means that nothing was decided."""


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """Class, confidence and status at one sample."""

    index: int
    """Absolute index of the last sample of the window decided on."""
    label: str
    """Name of the class decided for; the likeliest where nothing was decided; empty at a gap."""
    confidence: float
    """Smoothed probability of that class, 0 to 1."""
    probabilities: Mapping[str, float]
    """Probability of each class in this window alone, by its name.

    All 0 without a window, and where the network gave no number."""
    status: str = "ok"
    """``ok`` for a decision to be acted on, else the name of another `DecisionStatus`."""
    strength: float | None = None
    """Strength of the contraction, 0 to 1 of the range of its class in training.

    None where the model has no such range, 0 at rest and where nothing was decided.
    """
    filled: float = 0.0
    """Share of the window that was not measured, in the channel where it is the most, 0 to 1.

    Lost samples and empty cells that are fewer in a row than a step has were filled by a straight
    line.
    """
    needed: float = 0.0
    """Threshold that the confidence is held against, 0 to 1: higher after a rest than later.

    0 where there is none: for rest, and where the signal alone decided.
    """


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Consecutive decisions as arrays; iterating gives one `Decision` after the other."""

    class_names: tuple[str, ...]
    """Names of the classes, in the order of the probabilities."""
    indices: IndexArray
    """Absolute index of each window's last sample, shape ``(n_decisions,)``."""
    probabilities: FloatArray
    """Shape ``(n_decisions, n_classes)``."""
    classes: npt.NDArray[np.intp]
    """Number of the class decided for, -1 at a gap, shape ``(n_decisions,)``."""
    confidences: TimeArray
    """Smoothed probability of that class, same shape."""
    statuses: StatusArray
    """`DecisionStatus` of each, same shape."""
    strengths: TimeArray
    """Strength of each, 0 to 1, NaN where the model has no range for it, same shape."""
    filled: TimeArray = field(default_factory=lambda: np.empty(0))
    """Share of each window that was not measured, 0 to 1, same shape; 0 unless given."""

    needed: TimeArray = field(default_factory=lambda: np.empty(0))
    """Threshold of each confidence, 0 to 1, same shape; see `Decision`; 0 unless given."""

    def __post_init__(self) -> None:
        for name in ("filled", "needed"):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, np.zeros(len(self.indices)))

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
            filled=float(self.filled[position]),
            needed=float(self.needed[position]),
        )

    def __iter__(self) -> Iterator[Decision]:
        return (self[position] for position in range(len(self)))

    @property
    def decided(self) -> npt.NDArray[np.bool_]:
        """True for each decision that names a movement or rest, shape ``(n_decisions,)``."""
        return self.statuses < ABSTAINED

    def joined(self, *others: Decisions) -> Decisions:
        """Return these and other decisions on the same classes, one after the other."""
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
            np.concatenate([one.filled for one in parts]),
            np.concatenate([one.needed for one in parts]),
        )


def decide(
    class_names: tuple[str, ...],
    indices: IndexArray,
    probabilities: FloatArray,
    filled: TimeArray | None = None,
) -> Decisions:
    """Return the most probable class of every window; of equals, the first.

    A window without a probability above 0 is unknown.

    ``indices`` has shape ``(n_windows,)``, ``probabilities`` ``(n_windows, n_classes)``; ``filled``
    is the share of each window that was not measured, shape ``(n_windows,)``, by default 0.
    """
    n = len(indices)
    highest = np.maximum.reduce(probabilities, axis=1, dtype=np.float64)
    return Decisions(
        class_names,
        indices,
        probabilities,
        probabilities.argmax(axis=1),
        highest,
        np.multiply(highest <= 0.0, _UNKNOWN, dtype=np.int8),  # else ok, which is 0
        np.full(n, np.nan),
        np.zeros(n) if filled is None else filled,
        np.zeros(n),
    )
