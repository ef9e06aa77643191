"""The weights in a model file: a trained network to plain arrays, and the arrays to a network.

`emgstream.network.network_weights` reads the arrays. Of a ``.keras`` archive, in models written
before version 0.2, only the arrays of its HDF5 file are read, at known paths; its configuration,
from which Keras would make objects, is ignored.
"""

from __future__ import annotations

import io
from typing import Any

import h5py
import numpy as np

from emgstream.bundle import KERAS_ARCHIVE, Model, opened_archive, read_member
from emgstream.errors import ModelFileError
from emgstream.network.network_weights import (
    LINEAR_PATH,
    TRAIN_AGAIN,
    Weights,
    WeightShapes,
    check_weight,
    finite_weight,
    read_weights,
    weight_shapes,
)
from emgstream.types import FloatArray
from emgstream_training.linear import linear_path, network_layers, with_linear_path
from emgstream_training.network import build_network
from emgstream_training.realtime import N_STEPS

__all__ = ["network_of", "weights_npz"]

_HDF5_MEMBER = "model.weights.h5"
_HDF5_GROUPS = {
    "convolution": "conv1d",
    "lstm_1": "lstm/cell",
    "lstm_2": "lstm_1/cell",
    "normalisation": "batch_normalization",
    "dense": "dense",
    "output": "dense_1",
    LINEAR_PATH: "dense_2",
}
"""Group of each layer in a weights file of Keras 3, below ``layers``."""


def weights_npz(network: Any) -> bytes:
    """Return the weights of a trained Keras network as the content of ``weights.npz``."""
    _, n_steps, n_features = network.input_shape
    shapes = weight_shapes(n_steps, n_features, network.output_shape[-1])
    arrays = {
        f"{layer}/{weight}": value
        for layer, keras_layer in _keras_layers(network).items()
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
    for layer, keras_layer in _keras_layers(network).items():
        keras_layer.set_weights(weights[layer])
    return network


def _keras_layers(network: Any) -> dict[str, Any]:
    """Return the layers with weights under their names in the file."""
    layers = [*network_layers(network), linear_path(network)]
    named = zip(_HDF5_GROUPS, layers, strict=True)
    return {name: layer for name, layer in named if layer is not None}


def _read(model: Model, shapes: WeightShapes) -> Weights:
    """Return the weights of each layer, of the linear path only where there is one."""
    if model.weights_member != KERAS_ARCHIVE:
        return read_weights(model.weights, shapes)
    with opened_archive(io.BytesIO(model.weights)) as archive:
        return _from_hdf5(read_member(archive, _HDF5_MEMBER), shapes)


def _from_hdf5(content: bytes, shapes: WeightShapes) -> Weights:
    try:
        with h5py.File.in_memory(content) as file:
            return {
                layer: [
                    _dataset(file, f"layers/{group}/vars/{number}", shape, len(content))
                    for number, shape in enumerate(shapes[layer].values())
                ]
                for layer, group in _HDF5_GROUPS.items()
                if layer != LINEAR_PATH or _member(file, f"layers/{group}") is not None
            }
    except ModelFileError:
        raise
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{_HDF5_MEMBER} cannot be read ({error}); {TRAIN_AGAIN}") from None


def _member(file: h5py.File, path: str) -> Any:
    """Return a group or array; None where there is none, or only a link, maybe to another file."""
    found: Any = file
    for name in path.split("/"):
        is_group = isinstance(found, h5py.Group)
        if not (is_group and isinstance(found.get(name, getlink=True), h5py.HardLink)):
            return None
        found = found[name]
    return found


def _dataset(file: h5py.File, path: str, shape: tuple[int, ...], file_bytes: int) -> FloatArray:
    """Return an array whose values are in the file itself, so that it is no larger than that."""
    found = _member(file, path)
    is_dataset = isinstance(found, h5py.Dataset)
    if not is_dataset or found.is_virtual or found.external or found.nbytes > file_bytes:
        raise ModelFileError(f"{_HDF5_MEMBER} holds no array {path}; {TRAIN_AGAIN}")
    check_weight(path, found.shape, found.dtype, shape)
    return finite_weight(path, found[()])
