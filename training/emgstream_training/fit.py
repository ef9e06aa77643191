"""Fitting networks: one call of TensorFlow per epoch, the data in memory.

`Model.fit` spends more than half of its time around the 62 small steps of an epoch, not in them.
Here the whole epoch (shuffled batches, gradients, updates, validation) is one traced graph: the
same arithmetic, two to three times as fast (`scripts/bench.py training`). Networks that belong
together, as those of a cross-fitting, are trained epoch by epoch beside each other.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeAlias

import numpy as np

from emgstream.errors import InterruptedByUserError
from emgstream.types import FloatArray, IndexArray
from emgstream_training.backend import keras, tensorflow
from emgstream_training.epoch_progress import (
    EpochMetrics,
    EpochProgress,
    TrainingSchedule,
    best_of,
    is_over,
    progress_of,
)
from emgstream_training.examples import Examples
from emgstream_training.network import build_network

__all__ = ["FitTask", "FittedNetworks", "fit", "fit_together"]

_VALIDATION_BATCH = 1024
"""Windows per call of the network: large enough that the calls do not matter."""
_FLOOR_SHARE = 0.01
"""Share of the learning rate that a cosine ends at (choice)."""
_WARM_UP_SHARE = 0.1
"""Share of the learning rate that the first epoch begins at (choice)."""
_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-7
"""Constants of Adam, as in Keras."""
_AT_ONCE = min(2, os.cpu_count() or 1)
"""Networks that are trained at the same time: each further graph takes seconds to trace."""


@dataclass(frozen=True, eq=False)
class FitTask:
    """The data of one network."""

    training: Examples
    """Examples to train on, at least one."""
    validation: Examples | None = None
    """Examples to validate on, of the same window shape; None for no validation."""
    weights: FloatArray | None = None
    """Weight of each training example, shape ``(n_training,)``, mean 1; None for equal weights."""


@dataclass(frozen=True, eq=False)
class FittedNetworks:
    """Trained networks with their history."""

    networks: tuple[Any, ...]
    """Keras models with the weights of the best epoch; their LSTM layers are unrolled."""
    history: tuple[EpochMetrics, ...]
    """Metrics of every epoch, in order; at least one."""
    interrupted: bool
    """True if Ctrl-C ended the training."""
    best: EpochMetrics
    """Metrics of the epoch whose weights were kept."""

    @property
    def network(self) -> Any:
        """The last network."""
        return self.networks[-1]


def fit(
    training: Examples,
    validation: Examples | None,
    n_classes: int,
    schedule: TrainingSchedule,
    *,
    seed: int,
    weights: FloatArray | None = None,
    stage: str = "training",
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> FittedNetworks:
    """Return one network, trained on some examples and validated on others, as `fit_together`."""
    task = FitTask(training, validation, weights)
    return fit_together([task], n_classes, schedule, seed=seed, stage=stage, progress=progress)


def fit_together(
    tasks: Sequence[FitTask],
    n_classes: int,
    schedule: TrainingSchedule,
    *,
    seed: int,
    start: Sequence[FloatArray] | None = None,
    stage: str = "training",
    progress: Callable[[EpochProgress], None] = lambda _: None,
) -> FittedNetworks:
    """Return networks trained for the same number of epochs, one for each task.

    They have the weights of the epoch with the best accuracy over all validation examples; of equal
    ones, that with the lower loss. Where the learning rate falls to the end, and the training was
    not interrupted, they have those of the last epoch: by then the epochs differ by chance. All
    begin with the same weights, and the same seed gives the same networks on one machine. Ctrl-C
    ends the training early, with the best weights so far.

    Parameters
    ----------
    tasks
        Data of each network, of one window shape; that with the most examples sets the number of
        batches of an epoch.
    n_classes
        Number of classes, whether or not all of them have examples.
    schedule
        Length and speed of the training.
    seed
        Seed of the initial weights, of the order of the windows and of the dropout.
    start
        Weights to continue training from, in Keras' order; None for random ones.
    stage, progress
        Name of this stage, and the function called after each epoch, in this thread.

    Raises
    ------
    InterruptedByUserError
        Ctrl-C before the first epoch was finished.
    """
    graphs = _Graphs(tasks, n_classes, schedule, seed, start)
    members = [_Member(task, n_classes, seed, graphs.beginning) for task in tasks]
    history: list[EpochMetrics] = []
    interrupted = False
    try:
        while not is_over(history, schedule):
            epoch = graphs.run(len(history) + 1, members)
            for member in members:
                member.keep(epoch.number, best_of([*history, epoch]).number)
            history.append(epoch)
            progress(progress_of(stage, history, schedule))
    except KeyboardInterrupt:
        interrupted = True
    finally:
        graphs.close()
    if not history:
        raise InterruptedByUserError(
            "stopped before the end of the first epoch; no model was trained"
        )
    best = best_of(history) if interrupted or not schedule.cosine else history[-1]
    networks = tuple(graphs.network(member.kept[best.number]) for member in members)
    return FittedNetworks(networks, tuple(history), interrupted, best)


Metrics: TypeAlias = tuple[float, float, float, float]
"""Loss and accuracy over the training and over the validation examples."""


class _Graphs:
    """The graphs that networks are trained in, each by one thread at a time."""

    def __init__(
        self,
        tasks: Sequence[FitTask],
        n_classes: int,
        schedule: TrainingSchedule,
        seed: int,
        start: Sequence[FloatArray] | None,
    ) -> None:
        self._shape: tuple[int, int] = tasks[0].training.windows.shape[1:]
        self._n_classes = n_classes
        self._length = max(schedule.epoch_length(len(task.training)) for task in tasks)
        n_at_once = min(_AT_ONCE, len(tasks))
        self._threads = ThreadPoolExecutor(n_at_once, thread_name_prefix="emg-training")
        self._free: SimpleQueue[_Graph] = SimpleQueue()
        for _ in range(n_at_once):
            graph = _Graph(self._shape, n_classes, schedule, self._length, seed, start)
            self.beginning = graph.state()  # the same in each
            self._free.put(graph)

    def run(self, number: int, members: Sequence[_Member]) -> EpochMetrics:
        """Train one epoch of each network, and return their metrics together."""
        start_s = time.perf_counter()
        found = list(self._threads.map(self._run_one, members))
        duration_s = time.perf_counter() - start_s
        losses, accuracies, val_losses, val_accuracies = zip(*found, strict=True)
        counts = [member.n_validation for member in members]
        return EpochMetrics(
            number,
            float(np.mean(losses)),
            float(np.mean(accuracies)),
            _mean_over(val_losses, counts),
            _mean_over(val_accuracies, counts),
            duration_s,
        )

    def network(self, weights: Sequence[FloatArray]) -> Any:
        """Return a network of its own with these weights."""
        network = build_network(*self._shape, n_classes=self._n_classes, unroll=True)
        network.set_weights(weights)
        return network

    def close(self) -> None:
        """End the threads, after the epochs that they are at."""
        self._threads.shutdown(cancel_futures=True)

    def _run_one(self, member: _Member) -> Metrics:
        graph = self._free.get()
        try:
            return member.run(graph, self._length)
        finally:
            self._free.put(graph)


class _Member:
    """One network of those that are trained together: its data, and its state between epochs."""

    def __init__(self, task: FitTask, n_classes: int, seed: int, beginning: _State) -> None:
        nothing = Examples(task.training.windows[:0], task.training.classes[:0])
        self.n_validation = 0 if task.validation is None else len(task.validation)
        self.kept: dict[int, list[FloatArray]] = {}
        self._data = (
            *_tensors(task.training, n_classes, task.weights),
            *_tensors(task.validation or nothing, n_classes, None),
        )
        self._n_training = len(task.training)
        self._draws = np.random.default_rng(seed)
        self._state = beginning

    def run(self, graph: _Graph, length: int) -> Metrics:
        """Train one epoch of so many windows."""
        graph.resume(self._state)
        metrics = graph.run(_order(self._draws, self._n_training, length), self._data)
        self._state = graph.state()
        return metrics

    def keep(self, number: int, best: int) -> None:
        """Keep the weights of the epoch that has just ended beside those of the best one."""
        kept = {**self.kept, number: self._state.weights}
        self.kept = {one: kept[one] for one in {best, number}}


@dataclass(frozen=True, eq=False)
class _State:
    """The state of a network between two epochs."""

    weights: list[FloatArray]
    """Its weights, in Keras' order."""
    others: list[Any]
    """Values of the optimizer and of the random numbers of the dropout."""


class _Graph:
    """A network with its optimizer, and an epoch of its training as one traced graph."""

    def __init__(
        self,
        shape: tuple[int, int],
        n_classes: int,
        schedule: TrainingSchedule,
        length: int,
        seed: int,
        start: Sequence[FloatArray] | None,
    ) -> None:
        keras.utils.set_random_seed(seed)
        self._network = build_network(*shape, n_classes=n_classes, unroll=True)
        if start is not None:
            self._network.set_weights(start)
        self._trained = [variable.value for variable in self._network.trainable_variables]
        self._optimizer = _Adam(_rate(schedule, length), schedule.clipnorm, self._trained)
        of_weights = {id(variable) for variable in self._network.weights}
        of_dropout = [one for one in self._network.variables if id(one) not in of_weights]
        self._others = [*of_dropout, *self._optimizer.variables]
        self._batch_size = schedule.batch_size
        spec, floats = tensorflow.TensorSpec, tensorflow.float32
        data = [spec((None, *rest), floats) for rest in (shape, (n_classes,), ())]
        signature = [spec((None,), tensorflow.int64), *data, *data]
        self._epoch_graph = tensorflow.function(self._epoch, signature, jit_compile=False)
        self._traced: Any = None

    def state(self) -> _State:
        """Return the state of the network."""
        return _State(self._network.get_weights(), [one.numpy() for one in self._others])

    def resume(self, state: _State) -> None:
        """Continue with a network in this state."""
        self._network.set_weights(state.weights)
        for variable, value in zip(self._others, state.others, strict=True):
            variable.assign(value)

    def run(self, order: IndexArray, data: Sequence[Any]) -> Metrics:
        """Train one epoch, with the examples in this order, and return its metrics."""
        if self._traced is None:
            with _TRACING:  # Keras and AutoGraph have state of their own
                self._traced = self._epoch_graph.get_concrete_function()
        found = self._traced(tensorflow.constant(order), *data)
        loss, accuracy, val_loss, val_accuracy = map(float, found)
        return loss, accuracy, val_loss, val_accuracy

    def _epoch(self, order: Any, *data: Any) -> tuple[Any, Any, Any, Any]:
        shuffled = [tensorflow.gather(tensor, order) for tensor in data[:3]]
        learned = self._mean_over_batches(shuffled, self._batch_size, self._update)
        judged = self._mean_over_batches(data[3:], _VALIDATION_BATCH, self._evaluate)
        return *learned, *judged

    def _mean_over_batches(
        self, tensors: Sequence[Any], batch_size: int, of_batch: Callable[..., tuple[Any, Any]]
    ) -> tuple[Any, Any]:
        """Return mean loss and accuracy over all examples, from those of each batch."""
        n = tensorflow.shape(tensors[0])[0]
        loss, n_right = tensorflow.constant(0.0), tensorflow.constant(0.0)
        for start in tensorflow.range(0, n, batch_size):
            batch_loss, batch_right = of_batch(
                *(tensor[start : start + batch_size] for tensor in tensors)
            )
            loss += batch_loss
            n_right += batch_right
        n_examples = tensorflow.cast(n, tensorflow.float32)
        return loss / n_examples, n_right / n_examples

    def _update(self, windows: Any, targets: Any, weights: Any) -> tuple[Any, Any]:
        with tensorflow.GradientTape() as tape:
            probabilities = self._network(windows, training=True)
            losses = keras.losses.categorical_crossentropy(targets, probabilities) * weights
            loss = tensorflow.reduce_mean(losses)
        self._optimizer.apply(tape.gradient(loss, self._trained))
        return tensorflow.reduce_sum(losses), _n_right(targets, probabilities)

    def _evaluate(self, windows: Any, targets: Any, weights: Any) -> tuple[Any, Any]:
        probabilities = self._network(windows, training=False)
        losses = keras.losses.categorical_crossentropy(targets, probabilities) * weights
        return tensorflow.reduce_sum(losses), _n_right(targets, probabilities)


class _Adam:
    """Adam (Kingma & Ba 2015, arXiv:1412.6980) by TensorFlow's own kernel, one call a variable.

    The optimizer of Keras does the same in fifty small operations a variable, which take longer
    than the gradients of a network of this size.
    """

    def __init__(self, rate: Any, clipnorm: float, trained: Sequence[Any]) -> None:
        self._rate = rate
        self._clipnorm = clipnorm
        self._trained = trained
        self._step = tensorflow.Variable(0.0)
        self._moments = [
            [tensorflow.Variable(tensorflow.zeros_like(one)) for _ in range(2)] for one in trained
        ]
        self.variables = [self._step, *(one for pair in self._moments for one in pair)]

    def apply(self, gradients: Sequence[Any]) -> None:
        """Change the weights by these gradients, each clipped to the largest norm."""
        rate = self._rate(self._step)
        self._step.assign_add(1.0)
        powers = [tensorflow.pow(beta, self._step) for beta in (_BETA_1, _BETA_2)]
        for variable, (first, second), gradient in zip(
            self._trained, self._moments, gradients, strict=True
        ):
            tensorflow.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=first.handle,
                v=second.handle,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=rate,
                beta1=_BETA_1,
                beta2=_BETA_2,
                epsilon=_EPSILON,
                grad=tensorflow.clip_by_norm(gradient, self._clipnorm),
            )


_TRACING = threading.Lock()


def _mean_over(means: Sequence[float], counts: Sequence[int]) -> float:
    """Return the mean over all examples from those of each group; NaN for no example."""
    if not sum(counts):
        return math.nan
    sums = [mean * count for mean, count in zip(means, counts, strict=True) if count]
    return sum(sums) / sum(counts)


def _order(draws: np.random.Generator, n_training: int, length: int) -> IndexArray:
    """Return the places of the windows of an epoch: each once before any comes up again."""
    n_rounds = math.ceil(length / n_training)
    rounds = [draws.permutation(n_training) for _ in range(n_rounds)]
    return np.concatenate(rounds)[:length]


def _rate(schedule: TrainingSchedule, epoch_length: int) -> Any:
    """Return the function from the number of batches before to the learning rate."""
    if not schedule.cosine:
        return lambda _: schedule.learning_rate
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
