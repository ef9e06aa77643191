"""The weights in a model file: the arrays of a trained network, and those to continue from.

`emgstream.network.network_weights` reads the arrays. Of a ``.keras`` archive, in models written
before version 0.2, only the arrays of its HDF5 file are read, at known paths; its configuration,
from which Keras would make objects, is ignored.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np

from emgstream.bundle import KERAS_ARCHIVE, Model, opened_archive, read_member
from emgstream.errors import ModelFileError
from emgstream.manifest import Manifest
from emgstream.network.network_weights import (
    TRAIN_AGAIN,
    Weights,
    WeightShapes,
    read_weights,
    weight_shapes,
)
from emgstream_training.realtime import N_STEPS
from emgstream_training.trained_network import CNN_LSTM_LAYERS, OUTPUTS, EarlierNetwork

__all__ = ["earlier_network", "weights_npz", "weights_of"]


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


def earlier_network(model: Model) -> EarlierNetwork:
    """Return the weights of a model to continue training from, without shares and temperature.

    Raises ModelFileError as `weights_of`, where its windows have another number of steps, and where
    a share or the temperature cannot be.
    """
    if model.manifest.n_steps != N_STEPS:
        raise ModelFileError(
            f"the model decides on windows of {model.manifest.n_steps} steps; training continues "
            f"on {N_STEPS} only; {TRAIN_AGAIN}"
        )
    weights = weights_of(model)
    for path, factor in _factors(model.manifest, weights).items():
        layer = OUTPUTS[path]
        weights[layer] = [array / np.float32(factor) for array in weights[layer]]
    return EarlierNetwork(
        [array for layer in CNN_LSTM_LAYERS for array in weights[layer]],
        {layer: arrays for layer, arrays in weights.items() if layer not in CNN_LSTM_LAYERS},
    )


def _factors(manifest: Manifest, weights: Weights) -> dict[str, float]:
    """Return what the output of each path was multiplied by: its share over the temperature.

    Before version 0.3 the shares were not stated: all paths had the same.
    """
    present = [path for path, layer in OUTPUTS.items() if layer in weights]
    stated = manifest.calibration.get("shares", dict.fromkeys(present, 1.0 / len(present)))
    shares = stated if isinstance(stated, Mapping) else {}
    temperature = manifest.calibration.get("temperature", 1.0)
    _check_factor("the temperature", temperature, 100.0)
    for path in present:
        _check_factor(f"the share of {path}", shares.get(path), 1.0)
    return {path: shares[path] / temperature for path in present}


def _check_factor(what: str, value: object, most: float) -> None:
    if not isinstance(value, float) or not 0.0 < value <= most:
        raise ModelFileError(
            f"{what} is {value!r:.80}; expected more than 0, at most {most:g}; {TRAIN_AGAIN}"
        )


def _read(model: Model, shapes: WeightShapes) -> Weights:
    """Return the weights of each layer, of the linear path only where there is one."""
    if model.weights_member != KERAS_ARCHIVE:
        return read_weights(model.weights, shapes)
    from emgstream_training.hdf5_weights import HDF5_MEMBER, read_hdf5  # h5py is not everywhere

    with opened_archive(io.BytesIO(model.weights)) as archive:
        return read_hdf5(read_member(archive, HDF5_MEMBER), shapes)
