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
    CNN_LSTM_PATH,
    LINEAR_PATH,
    TRAIN_AGAIN,
    Weights,
    WeightShapes,
    read_weights,
    weight_shapes,
)
from emgstream.types import FloatArray
from emgstream_training.realtime import N_STEPS
from emgstream_training.trained_network import CNN_LSTM_LAYERS

__all__ = ["start_weights", "weights_npz", "weights_of"]


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
    share = shares.get(CNN_LSTM_PATH) if isinstance(shares, Mapping) else None
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
    from emgstream_training.hdf5_weights import HDF5_MEMBER, read_hdf5  # h5py is not everywhere

    with opened_archive(io.BytesIO(model.weights)) as archive:
        return read_hdf5(read_member(archive, HDF5_MEMBER), shapes)
