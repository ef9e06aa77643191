"""Fitting the network: one call of TensorFlow per epoch, the data in memory.

`Model.fit` spends more than half of its time around the 62 small steps of an epoch, not in them.
Here the whole epoch (shuffled batches, gradients, updates, validation) is one traced graph: the
same arithmetic, two to three times as fast (`scripts/bench.py training`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emgstream.errors import InterruptedByUserError
from emgstream.types import FloatArray, IndexArray
from emgstream_training.backend import keras, tensorflow
from emgstream_training.epoch_progress import (
    EpochMetrics,
    EpochProgress,
    TrainingSchedule,
    is_over,
    progress_of,
)
from emgstream_training.examples import Examples
from emgstream_training.network import build_network

__all__ = ["FittedNetwork", "fit"]

_VALIDATION_BATCH = 1024
"""Windows per call of the network: large enough that the calls do not matter."""
_FLOOR_SHARE = 0.01
"""Share of the learning rate that a cosine ends at (choice)."""
_WARM_UP_SHARE = 0.1
"""Share of the learning rate that the first epoch begins at (choice)."""


@dataclass(frozen=True, eq=False)
class FittedNetwork:
    """A trained network with its history."""

    network: Any
    """The Keras model with the weights of the best epoch; its LSTM layers are unrolled."""
    history: tuple[EpochMetrics, ...]
    """Metrics of every epoch, in order; at least one."""
    interrupted: bool
    """True if Ctrl-C ended the training."""
    best: EpochMetrics
    """Metrics of the epoch whose weights were kept."""


def fit(
    training: Examples,
    validation: Examples | None,
    n_classes: int,
    schedule: TrainingSchedule,
    *,
    seed: int,
    weights: FloatArray | None = None,
    start: Sequence[FloatArray] | None = None,
    stage: str = "training",
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> FittedNetwork:
    """Return a network trained on some examples and validated on others.

    It has the weights of the epoch with the best validation accuracy; of equal ones, that with the
    lower loss. Where the learning rate falls to the end, and the training was not interrupted, it
    has those of the last epoch: by then the epochs differ by chance. The same seed gives the same
    network on one machine. Ctrl-C ends the training early, with the best weights so far.

    Parameters
    ----------
    training, validation
        Examples of one window shape, neither empty; None for no validation.
    n_classes
        Number of classes, whether or not all of them have examples.
    schedule
        Length and speed of the training.
    seed
        Seed of the initial weights, of the order of the windows and of the dropout.
    weights
        Weight of each training example, shape ``(n_training,)``, mean 1; None for equal weights.
    start
        Weights to continue training from, in Keras' order; None for random ones.
    stage, progress
        Name of this stage, and the function called after each epoch, in this thread.

    Raises
    ------
    InterruptedByUserError
        Ctrl-C before the first epoch was finished.
    """
    keras.utils.set_random_seed(seed)
    trainer = _Trainer(training, validation, n_classes, schedule, weights)
    if start is not None:
        trainer.start_from(start)
    draws = np.random.default_rng(seed)
    length = schedule.epoch_length(len(training))
    history: list[EpochMetrics] = []
    interrupted = False
    try:
        while not is_over(history, schedule):
            history.append(trainer.run(len(history) + 1, _order(draws, len(training), length)))
            progress(progress_of(stage, history, schedule))
    except KeyboardInterrupt:
        interrupted = True
    if not history:
        raise InterruptedByUserError(
            "stopped before the end of the first epoch; no model was trained"
        )
    best = history[-1]
    if interrupted or not schedule.cosine:
        best = max(history, key=lambda epoch: epoch.rank)
    return FittedNetwork(trainer.network(best), tuple(history), interrupted, best)


class _Trainer:
    """A network, its optimizer and the data, as TensorFlow objects."""

    def __init__(
        self,
        training: Examples,
        validation: Examples | None,
        n_classes: int,
        schedule: TrainingSchedule,
        weights: FloatArray | None,
    ) -> None:
        n_steps, n_features = training.windows.shape[1:]
        self._network = build_network(n_steps, n_features, n_classes, unroll=True)
        self._optimizer = keras.optimizers.Adam(
            _rate(schedule, schedule.epoch_length(len(training))), clipnorm=schedule.clipnorm
        )
        self._optimizer.build(self._network.trainable_variables)
        self._batch_size = schedule.batch_size
        self._training = _tensors(training, n_classes, weights)
        self._validation = None if validation is None else _tensors(validation, n_classes, None)
        self._run = tensorflow.function(self._epoch, jit_compile=False)
        self._kept: dict[int, list[Any]] = {}
        self._best: EpochMetrics | None = None

    def start_from(self, weights: Sequence[FloatArray]) -> None:
        """Continue training from these weights."""
        self._network.set_weights(weights)

    def run(self, number: int, order: Any) -> EpochMetrics:
        """Train one epoch, with the examples in this order, and return its metrics."""
        start_s = time.perf_counter()
        loss, accuracy, val_loss, val_accuracy = map(float, self._run(tensorflow.constant(order)))
        duration_s = time.perf_counter() - start_s
        epoch = EpochMetrics(number, loss, accuracy, val_loss, val_accuracy, duration_s)
        if self._best is None or epoch.rank > self._best.rank:
            self._best = epoch
        weights = self._network.get_weights()
        kept = {**self._kept, number: weights}
        self._kept = {one: kept[one] for one in {self._best.number, number}}
        return epoch

    def network(self, epoch: EpochMetrics) -> Any:
        """Return the network with the weights of an epoch: the best, or the last."""
        self._network.set_weights(self._kept[epoch.number])
        return self._network

    def _epoch(self, order: Any) -> tuple[Any, Any, Any, Any]:
        shuffled = [tensorflow.gather(tensor, order) for tensor in self._training]
        loss, accuracy = self._mean_over_batches(shuffled, self._batch_size, self._update)
        if self._validation is None:
            return loss, accuracy, math.nan, math.nan
        validation = self._mean_over_batches(self._validation, _VALIDATION_BATCH, self._evaluate)
        return loss, accuracy, *validation

    def _mean_over_batches(
        self, tensors: list[Any], batch_size: int, of_batch: Callable[..., tuple[Any, Any]]
    ) -> tuple[Any, Any]:
        """Return mean loss and accuracy over all examples, from those of each batch."""
        n = tensors[0].shape[0]
        loss, n_right = tensorflow.constant(0.0), tensorflow.constant(0.0)
        for start in tensorflow.range(0, n, batch_size):
            batch_loss, batch_right = of_batch(
                *(tensor[start : start + batch_size] for tensor in tensors)
            )
            loss += batch_loss
            n_right += batch_right
        return loss / n, n_right / n

    def _update(self, windows: Any, targets: Any, weights: Any) -> tuple[Any, Any]:
        variables = self._network.trainable_variables
        with tensorflow.GradientTape() as tape:
            probabilities = self._network(windows, training=True)
            losses = keras.losses.categorical_crossentropy(targets, probabilities) * weights
            loss = tensorflow.reduce_mean(losses)
        self._optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return tensorflow.reduce_sum(losses), _n_right(targets, probabilities)

    def _evaluate(self, windows: Any, targets: Any, weights: Any) -> tuple[Any, Any]:
        probabilities = self._network(windows, training=False)
        losses = keras.losses.categorical_crossentropy(targets, probabilities) * weights
        return tensorflow.reduce_sum(losses), _n_right(targets, probabilities)


def _order(draws: np.random.Generator, n_training: int, length: int) -> IndexArray:
    """Return the places of the windows of an epoch: each once before any comes up again."""
    n_rounds = math.ceil(length / n_training)
    rounds = [draws.permutation(n_training) for _ in range(n_rounds)]
    return np.concatenate(rounds)[:length]


def _rate(schedule: TrainingSchedule, epoch_length: int) -> Any:
    """Return the learning rate, or its schedule from batch to batch."""
    if not schedule.cosine:
        return schedule.learning_rate
    n_batches = math.ceil(epoch_length / schedule.batch_size)
    return keras.optimizers.schedules.CosineDecay(
        _WARM_UP_SHARE * schedule.learning_rate,
        decay_steps=max(n_batches * (schedule.max_epochs - 1), 1),
        alpha=_FLOOR_SHARE,
        warmup_target=schedule.learning_rate,
        warmup_steps=n_batches,
    )


def _tensors(examples: Examples, n_classes: int, weights: FloatArray | None) -> list[Any]:
    """Return windows, one-hot classes and weights as tensors."""
    targets = np.eye(n_classes, dtype=np.float32)[examples.classes]
    if weights is None:
        weights = np.ones(len(examples), dtype=np.float32)
    return [tensorflow.constant(array) for array in (examples.windows, targets, weights)]


def _n_right(targets: Any, probabilities: Any) -> Any:
    hits = tensorflow.argmax(targets, axis=-1) == tensorflow.argmax(probabilities, axis=-1)
    return tensorflow.reduce_sum(tensorflow.cast(hits, tensorflow.float32))
