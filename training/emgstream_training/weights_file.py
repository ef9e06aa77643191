"""The weights in a model file: the arrays of a trained network, and those to continue from.

`emgstream.network.network_weights` reads the arrays. Of a ``.keras`` archive, in models written
before version 0.2, only the arrays of its HDF5 file are read, at known paths; its configuration,
from which Keras would make objects, is ignored.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

from emgstream.bundle import KERAS_ARCHIVE, Model, opened_archive, read_member
from emgstream.errors import ModelFileError
from emgstream.manifest import Manifest
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
from emgstream_training.realtime import N_STEPS
from emgstream_training.trained_network import CNN_LSTM, CNN_LSTM_LAYERS

__all__ = ["start_weights", "weights_npz", "weights_of"]

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


def weights_npz(weights: Weights, manifest: Manifest) -> bytes:
    """Return the arrays of a trained network as the content of ``weights.npz``."""
    shapes = weight_shapes(manifest)
    arrays = {
        f"{layer}/{name}": array
        for layer, of_layer in weights.items()
        for name, array in zip(shapes[layer], of_layer, strict=True)
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # its stubs leave no room for names
    return buffer.getvalue()


def weights_of(model: Model) -> Weights:
    """Return the arrays of each layer of a model's network.

    Raises ModelFileError where they are damaged, not those of this network, or not finite.
    """
    try:
        return _read(model, weight_shapes(model.manifest))
    except ModelFileError as error:
        raise ModelFileError(f"{model.weights_member}: {error}") from None


def start_weights(model: Model) -> list[FloatArray]:
    """Return the weights of the CNN-LSTM of a model to continue training from, in Keras' order.

    Raises ModelFileError as `weights_of`, and where its windows have another number of steps.
    """
    if model.manifest.n_steps != N_STEPS:
        raise ModelFileError(
            f"the model decides on windows of {model.manifest.n_steps} steps; training continues "
            f"on {N_STEPS} only; {TRAIN_AGAIN}"
        )
    weights = weights_of(model)
    share = np.float32(_share_of_cnn_lstm(model.manifest, weights))
    weights["output"] = [array / share for array in weights["output"]]
    return [array for layer in CNN_LSTM_LAYERS for array in weights[layer]]


def _share_of_cnn_lstm(manifest: Manifest, weights: Weights) -> float:
    """Return the share of the CNN-LSTM, which its output has been multiplied by.

    Before version 0.3 it was not stated: a half where there is a linear path.
    """
    shares = manifest.calibration.get("shares")
    if shares is None:
        return 0.5 if LINEAR_PATH in weights else 1.0
    share = shares.get(CNN_LSTM) if isinstance(shares, Mapping) else None
    if not isinstance(share, float) or not 0.0 < share <= 1.0:
        raise ModelFileError(
            f"the share of the CNN-LSTM is {share!r:.80}; expected more than 0, at most 1; "
            f"{TRAIN_AGAIN}"
        )
    return share


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
