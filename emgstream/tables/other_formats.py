"""Refusal of files in formats that are not read: each by its name, with what to do.

The formats that are read although they are no text are in `emgstream.tables.formats`.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from emgstream.errors import TableError
from emgstream.text_documents import json_of

__all__ = ["refuse_other_formats"]

_GIVE_CSV = (
    "give a CSV file with one row per sample, one column per channel and the column names in its "
    "first "
    "line"
)
_SAVE_CSV = "open it in its program and save the sheet as CSV"
_EXPORT = "export it from the program that recorded it as CSV, EDF or MATLAB"
_UNPACK = "unpack it first and give the recording in it"
_WITH_PANDAS = "save it as CSV in Python: pandas.{reader}({name!r}).to_csv('emg.csv', index=False)"
_ARRAY = "save its samples in Python with numpy.savez('emg.npz', emg=samples, fs=rate)"

_MARKS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG", "a PNG picture", _GIVE_CSV),
    (b"\xff\xd8\xff", "a JPEG picture", _GIVE_CSV),
    (b"%PDF", "a PDF document", _GIVE_CSV),
    (b"\x7fELF", "a program", _GIVE_CSV),
    (b"\x89HDF", "an HDF5 file", f"{_ARRAY}, or as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", _SAVE_CSV),
    (b"PAR1", "a Parquet file", _WITH_PANDAS.format(reader="read_parquet", name="{name}")),
    (b"ARROW1", "a Feather file", _WITH_PANDAS.format(reader="read_feather", name="{name}")),
    (b"FEA1", "a Feather file", _WITH_PANDAS.format(reader="read_feather", name="{name}")),
    (b"SQLite format", "a SQLite database", "save its table as CSV with a program for SQLite"),
    (b"CDF\x01", "a NetCDF file", _ARRAY),
    (b"CDF\x02", "a NetCDF file", _ARRAY),
    (b"GDF ", "a GDF file", "convert it to EDF, for example with MNE-Python"),
    (b"ABF", "an Axon file (.abf)", _EXPORT),
    (b"TDSm", "a LabVIEW file (.tdms)", _EXPORT),
    (b"\x02\x27\x91\xc6", "an Intan file (.rhd)", _EXPORT),
    (b"\xac\x27\x91\xd6", "an Intan file (.rhs)", _EXPORT),
    (b"NEURALSG", "a Blackrock file (.nsx)", _EXPORT),
    (b"NEURALCD", "a Blackrock file (.nsx)", _EXPORT),
    (b"Brain Vision Data", "the header of a BrainVision file", _EXPORT),
    (b"BZh", "a bzip2 file", _UNPACK),
    (b"\xfd7zXZ", "an xz file", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", _UNPACK),
    (b"7z\xbc\xaf", "a 7-Zip file", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"\x1f\x8b", "a gzip file within a gzip file", _UNPACK),
)
"""First bytes of a format, its name with the article, and what to do."""
_TAR_MARK, _TAR_MARK_AT = b"ustar", 257
_C3D_KEY = 0x50
"""Second byte of a C3D file (its user guide, chapter "The header section")."""
_MOST_BLOCKS = 0x08
"""First byte of a C3D file, the block of its parameters; 2 as a rule. A choice: below TAB, which
may begin a text."""
_ACQ_VERSIONS = range(30, 256)
"""Versions of AcqKnowledge that write files, as bioread lists them, with room for newer ones."""
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_WEB_PAGE = re.compile(rb"\s*<(!doctype html|html)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml")
_JSON = re.compile(rb'\s*(\{\s*["}]|\[\s*[{\["]|\[\s*\n)')
"""Beginning of an object or a list that goes on in the next line."""
_HEADER_BYTES, _MIN_HEADER_NULS = 256, 64
"""Bytes of AcqKnowledge's header, and NULs among them at least. A choice: it has over 100."""

_TEXT_CONTROLS = b"\t\n\f\x1a\0"  # allowed: NUL has its own repair, Ctrl-Z ends DOS files
_CONTROLS = bytes(code for code in range(32) if code not in _TEXT_CONTROLS)
_MAX_CONTROL_SHARE = 0.02
"""Share of control characters that a damaged text may have. A choice: random bytes have 10.5 %
(27 of 256 values), an intact text none."""
_MAX_NUL_SHARE = 0.4
"""Share of NUL bytes that a damaged text may have. UTF-16 of Latin letters has 50 %."""
_ZIP_HEADER_BYTES = 200
"""Bytes in which a zip archive names its first file: a header of 30, then the name."""


def refuse_other_formats(path: Path, head: bytes) -> None:
    """Raise TableError unless ``head`` is text; the message names the file format if it is known.

    ``head`` is the beginning of the file, unpacked and with plain line endings.
    """
    found = _other_format(path, head)
    if found is not None:
        kind, advice = found
        raise TableError(f"{path} is {kind}, not a table; {advice}")


def _other_format(path: Path, head: bytes) -> tuple[str, str] | None:
    """Return the name of the format and what to do; None for text."""
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path, head)
    if head.startswith(b"RIFF"):
        is_sound = head[8:12] == b"WAVE"
        return ("a WAV file", _ARRAY) if is_sound else ("a RIFF (AVI) file", _GIVE_CSV)
    for mark, kind, advice in _MARKS:
        if head.startswith(mark):
            return kind, advice.replace("{name}", path.name)
    return _by_structure(path, head) or _by_share_of_text(head)


def _by_structure(path: Path, head: bytes) -> tuple[str, str] | None:
    """Return a format that is known by more than its first bytes."""
    if head[_TAR_MARK_AT:].startswith(_TAR_MARK):
        return "a tar archive", _UNPACK
    if _PICKLE.match(head):
        return "a Python pickle", _WITH_PANDAS.format(reader="read_pickle", name=path.name)
    if len(head) > 1 and head[1] == _C3D_KEY and 0 < head[0] <= _MOST_BLOCKS:
        return "a C3D file", "export its analog channels as CSV or MATLAB"
    if _is_acqknowledge(head):
        return "an AcqKnowledge file (.acq)", "save it in AcqKnowledge as text or MATLAB"
    if _WEB_PAGE.match(head):
        return "a web page", "download the file itself, not the page that shows it"
    if _XML.match(head):
        return "an XML file", _EXPORT
    return _kind_of_json(path, head)


def _is_acqknowledge(head: bytes) -> bool:
    versions = [int.from_bytes(head[2:6], order) for order in ("little", "big")]
    has_header = head[:_HEADER_BYTES].count(b"\0") >= _MIN_HEADER_NULS
    return has_header and any(version in _ACQ_VERSIONS for version in versions)


def _kind_of_json(path: Path, head: bytes) -> tuple[str, str] | None:
    if head.lstrip()[:1] not in {b"{", b"["}:
        return None
    advice = _WITH_PANDAS.format(reader="read_json", name=path.name)
    with contextlib.suppress(ValueError):
        json_of(head.lstrip().split(b"\n", 1)[0])
        return "a file of JSON lines", advice.replace(")", ", lines=True)", 1)
    return ("a JSON file", advice) if _JSON.match(head) else None


def _by_share_of_text(head: bytes) -> tuple[str, str] | None:
    text = head.rstrip(b"\0")  # a power cut may leave them at the end
    if head and not text:
        return "nothing but NUL bytes", _GIVE_CSV
    if len(text.translate(None, _CONTROLS)) < (1.0 - _MAX_CONTROL_SHARE) * len(text):
        return "a binary file", _GIVE_CSV
    if text.count(b"\0") > _MAX_NUL_SHARE * len(text):
        return "a binary file, or UTF-16 text without its byte order mark", _GIVE_CSV
    return None


def _kind_of_zip(path: Path, head: bytes) -> tuple[str, str]:
    start = head[:_ZIP_HEADER_BYTES]
    if path.suffix.lower() == ".emgmodel" or b"manifest.json" in start:
        return "a model file (.emgmodel)", "give a recording; a model goes behind --model"
    if b"opendocument.spreadsheet" in start:
        return "an OpenDocument spreadsheet (.ods)", _SAVE_CSV
    if path.suffix.lower() in {".xlsx", ".xlsm"} or b"[Content_Types].xml" in start:
        return "an Excel workbook", _SAVE_CSV
    return "a zip archive", _UNPACK
