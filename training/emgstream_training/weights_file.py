"""The weights in a model file: a trained network to plain arrays, and the arrays to a network.

``weights.npz`` is a zip with one float32 array per weight in NumPy's ``.npy`` format, named
``LAYER/WEIGHT.npy``. The shapes follow from the manifest, and each header is compared with the
expected shape before an array is made; nothing is unpickled. Of a ``.keras`` archive, in models
written before version 0.2, only the arrays of its HDF5 file are read, at known paths; its
configuration, from which Keras would make objects, is ignored.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, TypeAlias

import h5py
import numpy as np

from emgstream.bundle import KERAS_ARCHIVE, Model, opened_archive, read_member
from emgstream.errors import ModelFileError
from emgstream.network_layers import array_header
from emgstream.types import FloatArray
from emgstream_training.linear import linear_path, network_layers, with_linear_path
from emgstream_training.network import build_network
from emgstream_training.realtime import N_STEPS

__all__ = ["network_of", "weights_npz"]

Shape: TypeAlias = tuple[int, ...]

_LINEAR = "linear_path"
_HDF5_MEMBER = "model.weights.h5"
_HDF5_GROUPS = {
    "convolution": "conv1d",
    "lstm_1": "lstm/cell",
    "lstm_2": "lstm_1/cell",
    "normalisation": "batch_normalization",
    "dense": "dense",
    "output": "dense_1",
    _LINEAR: "dense_2",
}
"""Group of each layer in a weights file of Keras 3, below ``layers``."""
_AGAIN = "train the model again"


def weights_npz(network: Any) -> bytes:
    """Return the weights of a trained Keras network as the content of ``weights.npz``."""
    shapes = _shapes(network.input_shape[-1], network.output_shape[-1])
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
            f"{N_STEPS} only; {_AGAIN}"
        )
    try:
        weights = _read(model, _shapes(manifest.n_features, len(manifest.class_names)))
    except ModelFileError as error:
        raise ModelFileError(f"{model.weights_member}: {error}") from None
    network = build_network(N_STEPS, manifest.n_features, len(manifest.class_names))
    if _LINEAR in weights:
        network = with_linear_path(network, weights[_LINEAR])
    for layer, keras_layer in _keras_layers(network).items():
        keras_layer.set_weights(weights[layer])
    return network


def _keras_layers(network: Any) -> dict[str, Any]:
    """Return the layers with weights under their names in the file."""
    layers = [*network_layers(network), linear_path(network)]
    named = zip(_HDF5_GROUPS, layers, strict=True)
    return {name: layer for name, layer in named if layer is not None}


def _shapes(n_features: int, n_classes: int) -> dict[str, dict[str, Shape]]:
    """Return the shape of each weight by layer, in the order in which Keras gives them."""
    return {
        "convolution": {"kernel": (3, n_features, 64), "bias": (64,)},
        "lstm_1": {"kernel": (64, 512), "recurrent_kernel": (128, 512), "bias": (512,)},
        "lstm_2": {"kernel": (128, 256), "recurrent_kernel": (64, 256), "bias": (256,)},
        "normalisation": dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (64,)),
        "dense": {"kernel": (64, 64), "bias": (64,)},
        "output": {"kernel": (64, n_classes), "bias": (n_classes,)},
        _LINEAR: {"kernel": ((N_STEPS + 1) * n_features, n_classes), "bias": (n_classes,)},
    }


def _read(model: Model, shapes: Mapping[str, Mapping[str, Shape]]) -> dict[str, list[FloatArray]]:
    """Return the weights of each layer, of the linear path only where there is one."""
    with opened_archive(io.BytesIO(model.weights)) as archive:
        if model.weights_member == KERAS_ARCHIVE:
            return _from_hdf5(read_member(archive, _HDF5_MEMBER), shapes)
        has_linear_path = f"{_LINEAR}/kernel.npy" in archive.namelist()
        return {
            layer: [
                _array(f"{layer}/{name}", read_member(archive, f"{layer}/{name}.npy"), shape)
                for name, shape in of_layer.items()
            ]
            for layer, of_layer in shapes.items()
            if layer != _LINEAR or has_linear_path
        }


def _array(name: str, content: bytes, shape: Shape) -> FloatArray:
    """Return the array in the content of an ``.npy`` file; no more is allocated than that holds."""
    header = array_header(name, content)
    values = content[header.length :]
    _check(name, header.shape, header.dtype, shape)
    if header.is_fortran or len(values) != 4 * int(np.prod(shape)):
        raise ModelFileError(f"{name} is not laid out as expected; {_AGAIN}")
    return _finite(name, np.frombuffer(values, np.float32).reshape(shape))


def _from_hdf5(
    content: bytes, shapes: Mapping[str, Mapping[str, Shape]]
) -> dict[str, list[FloatArray]]:
    try:
        with h5py.File.in_memory(content) as file:
            return {
                layer: [
                    _dataset(file, f"layers/{group}/vars/{number}", shape, len(content))
                    for number, shape in enumerate(shapes[layer].values())
                ]
                for layer, group in _HDF5_GROUPS.items()
                if layer != _LINEAR or _member(file, f"layers/{group}") is not None
            }
    except ModelFileError:
        raise
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{_HDF5_MEMBER} cannot be read ({error}); {_AGAIN}") from None


def _member(file: h5py.File, path: str) -> Any:
    """Return a group or array; None where there is none, or only a link, maybe to another file."""
    found: Any = file
    for name in path.split("/"):
        is_group = isinstance(found, h5py.Group)
        if not (is_group and isinstance(found.get(name, getlink=True), h5py.HardLink)):
            return None
        found = found[name]
    return found


def _dataset(file: h5py.File, path: str, shape: Shape, file_bytes: int) -> FloatArray:
    """Return an array whose values are in the file itself, so that it is no larger than that."""
    found = _member(file, path)
    is_dataset = isinstance(found, h5py.Dataset)
    if not is_dataset or found.is_virtual or found.external or found.nbytes > file_bytes:
        raise ModelFileError(f"{_HDF5_MEMBER} holds no array {path}; {_AGAIN}")
    _check(path, found.shape, found.dtype, shape)
    return _finite(path, found[()])


def _check(name: str, found: Shape, dtype: np.dtype[Any], shape: Shape) -> None:
    if found != shape or dtype != np.float32:
        raise ModelFileError(
            f"{name} has shape {found} of {dtype}; expected {shape} of float32; {_AGAIN}"
        )


def _finite(name: str, values: FloatArray) -> FloatArray:
    if not np.isfinite(values).all():
        raise ModelFileError(f"{name} holds values that are not finite; {_AGAIN}")
    return values
