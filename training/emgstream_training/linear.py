"""A linear path beside the network: from the window straight to what goes into the softmax.

Few numbers learned from much, it is not led astray by the accidents of single repetitions, and errs
elsewhere than the network does. Their probabilities are averaged geometrically, in one network.
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
    "layers_alone",
    "linear_path",
    "linear_terms",
    "taken_apart",
    "with_linear_path",
]

_NAME = "linear_path"
_SHARE = 0.5
"""Of the network in the average, and of the linear path."""


def linear_terms(windows: Any) -> Any:
    """Return what the linear path is linear in, shape ``(n, n_terms)``, for tensors of any kind.

    Every number of the window, and the square of each feature's mean over the steps.
    """
    layers = keras.layers
    # Names that Keras makes up count on, and would make the same model another file each time.
    mean = layers.GlobalAveragePooling1D(name="mean")(windows)
    squares = layers.Multiply(name="squares")([mean, mean])
    return layers.Concatenate(name="terms")([layers.Flatten(name="window")(windows), squares])


def discriminant(examples: Examples) -> list[FloatArray]:
    """Return the linear discriminant of examples of all classes, each as likely beforehand.

    Kernel and bias, shapes ``(n_terms, n_classes)`` and ``(n_classes,)``. The covariance is shrunk
    as by Ledoit and Wolf (2004, doi:10.1016/S0047-259X(03)00096-4).
    """
    n_classes = int(examples.classes.max()) + 1
    fitted: Any = LinearDiscriminantAnalysis(
        solver="lsqr", shrinkage="auto", priors=np.full(n_classes, 1.0 / n_classes)
    )
    fitted.fit(np.asarray(linear_terms(examples.windows), np.float64), examples.classes)
    kernel, bias = fitted.coef_.T, fitted.intercept_
    if n_classes == 2:  # scikit-learn gives the second class against the first alone
        kernel, bias = np.hstack([0.0 * kernel, kernel]), np.concatenate([0.0 * bias, bias])
    return [kernel.astype(np.float32), bias.astype(np.float32)]


def with_linear_path(network: Any, linear: Sequence[FloatArray]) -> Any:
    """Return one network of a trained one and a linear path; they share all layers but the last.

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
    straight = keras.layers.Dense(last.units, name=_NAME)
    added = keras.layers.Add()([output(hidden), straight(linear_terms(windows))])
    both = keras.Model(windows, keras.layers.Softmax()(added))
    output.set_weights([_SHARE * weights for weights in last.get_weights()])
    straight.set_weights([(1.0 - _SHARE) * weights for weights in linear])
    return both


def linear_path(network: Any) -> Any:
    """Return the layer that is the linear path of a network; None where it has none."""
    return next((layer for layer in network.layers if layer.name == _NAME), None)


def layers_alone(network: Any) -> list[Any]:
    """Return the layers that have weights, in their order, but for the linear path."""
    straight = linear_path(network)
    return [layer for layer in network.layers if layer.weights and layer is not straight]


def taken_apart(network: Any) -> tuple[list[FloatArray], list[FloatArray] | None]:
    """Return the weights of a network alone and of its linear path, as they were put together.

    The network's are as Keras orders them; the path's None where it has none.
    """
    straight = linear_path(network)
    if straight is None:
        return network.get_weights(), None
    alone = layers_alone(network)
    *others, kernel, bias = [weights for layer in alone for weights in layer.get_weights()]
    linear = [weights / (1.0 - _SHARE) for weights in straight.get_weights()]
    return [*others, kernel / _SHARE, bias / _SHARE], linear
