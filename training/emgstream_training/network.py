"""The CNN-LSTM, as published: 153,670 parameters for windows of (10, 3) and six classes."""

from __future__ import annotations

from typing import Any

from emgstream_training.backend import keras

__all__ = ["build_network"]


def build_network(
    n_steps: int,
    n_features: int,
    n_classes: int,
    *,
    unroll: bool = False,
    batch_size: int | None = None,
) -> Any:
    """Return the Keras model, untrained: windows in, class probabilities out.

    Convolution over time, pooling, two LSTM layers and a dense one, with dropout between.

    Parameters
    ----------
    n_steps, n_features
        Shape of a window; at least four steps, or the convolution and the pooling leave none.
    n_classes
        Number of probabilities.
    unroll
        Whether the LSTM layers are laid out step by step instead of as a loop: the same network
        and the same weights, quicker to train and to run.
    batch_size
        Number of windows of every call; None for any.
    """
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((n_steps, n_features), batch_size=batch_size),
            layers.Conv1D(64, 3, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Dropout(0.3),
            layers.LSTM(128, return_sequences=True, unroll=unroll),
            layers.Dropout(0.5),
            layers.LSTM(64, unroll=unroll),
            layers.Dropout(0.3),
            layers.BatchNormalization(),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(n_classes, activation="softmax"),
        ]
    )
