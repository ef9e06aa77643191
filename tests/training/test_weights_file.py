from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from emgstream_training.calibrate import CalibratedModel, calibrate
from emgstream_training.network import build_network
from emgstream_training.trained_network import TrainedNetwork
from emgstream_training.weights_file import earlier_network, weights_npz, weights_of
from hypothesis import given
from hypothesis import strategies as st

from emgstream.bundle import KERAS_ARCHIVE, WEIGHTS, Model, read_model, write_model
from emgstream.errors import ModelFileError
from emgstream.network.litert_classifier import LitertClassifier
from emgstream.network.network_layers import layers_of
from emgstream.network.network_weights import (
    CNN_LSTM_PATH,
    KERNEL_LANDMARKS,
    KERNEL_PATH,
)
from emgstream.pipeline import Pipeline
from emgstream.tables import read_table
from emgstream.types import Chunk
from tests.conftest import OLD_FORM_MODEL

if TYPE_CHECKING:
    import h5py
else:
    h5py = pytest.importorskip("h5py", reason="h5py has no package for this Python")

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def old_model() -> Model:
    return read_model(OLD_FORM_MODEL)


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(contents: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def npy(array: np.ndarray, **words: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **words)
    return buffer.getvalue()


def with_bias(model: Model, content: bytes) -> Model:
    """Return the model with other bytes for the bias of its last layer."""
    return replace(model, weights=zipped({**members(model.weights), "output/bias.npy": content}))


@pytest.mark.tensorflow
def test_the_weights_of_a_model_are_plain_arrays(model: Model) -> None:
    with np.load(io.BytesIO(model.weights), allow_pickle=False) as arrays:
        assert {arrays[name].dtype for name in arrays.files} == {np.dtype(np.float32)}
        n_weights = sum(arrays[name].size for name in arrays.files)
    assert n_weights == sum(layer.n_parameters for layer in layers_of(model))
    assert weights_npz(weights_of(model), model.manifest) == model.weights


@pytest.mark.tensorflow
def test_training_continues_from_the_cnn_lstm_that_decides_live(model: Model) -> None:
    manifest = model.manifest
    n_of_step = manifest.n_features - manifest.n_context
    cnn_lstm = build_network(10, n_of_step, len(manifest.class_names))
    earlier = earlier_network(model)
    cnn_lstm.set_weights(earlier.cnn_lstm)
    shares = manifest.calibration.get("shares", {CNN_LSTM_PATH: 1.0})
    temperature = manifest.calibration.get("temperature", 1.0)
    network = TrainedNetwork(cnn_lstm, manifest.n_context, earlier.paths, shares, temperature)
    shape = (50, 10, manifest.n_features)
    windows = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    np.testing.assert_allclose(
        network.probabilities(windows),
        LitertClassifier(model.classifier, model.classifier_batch).predict(windows),
        rtol=0,
        atol=1e-5,
    )


@pytest.mark.parametrize("share", [0.0, -0.5, 1.5, "half", None, float("nan")])
def test_a_share_that_cannot_be_is_one_sentence(demo_model: Model, share: object) -> None:
    calibration = {**demo_model.manifest.calibration, "shares": {CNN_LSTM_PATH: share}}
    damaged = replace(demo_model, manifest=replace(demo_model.manifest, calibration=calibration))
    with pytest.raises(ModelFileError, match=r"share of cnn_lstm is .*; expected more than"):
        earlier_network(damaged)


def test_a_kernel_path_without_a_part_or_with_another_number_of_landmarks_is_refused(
    demo_model: Model,
) -> None:
    whole = members(demo_model.weights)
    part = {name: content for name, content in whole.items() if not name.startswith(KERNEL_PATH)}
    with pytest.raises(ModelFileError, match="alone of its kernel path"):
        weights_of(replace(demo_model, weights=zipped(part)))
    points = weights_of(demo_model)[KERNEL_LANDMARKS][0]
    fewer = {**whole, f"{KERNEL_LANDMARKS}/points.npy": npy(points[1:])}
    with pytest.raises(ModelFileError, match=f"has {len(points) - 1} points"):
        weights_of(replace(demo_model, weights=zipped(fewer)))
    many = npy(np.zeros((4097, points.shape[1]), np.float32))
    huge = zipped({**whole, f"{KERNEL_LANDMARKS}/points.npy": many})
    with pytest.raises(ModelFileError, match=r"shape \(4097, "):
        weights_of(replace(demo_model, weights=huge))


@pytest.mark.parametrize(
    ("bias", "told"),
    [
        (npy(np.zeros(8, np.float32)), r"output/bias has shape \(8,\) of float32; expected \(7,\)"),
        (npy(np.zeros(7)), "of float64; expected"),
        (npy(np.full(7, np.nan, np.float32)), "output/bias holds values that are not finite"),
        (npy(np.array([{}] * 7, object), allow_pickle=True), "of object; expected"),
        (npy(np.zeros((7, 1), np.float32).T[0][:0]), r"shape \(0,\)"),
        (npy(np.zeros(7, np.float32))[:-4], "output/bias is not laid out as expected"),
        (npy(np.zeros(7, np.float32)) + b"more", "output/bias is not laid out as expected"),
        (npy(np.zeros(7, np.float32)).replace(b"(7,)", b"(10**9,)"), "output/bias is not an array"),
        (b"", "output/bias is not an array"),
        (b"\x93NUMPY\x01\x00\xff\xff{", "output/bias is not an array"),
    ],
)
def test_an_array_that_is_not_as_expected_is_one_sentence(
    demo_model: Model, bias: bytes, told: str
) -> None:
    with pytest.raises(ModelFileError, match=rf"^weights\.npz: .*{told}.*train the model again$"):
        weights_of(with_bias(demo_model, bias))


def test_an_array_larger_than_any_memory_is_refused_by_its_header(demo_model: Model) -> None:
    bias = npy(np.zeros(7, np.float32))
    large = bias.replace(b"(7,), }" + b" " * 18, b"(2305843009213693951,), }")
    assert len(large) == len(bias)
    with pytest.raises(ModelFileError, match=r"shape \(2305843009213693951,\)"):
        weights_of(with_bias(demo_model, large))


@given(header=st.binary(max_size=200))
def test_no_header_at_all_raises_anything_else(demo_model: Model, header: bytes) -> None:
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
    with pytest.raises(ModelFileError):
        weights_of(with_bias(demo_model, start + header))


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (b"", "not a model, or a damaged one"),
        (zipped({}), r"holds no convolution/kernel\.npy"),
        (
            zipped({"convolution/kernel.npy": bytes(65 * 2**20)}, zipfile.ZIP_DEFLATED),
            "would unpack to 68,157,440 bytes",
        ),
        (zipped({"convolution/kernel.npy": b"1"}, zipfile.ZIP_BZIP2), "is packed in a way"),
    ],
)
def test_weights_that_are_no_zip_of_arrays_are_one_sentence(
    demo_model: Model, weights: bytes, told: str
) -> None:
    with pytest.raises(ModelFileError, match=rf"^weights\.npz: .*{told}"):
        weights_of(replace(demo_model, weights=weights))


def test_the_weights_of_another_network_are_refused(demo_model: Model) -> None:
    fewer = replace(demo_model.manifest, class_names=("rest", "hand_open", "hand_close"))
    with pytest.raises(ModelFileError, match=r"output/kernel has shape \(64, 7\).*\(64, 3\)"):
        weights_of(replace(demo_model, manifest=fewer))
    longer = replace(demo_model, manifest=replace(demo_model.manifest, n_steps=12))
    with pytest.raises(ModelFileError, match=r"windows of 12 steps; .* 10 only"):
        earlier_network(longer)


def test_a_model_of_the_old_form_decides_and_is_written_as_it_was(
    old_model: Model, session_path: Path, tmp_path: Path
) -> None:
    assert old_model.weights_member == KERAS_ARCHIVE
    table = read_table(session_path)
    decisions = Pipeline(old_model).push(Chunk(0, table.samples))
    cued = np.array(table.label_names_by_row())[decisions.indices]
    likeliest = decisions.probabilities.argmax(axis=1)
    assert np.mean(np.array(old_model.manifest.class_names)[likeliest] == cued) > 0.8
    write_model(tmp_path / "again.emgmodel", old_model)
    again = read_model(tmp_path / "again.emgmodel")
    assert again.weights_member == KERAS_ARCHIVE
    assert again.members == old_model.members


@pytest.mark.tensorflow
def test_a_model_of_the_old_form_is_calibrated_into_the_new_one(
    old_model: Model, session_path: Path
) -> None:
    result = calibrate(old_model, [session_path])
    assert isinstance(result, CalibratedModel)
    assert result.before > 0.9
    assert result.after >= result.before
    assert result.model.weights_member == WEIGHTS
    weights_of(result.model)


@pytest.mark.tensorflow
def test_both_forms_hold_the_same_network(old_model: Model) -> None:
    arrays = weights_npz(weights_of(old_model), old_model.manifest)
    new = replace(old_model, weights=arrays, weights_member=WEIGHTS)
    for ours, theirs in zip(
        earlier_network(new).cnn_lstm, earlier_network(old_model).cnn_lstm, strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.tensorflow
def test_of_the_old_form_only_the_arrays_are_read(old_model: Model) -> None:
    only = {"model.weights.h5": members(old_model.weights)["model.weights.h5"]}
    start = earlier_network(replace(old_model, weights=zipped(only)))
    assert sum(one.size for one in start.cnn_lstm) > 150_000


def change_array(file: h5py.File) -> None:
    file["layers/dense_1/vars/1"][...] = np.nan


def other_shape(file: h5py.File) -> None:
    del file["layers/dense_1/vars/1"]
    file["layers/dense_1/vars/1"] = np.zeros(4, np.float32)


def link_elsewhere(file: h5py.File) -> None:
    del file["layers/dense_1/vars/1"]
    file["layers/dense_1/vars/1"] = h5py.ExternalLink("/etc/hostname", "/")


def link_within(file: h5py.File) -> None:
    del file["layers/dense_1/vars/1"]
    file["layers/dense_1/vars/1"] = h5py.SoftLink("/layers/dense/vars/1")


def stored_elsewhere(file: h5py.File) -> None:
    del file["layers/dense_1/vars/1"]
    file.create_dataset(
        "layers/dense_1/vars/1", (3,), np.float32, external=[("/etc/hostname", 0, 12)]
    )


def nothing_there(file: h5py.File) -> None:
    del file["layers"]
    file["layers"] = np.zeros(3)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (change_array, "not finite"),
        (other_shape, r"shape \(4,\) of float32; expected \(3,\)"),
        (link_elsewhere, "holds no array layers/dense_1/vars/1"),
        (link_within, "holds no array layers/dense_1/vars/1"),
        (stored_elsewhere, "holds no array layers/dense_1/vars/1"),
        (nothing_there, "holds no array layers/conv1d/vars/0"),
    ],
)
def test_an_old_weights_file_that_is_not_as_expected_is_one_sentence(
    old_model: Model, change: Callable[[h5py.File], None], told: str
) -> None:
    buffer = io.BytesIO(members(old_model.weights)["model.weights.h5"])
    with h5py.File(buffer, "r+") as file:
        change(file)
    weights = zipped({"model.weights.h5": buffer.getvalue()})
    with pytest.raises(ModelFileError, match=rf"^network\.keras: .*{told}.*train the model again$"):
        weights_of(replace(old_model, weights=weights))


def test_an_old_array_that_is_larger_than_its_file_is_not_allocated(old_model: Model) -> None:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_dataset("layers/conv1d/vars/0", (3, 15, 64), np.float32)  # stored nowhere
    weights = zipped({"model.weights.h5": buffer.getvalue()})
    with pytest.raises(ModelFileError, match="holds no array layers/conv1d/vars/0"):
        weights_of(replace(old_model, weights=weights))


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n" + bytes(500), b"no HDF5"])
def test_an_old_weights_file_that_is_none_is_one_sentence(old_model: Model, content: bytes) -> None:
    weights = zipped({"model.weights.h5": content})
    with pytest.raises(ModelFileError, match=r"model\.weights\.h5 (cannot be read|holds no array)"):
        weights_of(replace(old_model, weights=weights))
