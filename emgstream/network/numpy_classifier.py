"""The trained network in plain NumPy, from the weights in the model file.

For computers that LiteRT has no wheel for, and as the reference that it is tested against. All is
computed in double precision, so that what separates the two is the rounding of LiteRT alone: its
logits reach several hundred, of which single precision keeps seven digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.errors import ModelFileError
from emgstream.manifest import Manifest
from emgstream.network.network_weights import (
    CNN_LSTM_PATH,
    KERNEL_LANDMARKS,
    KERNEL_PATH,
    KERNEL_PROJECTION,
    LINEAR_PATH,
    N_NEWEST,
    Weights,
)
from emgstream.types import FloatArray

__all__ = ["NumpyClassifier"]

_POOLED = 2  # steps of the convolution that max-pooling makes one of
_EPSILON = 1e-3  # of the batch normalisation: what Keras adds to the variance

_Double: TypeAlias = npt.NDArray[np.float64]
_Layer: TypeAlias = list[_Double]


class NumpyClassifier:
    """Class probabilities for windows of one shape, computed by NumPy.

    The layers are those of `emgstream_training.inference`: convolution, max-pooling, two LSTM
    layers, batch normalisation folded into a dense layer, softmax, and the linear path and the
    kernel path if the network has them. Windows are computed one by one: the library behind NumPy
    adds up a product of matrices in another order than a product with a vector, and the bits of a
    window must not depend on how many come at once. Any thread may use it.

    Parameters
    ----------
    weights
        The weights of each layer, as `emgstream.network.network_weights.read_weights` gives them.
    manifest
        The manifest of the model: the shape of a window.

    Raises
    ------
    ModelFileError
        A window has too few steps for convolution and pooling.
    """

    def __init__(self, weights: Weights, manifest: Manifest) -> None:
        layers = {name: [one.astype(np.float64) for one in of] for name, of in weights.items()}
        kernel, self._convolution_bias = layers["convolution"]
        self._width, self._n_of_step, _ = kernel.shape
        n_steps = manifest.n_steps
        self._n_pooled = (n_steps - self._width + 1) // _POOLED
        if self._n_pooled < 1:
            raise ModelFileError(
                f"the network in the model takes windows of {n_steps} steps; expected "
                f"{self._width + _POOLED - 1} or more; train the model again"
            )
        self._convolution = kernel.reshape(self._width * self._n_of_step, -1)
        self._first = _Lstm.from_keras(layers["lstm_1"])
        self._second = _Lstm.from_keras(layers["lstm_2"])
        self._hidden = _folded(layers["normalisation"], layers["dense"])
        self._output = layers["output"]
        self._linear = layers.get(LINEAR_PATH)
        self._kernel = _KernelPath.of(layers)
        self.window_shape = n_steps, manifest.n_features
        """Steps and features of a window."""
        self.n_classes = len(self._output[1])
        """Number of probabilities per window."""
        self.path_names = (
            CNN_LSTM_PATH,
            *(path for path in (LINEAR_PATH, KERNEL_PATH) if path in layers),
        )
        """Names of the paths from the window to the softmax."""

    def predict(self, windows: FloatArray) -> FloatArray:
        """Return probabilities, shape ``(n_windows, n_classes)``.

        ``windows`` has shape ``(n_windows, n_steps, n_features)``, float32.
        """
        probabilities = np.empty((len(windows), self.n_classes), dtype=np.float32)
        for window, row in zip(windows, probabilities, strict=True):
            row[:] = self._probabilities(window.astype(np.float64))
        return probabilities

    def path_logits(self, windows: FloatArray) -> dict[str, FloatArray]:
        """Return the share of each path of the network in the logits, by the name of the path.

        Shape ``(n_windows, n_classes)`` each, float32; ``windows`` is as for `predict`. The sum of
        all paths is the input of the softmax. The probabilities of a path alone are the softmax of
        its share.
        """
        of_windows = [self._path_logits(window.astype(np.float64)) for window in windows]
        nothing = np.empty((0, self.n_classes), dtype=np.float32)
        return {
            name: np.array([one[name] for one in of_windows], np.float32) if of_windows else nothing
            for name in self.path_names
        }

    def _probabilities(self, window: _Double) -> _Double:
        """Return the probabilities of one window, shape ``(n_steps, n_features)``."""
        logits: _Double = reduce(np.add, self._path_logits(window).values())
        raised = np.exp(logits - logits.max())  # without the maximum, large ones would overflow
        probabilities: _Double = raised / raised.sum()
        return probabilities

    def _path_logits(self, window: _Double) -> dict[str, _Double]:
        """Return the share of each path in the logits of one window, shape ``(n_classes,)``."""
        steps, context = window[:, : self._n_of_step], window[-1, self._n_of_step :]
        paths = {CNN_LSTM_PATH: self._of_cnn_lstm(steps)}
        mean = steps.mean(axis=0)
        if self._linear is not None:
            kernel, bias = self._linear
            terms = np.concatenate([steps.ravel(), mean * mean, context])
            paths[LINEAR_PATH] = terms @ kernel + bias
        if self._kernel is not None:
            newest = steps[-N_NEWEST:].mean(axis=0)
            terms = np.concatenate([steps[-1], mean, newest, context])
            paths[KERNEL_PATH] = self._kernel.logits(terms)
        return paths

    def _of_cnn_lstm(self, steps: _Double) -> _Double:
        """Return the logits of the CNN-LSTM, shape ``(n_classes,)``, for the steps of a window."""
        kernel, bias = self._hidden
        states = self._second.states(self._first.states(self._convolved(steps)))
        hidden = np.maximum(states[-1] @ kernel + bias, 0.0)
        kernel, bias = self._output
        logits: _Double = hidden @ kernel + bias
        return logits

    def _convolved(self, window: _Double) -> _Double:
        """Return the window after convolution and max-pooling, shape ``(n_pooled, n_filters)``."""
        n_kept = _POOLED * self._n_pooled
        rows = [window[start : start + self._width].ravel() for start in range(n_kept)]
        filtered = np.array(rows) @ self._convolution + self._convolution_bias
        pooled: _Double = filtered.reshape(self._n_pooled, _POOLED, -1).max(axis=1)
        return np.maximum(pooled, 0.0)


@dataclass(frozen=True)
class _KernelPath:
    """Logits from how near a window is to each of some landmarks (radial basis functions)."""

    projection: _Layer
    points: _Double
    """Landmarks, ``(n_landmarks, n_dimensions)``."""
    output: _Layer

    @classmethod
    def of(cls, layers: dict[str, _Layer]) -> _KernelPath | None:
        """Return the path of a network; None where it has none."""
        if KERNEL_PATH not in layers:
            return None
        (points,) = layers[KERNEL_LANDMARKS]
        return cls(layers[KERNEL_PROJECTION], points, layers[KERNEL_PATH])

    def logits(self, terms: _Double) -> _Double:
        """Return its logits, shape ``(n_classes,)``."""
        kernel, bias = self.projection
        apart = self.points - (terms @ kernel + bias)
        nearness = np.exp(-np.einsum("ij,ij->i", apart, apart))
        kernel, bias = self.output
        logits: _Double = nearness @ kernel + bias
        return logits


@dataclass(frozen=True)
class _Lstm:
    """An LSTM layer whose candidate gate is last, so that one sigmoid serves the other three."""

    kernel: _Double
    """Weights of the input, ``(n_inputs, 4 n_units)``."""
    recurrent: _Double
    """Weights of the state, ``(n_units, 4 n_units)``."""
    bias: _Double
    """``(4 n_units,)``."""

    @classmethod
    def from_keras(cls, weights: _Layer) -> _Lstm:
        """Return the layer of weights whose gates are as in Keras: the candidate gate is third."""
        return cls(
            *(
                np.concatenate([np.split(weight, 4, axis=-1)[gate] for gate in (0, 1, 3, 2)], -1)
                for weight in weights
            )
        )

    def states(self, values: _Double) -> _Double:
        """Return the state after each time step, shape ``(n_steps, n_units)``.

        Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, with a forget gate.
        """
        n_units = len(self.recurrent)
        states = np.zeros((len(values), n_units))
        state, memory = states[0], np.zeros(n_units)
        for step, projected in enumerate(values @ self.kernel + self.bias):
            gates = projected + state @ self.recurrent if step else projected
            opened = _sigmoid(gates[: 3 * n_units])
            candidate = opened[:n_units] * np.tanh(gates[3 * n_units :])
            memory = opened[n_units : 2 * n_units] * memory + candidate
            state = states[step] = opened[2 * n_units :] * np.tanh(memory)
        return states


def _sigmoid(values: _Double) -> _Double:
    """Return the logistic function, by the hyperbolic tangent, which cannot overflow."""
    opened: _Double = 0.5 * np.tanh(0.5 * values) + 0.5
    return opened


def _folded(normalisation: _Layer, dense: _Layer) -> _Layer:
    """Return the weights of one dense layer equal to batch normalisation and a dense layer."""
    gamma, beta, mean, variance = normalisation
    kernel, bias = dense
    scale = gamma / np.sqrt(variance + _EPSILON)
    return [scale[:, np.newaxis] * kernel, bias + (beta - mean * scale) @ kernel]
