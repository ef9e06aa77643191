"""The trained network as a graph for inference: the same function in half of the time.

Reading the weights takes most of the time of one window. The graph reads them less often: an LSTM's
input is projected for all of its time steps at once, so its kernel is read once and not once per
step; the first step has no past state and needs no recurrent kernel; and the batch normalisation,
constant after training, is folded into the next dense layer. The outputs of the other paths are
added to the input of the softmax. One window of the CNN-LSTM took 20.5 us, against 49.6 us for the
unrolled Keras layers (BENCHMARKS.md, The live path).
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from emgstream.network.network_weights import (
    KERNEL_LANDMARKS,
    KERNEL_PATH,
    KERNEL_PROJECTION,
    LINEAR_PATH,
    N_NEWEST,
    Weights,
)
from emgstream.types import FloatArray
from emgstream_training.backend import tensorflow as tf

__all__ = ["inference_function"]

_Layer: TypeAlias = list[FloatArray]

_EPSILON = 1e-3
"""Added to the variance of a batch normalisation, as Keras does."""


def inference_function(weights: Weights, shape: tuple[int, int, int]) -> Any:
    """Return a network as a TensorFlow function of a fixed batch of windows.

    Parameters
    ----------
    weights
        The arrays of each layer, as `emgstream_training.trained_network.TrainedNetwork.weights`
        gives them.
    shape
        Shape of every input, ``(batch_size, n_steps, n_features)``; the output has shape
        ``(batch_size, n_classes)``. Both are float32.
    """
    n_of_step = weights["convolution"][0].shape[1]

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32)])  # type: ignore[untyped-decorator]
    def classify(windows: Any) -> Any:
        steps, context = windows[:, :, :n_of_step], windows[:, -1, n_of_step:]
        logits = _of_cnn_lstm(weights, steps)
        mean = tf.reduce_mean(steps, axis=1)
        if LINEAR_PATH in weights:
            whole = tf.reshape(steps, (shape[0], shape[1] * n_of_step))
            terms = tf.concat([whole, mean * mean, context], axis=1)
            logits += _dense(terms, weights[LINEAR_PATH])
        if KERNEL_PATH in weights:
            newest = tf.reduce_mean(steps[:, -N_NEWEST:], axis=1)
            terms = tf.concat([steps[:, -1], mean, newest, context], axis=1)
            logits += _of_kernel_path(weights, terms)
        return tf.nn.softmax(logits)

    return classify


def _of_cnn_lstm(weights: Weights, steps: Any) -> Any:
    kernel, bias = weights["convolution"]
    values = tf.nn.relu(tf.nn.conv1d(steps, kernel, 1, "VALID") + bias)
    values = tf.nn.max_pool1d(values, 2, 2, "VALID")
    values = tf.stack(_lstm(values, _reordered(weights["lstm_1"])), axis=1)
    values = _lstm(values, _reordered(weights["lstm_2"]))[-1]
    hidden = _folded(weights["normalisation"], weights["dense"])
    return _dense(tf.nn.relu(_dense(values, hidden)), weights["output"])


def _of_kernel_path(weights: Weights, terms: Any) -> Any:
    """Return the logits of the kernel path.

    The squared distance from each landmark is that of the difference, as a difference of squares
    would lose digits.
    """
    (points,) = weights[KERNEL_LANDMARKS]
    projected = _dense(terms, weights[KERNEL_PROJECTION])
    apart = tf.expand_dims(projected, 1) - points[np.newaxis]
    nearness = tf.exp(-tf.reduce_sum(apart * apart, axis=2))
    return _dense(nearness, weights[KERNEL_PATH])


def _dense(values: Any, weights: _Layer) -> Any:
    return tf.matmul(values, weights[0]) + weights[1]


def _reordered(weights: _Layer) -> _Layer:
    """Put the candidate gate, third in Keras, last, so that one sigmoid serves the other three."""
    return [
        np.concatenate([np.split(weight, 4, axis=-1)[gate] for gate in (0, 1, 3, 2)], axis=-1)
        for weight in weights
    ]


def _folded(normalisation: _Layer, dense: _Layer) -> _Layer:
    """Return the weights of one dense layer equal to batch normalisation and a dense layer."""
    gamma, beta, mean, variance = (weight.astype(np.float64) for weight in normalisation)
    kernel, bias = (weight.astype(np.float64) for weight in dense)
    scale = gamma / np.sqrt(variance + _EPSILON)
    folded = scale[:, np.newaxis] * kernel, bias + (beta - mean * scale) @ kernel
    return [weight.astype(np.float32) for weight in folded]


def _lstm(values: Any, weights: _Layer) -> list[Any]:
    """Return the state after each time step, ``(batch, n_units)`` each.

    Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, with a forget gate, as in Keras.
    """
    kernel, recurrent, bias = weights
    n_units = len(recurrent)
    batch_size, n_steps, n_features = values.shape
    flat = tf.reshape(values, (batch_size * n_steps, n_features))
    projected = tf.reshape(tf.matmul(flat, kernel) + bias, (batch_size, n_steps, 4 * n_units))
    states: list[Any] = []
    memory: Any = None
    for step in tf.unstack(projected, axis=1):
        gates = step + tf.matmul(states[-1], recurrent) if states else step
        input_gate, forget_gate, output_gate = tf.split(
            tf.sigmoid(gates[:, : 3 * n_units]), 3, axis=1
        )
        candidate = input_gate * tf.tanh(gates[:, 3 * n_units :])
        memory = candidate if memory is None else forget_gate * memory + candidate
        states.append(output_gate * tf.tanh(memory))
    return states
