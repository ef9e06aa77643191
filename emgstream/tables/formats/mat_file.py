"""MATLAB files: version 5 (``save``, also of Octave) with scipy, 7.3 (HDF5) with h5py.

Structures are looked into two levels deep. Cells, tables and other objects are not read.

The libraries run in a process of their own: damaged files were found by fuzzing on which scipy 1.17
and h5py 3.14 end the process (a type code that scipy does not check, attributes of HDF5).
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from emgstream.child_python import child_python
from emgstream.errors import TableError
from emgstream.tables.formats.named_arrays import AnyArray, recording_of_arrays
from emgstream.tables.formats.opened_recording import OpenedRecording
from emgstream.tables.raw_columns import RawRecording

__all__ = ["main", "read_hdf5_mat_file", "read_mat_file"]

_DEPTH = 2
"""Levels of structures that are looked into. A choice: ``data.emg``, ``subject.trial.emg``."""
_VALUE_BYTES = 8
"""Bytes of the largest number in a MATLAB array that is not complex."""
_KILLED = -9
"""Exit code of a process that Linux ended because it needed too much memory."""
_PATIENCE_S = 600.0
"""Time after which a file counts as damaged. A choice: HDF5 reads some GB in it."""


def read_mat_file(opened: OpenedRecording) -> RawRecording:
    """Return the recording in a MATLAB file of version 5; raises TableError."""
    return _read(opened, "5")


def read_hdf5_mat_file(opened: OpenedRecording) -> RawRecording:
    """Return the recording in a MATLAB file of version 7.3; raises TableError."""
    return _read(opened, "7.3")


def _read(opened: OpenedRecording, version: str) -> RawRecording:
    words = (version, str(opened.path), opened.title, str(opened.n_bytes))
    with tempfile.TemporaryFile() as found:
        try:
            child = subprocess.run(
                child_python(__name__, *words),
                stdin=opened.content,
                stdout=found,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise opened.refused(f"it was not read after {_PATIENCE_S:.0f} s") from None
        if child.returncode == _KILLED:
            raise opened.too_large()
        if child.returncode != 0:
            raise opened.refused("it is damaged, so that the library that reads it failed")
        found.seek(0)
        with np.load(found, allow_pickle=False) as content:
            if "error" in content:
                raise TableError(str(content["error"]))
            names = content["names"].tolist()
            arrays = {name: content[f"array_{place}"] for place, name in enumerate(names)}
            return recording_of_arrays(opened, arrays, content["unread"].tolist())


def main() -> None:
    """Read the file at stdin and write its arrays to stdout, as a numpy archive."""
    version, path, title, n_bytes = sys.argv[1:]
    sys.stdin.buffer.seek(0)  # the process that opened the file has read ahead
    opened = OpenedRecording(Path(path), title, sys.stdin.buffer, int(n_bytes), "")
    found = _FoundArrays(opened)
    try:
        with opened.library_reads():
            found.add_version_5() if version == "5" else found.add_version_73()
    except TableError as error:
        np.savez(sys.stdout.buffer, error=np.array(str(error)))
        return
    content: dict[str, Any] = {
        f"array_{place}": array for place, array in enumerate(found.arrays.values())
    }
    content["names"] = np.array(list(found.arrays), np.str_)
    content["unread"] = np.array(found.unread, np.str_)
    np.savez(sys.stdout.buffer, **content)


class _FoundArrays:
    """Arrays of a file by their names, and in words all that was not read."""

    def __init__(self, opened: OpenedRecording) -> None:
        self.opened = opened
        self.arrays: dict[str, AnyArray] = {}
        self.unread: list[str] = []

    def add_version_5(self) -> None:
        """Add all variables of a file of version 5."""
        import scipy.io

        try:
            shapes = [shape for _, shape, _ in scipy.io.whosmat(self.opened.content)]
            self.opened.check_claim(sum(map(math.prod, shapes)) * _VALUE_BYTES)
            self.opened.content.seek(0)
            variables = scipy.io.loadmat(self.opened.content)
        except scipy.io.matlab.MatReadError as error:
            raise ValueError(str(error)) from error
        for name, value in variables.items():
            if not name.startswith("__"):
                self._add(name, value)

    def _add(self, name: str, value: Any, depth: int = _DEPTH) -> None:
        """Add a variable, or the fields of a structure."""
        if type(value) is not np.ndarray:
            self.unread.append(f"{name} (an object or a sparse matrix)")
            return
        fields = value.dtype.names
        if fields and value.size == 1 and depth:
            for field in fields:
                self._add(f"{name}.{field}", value.flat[0][field], depth - 1)
        elif fields or value.dtype.kind == "O":
            self.unread.append(f"{name} ({value.size} {'structures' if fields else 'cells'})")
        elif value.size:
            self.arrays[name] = value

    def add_version_73(self) -> None:
        """Add all variables of a file of version 7.3."""
        import h5py

        with h5py.File(self.opened.content, "r") as file:
            self._add_group(file)

    def _add_group(self, group: Any, before: str = "", depth: int = _DEPTH) -> None:
        """Add the arrays of a group; they are stored with their axes exchanged."""
        import h5py

        for name in group:
            # a link could lead to any other file on this computer
            if name.startswith("#") or not isinstance(group.get(name, getlink=True), h5py.HardLink):
                continue
            item, full = group[name], f"{before}{name}"
            is_group = isinstance(item, h5py.Group)
            if is_group and depth and "MATLAB_sparse" not in item.attrs:
                self._add_group(item, f"{full}.", depth - 1)
            elif is_group or item.dtype.kind not in "biuf" or item.external:
                self.unread.append(f"{full} (cells, structures or an object)")
            elif "MATLAB_empty" not in item.attrs and not _is_text(item):
                self.opened.check_claim(math.prod(item.shape) * item.dtype.itemsize)
                self.arrays[full] = item[()].T if item.shape else np.array(item[()])


def _is_text(dataset: Any) -> bool:
    """Return whether MATLAB stored characters there, as numbers.

    An attribute of variable length is not read: in a damaged file it took 4 GB of memory.
    """
    kind = dataset.attrs.get_id("MATLAB_class") if "MATLAB_class" in dataset.attrs else None
    return kind is not None and kind.dtype.kind == "S" and dataset.attrs["MATLAB_class"] == b"char"
