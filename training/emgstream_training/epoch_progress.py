"""How long to learn, what each pass came to, and how far that is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

__all__ = ["Augment", "EpochMetrics", "EpochProgress", "TrainingSchedule", "is_over", "progress_of"]

Augment: TypeAlias = Callable[[Any, Any, Any], tuple[Any, Any, Any]]
"""Windows, one-hot classes and weights of a batch, as tensors, to others of the same shapes."""


@dataclass(frozen=True)
class TrainingSchedule:
    """How long and how fast to learn."""

    max_epochs: int = 300
    """Passes over the training windows, at most."""
    batch_size: int = 32
    """Windows a step."""
    learning_rate: float = 5e-4
    """Learning rate of Adam."""
    cosine: bool = False
    """Whether the rate rises over the first pass, then falls to 1 % by the last along a cosine."""
    augment: Augment | None = None
    """What is done to a batch before it is learned from, drawn anew each time; None for nothing."""
    clipnorm: float = 1.0
    """Largest norm of the gradient of one weight matrix; longer ones are shortened to it."""
    stop_accuracy: float | None = None
    """Validation accuracy, 0 to 1, to stop at."""
    patience: int | None = None
    """Epochs without a better one, after which to stop."""


@dataclass(frozen=True)
class EpochMetrics:
    """What one pass came to."""

    number: int
    """Number of the pass, the first being 1."""
    loss: float
    """Mean loss over the training batches, while learning."""
    accuracy: float
    """Accuracy over the training batches, 0 to 1, while learning and with dropout."""
    val_loss: float
    """Mean cross-entropy over the validation windows after the pass; NaN without any."""
    val_accuracy: float
    """Accuracy over the validation windows after the pass, 0 to 1; NaN without any."""
    duration_s: float
    """Time the pass took in seconds; that of the first includes the building of the graph."""

    @property
    def rank(self) -> tuple[float, float]:
        """What makes an epoch the better one: validation accuracy, then a low loss."""
        return self.val_accuracy, -self.val_loss


@dataclass(frozen=True)
class EpochProgress:
    """How far a training has come, for those who watch."""

    stage: str
    """What is being trained, for people."""
    epoch: int
    """Number of the pass just done, the first being 1."""
    n_epochs: int
    """Number of passes at most."""
    loss: float
    """Training loss of the pass."""
    accuracy: float
    """Training accuracy of the pass, 0 to 1."""
    val_loss: float
    """Validation loss after the pass; NaN where there is nothing to validate by."""
    val_accuracy: float
    """Validation accuracy after the pass, 0 to 1; NaN likewise."""
    time_left_s: float
    """Time this stage takes yet if it goes on to the last pass, in seconds."""

    @property
    def figures(self) -> str:
        """Loss and accuracy on what is held out, else on what is learned from, for people."""
        judged = not math.isnan(self.val_loss)
        loss = self.val_loss if judged else self.loss
        accuracy = self.val_accuracy if judged else self.accuracy
        return f"loss {loss:.4f}   accuracy {accuracy:.1%}"


def is_over(history: Sequence[EpochMetrics], schedule: TrainingSchedule) -> bool:
    """Whether a training that has come this far is to end."""
    if not history:
        return False
    best = max(history, key=lambda epoch: epoch.rank)
    reached = schedule.stop_accuracy is not None and best.val_accuracy >= schedule.stop_accuracy
    stale = schedule.patience is not None and len(history) - best.number >= schedule.patience
    return reached or stale or len(history) >= schedule.max_epochs


def progress_of(
    stage: str, history: Sequence[EpochMetrics], schedule: TrainingSchedule
) -> EpochProgress:
    """Return how far a training of at least one pass has come."""
    last = history[-1]
    usual_s = float(np.median([epoch.duration_s for epoch in history[1:] or history]))
    return EpochProgress(
        stage=stage,
        epoch=last.number,
        n_epochs=schedule.max_epochs,
        loss=last.loss,
        accuracy=last.accuracy,
        val_loss=last.val_loss,
        val_accuracy=last.val_accuracy,
        time_left_s=usual_s * (schedule.max_epochs - last.number),
    )
