"""Files that are neither text nor a format that is read: each is refused by its name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.io.wavfile
from hypothesis import given
from hypothesis import strategies as st

from emgstream.errors import TableError
from emgstream.tables.other_formats import refuse_other_formats
from tests.tables.conftest import Write
from tests.tables.test_errors import error_of

ROWS = np.arange(3000, dtype=np.int16).reshape(-1, 3)


def sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as content:
        content.setnchannels(3)
        content.setsampwidth(2)
        content.setframerate(1000)
        content.writeframes(ROWS.tobytes())
    return file.getvalue()


def archive(member: str, content: str, *, is_tar: bool = False) -> bytes:
    file = io.BytesIO()
    if is_tar:
        with tarfile.open(fileobj=file, mode="w") as tar:
            tar.addfile(tarfile.TarInfo(member))
    else:
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr(member, content)
    return file.getvalue()


def acqknowledge() -> bytes:
    return b"\0\0" + (84).to_bytes(4, "little") + bytes(2000) + ROWS.tobytes()


SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
OBJECTS = '{"emg": [512, 498], "label": "rest"}\n' * 20

CASES = [
    (archive("[Content_Types].xml", "<x/>"), "an Excel workbook", "save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel workbook", "save the sheet"),
    (archive("mimetype", SPREADSHEET), "an OpenDocument spreadsheet", "save the sheet as CSV"),
    (archive("arm.csv", "a\n1\n"), "a zip archive", "unpack it first"),
    (archive("arm.csv", "", is_tar=True), "a tar archive", "unpack it first"),
    (gzip.compress(archive("arm.csv", "", is_tar=True)), "a tar archive", "unpack it first"),
    (gzip.compress(gzip.compress(b"a\n1\n")), "a gzip file within a gzip file", "unpack it first"),
    (bz2.compress(b"a\n1\n"), "a bzip2 file", "unpack it first"),
    (lzma.compress(b"a\n1\n"), "an xz file", "unpack it first"),
    (OBJECTS.encode(), "a file of JSON lines", "pandas.read_json('arm.csv', lines=True).to_csv"),
    (b"[512, 498]\n[513, 497]\n" * 9, "a file of JSON lines", "pandas.read_json"),
    (b'{\n  "emg": [\n    512\n  ]\n}\n', "a JSON file", "pandas.read_json('arm.csv').to_csv"),
    (b"[\n  512,\n  513\n]\n", "a JSON file", "pandas.read_json"),
    (b"\x89HDF\r\n\x1a\n" + bytes(600), "an HDF5 file", "numpy.savez('emg.npz', emg=samples"),
    (b"PAR1" + bytes(100), "a Parquet file", "pandas.read_parquet('arm.csv').to_csv"),
    (b"ARROW1\0\0" + bytes(100), "a Feather file", "pandas.read_feather"),
    (pickle.dumps(ROWS), "a Python pickle", "pandas.read_pickle"),
    (sound(), "a WAV file", "numpy.savez"),
    (b"RIFF\x10\0\0\0AVI LIST" + bytes(100), "a RIFF (AVI) file", "give a CSV file"),
    (b"\x02\x50\x08\x00" + bytes(508), "a C3D file", "export its analog channels"),
    (b"GDF 2.20" + bytes(248), "a GDF file", "convert it to EDF"),
    (acqknowledge(), "an AcqKnowledge file", "save it in AcqKnowledge as text or MATLAB"),
    (b"ABF2" + bytes(508), "an Axon file", "export it"),
    (b"TDSm\x0e\0\0\0" + bytes(100), "a LabVIEW file", "export it"),
    (b"Brain Vision Data Exchange Header File\n", "the header of a BrainVision file", "export it"),
    (b"<!DOCTYPE html>\n<html>\n", "a web page", "download the file itself"),
    (b'<?xml version="1.0"?>\n<a>\n', "an XML file", "export it"),
]


@pytest.mark.parametrize(("content", "kind", "advice"), CASES, ids=[kind for _, kind, _ in CASES])
def test_a_file_in_another_format_is_refused_by_its_name_with_what_to_do(
    write: Write, content: bytes, kind: str, advice: str
) -> None:
    message = error_of(write(content))
    assert f"is {kind}" in message
    assert advice in message.split(";", 1)[1]


def test_the_advice_for_a_wav_file_reads_it(tmp_path: Path) -> None:
    (tmp_path / "arm.wav").write_bytes(sound())
    rate, samples = scipy.io.wavfile.read(tmp_path / "arm.wav")
    np.testing.assert_array_equal(samples, ROWS)
    assert rate == 1000


def is_refused(content: bytes) -> bool:
    try:
        refuse_other_formats(Path("arm.csv"), content)
    except TableError:
        return True
    return False


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (b"# {'a': 1}\n512,498\n", b'{"a": 1}\n{"a": 2}\n'),
        (b"[s],[mV]\n0.1,0.2\n", b"[\n  0.1,\n  0.2\n]\n"),
        (b"{t} in s,emg\n0.1,0.2\n", b'{\n  "t": 0.1\n}\n'),
        (b"a:512,b:498\n", b'{"a":512,"b":498}\n{"a":513,"b":497}\n'),
        (b"<a>,<b>\n1,2\n", b"<html>\n<b>1</b>\n"),
        (b"P,Q\n1,2\n", b"\x02P,Q\n1,2\n"),
        (b"a\n\0\0\0\x31\n" + b"1\n" * 200, acqknowledge()),
    ],
)
def test_a_text_that_begins_almost_like_another_format_is_text(text: bytes, other: bytes) -> None:
    assert not is_refused(text)
    assert is_refused(other)


@given(st.text("abcxyzPKDF0123456789()<>,;. \n-", min_size=1))
def test_a_line_of_column_names_never_is_another_format(names: str) -> None:
    assert not is_refused(names.encode())
