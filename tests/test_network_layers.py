from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emgstream.bundle import Model, read_model
from emgstream.cli import main
from emgstream.data import DEMO_MODEL
from emgstream.errors import ModelFileError
from emgstream.network.network_layers import layers_of
from emgstream.steps import RAW_STEP
from tests.test_old_model import OLD_MODEL


def n_parameters(model: Model) -> int:
    return sum(layer.n_parameters for layer in layers_of(model))


def weights(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **{name.replace("__", "/"): array for name, array in arrays.items()})
    return buffer.getvalue()


def test_the_parameters_are_as_many_as_the_file_has_numbers() -> None:
    model = read_model(DEMO_MODEL)
    with np.load(io.BytesIO(model.weights)) as arrays:
        assert n_parameters(model) == sum(array.size for array in arrays.values())


def test_the_first_and_the_last_layer_have_the_shapes_that_the_manifest_states() -> None:
    for model in (read_model(DEMO_MODEL), read_model(OLD_MODEL)):
        first, *_, last = layers_of(model)
        assert first.output_shape == (model.manifest.n_steps, model.manifest.n_features)
        assert last.output_shape == (len(model.manifest.class_names),)


def test_the_layers_of_a_keras_archive_are_those_of_its_configuration() -> None:
    by_name = {layer.name: layer for layer in layers_of(read_model(OLD_MODEL))}
    assert by_name["convolution"].output_shape == (8, 8)
    assert by_name["lstm_1"].output_shape == (4, 12)
    assert by_name["lstm_1"].n_parameters == 4 * 12 * (8 + 12 + 1)


@pytest.mark.tensorflow
@pytest.mark.parametrize(("n_features", "n_classes"), [(3, 6), (12, 7)])
def test_shapes_and_parameters_are_those_that_keras_counts(n_features: int, n_classes: int) -> None:
    from emgstream_training.network import build_network
    from emgstream_training.trained_network import TrainedNetwork
    from emgstream_training.weights_file import weights_npz

    network = build_network(10, n_features, n_classes)
    demo = read_model(DEMO_MODEL)
    manifest = replace(
        demo.manifest,
        channel_names=tuple("abcdefghijkl"[:n_features]),
        class_names=tuple("abcdefghijkl"[:n_classes]),
        step=RAW_STEP,
    )
    assert manifest.n_features == n_features
    found = replace(
        demo, manifest=manifest, weights=weights_npz(TrainedNetwork(network).weights(), manifest)
    )
    assert n_parameters(found) == network.count_params()
    if (n_features, n_classes) == (3, 6):
        assert n_parameters(found) == 153_670, "as published"
    kept = [layer for layer in network.layers if type(layer).__name__ != "Dropout"]
    shapes = [layer.output_shape for layer in layers_of(found)]
    assert shapes[1:-1] == [tuple(layer.output.shape[1:]) for layer in kept]


@pytest.mark.parametrize(
    "content",
    [
        weights(other__kernel=np.zeros((2, 2))),
        weights(convolution__kernel=np.zeros(3)),
        b"nothing",
    ],
)
def test_weights_of_another_network_are_one_line(content: bytes) -> None:
    model = replace(read_model(DEMO_MODEL), weights=content)
    with pytest.raises(ModelFileError, match="train"):
        layers_of(model)


def test_inspect_prints_the_layers_and_writes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "model.json"
    assert main(["inspect", str(DEMO_MODEL), "--json", str(figures)]) == 0
    network = json.loads(figures.read_text())["network"]
    assert network["n_parameters"] == n_parameters(read_model(DEMO_MODEL))
    told = capsys.readouterr().out
    for layer in network["layers"]:
        assert layer["kind"] in told
    assert f"{network['n_parameters']:,}" in told
