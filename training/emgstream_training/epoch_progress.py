"""The schedule of a training, the metrics of its epochs, and its progress."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emgstream.significant_digits import percent

__all__ = [
    "EpochMetrics",
    "EpochProgress",
    "TrainingSchedule",
    "best_of",
    "is_over",
    "progress_of",
]


@dataclass(frozen=True)
class TrainingSchedule:
    """Length and speed of a training. The defaults are the published recipe's."""

    max_epochs: int = 300
    """Most epochs."""
    least_batches: int | None = None
    """Batches of an epoch; None for all windows in each epoch.

    Few windows come up several times in an epoch; of more than four times as many, an epoch takes a
    fourth. So a short recording is trained on for long enough, and a long one does not take long.
    """
    batch_size: int = 32
    """Windows per update of the weights."""
    learning_rate: float = 5e-4
    """Learning rate of Adam."""
    cosine: bool = False
    """True to raise the rate over the first epoch, then lower it to 1 % along a cosine."""
    clipnorm: float = 1.0
    """Largest norm of the gradient of one weight matrix; larger ones are scaled down to it."""
    stop_accuracy: float | None = None
    """Validation accuracy to stop at, 0 to 1."""

    def epoch_length(self, n_training: int) -> int:
        """Return the number of windows that an epoch of ``n_training`` windows takes.

        >>> TrainingSchedule(batch_size=10, least_batches=5).epoch_length(20)
        50
        """
        if self.least_batches is None:
            return n_training
        return max(self.least_batches * self.batch_size, math.ceil(n_training / 4))


@dataclass(frozen=True)
class EpochMetrics:
    """Metrics of one epoch."""

    number: int
    """Number of the epoch; the first is 1."""
    loss: float
    """Mean loss over the training batches, during the epoch."""
    accuracy: float
    """Accuracy over the training batches, 0 to 1, during the epoch and with dropout."""
    val_loss: float
    """Mean cross-entropy over the validation windows after the epoch; NaN without any."""
    val_accuracy: float
    """Accuracy over the validation windows after the epoch, 0 to 1; NaN without any."""
    duration_s: float
    """Duration in seconds; that of the first epoch includes building the graph."""

    @property
    def rank(self) -> tuple[float, float]:
        """Sort key, best last: validation accuracy, then a low validation loss."""
        return self.val_accuracy, -self.val_loss


@dataclass(frozen=True)
class EpochProgress:
    """Progress of a training."""

    stage: str
    """Name of the current stage, for people."""
    epoch: int
    """Number of the epoch just finished; the first is 1."""
    n_epochs: int
    """Most epochs of this stage."""
    loss: float
    """Training loss of the epoch."""
    accuracy: float
    """Training accuracy of the epoch, 0 to 1."""
    val_loss: float
    """Validation loss after the epoch; NaN without validation windows."""
    val_accuracy: float
    """Validation accuracy after the epoch, 0 to 1; NaN without validation windows."""
    time_left_s: float
    """Time until the last epoch of this stage, in seconds."""

    @property
    def figures(self) -> str:
        """Loss and accuracy on the validation windows, else on the training windows, as text."""
        is_validated = not math.isnan(self.val_loss)
        loss = self.val_loss if is_validated else self.loss
        accuracy = self.val_accuracy if is_validated else self.accuracy
        return f"loss {loss:.3f}   accuracy {percent(accuracy)}"


def is_over(history: Sequence[EpochMetrics], schedule: TrainingSchedule) -> bool:
    """Return whether a training ends after these epochs."""
    if not history:
        return False
    accuracy = best_of(history).val_accuracy
    reached = schedule.stop_accuracy is not None and accuracy >= schedule.stop_accuracy
    return reached or len(history) >= schedule.max_epochs


def best_of(history: Sequence[EpochMetrics]) -> EpochMetrics:
    """Return the best of some epochs by validation accuracy, then by a low validation loss."""
    return max(history, key=lambda epoch: epoch.rank)


def progress_of(
    stage: str, history: Sequence[EpochMetrics], schedule: TrainingSchedule
) -> EpochProgress:
    """Return the progress of a training after at least one epoch."""
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
