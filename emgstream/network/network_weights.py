"""The weights of the network in a model file, as plain arrays with their expected shapes.

``weights.npz`` is a zip with one float32 array per weight in NumPy's ``.npy`` format, named
``LAYER/WEIGHT.npy``. The shapes follow from the manifest, and each header is compared with the
expected shape before an array is made; nothing is unpickled.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from emgstream.bundle import opened_archive, read_member
from emgstream.errors import ModelFileError
from emgstream.manifest import Manifest
from emgstream.types import FloatArray

__all__ = [
    "CNN_LSTM_PATH",
    "KERNEL_LANDMARKS",
    "KERNEL_PATH",
    "KERNEL_PROJECTION",
    "LINEAR_PATH",
    "N_NEWEST",
    "TRAIN_AGAIN",
    "ArrayHeader",
    "WeightShapes",
    "Weights",
    "array_header",
    "check_weight",
    "finite_weight",
    "read_weights",
    "weight_shapes",
]

Weights: TypeAlias = dict[str, list[FloatArray]]
"""The arrays of each layer by its name, in the order of `weight_shapes`."""
WeightShapes: TypeAlias = Mapping[str, Mapping[str, tuple[int, ...]]]
"""The shape of each weight by layer and name; `ANY_LENGTH` for an axis that the file decides."""

ANY_LENGTH = -1
"""An axis of any length up to `_LONGEST`."""
_LONGEST = 4096

CNN_LSTM_PATH = "cnn_lstm"
"""Name of the path through convolution and LSTM, which every network has."""
LINEAR_PATH = "linear_path"
"""Name of the layer from the window straight to the softmax, which not every network has."""
KERNEL_PROJECTION = "kernel_projection"
"""Name of the layer from the window to the space in which the kernel path measures distances."""
KERNEL_LANDMARKS = "kernel_landmarks"
"""Name of the layer of distances from the landmarks."""
KERNEL_PATH = "kernel_path"
"""Name of the layer from these to the softmax. Not every network has a kernel path."""
_OPTIONAL = (LINEAR_PATH, KERNEL_PROJECTION, KERNEL_LANDMARKS, KERNEL_PATH)
N_NEWEST = 5
"""Newest steps of a window whose mean the kernel path sees, beside that of all and the newest."""
TRAIN_AGAIN = "train the model again"


class ArrayHeader(NamedTuple):
    """The header of an array in NumPy's ``.npy`` format."""

    shape: tuple[int, ...]
    """Shape of the array."""
    dtype: np.dtype[Any]
    """Type of its numbers."""
    is_fortran: bool
    """True if the first axis varies fastest."""
    length: int
    """Bytes before the first number."""


def weight_shapes(manifest: Manifest) -> WeightShapes:
    """Return the shape of each weight by layer, in the order in which Keras gives them.

    The sizes are those of `emgstream_training.network.build_network`, and of the paths beside it.
    """
    n_steps, n_classes = manifest.n_steps, len(manifest.class_names)
    n_context = manifest.n_context
    n_of_step = manifest.n_features - n_context
    n_linear = (n_steps + 1) * n_of_step + n_context
    n_kernel = 3 * n_of_step + n_context
    return {
        "convolution": {"kernel": (3, n_of_step, 64), "bias": (64,)},
        "lstm_1": {"kernel": (64, 512), "recurrent_kernel": (128, 512), "bias": (512,)},
        "lstm_2": {"kernel": (128, 256), "recurrent_kernel": (64, 256), "bias": (256,)},
        "normalisation": dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (64,)),
        "dense": {"kernel": (64, 64), "bias": (64,)},
        "output": {"kernel": (64, n_classes), "bias": (n_classes,)},
        LINEAR_PATH: {"kernel": (n_linear, n_classes), "bias": (n_classes,)},
        KERNEL_PROJECTION: {"kernel": (n_kernel, n_classes - 1), "bias": (n_classes - 1,)},
        KERNEL_LANDMARKS: {"points": (ANY_LENGTH, n_classes - 1)},
        KERNEL_PATH: {"kernel": (ANY_LENGTH, n_classes), "bias": (n_classes,)},
    }


def read_weights(content: bytes, shapes: WeightShapes) -> Weights:
    """Return the arrays of ``weights.npz``; of the paths beside the CNN-LSTM those that are there.

    Raises ModelFileError if one is missing, has another shape or type, or is not finite.
    """
    with opened_archive(io.BytesIO(content)) as archive:
        present = {name.partition("/")[0] for name in archive.namelist()}
        weights = {
            layer: [
                _array(f"{layer}/{name}", read_member(archive, f"{layer}/{name}.npy"), shape)
                for name, shape in of_layer.items()
            ]
            for layer, of_layer in shapes.items()
            if layer not in _OPTIONAL or layer in present
        }
    _check_kernel_path(weights)
    return weights


def _check_kernel_path(weights: Weights) -> None:
    """Raise ModelFileError unless all layers of the kernel path fit each other, or none is."""
    layers = [one for one in (KERNEL_PROJECTION, KERNEL_LANDMARKS, KERNEL_PATH) if one in weights]
    if layers and len(layers) < 3:
        raise ModelFileError(
            f"the network has {', '.join(layers)} alone of its kernel path; {TRAIN_AGAIN}"
        )
    if layers and len(weights[KERNEL_LANDMARKS][0]) != len(weights[KERNEL_PATH][0]):
        raise ModelFileError(
            f"{KERNEL_LANDMARKS} has {len(weights[KERNEL_LANDMARKS][0])} points, {KERNEL_PATH} "
            f"expects {len(weights[KERNEL_PATH][0])}; {TRAIN_AGAIN}"
        )


def check_weight(
    name: str, found: tuple[int, ...], dtype: np.dtype[Any], shape: tuple[int, ...]
) -> None:
    """Raise ModelFileError unless an array has the expected shape, and float32 numbers."""
    fits = len(found) == len(shape) and all(
        1 <= have <= _LONGEST if want == ANY_LENGTH else have == want
        for have, want in zip(found, shape, strict=True)
    )
    if not fits or dtype != np.float32:
        raise ModelFileError(
            f"{name} has shape {found} of {dtype}; expected {shape} of float32; {TRAIN_AGAIN}"
        )


def finite_weight(name: str, values: FloatArray) -> FloatArray:
    """Return the array; raises ModelFileError if a value is not finite."""
    if not np.isfinite(values).all():
        raise ModelFileError(f"{name} holds values that are not finite; {TRAIN_AGAIN}")
    return values


def array_header(name: str, content: bytes) -> ArrayHeader:
    """Return the header of an ``.npy`` file; no array is made. Raises ModelFileError, naming it."""
    stream = io.BytesIO(content)
    try:
        np.lib.format.read_magic(stream)
        shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    except (  # all that a header can make NumPy and the parser of Python's literals raise
        ValueError,
        TypeError,
        SyntaxError,
        RecursionError,
        MemoryError,
        tokenize.TokenError,
    ) as error:
        reason = " ".join(str(error).split())  # some are of several lines
        raise ModelFileError(f"{name} is not an array ({reason:.100}); {TRAIN_AGAIN}") from None
    return ArrayHeader(shape, dtype, is_fortran, stream.tell())


def _array(name: str, content: bytes, shape: tuple[int, ...]) -> FloatArray:
    """Return the array in the content of an ``.npy`` file; no more is allocated than that holds."""
    header = array_header(name, content)
    values = content[header.length :]
    check_weight(name, header.shape, header.dtype, shape)
    if header.is_fortran or len(values) != 4 * int(np.prod(header.shape)):
        raise ModelFileError(f"{name} is not laid out as expected; {TRAIN_AGAIN}")
    return finite_weight(name, np.frombuffer(values, np.float32).reshape(header.shape))
