"""The figures of a training, for the manifest, the report and the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from emgstream.significant_digits import percent, percent_of
from emgstream.types import FloatArray, IndexArray
from emgstream_training.epoch_progress import EpochMetrics
from emgstream_training.examples import ClassArray
from emgstream_training.leakage import LookUp, TimeBlocked
from emgstream_training.metrics import balanced_accuracy, confusion_matrix, cross_entropy, recalls

__all__ = ["TrainingFigures"]


@dataclass(frozen=True, eq=False)
class TrainingFigures:
    """The figures of one training."""

    class_names: tuple[str, ...]
    """Classes, in the order of the network's outputs."""
    history: tuple[EpochMetrics, ...]
    """Metrics of every epoch."""
    best: EpochMetrics
    """Metrics of the epoch whose weights were kept."""
    n_training: int
    """Number of training windows."""
    classes: ClassArray
    """True class of each validation window."""
    probabilities: FloatArray
    """Probabilities of each, by a network not trained on it, shape ``(n, n_classes)``."""
    held_out: str
    """Description of the validation windows, for people."""
    interrupted: bool
    """True if Ctrl-C ended the training."""
    look_up: LookUp | None = None
    """Score of looking up the nearest training window; None where no windows share rows."""
    time_blocked: TimeBlocked | None = None
    """Score of the network on held-out time; None where it was not measured."""
    time_blocked_missing: str = ""
    """Reason why it was not measured, for people."""

    @property
    def predicted(self) -> ClassArray:
        """Likeliest class of each validation window."""
        likeliest: ClassArray = self.probabilities.argmax(axis=1)
        return likeliest

    @property
    def accuracy(self) -> float:
        """Share of the validation windows with the right class, 0 to 1."""
        return float(np.mean(self.predicted == self.classes))

    @property
    def loss(self) -> float:
        """Mean cross-entropy on the validation windows."""
        return cross_entropy(self.classes, self.probabilities)

    @property
    def confusion(self) -> IndexArray:
        """Number of validation windows by true (row) and predicted class (column)."""
        return confusion_matrix(self.classes, self.predicted, len(self.class_names))

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall over the classes on the validation windows, 0 to 1."""
        return balanced_accuracy(self.classes, self.predicted)

    def evaluation(self) -> dict[str, Any]:
        """Return the figures for the manifest, as JSON types."""
        document: dict[str, Any] = {"validation": self._validation()}
        if self.look_up is not None:
            document["look_up"] = {
                "accuracy": self.look_up.accuracy,
                "share_overlapping": self.look_up.share_overlapping,
                "held_out": self.held_out,
            }
        if self.time_blocked is not None:
            document["time_blocked"] = _blocked(self.time_blocked)
        if self.interrupted:
            document["interrupted"] = True
        return document

    def report(self) -> dict[str, Any]:
        """Return all figures, with history and confusion matrix, for the report's JSON."""
        document = self.evaluation()
        document["interrupted"] = self.interrupted
        document["classes"] = list(self.class_names)
        document["n_training_windows"] = self.n_training
        document["confusion"] = self.confusion.tolist()
        if self.time_blocked_missing:
            document["time_blocked"] = {"missing": self.time_blocked_missing}
        document["history"] = [vars(epoch) for epoch in self.history]
        return document

    def for_people(self) -> dict[str, str]:
        """Return the main figures as short texts, by name."""
        n = len(self.classes)
        texts = {
            "validation": f"{percent_of(self.accuracy, n)} of {n:,} windows, "
            f"{percent_of(self.balanced_accuracy, n)} balanced, loss {self.loss:.2f}, epoch "
            f"{self.best.number} ({self.held_out})"
        }
        if self.look_up is not None:
            found = percent_of(self.look_up.accuracy, n)
            texts["without model"] = (
                f"{found} of the same windows, each with the label of a training window that "
                "shares rows with it: the validation accuracy includes leakage"
            )
        blocked = self.time_blocked
        if blocked is not None:
            n_blocked = len(blocked.classes)
            texts["held-out time"] = (
                f"{percent_of(blocked.accuracy, n_blocked)} of {n_blocked:,} windows, "
                f"{percent_of(blocked.balanced_accuracy, n_blocked)} balanced (chance "
                f"{percent(1 / len(self.class_names))}): expect this accuracy of the recipe on "
                "these data"
            )
        elif self.time_blocked_missing:
            texts["held-out time"] = f"not measured: {self.time_blocked_missing}"
        return texts

    def _validation(self) -> dict[str, Any]:
        by_class = recalls(self.confusion).tolist()
        return {
            "held_out": self.held_out,
            "n_windows": len(self.classes),
            "accuracy": self.accuracy,
            "balanced_accuracy": self.balanced_accuracy,
            "loss": self.loss,
            "epoch": self.best.number,
            "n_epochs": len(self.history),
            "recall": dict(zip(self.class_names, by_class, strict=True)),
        }


def _blocked(blocked: TimeBlocked) -> dict[str, Any]:
    return {
        "held_out": "each third of every label's rows in turn, stuck loops and duplicates left out",
        "n_windows": len(blocked.classes),
        "accuracy": blocked.accuracy,
        "balanced_accuracy": blocked.balanced_accuracy,
        "majority_share": blocked.majority_share,
        "fold_accuracies": list(blocked.fold_accuracies),
        "random_split_accuracies": list(blocked.inner_accuracies),
        "n_stuck_rows": blocked.n_stuck_rows,
    }
