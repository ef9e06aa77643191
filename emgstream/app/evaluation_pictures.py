"""The figures that pictures of an evaluation or a training are drawn from.

They are read from the document of ``emgstream evaluate`` or the last event of ``emgstream train``.
What an older document does not have is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.app.evaluation_names import MODEL_NAMES
from emgstream.app.evaluation_table import decimals_for
from emgstream.significant_digits import half_width, independent

__all__ = [
    "ClassRecall",
    "HeldOutRun",
    "ModelAccuracy",
    "TruthAgainstDecision",
    "class_recalls",
    "held_out_runs",
    "model_accuracies",
    "truth_against_decision",
    "validation_matrix",
]

Counts: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ModelAccuracy:
    """The balanced accuracy of one model on held-out data."""

    name: str
    """Name of the model in files."""
    title: str
    """Name for people."""
    mean: float
    """Mean over the folds, 0 to 1."""
    interval: tuple[float, float] | None
    """Its 95 % interval; None where it is not known, as of a single fold."""
    folds: tuple[float, ...]
    """Accuracy of each fold."""
    random_split: float | None
    """Accuracy on windows split at random, which contains leakage; None if not measured."""
    decimals: int
    """Decimals of the percentages that the intervals of all models justify."""


@dataclass(frozen=True, slots=True, eq=False)
class TruthAgainstDecision:
    """A confusion matrix."""

    class_names: tuple[str, ...]
    """The classes, in the order of rows and columns."""
    counts: Counts
    """Number of decisions by true class (row) and class decided for, ``(n_classes,) * 2``."""

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """Share of each true class, 0 to 1; 0 for a class without decisions."""
        totals = np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        shares: npt.NDArray[np.float64] = self.counts / totals
        return shares


@dataclass(frozen=True, slots=True)
class ClassRecall:
    """The share of one class that was recognised."""

    label: str
    """The class."""
    share: float | None
    """Share of its decisions that were right, 0 to 1; None without any."""
    interval: tuple[float, float] | None
    """Its 95 % interval; overlapping windows count as one observation."""
    taken_for: str
    """The class that it was most often taken for instead; empty if it never was."""


@dataclass(frozen=True, slots=True)
class HeldOutRun:
    """Consecutive decisions with the same true and decided class, on one recording."""

    recording: int
    """Place of the recording in the document."""
    first_row: int
    """Row of the first decision."""
    last_row: int
    """Row of the last decision."""
    truth: str
    """The true class."""
    decided: str
    """The class decided for."""


def model_accuracies(document: Mapping[str, Any]) -> tuple[ModelAccuracy, ...]:
    """Return the accuracy of each model that was judged on held-out data, the network first."""
    found = []
    decimals = decimals_for(document)
    for name, title in MODEL_NAMES.items():
        figures = document["models"].get(name)
        if figures is None or figures["balanced_accuracy"] is None:
            continue
        low, high = figures["confidence_interval_95"]
        found.append(
            ModelAccuracy(
                name,
                title,
                figures["balanced_accuracy"],
                None if low is None or high is None else (low, high),
                tuple(fold for fold in figures.get("folds", ()) if fold is not None),
                figures["random_split"],
                decimals,
            )
        )
    return tuple(found)


def truth_against_decision(document: Mapping[str, Any], name: str) -> TruthAgainstDecision | None:
    """Return the confusion matrix of a model of an evaluation; None where it has none."""
    figures = document["models"].get(name, {})
    return _matrix(document.get("classes", ()), figures.get("confusion", ()))


def validation_matrix(event: Mapping[str, Any]) -> TruthAgainstDecision | None:
    """Return the confusion matrix of the held-out part that helped to choose a trained model.

    None for a model that was adapted.
    """
    return _matrix(event.get("classes", ()), event.get("confusion", ()))


def class_recalls(matrix: TruthAgainstDecision) -> tuple[ClassRecall, ...]:
    """Return the recall of each class."""
    found = []
    for number, label in enumerate(matrix.class_names):
        row = matrix.counts[number]
        n_decisions, n_right = int(row.sum()), int(row[number])
        wrong = row.copy()
        wrong[number] = 0
        taken_for = matrix.class_names[int(wrong.argmax())] if wrong.any() else ""
        if not n_decisions:
            found.append(ClassRecall(label, None, None, ""))
            continue
        share = n_right / n_decisions
        reach = half_width(share, independent(n_decisions))
        interval = max(share - reach, 0.0), min(share + reach, 1.0)
        found.append(ClassRecall(label, share, interval, taken_for))
    return tuple(found)


def held_out_runs(document: Mapping[str, Any], name: str) -> tuple[HeldOutRun, ...]:
    """Return the held-out decisions of a model in the order of time; none in old documents."""
    classes = document.get("classes", ())
    runs = document["models"].get(name, {}).get("ribbon", ())
    return tuple(
        HeldOutRun(recording, first, last, classes[truth], classes[decided])
        for recording, first, last, truth, decided in runs
    )


def _matrix(
    class_names: Sequence[str], counts: Sequence[Sequence[int]]
) -> TruthAgainstDecision | None:
    if not class_names or len(counts) != len(class_names):
        return None
    return TruthAgainstDecision(tuple(class_names), np.array(counts, dtype=np.int64))
