"""Measure an epoch of training against Keras' own `Model.fit`, both in one process.

The published recipe's sizes: 1,980 windows of (10, 3) in batches of 32, 496 to validate on, six
classes. The values are random: the time does not depend on them. Rounds of the two alternate, so
that what else the machine does meets both.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from bench_rows import Row, table
from emgstream_training.backend import keras
from emgstream_training.epoch_progress import TrainingSchedule
from emgstream_training.examples import Examples
from emgstream_training.fit import fit
from emgstream_training.network import build_network

__all__ = ["measure"]

_N_TRAINING, _N_VALIDATION, _N_CLASSES = 1980, 496, 6
_ROUNDS, _EPOCHS = 3, 8


def measure() -> Iterator[Row]:
    """Give the time of an epoch, ours and that of `Model.fit`."""
    training, validation = _examples(_N_TRAINING), _examples(_N_VALIDATION)
    plain_s: list[float] = []
    ours_s: list[float] = []
    for _ in range(_ROUNDS):
        plain_s += _plain_epochs_s(training, validation)
        ours_s += _our_epochs_s(training, validation)
    plain, ours = float(np.median(plain_s)), float(np.median(ours_s))
    yield Row(
        what="an epoch of the published recipe (62 steps and validation), median",
        ours=f"{ours:.3f} s",
        other=f"Keras `Model.fit` on arrays: {plain:.3f} s",
        ratio=plain / ours,
        wanted="2x",
    )


def main() -> None:
    """Print the table."""
    print(table(measure()))


def _examples(n: int) -> Examples:
    random = np.random.default_rng(n)
    windows = random.standard_normal((n, 10, 3)).astype(np.float32)
    return Examples(windows, random.integers(0, _N_CLASSES, n))


def _our_epochs_s(training: Examples, validation: Examples) -> list[float]:
    """Return the time of each epoch but the first, which builds the graph."""
    fitted = fit(training, validation, _N_CLASSES, TrainingSchedule(max_epochs=_EPOCHS), seed=1)
    return [epoch.duration_s for epoch in fitted.history[1:]]


def _plain_epochs_s(training: Examples, validation: Examples) -> list[float]:
    """Return the same of the plain loop: the network compiled and fitted as the manual says."""
    keras.utils.set_random_seed(1)
    network = build_network(10, 3, _N_CLASSES)
    network.compile(
        optimizer=keras.optimizers.Adam(5e-4, clipnorm=1.0),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    ends_s: list[float] = []
    network.fit(
        training.windows,
        np.eye(_N_CLASSES)[training.classes],
        batch_size=32,
        epochs=_EPOCHS,
        validation_data=(validation.windows, np.eye(_N_CLASSES)[validation.classes]),
        callbacks=[_note_ends(ends_s)],
        verbose=0,
    )
    return [float(duration_s) for duration_s in np.diff(ends_s)]


def _note_ends(ends_s: list[float]) -> Any:
    """Return a callback that notes when each epoch ends."""

    def note(_epoch: int, _logs: Any) -> None:
        ends_s.append(time.perf_counter())

    return keras.callbacks.LambdaCallback(on_epoch_end=note)


if __name__ == "__main__":
    main()
