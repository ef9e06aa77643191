from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io

from tests.tables.formats.conftest import (
    WriteBytes,
    column_of,
    matrix,
    names_of,
    read,
    refusal_of,
    texts_of,
)

RNG = np.random.default_rng(5)
EMG = RNG.normal(0.0, 1e-4, (1000, 4))
STIMULUS = np.repeat([0, 1, 0, 2, 0], 200)


def mat5(content: Mapping[str, Any], **more: Any) -> bytes:
    file = io.BytesIO()
    scipy.io.savemat(file, dict(content), **more)
    return file.getvalue()


def h5py() -> Any:
    """Return the library; skip the test on a Python that it has no package for."""
    return pytest.importorskip("h5py", reason="h5py has no package for this Python")


def mat73(content: Mapping[str, Any]) -> bytes:
    """Return a file as MATLAB 7.3 writes it: a header before HDF5, the axes exchanged."""
    file = io.BytesIO()
    with h5py().File(file, "w", userblock_size=512) as document:
        _add(document, content)
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    return header + file.getvalue()[128:]


def _add(group: Any, content: Mapping[str, Any]) -> None:
    for name, value in content.items():
        if isinstance(value, Mapping):
            _add(group.create_group(name), value)
            continue
        array = np.atleast_2d(value)
        if np.ndim(value) == 1:
            array = array.T
        group.create_dataset(name, data=array.T).attrs["MATLAB_class"] = b"double"


WRITERS = pytest.mark.parametrize("write", [mat5, mat73])


@WRITERS
def test_a_file_of_the_shape_of_ninapro_gives_channels_and_its_columns(
    write: Any, write_bytes: WriteBytes
) -> None:
    content = {
        "subject": 3.0,
        "circumference": np.arange(16.0),
        "acc": RNG.normal(0.0, 1.0, (1000, 12)),
        "emg": EMG,
        "stimulus": STIMULUS,
        "glove": RNG.normal(0.0, 1.0, (1000, 22)),
        "rerepetition": STIMULUS.astype(float),
        "frequency": 2000.0,
    }
    recording = read(write_bytes(write(content)))
    assert set(names_of(recording)) == {
        *("emg_1", "emg_2", "emg_3", "emg_4"),
        *("stimulus", "rerepetition"),
    }
    np.testing.assert_array_equal(matrix(recording, "emg_1", "emg_2", "emg_3", "emg_4"), EMG)
    stimulus = column_of(recording, "stimulus").values
    np.testing.assert_array_equal(stimulus, STIMULUS)
    assert stimulus.dtype == column_of(recording, "rerepetition").values.dtype == np.int64
    assert (recording.rate_hz, recording.rate_reason) == (
        2000.0,
        "the number frequency in the file",
    )
    (note,) = recording.notes
    assert {"acc (1000 x 12)", "glove (1000 x 22)", "circumference (16)"} == set(
        note.removeprefix("left out: ").split(", ")
    )


@WRITERS
def test_channels_x_samples_is_recognised_and_told(write: Any, write_bytes: WriteBytes) -> None:
    recording = read(write_bytes(write({"data": EMG.T, "t": np.arange(1000) / 1e3})))
    np.testing.assert_array_equal(matrix(recording, "data_1", "data_2", "data_3", "data_4"), EMG)
    assert "data is 4 x 1000; taken as channels x samples" in recording.notes
    assert column_of(recording, "t").values[1] == 1e-3


@WRITERS
def test_structures_are_looked_into_two_levels_deep(write: Any, write_bytes: WriteBytes) -> None:
    content = {"rec": {"trial": {"emg": EMG, "label": STIMULUS}, "srate": 1111.0}}
    recording = read(write_bytes(write(content)))
    assert names_of(recording) == ["emg_1", "emg_2", "emg_3", "emg_4", "label"]
    assert recording.rate_hz == 1111.0


@WRITERS
def test_several_arrays_of_different_lengths_are_refused_by_name(
    write: Any, write_bytes: WriteBytes
) -> None:
    message = refusal_of(write_bytes(write({"left": EMG, "right": EMG[:500]})))
    assert "several arrays of different lengths may be the EMG" in message
    assert "left (1000 x 4), right (500 x 4)" in message
    named = read(write_bytes(write({"left": EMG, "right_emg": EMG[:500]})))
    assert names_of(named) == [f"right_emg_{channel}" for channel in (1, 2, 3, 4)]


@WRITERS
def test_vectors_of_one_length_are_columns_with_their_names(
    write: Any, write_bytes: WriteBytes
) -> None:
    content = {"biceps": EMG[:, 0], "triceps": EMG[:, 1], "fs": 1000.0}
    recording = read(write_bytes(write(content)))
    np.testing.assert_array_equal(matrix(recording, "biceps", "triceps"), EMG[:, :2])


@WRITERS
def test_several_rates_are_told_and_none_is_taken(write: Any, write_bytes: WriteBytes) -> None:
    recording = read(write_bytes(write({"emg": EMG, "fs": 1000.0, "srate": 2000.0})))
    assert recording.rate_hz is None
    assert "the file states several rates, none was taken: fs = 1000, srate = 2000" in (
        recording.notes
    )
    assert read(write_bytes(write({"emg": EMG, "fs": 1.0, "fs_emg": 2.0}))).rate_hz == 2.0


@WRITERS
def test_a_file_without_samples_is_refused(write: Any, write_bytes: WriteBytes) -> None:
    assert "it holds no array of samples" in refusal_of(write_bytes(write({"fs": 1000.0})))


def test_texts_by_row_are_a_column_and_cells_and_objects_are_told(write_bytes: WriteBytes) -> None:
    words = np.array(["rest", "fist"])[STIMULUS.clip(0, 1)]
    cells = np.array([EMG, "x"], dtype=object)
    recording = read(write_bytes(mat5({"emg": EMG, "movement": words, "trials": cells})))
    assert texts_of(recording, "movement") == words.tolist()
    assert "left out: trials (2 cells)" in recording.notes


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.uint16, np.int32, np.float32, np.bool_])
def test_numbers_of_any_type_keep_their_values(dtype: Any, write_bytes: WriteBytes) -> None:
    values = np.array([[1, 0], [0, 1], [1, 1]] * 10).astype(dtype)
    content = mat5({"emg": values, "code": values[:, 0]}, do_compression=True)
    recording = read(write_bytes(content))
    np.testing.assert_array_equal(matrix(recording, "emg_1", "emg_2"), values)
    np.testing.assert_array_equal(column_of(recording, "code").values, values[:, 0])


def test_a_dataset_that_claims_more_than_the_file_can_hold_is_refused(
    write_bytes: WriteBytes,
) -> None:
    file = io.BytesIO()
    with h5py().File(file, "w", userblock_size=512) as document:
        document.create_dataset("emg", (10**10, 8), "f8", chunks=(1000, 8))
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    message = refusal_of(write_bytes(header + file.getvalue()[128:]))
    assert "it claims 640,000,000,000 bytes of values" in message


def test_links_to_other_files_are_not_followed(tmp_path: Path, write_bytes: WriteBytes) -> None:
    with h5py().File(tmp_path / "secret.h5", "w") as document:
        document["emg"] = EMG
    file = io.BytesIO()
    with h5py().File(file, "w", userblock_size=512) as document:
        document["emg"] = h5py().ExternalLink(str(tmp_path / "secret.h5"), "emg")
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    content = header + file.getvalue()[128:]
    assert "it holds no array of samples" in refusal_of(write_bytes(content))
