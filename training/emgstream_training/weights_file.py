"""The weights in a model file: a trained network to plain arrays, and the arrays to a network.

`emgstream.network.network_weights` reads the arrays. Of a ``.keras`` archive, in models written
before version 0.2, only the arrays of its HDF5 file are read, at known paths; its configuration,
from which Keras would make objects, is ignored.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from emgstream.bundle import KERAS_ARCHIVE, Model, opened_archive, read_member
from emgstream.errors import ModelFileError
from emgstream.network.network_weights import (
    LINEAR_PATH,
    TRAIN_AGAIN,
    Weights,
    WeightShapes,
    read_weights,
    weight_shapes,
)
from emgstream_training.linear import linear_path, network_layers, with_linear_path
from emgstream_training.network import build_network
from emgstream_training.realtime import N_STEPS

__all__ = ["network_of", "weights_npz"]


def weights_npz(network: Any) -> bytes:
    """Return the weights of a trained Keras network as the content of ``weights.npz``."""
    _, n_steps, n_features = network.input_shape
    shapes = weight_shapes(n_steps, n_features, network.output_shape[-1])
    arrays = {
        f"{layer}/{weight}": value
        for layer, keras_layer in _keras_layers(network, shapes).items()
        for weight, value in zip(shapes[layer], keras_layer.get_weights(), strict=True)
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def network_of(model: Model) -> Any:
    """Return the Keras network of a model, with the weights from its file.

    Raises ModelFileError where they are damaged, not those of this network, or not finite.
    """
    manifest = model.manifest
    if manifest.n_steps != N_STEPS:
        raise ModelFileError(
            f"the model decides on windows of {manifest.n_steps} steps; training continues on "
            f"{N_STEPS} only; {TRAIN_AGAIN}"
        )
    shapes = weight_shapes(N_STEPS, manifest.n_features, len(manifest.class_names))
    try:
        weights = _read(model, shapes)
    except ModelFileError as error:
        raise ModelFileError(f"{model.weights_member}: {error}") from None
    network = build_network(N_STEPS, manifest.n_features, len(manifest.class_names))
    if LINEAR_PATH in weights:
        network = with_linear_path(network, weights[LINEAR_PATH])
    for layer, keras_layer in _keras_layers(network, shapes).items():
        keras_layer.set_weights(weights[layer])
    return network


def _keras_layers(network: Any, shapes: WeightShapes) -> dict[str, Any]:
    """Return the layers with weights under their names in the file."""
    layers = [*network_layers(network), linear_path(network)]
    named = zip(shapes, layers, strict=True)
    return {name: layer for name, layer in named if layer is not None}


def _read(model: Model, shapes: WeightShapes) -> Weights:
    """Return the weights of each layer, of the linear path only where there is one."""
    if model.weights_member != KERAS_ARCHIVE:
        return read_weights(model.weights, shapes)
    from emgstream_training.hdf5_weights import HDF5_MEMBER, read_hdf5  # h5py is not everywhere

    with opened_archive(io.BytesIO(model.weights)) as archive:
        return read_hdf5(read_member(archive, HDF5_MEMBER), shapes)
