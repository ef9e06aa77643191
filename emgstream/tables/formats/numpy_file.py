"""Arrays saved by numpy: ``.npy`` and ``.npz``. Pickled objects are never loaded."""

from __future__ import annotations

import zipfile
from typing import Any

import numpy as np

from emgstream.tables.formats.named_arrays import (
    AnyArray,
    columns_of_array,
    recording_of_arrays,
)
from emgstream.tables.formats.opened_recording import OpenedRecording
from emgstream.tables.raw_columns import RawRecording

__all__ = ["read_npy_file", "read_npz_file"]

_PICKLED = "it holds Python objects, which could run a program and are never loaded"
_PLAIN = "save a plain array of numbers, with the shape (samples, channels)"


def read_npy_file(opened: OpenedRecording) -> RawRecording:
    """Return the recording in an array: its columns, or its fields; raises TableError."""
    array = _array(opened, opened.content)
    if array is None:
        raise opened.refused(_PICKLED, _PLAIN)
    if array.ndim != 1 and (array.ndim != 2 or array.dtype.names):
        raise opened.refused(f"it holds an array of the shape {array.shape}", _PLAIN)
    columns, notes = columns_of_array("", array)
    if not columns or not len(columns[0].values):
        raise opened.refused(f"it holds {array.size} values of the type {array.dtype}", _PLAIN)
    return RawRecording(tuple(columns), len(columns[0].values), opened.sha256, notes=tuple(notes))


def read_npz_file(opened: OpenedRecording) -> RawRecording:
    """Return the recording in the arrays of an archive; raises TableError."""
    arrays: dict[str, AnyArray] = {}
    unread = []
    with opened.library_reads(), zipfile.ZipFile(opened.content) as archive:
        opened.check_claim(sum(member.file_size for member in archive.infolist()))
        for member in archive.infolist():
            name = member.filename.removesuffix(".npy")
            if name == member.filename:
                continue
            with archive.open(member) as file:
                array = _array(opened, file)
            if array is None:
                unread.append(f"{name} (Python objects)")
            else:
                arrays[name] = array
    return recording_of_arrays(opened, arrays, unread)


def _array(opened: OpenedRecording, file: Any) -> AnyArray | None:
    """Return the array in a file; None if it holds Python objects."""
    with opened.library_reads():
        try:
            array: AnyArray = np.lib.format.read_array(file, allow_pickle=False)
        except ValueError as error:
            if "Object arrays" in str(error):
                return None
            raise
        return array
