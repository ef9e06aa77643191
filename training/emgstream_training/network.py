"""The CNN-LSTM, as published: 153,670 parameters for windows of (10, 3) and six classes."""

from __future__ import annotations

from typing import Any

from emgstream_training.backend import keras

__all__ = ["build_network"]


def build_network(n_steps: int, n_features: int, n_classes: int, *, unroll: bool = False) -> Any:
    """Return the untrained Keras model, from windows to class probabilities.

    Convolution over time, pooling, two LSTM layers and a dense one, with dropout between. Sizes and
    dropout rates are the published ones.

    Parameters
    ----------
    n_steps, n_features
        Shape of a window; at least four steps, as convolution and pooling leave none of fewer.
    n_classes
        Number of classes.
    unroll
        Whether the LSTM layers are unrolled instead of a loop: the same network with the same
        weights, faster to train and to run.
    """
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((n_steps, n_features)),
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
