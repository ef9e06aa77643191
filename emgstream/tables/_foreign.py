"""Telling what a file is that is not a table."""

from __future__ import annotations

from pathlib import Path

from emgstream.errors import TableError

__all__ = ["refuse_foreign"]

_MAGIC = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"%PDF", "a PDF document"),
    (b"\x89HDF", "an HDF5 file (.h5, or MATLAB 7.3)"),
    (b"\x93NUMPY", "a numpy array file"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format", "a SQLite database"),
    (b"RIFF", "a RIFF (WAV, AVI) file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"7z\xbc\xaf", "a 7-Zip file"),
    (b"\x7fELF", "a program"),
)
_TEXT_CONTROLS = b"\t\n\f\x1a\0"  # tolerated: NUL has its own repair, Ctrl-Z ends DOS files
_CONTROLS = bytes(code for code in range(32) if code not in _TEXT_CONTROLS)


def refuse_foreign(path: Path, head: bytes) -> None:
    """Raise TableError, with the kind of file where it is known, unless ``head`` is text.

    ``head`` is the beginning of the file, unpacked and with plain line endings.
    """
    kind = _kind(path, head)
    if kind is not None:
        raise TableError(
            f"{path} is {kind}, not a table; give a CSV file with one row a sample, one column a "
            "channel and the column names in its first line"
        )


def _kind(path: Path, head: bytes) -> str | None:
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path, head)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    text = head.rstrip(b"\0")  # what a power cut may leave at the end
    if head and not text:
        return "nothing but NUL bytes"
    if len(text.translate(None, _CONTROLS)) < 0.98 * len(text):
        return "a binary file"
    if text.count(b"\0") > 0.4 * len(text):
        return "a binary file, or UTF-16 text without its byte order mark"
    return None


def _kind_of_zip(path: Path, head: bytes) -> str:
    if path.suffix.lower() == ".emgmodel" or b"manifest.json" in head[:200]:
        return "a model file (.emgmodel)"
    if path.suffix.lower() in {".xlsx", ".xlsm"} or b"[Content_Types].xml" in head[:200]:
        return "an Excel workbook"
    return "a zip archive"
