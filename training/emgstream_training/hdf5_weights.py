"""The weights of models written before version 0.2: the HDF5 file in an archive of Keras.

Apart from `weights_file`, since h5py does not have packages for every Python.
"""

from __future__ import annotations

from typing import Any

import h5py

from emgstream.errors import ModelFileError
from emgstream.network.network_weights import (
    LINEAR_PATH,
    TRAIN_AGAIN,
    Weights,
    WeightShapes,
    check_weight,
    finite_weight,
)
from emgstream.types import FloatArray

__all__ = ["HDF5_MEMBER", "read_hdf5"]

HDF5_MEMBER = "model.weights.h5"
"""Name of the file in the archive."""
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


def read_hdf5(content: bytes, shapes: WeightShapes) -> Weights:
    """Return the weights of each layer; raises ModelFileError where they are not as expected."""
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
        raise ModelFileError(f"{HDF5_MEMBER} cannot be read ({error}); {TRAIN_AGAIN}") from None


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
        raise ModelFileError(f"{HDF5_MEMBER} holds no array {path}; {TRAIN_AGAIN}")
    check_weight(path, found.shape, found.dtype, shape)
    return finite_weight(path, found[()])
