"""The layers of a model's network, read from its file without TensorFlow.

The sizes are those of the arrays in ``weights.npz``; of a model that was written before version 0.2
those in the text ``config.json`` of its Keras archive. Neither is turned into objects. Layers that
act in training only (dropout) are not in the file.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, TypeAlias

from emgstream.bundle import KERAS_ARCHIVE, Model, opened_archive, read_member
from emgstream.errors import ModelFileError
from emgstream.network.network_weights import (
    KERNEL_LANDMARKS,
    KERNEL_PATH,
    KERNEL_PROJECTION,
    LINEAR_PATH,
    TRAIN_AGAIN,
    array_header,
)
from emgstream.text_documents import json_of

__all__ = ["NetworkLayer", "layers_of", "network_json"]

Shape: TypeAlias = tuple[int, ...]

_CONFIGURATION = "config.json"
_POOLED = 2
"""Steps that the pooling joins; the same in every network of `emgstream_training.network`."""
_GATES = 4
"""Gates of an LSTM cell, each with weights of its own (Hochreiter & Schmidhuber 1997, with the
forget gate of Gers et al. 2000)."""
_FOREIGN = f"the weights are not those of a network of emgstream; {TRAIN_AGAIN}"


@dataclass(frozen=True, slots=True)
class NetworkLayer:
    """One layer of a network."""

    name: str
    """Its name among the weights, or what it does where it has none."""
    kind: str
    """Its kind, by the usual name."""
    output_shape: Shape
    """Shape of its output for one window: steps and features, or features alone."""
    n_parameters: int
    """Number of its trained parameters."""


class _Sizes(NamedTuple):
    """The sizes that tell one network from another."""

    kernel: int
    """Steps that the convolution sees at once."""
    filters: int
    """Features that it makes."""
    lstm_1: int
    """Units of the first LSTM layer."""
    lstm_2: int
    """Units of the second."""
    dense: int
    """Units of the dense layer."""
    n_linear: int
    """Inputs of the linear path; 0 without one."""
    kernel_path: tuple[int, int, int] | None = None
    """Inputs, dimensions and landmarks of the kernel path; None without one."""


def layers_of(model: Model) -> tuple[NetworkLayer, ...]:
    """Return the layers of a model's network, from its input to its output.

    Raises ModelFileError where the weights are not those of a network of emgstream.
    """
    with opened_archive(io.BytesIO(model.weights)) as archive:
        if model.weights_member == KERAS_ARCHIVE:
            sizes = _sizes_in_configuration(read_member(archive, _CONFIGURATION), model)
        else:
            names = {name.removesuffix(".npy") for name in archive.namelist()}
            kernels = {
                name.partition("/")[0]: array_header(name, read_member(archive, f"{name}.npy"))
                for name in names
                if name.endswith(("/kernel", "/points"))
            }
            sizes = _sizes_of_arrays({layer: head.shape for layer, head in kernels.items()})
    return tuple(_layers(model, sizes))


def network_json(model: Model) -> dict[str, Any]:
    """Return layers and number of parameters as JSON's own types; raises as `layers_of`."""
    layers = layers_of(model)
    return {
        "layers": [{**asdict(layer), "output_shape": [*layer.output_shape]} for layer in layers],
        "n_parameters": sum(layer.n_parameters for layer in layers),
    }


def _sizes_of_arrays(kernels: Mapping[str, Shape]) -> _Sizes:
    try:
        kernel, _, filters = kernels["convolution"]
        (_, gates_1), (_, gates_2) = kernels["lstm_1"], kernels["lstm_2"]
        (_, dense) = kernels["dense"]
        n_linear = kernels[LINEAR_PATH][0] if LINEAR_PATH in kernels else 0
        kernel_path = None
        if KERNEL_PATH in kernels:
            n_inputs, n_dimensions = kernels[KERNEL_PROJECTION]
            kernel_path = n_inputs, n_dimensions, kernels[KERNEL_LANDMARKS][0]
    except (KeyError, ValueError, IndexError):
        raise ModelFileError(_FOREIGN) from None
    return _Sizes(
        kernel, filters, gates_1 // _GATES, gates_2 // _GATES, dense, n_linear, kernel_path
    )


def _sizes_in_configuration(content: bytes, model: Model) -> _Sizes:
    """Return the sizes in the configuration of a Keras archive, which is read as text only."""
    try:
        entries = json_of(content)["config"]["layers"]
        of_kind: dict[str, list[Mapping[str, Any]]] = {}
        for entry in entries:
            of_kind.setdefault(entry["class_name"], []).append(entry["config"])
        (convolution,) = of_kind["Conv1D"]
        (kernel,) = convolution["kernel_size"]
        lstm_1, lstm_2 = (int(one["units"]) for one in of_kind["LSTM"])
        dense = int(of_kind["Dense"][0]["units"])
        filters, has_path = int(convolution["filters"]), len(of_kind["Dense"]) > 2
    except (ValueError, KeyError, TypeError, IndexError):
        raise ModelFileError(_FOREIGN) from None
    manifest = model.manifest
    n_linear = (manifest.n_steps + 1) * manifest.n_features if has_path else 0
    return _Sizes(int(kernel), filters, lstm_1, lstm_2, dense, n_linear)


def _layers(model: Model, sizes: _Sizes) -> Iterator[NetworkLayer]:
    manifest = model.manifest
    n_steps, n_features, n_classes = (
        manifest.n_steps,
        manifest.n_features,
        len(manifest.class_names),
    )
    convolved = n_steps - sizes.kernel + 1
    pooled = convolved // _POOLED
    yield NetworkLayer("input", "window", (n_steps, n_features), 0)
    yield NetworkLayer(
        "convolution",
        f"convolution over {sizes.kernel} steps, ReLU",
        (convolved, sizes.filters),
        (sizes.kernel * (n_features - manifest.n_context) + 1) * sizes.filters,
    )
    yield NetworkLayer("pooling", f"maximum of {_POOLED} steps", (pooled, sizes.filters), 0)
    yield NetworkLayer(
        "lstm_1", "LSTM", (pooled, sizes.lstm_1), _lstm_parameters(sizes.filters, sizes.lstm_1)
    )
    yield NetworkLayer(
        "lstm_2", "LSTM", (sizes.lstm_2,), _lstm_parameters(sizes.lstm_1, sizes.lstm_2)
    )
    yield NetworkLayer(
        "normalisation", "batch normalisation", (sizes.lstm_2,), 4 * sizes.lstm_2
    )  # scale, offset, mean, variance
    yield NetworkLayer("dense", "dense, ReLU", (sizes.dense,), (sizes.lstm_2 + 1) * sizes.dense)
    yield NetworkLayer("output", "dense", (n_classes,), (sizes.dense + 1) * n_classes)
    if sizes.n_linear:
        yield NetworkLayer(
            LINEAR_PATH,
            "dense, from the window; added to the output",
            (n_classes,),
            (sizes.n_linear + 1) * n_classes,
        )
    if sizes.kernel_path is not None:
        yield from _kernel_path(*sizes.kernel_path, n_classes)
    yield NetworkLayer("probabilities", "softmax", (n_classes,), 0)


def _kernel_path(
    n_inputs: int, n_dimensions: int, n_landmarks: int, n_classes: int
) -> Iterator[NetworkLayer]:
    yield NetworkLayer(
        KERNEL_PROJECTION,
        "dense, from the window",
        (n_dimensions,),
        (n_inputs + 1) * n_dimensions,
    )
    yield NetworkLayer(
        KERNEL_LANDMARKS,
        f"nearness to {n_landmarks} windows of the training",
        (n_landmarks,),
        n_landmarks * n_dimensions,
    )
    yield NetworkLayer(
        KERNEL_PATH,
        "dense; added to the output",
        (n_classes,),
        (n_landmarks + 1) * n_classes,
    )


def _lstm_parameters(n_inputs: int, n_units: int) -> int:
    return _GATES * n_units * (n_inputs + n_units + 1)
