"""A trained network: the CNN-LSTM and the paths beside it, with the share of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.network.network_weights import CNN_LSTM_PATH, KERNEL_PATH, LINEAR_PATH, Weights
from emgstream.types import FloatArray
from emgstream_training.metrics import probabilities
from emgstream_training.network import build_network
from emgstream_training.paths import path_logits

__all__ = [
    "CNN_LSTM_LAYERS",
    "OUTPUTS",
    "EarlierNetwork",
    "TrainedNetwork",
    "joined_logits",
    "joined_probabilities",
    "network_layers",
]

Doubles: TypeAlias = npt.NDArray[np.float64]

OUTPUTS = {CNN_LSTM_PATH: "output", LINEAR_PATH: LINEAR_PATH, KERNEL_PATH: KERNEL_PATH}
"""The last layer of each path, whose weights carry its share and the temperature."""
_LEAST = 1e-30
"""Smallest probability whose logarithm is taken: far below what float32 gives a class."""
CNN_LSTM_LAYERS = ("convolution", "lstm_1", "lstm_2", "normalisation", "dense", "output")
"""Names of its layers in the model file, in Keras' order."""


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """The CNN-LSTM and the paths beside it; together their geometric mean.

    The logits of each path, times its share, are added and divided by the temperature (Guo et al.
    2017, arXiv:1706.04599). In the model file both are part of the weights.
    """

    cnn_lstm: Any
    """The trained Keras model, as `emgstream_training.network.build_network` makes it."""
    n_context: int = 0
    """Features of a window, the last ones, that only the paths get, of the newest step alone."""
    paths: Weights = field(default_factory=dict)
    """The layers of the other paths, by name."""
    shares: Mapping[str, float] = field(default_factory=lambda: {CNN_LSTM_PATH: 1.0})
    """Share of each path, 0 to 1; together 1."""
    temperature: float = 1.0
    """Divisor of the logits before the softmax."""

    @property
    def n_classes(self) -> int:
        """Number of probabilities of a window."""
        return int(self.cnn_lstm.output_shape[-1])

    def logits(self, windows: FloatArray) -> dict[str, Doubles]:
        """Return the logits of each path by its name, without share and temperature.

        Shape ``(n_windows, n_classes)`` each, for windows ``(n_windows, n_steps, n_features)``.
        """
        n_of_step = windows.shape[2] - self.n_context
        alone = probabilities(self.cnn_lstm, np.ascontiguousarray(windows[:, :, :n_of_step]))
        logarithms: Doubles = np.log(np.maximum(alone.astype(np.float64), _LEAST))
        return {CNN_LSTM_PATH: logarithms, **path_logits(self.paths, windows, self.n_context)}

    def probabilities(self, windows: FloatArray) -> FloatArray:
        """Return the class probabilities, shape ``(n_windows, n_classes)``."""
        return joined_probabilities(self.logits(windows), self.shares, self.temperature)

    def weights(self) -> Weights:
        """Return the arrays of each layer as they go into the model file."""
        layers = {
            name: list(layer.get_weights())
            for name, layer in zip(CNN_LSTM_LAYERS, network_layers(self.cnn_lstm), strict=True)
        }
        layers |= self.paths
        for path, share in self.shares.items():
            factor = np.float32(share / self.temperature)
            layers[OUTPUTS[path]] = [factor * array for array in layers[OUTPUTS[path]]]
        return layers


@dataclass(frozen=True, eq=False)
class EarlierNetwork:
    """The weights of a model to continue training from, without shares and temperature."""

    cnn_lstm: list[FloatArray]
    """Those of the CNN-LSTM, in Keras' order."""
    paths: Weights
    """The layers of the other paths, by name."""

    def network(self, windows: FloatArray, n_context: int) -> TrainedNetwork:
        """Return the network, for windows ``(n_windows, n_steps, n_features)`` as these.

        Its shares are to be chosen.
        """
        n_steps, n_features = windows.shape[1:]
        n_classes = len(self.cnn_lstm[-1])
        cnn_lstm = build_network(n_steps, n_features - n_context, n_classes, unroll=True)
        cnn_lstm.set_weights(self.cnn_lstm)
        return TrainedNetwork(cnn_lstm, n_context, self.paths)


def joined_logits(logits: Mapping[str, Doubles], shares: Mapping[str, float]) -> Doubles:
    """Return the logits of paths together, shape ``(n_windows, n_classes)``."""
    return sum((share * logits[path] for path, share in shares.items()), np.zeros((1, 1)))


def joined_probabilities(
    logits: Mapping[str, Doubles], shares: Mapping[str, float], temperature: float = 1.0
) -> FloatArray:
    """Return the probabilities of paths together, shape ``(n_windows, n_classes)``."""
    total = joined_logits(logits, shares) / temperature
    raised = np.exp(total - np.max(total, axis=1, keepdims=True))
    joined: FloatArray = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return joined


def network_layers(network: Any) -> list[Any]:
    """Return the layers of a Keras network that have weights, in their order."""
    return [layer for layer in network.layers if layer.weights]
