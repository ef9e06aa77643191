"""A linear path beside the network: from the window straight to the input of the softmax.

A linear discriminant has few parameters, learned from many windows: single repetitions mislead it
less, and its errors differ from the network's. The probabilities of both are averaged
geometrically, within one network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from emgstream.types import FloatArray
from emgstream_training.backend import keras
from emgstream_training.examples import Examples

__all__ = [
    "discriminant",
    "linear_path",
    "linear_terms",
    "network_layers",
    "separate_linear_path",
    "with_linear_path",
]

_NAME = "linear_path"
_SHARE = 0.5
"""Weight of the network in the average; the linear path has the rest (choice: both the same).

A power of two, so that dividing by it again gives the same bits."""


def linear_terms(windows: Any) -> Any:
    """Return the inputs of the linear path, shape ``(n, n_terms)``, for tensors of any kind.

    Every number of the window, and the square of each feature's mean over the steps.
    """
    layers = keras.layers
    # Keras numbers the names it makes up, so the same model would be another file each time.
    mean = layers.GlobalAveragePooling1D(name="mean")(windows)
    squares = layers.Multiply(name="squares")([mean, mean])
    return layers.Concatenate(name="terms")([layers.Flatten(name="window")(windows), squares])


def discriminant(examples: Examples) -> list[FloatArray]:
    """Return the linear discriminant of examples of all classes, with equal priors.

    Kernel and bias, shapes ``(n_terms, n_classes)`` and ``(n_classes,)``. The covariance is shrunk
    as by Ledoit and Wolf (2004, doi:10.1016/S0047-259X(03)00096-4).
    """
    n_classes = int(examples.classes.max()) + 1
    fitted: Any = LinearDiscriminantAnalysis(
        solver="lsqr", shrinkage="auto", priors=np.full(n_classes, 1.0 / n_classes)
    )
    fitted.fit(np.asarray(linear_terms(examples.windows), np.float64), examples.classes)
    kernel, bias = fitted.coef_.T, fitted.intercept_
    if n_classes == 2:  # scikit-learn gives only the second class, relative to the first
        kernel, bias = np.hstack([0.0 * kernel, kernel]), np.concatenate([0.0 * bias, bias])
    return [kernel.astype(np.float32), bias.astype(np.float32)]


def with_linear_path(network: Any, linear: Sequence[FloatArray]) -> Any:
    """Return one network of a trained one and a linear path; it reuses all layers but the last.

    Parameters
    ----------
    network
        A trained Keras model, as `emgstream_training.network.build_network` makes it.
    linear
        Kernel and bias, as `discriminant` gives them.
    """
    windows = keras.Input(network.input_shape[1:])
    *layers, last = network.layers
    hidden = windows
    for layer in layers:
        hidden = layer(hidden)
    output = keras.layers.Dense(last.units, name=last.name)
    linear_layer = keras.layers.Dense(last.units, name=_NAME)
    added = keras.layers.Add()([output(hidden), linear_layer(linear_terms(windows))])
    both = keras.Model(windows, keras.layers.Softmax()(added))
    output.set_weights([_SHARE * weights for weights in last.get_weights()])
    linear_layer.set_weights([(1.0 - _SHARE) * weights for weights in linear])
    return both


def linear_path(network: Any) -> Any:
    """Return the layer that is the linear path of a network; None where it has none."""
    return next((layer for layer in network.layers if layer.name == _NAME), None)


def network_layers(network: Any) -> list[Any]:
    """Return the layers with weights, in their order, without the linear path."""
    linear_layer = linear_path(network)
    return [layer for layer in network.layers if layer.weights and layer is not linear_layer]


def separate_linear_path(network: Any) -> tuple[list[FloatArray], list[FloatArray] | None]:
    """Return the weights that `with_linear_path` was given: the network's, and the linear path's.

    The network's are in Keras' order; the path's None where there is none.
    """
    linear_layer = linear_path(network)
    if linear_layer is None:
        return network.get_weights(), None
    layers = network_layers(network)
    *others, kernel, bias = [weights for layer in layers for weights in layer.get_weights()]
    linear = [weights / (1.0 - _SHARE) for weights in linear_layer.get_weights()]
    return [*others, kernel / _SHARE, bias / _SHARE], linear
