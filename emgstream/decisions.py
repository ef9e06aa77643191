"""Decisions: what is said of the signal, from the class probabilities of each window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.types import FloatArray, IndexArray

__all__ = ["Decision", "Decisions", "decide"]


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What is said of the signal at one sample."""

    index: int
    """Absolute index of the last sample of the window decided on."""
    label: str
    """Name of the class decided for."""
    confidence: float
    """Probability of that class, 0 to 1."""
    probabilities: Mapping[str, float]
    """Probability of each class, by its name."""
    status: str = "ok"
    """``ok``: a decision to act on."""


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
    """Number of the class decided for, shape ``(n_decisions,)``."""

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, position: int) -> Decision:
        chosen = self.classes[position]
        probabilities = self.probabilities[position].tolist()
        return Decision(
            index=int(self.indices[position]),
            label=self.class_names[chosen],
            confidence=probabilities[chosen],
            probabilities=dict(zip(self.class_names, probabilities, strict=True)),
        )

    def __iter__(self) -> Iterator[Decision]:
        return (self[position] for position in range(len(self)))


def decide(
    class_names: tuple[str, ...], indices: IndexArray, probabilities: FloatArray
) -> Decisions:
    """Decide for the most probable class of every window; of equals, the first named."""
    return Decisions(class_names, indices, probabilities, np.argmax(probabilities, axis=1))
