from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from emgstream.errors import TableError
from emgstream.tables.formats import read_format
from emgstream.tables.raw_columns import RawColumn, RawRecording

WriteBytes: TypeAlias = Callable[..., Path]


@pytest.fixture
def write_bytes(tmp_path: Path) -> WriteBytes:
    """Write a file; its name says nothing about its format."""

    def write_bytes(content: bytes, name: str = "recording.dat") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write_bytes


def read(path: Path) -> RawRecording:
    """Return the recording in a file that is not text."""
    recording = read_format(path)
    assert recording is not None, "taken for text"
    n_rows = {len(column.values) for column in recording.columns}
    assert n_rows == {recording.n_rows}
    for column in recording.columns:
        kind = column.values.dtype
        if column.texts is None:
            assert kind in (np.float32, np.float64, np.int64)
        else:
            assert kind == np.int32
            assert len(set(column.texts)) == len(column.texts)
            assert "" not in column.texts
            assert column.values.min() >= -1
            assert column.values.max() < len(column.texts)
    return recording


def names_of(recording: RawRecording) -> list[str]:
    return [column.name for column in recording.columns]


def column_of(recording: RawRecording, name: str) -> RawColumn:
    (column,) = [one for one in recording.columns if one.name == name]
    return column


def texts_of(recording: RawRecording, name: str = "label") -> list[str]:
    """Return the text of every row of a column, empty for none."""
    column = column_of(recording, name)
    assert column.texts is not None
    return [(*column.texts, "")[code] for code in column.values.tolist()]


def matrix(recording: RawRecording, *names: str) -> npt.NDArray[Any]:
    """Return the values of some columns, by default all, shape ``(n_rows, n_columns)``."""
    wanted = names or names_of(recording)
    return np.column_stack([column_of(recording, name).values for name in wanted])


def refusal_of(path: Path) -> str:
    """Return the message of a file that is refused, in one sentence that says what to do."""
    with pytest.raises(TableError) as caught:
        read_format(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert ";" in message, "says what to do next"
    return message
