"""Fitting the network: one call of TensorFlow an epoch, the data in memory.

`Model.fit` spends more than half of its time around the network's 62 small steps an epoch, not in
them. Here the whole epoch (shuffled batches, gradients, updates, validation) is one traced graph:
the same arithmetic, two to three times as fast (`scripts/bench_training.py`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emgstream.errors import InterruptedByUserError
from emgstream.types import FloatArray
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


@dataclass(frozen=True, eq=False)
class FittedNetwork:
    """A trained network with its history."""

    network: Any
    """The Keras model with the weights of the best pass; its LSTM layers are unrolled."""
    history: tuple[EpochMetrics, ...]
    """Every pass, in order; at least one."""
    interrupted: bool
    """Whether Ctrl-C ended it."""
    best: EpochMetrics
    """The pass the weights are of."""


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
    """Return a network trained on some examples and judged by others.

    Its weights are those of the pass with the best validation accuracy, of equals the lower loss.
    Where the learning rate comes down to the end, and there was an end, they are of the last: by
    then the passes differ by chance. The same seed gives the same network on one machine. Ctrl-C
    ends it early, with the best weights so far.

    Parameters
    ----------
    training, validation
        Examples of one window shape, neither empty; None to judge by nothing.
    n_classes
        Number of classes, whether or not all of them come up.
    schedule
        How long and how fast.
    seed
        Seed of the first weights, of the order of the windows and of the dropout.
    weights
        How much each training example counts, mean 1; None for all the same.
    start
        Weights to learn on from, as Keras orders them; None for random ones.
    stage, progress
        What is told of each pass, to whom; called in this thread.

    Raises
    ------
    InterruptedByUserError
        Ctrl-C before the first pass was done, when nothing was learned yet.
    """
    keras.utils.set_random_seed(seed)
    trainer = _Trainer(training, validation, n_classes, schedule, weights)
    if start is not None:
        trainer.start_from(start)
    order = np.random.default_rng(seed)
    history: list[EpochMetrics] = []
    interrupted = False
    try:
        while not is_over(history, schedule):
            history.append(trainer.run(len(history) + 1, order.permutation(len(training))))
            progress(progress_of(stage, history, schedule))
    except KeyboardInterrupt:
        interrupted = True
    if not history:
        raise InterruptedByUserError("stopped before the first epoch was done; nothing was learned")
    best = history[-1]
    if interrupted or not schedule.cosine:
        best = max(history, key=lambda epoch: epoch.rank)
    return FittedNetwork(trainer.network(best), tuple(history), interrupted, best)


class _Trainer:
    """A network, its optimizer and the data, all in TensorFlow's hands."""

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
            _rate(schedule, len(training)), clipnorm=schedule.clipnorm
        )
        self._optimizer.build(self._network.trainable_variables)
        self._batch_size = schedule.batch_size
        self._augment = schedule.augment
        self._training = _tensors(training, n_classes, weights)
        self._validation = None if validation is None else _tensors(validation, n_classes, None)
        self._run = tensorflow.function(self._epoch, jit_compile=False)
        self._kept: dict[int, list[Any]] = {}
        self._best: EpochMetrics | None = None

    def start_from(self, weights: Sequence[FloatArray]) -> None:
        """Learn on from these weights."""
        self._network.set_weights(weights)

    def run(self, number: int, order: Any) -> EpochMetrics:
        """Go through the training examples once, in this order."""
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
        """Return the network with the weights of its best pass, or of its last."""
        self._network.set_weights(self._kept[epoch.number])
        return self._network

    def _epoch(self, order: Any) -> tuple[Any, Any, Any, Any]:
        shuffled = [tensorflow.gather(tensor, order) for tensor in self._training]
        loss, accuracy = self._sweep(shuffled, self._batch_size, self._learn)
        if self._validation is None:
            return loss, accuracy, math.nan, math.nan
        return loss, accuracy, *self._sweep(self._validation, _VALIDATION_BATCH, self._judge)

    def _sweep(
        self, tensors: list[Any], batch_size: int, look: Callable[..., tuple[Any, Any]]
    ) -> tuple[Any, Any]:
        """Return mean loss and accuracy over all examples, a batch at a time."""
        n = tensors[0].shape[0]
        loss, n_right = tensorflow.constant(0.0), tensorflow.constant(0.0)
        for start in tensorflow.range(0, n, batch_size):
            batch_loss, batch_right = look(
                *(tensor[start : start + batch_size] for tensor in tensors)
            )
            loss += batch_loss
            n_right += batch_right
        return loss / n, n_right / n

    def _learn(self, windows: Any, targets: Any, weights: Any) -> tuple[Any, Any]:
        variables = self._network.trainable_variables
        if self._augment is not None:
            windows, targets, weights = self._augment(windows, targets, weights)
        with tensorflow.GradientTape() as tape:
            probabilities = self._network(windows, training=True)
            losses = keras.losses.categorical_crossentropy(targets, probabilities) * weights
            loss = tensorflow.reduce_mean(losses)
        self._optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return tensorflow.reduce_sum(losses), _n_right(targets, probabilities)

    def _judge(self, windows: Any, targets: Any, weights: Any) -> tuple[Any, Any]:
        probabilities = self._network(windows, training=False)
        losses = keras.losses.categorical_crossentropy(targets, probabilities) * weights
        return tensorflow.reduce_sum(losses), _n_right(targets, probabilities)


def _rate(schedule: TrainingSchedule, n_training: int) -> Any:
    """Return the learning rate, or how it changes from batch to batch."""
    if not schedule.cosine:
        return schedule.learning_rate
    n_batches = math.ceil(n_training / schedule.batch_size)
    return keras.optimizers.schedules.CosineDecay(
        0.1 * schedule.learning_rate,
        decay_steps=max(n_batches * (schedule.max_epochs - 1), 1),
        alpha=0.01,
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
