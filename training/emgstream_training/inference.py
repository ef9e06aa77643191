"""The trained network as a graph for inference: the same function in half of the time.

Reading the weights takes most of the time of one window. The graph reads them less often: an LSTM's
input is projected for all of its time steps at once, so its kernel is read once and not once per
step; the first step has no past state and needs no recurrent kernel; and the batch normalisation,
constant after training, is folded into the next dense layer. The output of a linear path is added
to the input of the softmax. One window took 20.5 us, against 49.6 us for the unrolled Keras layers
(BENCHMARKS.md, The live path).
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from emgstream.types import FloatArray
from emgstream_training.backend import tensorflow as tf
from emgstream_training.linear import linear_path, linear_terms, network_layers

__all__ = ["inference_function"]

Weights: TypeAlias = list[FloatArray]


def inference_function(network: Any, batch_size: int) -> Any:
    """Return the network as a TensorFlow function of a fixed batch of windows.

    Parameters
    ----------
    network
        A trained Keras model, as `emgstream_training.network.build_network` makes it, with or
        without the linear path of `emgstream_training.linear`.
    batch_size
        Windows of every call: input ``(batch_size, n_steps, n_features)``, output
        ``(batch_size, n_classes)``, both float32.
    """
    convolution, first, second, normalisation, hidden, output = _weights(network)
    hidden = _folded(normalisation, hidden, _epsilon(network))
    linear_layer = linear_path(network)
    linear = None if linear_layer is None else linear_layer.get_weights()
    shape = (batch_size, *network.input_shape[1:])

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32)])  # type: ignore[untyped-decorator]
    def classify(windows: Any) -> Any:
        kernel, bias = convolution
        values = tf.nn.relu(tf.nn.conv1d(windows, kernel, 1, "VALID") + bias)
        values = tf.nn.max_pool1d(values, 2, 2, "VALID")
        values = tf.stack(_lstm(values, first), axis=1)
        values = _lstm(values, second)[-1]
        values = tf.nn.relu(tf.matmul(values, hidden[0]) + hidden[1])
        values = tf.matmul(values, output[0]) + output[1]
        if linear is not None:
            values += tf.matmul(linear_terms(windows), linear[0]) + linear[1]
        return tf.nn.softmax(values)

    return classify


def _weights(network: Any) -> list[Weights]:
    """Return the weights of each layer that has some; of LSTMs with the candidate gate last."""
    convolution, first, second, *rest = [layer.get_weights() for layer in network_layers(network)]
    return [convolution, _reordered(first), _reordered(second), *rest]


def _epsilon(network: Any) -> float:
    return float(next(layer.epsilon for layer in network.layers if hasattr(layer, "epsilon")))


def _reordered(weights: Weights) -> Weights:
    """Put the candidate gate, third in Keras, last, so that one sigmoid serves the other three."""
    return [
        np.concatenate([np.split(weight, 4, axis=-1)[gate] for gate in (0, 1, 3, 2)], axis=-1)
        for weight in weights
    ]


def _folded(normalisation: Weights, dense: Weights, epsilon: float) -> Weights:
    """Return the weights of one dense layer equal to batch normalisation and a dense layer."""
    gamma, beta, mean, variance = (weight.astype(np.float64) for weight in normalisation)
    kernel, bias = (weight.astype(np.float64) for weight in dense)
    scale = gamma / np.sqrt(variance + epsilon)
    folded = scale[:, np.newaxis] * kernel, bias + (beta - mean * scale) @ kernel
    return [weight.astype(np.float32) for weight in folded]


def _lstm(values: Any, weights: Weights) -> list[Any]:
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
