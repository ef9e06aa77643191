from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from emgstream.errors import TableError
from emgstream.tables.formats import read_format
from tests.tables.formats.conftest import (
    WriteBytes,
    column_of,
    matrix,
    names_of,
    read,
    refusal_of,
    texts_of,
)

RNG = np.random.default_rng(6)
EMG = RNG.normal(0.0, 50.0, (1000, 4)).astype(np.float32)
LABELS = np.repeat(["rest", "fist", "", "rest"], 250)


def npy(array: Any, **more: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **more)
    return file.getvalue()


def npz(*, is_packed: bool = False, **arrays: Any) -> bytes:
    file = io.BytesIO()
    (np.savez_compressed if is_packed else np.savez)(file, **arrays)
    return file.getvalue()


def test_a_matrix_is_read_by_its_columns_which_have_no_names(write_bytes: WriteBytes) -> None:
    recording = read(write_bytes(npy(EMG)))
    assert names_of(recording) == [""] * 4
    values = np.column_stack([column.values for column in recording.columns])
    np.testing.assert_array_equal(values, EMG)
    assert recording.notes == ()


def test_channels_x_samples_is_recognised_and_told(write_bytes: WriteBytes) -> None:
    recording = read(write_bytes(npy(np.asfortranarray(EMG.T))))
    assert recording.n_rows == 1000
    assert recording.notes == ("the array is 4 x 1000; taken as channels x samples",)


def test_a_vector_is_one_column(write_bytes: WriteBytes) -> None:
    (column,) = read(write_bytes(npy(EMG[:, 0].astype(">f8")))).columns
    np.testing.assert_array_equal(column.values, EMG[:, 0])


def test_fields_of_a_structured_array_are_columns(write_bytes: WriteBytes) -> None:
    fields = [("time", "f8"), ("emg", "i2", (2,)), ("label", "U8"), ("odd", "c8")]
    array = np.zeros(1000, fields)
    array["time"], array["label"] = np.arange(1000) / 1e3, LABELS
    array["emg"] = RNG.integers(0, 1024, (1000, 2))
    recording = read(write_bytes(npy(array)))
    assert names_of(recording) == ["time", "emg_1", "emg_2", "label"]
    np.testing.assert_array_equal(matrix(recording, "emg_1", "emg_2"), array["emg"])
    assert texts_of(recording) == LABELS.tolist()
    assert recording.notes == ("left out: odd (complex64)",)


@pytest.mark.parametrize("is_packed", [True, False])
def test_an_archive_is_read_by_the_names_of_its_arrays(
    is_packed: bool, write_bytes: WriteBytes
) -> None:
    content = npz(is_packed=is_packed, emg=EMG, label=LABELS, fs=2000)
    recording = read(write_bytes(content))
    assert names_of(recording) == ["emg_1", "emg_2", "emg_3", "emg_4", "label"]
    assert texts_of(recording) == LABELS.tolist()
    assert (recording.rate_hz, recording.rate_reason) == (2000.0, "the number fs in the file")


def test_a_label_of_whole_floats_is_read_as_whole_numbers(write_bytes: WriteBytes) -> None:
    classes = np.repeat([0.0, 1.0], 500)
    column = column_of(read(write_bytes(npz(emg=EMG, y=classes))), "y")
    assert column.values.dtype == np.int64
    np.testing.assert_array_equal(column.values, classes)


class _Bomb:
    def __reduce__(self) -> Any:
        return (Path.write_text, (Path("exploded"), ""))


def test_objects_are_refused_and_never_loaded(
    write_bytes: WriteBytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bomb = np.array([_Bomb()], dtype=object)
    message = refusal_of(write_bytes(npy(bomb, allow_pickle=True)))
    assert "it holds Python objects, which could run a program and are never loaded" in message
    recording = read(write_bytes(npz(emg=EMG, bomb=bomb)))
    assert recording.notes == ("left out: bomb (Python objects)",)
    assert not Path("exploded").exists()


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((10, 4, 3)), "an array of the shape (10, 4, 3)"),
        (np.array(7.0), "an array of the shape ()"),
        (np.zeros((0, 4)), "0 values of the type float64"),
        (np.zeros((10, 4), np.complex64), "40 values of the type complex64"),
    ],
)
def test_an_array_that_is_no_table_is_refused(
    array: Any, words: str, write_bytes: WriteBytes
) -> None:
    assert f"it holds {words}" in refusal_of(write_bytes(npy(array)))


def test_a_header_that_claims_more_than_the_file_has_is_refused(write_bytes: WriteBytes) -> None:
    content = npy(EMG).replace(b"(1000, 4), }", b"(1000000, 4000000), }")
    refusal_of(write_bytes(content))
    content = npy(EMG).replace(b"(1000, 4)", b"(9000, 4)")
    assert "it is damaged" in refusal_of(write_bytes(content))


def test_an_archive_that_unpacks_to_more_than_fits_into_memory_is_refused_before(
    write_bytes: WriteBytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_bytes(npz(is_packed=True, emg=np.zeros((3_000_000, 4))))
    assert read(path).n_rows == 3_000_000
    free = psutil.virtual_memory()._replace(available=100_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    with pytest.raises(TableError, match=r"has 96 MB to read, .* 100 MB are free"):
        read_format(path)
