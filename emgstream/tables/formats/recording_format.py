"""The formats that are not text, and reading of a file whose first bytes are those of one."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from emgstream.device_names import device_problem, is_device_name
from emgstream.errors import TableError
from emgstream.extras import missing_extra
from emgstream.host_system import refusal
from emgstream.tables.formats.edf_file import read_edf_file
from emgstream.tables.formats.mat_file import read_hdf5_mat_file, read_mat_file
from emgstream.tables.formats.numpy_file import read_npy_file, read_npz_file
from emgstream.tables.formats.opened_recording import DAMAGED, OpenedRecording
from emgstream.tables.formats.xdf_file import read_xdf_file
from emgstream.tables.raw_columns import RawRecording

__all__ = ["FORMATS", "RECORDING_SUFFIXES", "RecordingFormat", "read_format"]

_HEAD_BYTES = 4096
"""Bytes in which a format is recognised. A choice: the longest mark, that of EDF, ends at 184, and
so many gzipped bytes hold it, too."""
_PIECE_BYTES = 1 << 20
"""Bytes copied at once. A choice."""
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class RecordingFormat:
    """One format of recordings that is not text."""

    title: str
    """Its name with the article, for messages: ``an EDF file``."""
    suffixes: tuple[str, ...]
    """Usual endings of the file's name, for dialogs; files are recognised by content."""
    begins: Callable[[bytes], object]
    """Test of a file's first bytes; gives something true for this format."""
    read: Callable[[OpenedRecording], RawRecording]
    """Function that reads a file; raises TableError."""
    module: str | None = None
    """Module that the extra ``formats`` installs for it; None if it needs none."""


def _is_numpy_archive(head: bytes) -> bool:
    """Return whether these are the first bytes of a zip archive with an array as first member."""
    n_letters = int.from_bytes(head[26:28], "little")
    return head.startswith(b"PK\x03\x04") and head[30 : 30 + n_letters].endswith(b".npy")


_DATE = rb"[\dxX ]{2}[.:/-][\dxX ]{2}[.:/-][\dxX ]{2}"
FORMATS = (
    RecordingFormat(
        "an EDF file",
        (".edf", ".rec"),
        re.compile(rb"0 {7}[^\n]{160}" + _DATE * 2).match,
        read_edf_file,
        "edfio",
    ),
    RecordingFormat(
        "a BDF file", (".bdf",), re.compile(rb"\xffBIOSEMI").match, read_edf_file, "edfio"
    ),
    RecordingFormat(
        "an XDF file", (".xdf", ".xdfz"), re.compile(rb"XDF:").match, read_xdf_file, "pyxdf"
    ),
    RecordingFormat(
        "a MATLAB 7.3 file",
        (".mat",),
        re.compile(rb"MATLAB 7.3|.{124}(\0\x02IM|\x02\0MI)", re.DOTALL).match,
        read_hdf5_mat_file,
        "h5py",
    ),
    RecordingFormat(
        "a MATLAB file",
        (".mat",),
        re.compile(rb"MATLAB 5.0|.{124}(\0\x01IM|\x01\0MI)", re.DOTALL).match,
        read_mat_file,
        "scipy",
    ),
    RecordingFormat(
        "a numpy array file", (".npy",), re.compile(rb"\x93NUMPY").match, read_npy_file
    ),
    RecordingFormat("a numpy archive", (".npz",), _is_numpy_archive, read_npz_file),
)
"""All formats; the first that a file begins as reads it."""
RECORDING_SUFFIXES = (
    ".csv",
    ".csv.gz",
    ".tsv",
    ".txt",
    *dict.fromkeys(suffix for form in FORMATS for suffix in form.suffixes),
)
"""Endings of the names of recordings in lower case, for addresses, dialogs and folders."""


def read_format(path: Path) -> RawRecording | None:
    """Return the recording in a file of one of `FORMATS`; None for every other file.

    The format is recognised by the first bytes, also of a gzipped file. A file that is missing or
    cannot be opened gives None: the reader of text tells the reason.

    Raises
    ------
    TableError
        If the file is damaged or holds no signal.
    MissingExtraError
        If the library of the format is not installed.
    """
    if is_device_name(path):
        raise TableError(
            f"{device_problem(path)}; expected a recording; for a board on a port: emgstream live "
            f"--port {path}"
        )
    if not path.is_file():
        return None
    try:
        file = path.open("rb")
    except OSError:
        return None
    with file:
        try:
            form, is_gzipped = _recognised(file.read(_HEAD_BYTES))
        except OSError:
            return None
        if form is None:
            return None
        _check_library(path, form)
        try:
            return _read(path, form, file, is_gzipped=is_gzipped)
        except OSError as error:
            raise TableError(
                f"{path} could not be read to its end: {refusal(error)}; is the disk or "
                "the network share still there, with room for an unpacked file?"
            ) from None


def _read(path: Path, form: RecordingFormat, file: BinaryIO, *, is_gzipped: bool) -> RawRecording:
    sha256 = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE_BYTES):
        sha256.update(piece)
    if not is_gzipped:
        return form.read(_opened(path, form, file, sha256.hexdigest()))
    with tempfile.TemporaryFile() as unpacked:
        content: Any = unpacked  # on Windows it is a wrapper with the methods of a file
        file.seek(0)
        try:
            with gzip.open(file) as packed:
                shutil.copyfileobj(packed, content, _PIECE_BYTES)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise TableError(
                f"{path} is {form.title} in gzip data that cannot be unpacked ({error}); {DAMAGED}"
            ) from None
        return form.read(_opened(path, form, content, sha256.hexdigest()))


def _opened(path: Path, form: RecordingFormat, content: BinaryIO, sha256: str) -> OpenedRecording:
    n_bytes = content.seek(0, os.SEEK_END)
    content.seek(0)
    return OpenedRecording(path, form.title, content, n_bytes, sha256)


def _recognised(head: bytes) -> tuple[RecordingFormat | None, bool]:
    """Return the format of a file with these first bytes, and whether the file is gzipped."""
    is_gzipped = head.startswith(_GZIP)
    if is_gzipped:
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, _HEAD_BYTES)
        except zlib.error:
            return None, True
    return next((form for form in FORMATS if form.begins(head)), None), is_gzipped


def _check_library(path: Path, form: RecordingFormat) -> None:
    if form.module is not None and importlib.util.find_spec(form.module) is None:
        raise missing_extra(f"{path} is {form.title}; reading it", form.module, "formats")
