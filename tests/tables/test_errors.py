from __future__ import annotations

import gzip
import os
import re
import sys
import zipfile
from pathlib import Path

import pytest

from emgstream.errors import EmgStreamError, TableError
from emgstream.tables import ColumnChoice, read_table
from tests.posix import posix_os
from tests.tables.conftest import Write


def error_of(path: Path, channels: tuple[str, ...] | None = None) -> str:
    with pytest.raises(TableError) as caught:
        read_table(path, ColumnChoice(channels))
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert ";" in message, "says what to do next"
    return message


def test_the_error_is_a_leaf_of_the_tree_the_command_line_catches() -> None:
    assert issubclass(TableError, EmgStreamError)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "does not exist" in error_of(tmp_path / "nowhere.csv")


def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in error_of(tmp_path)


def test_a_path_through_a_file(write: Write) -> None:
    told = "does not exist" if sys.platform == "win32" else "cannot be opened"
    assert told in error_of(write("a\n1\n") / "arm.csv")


def test_a_path_no_system_can_open() -> None:
    with pytest.raises(TableError, match="cannot be opened"):
        read_table("arm\0.csv")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that opens but fails")
def test_a_file_that_cannot_be_read_to_its_end() -> None:
    assert "could not be read to its end" in error_of(Path("/proc/self/mem"))


@pytest.mark.skipif(
    os.name == "nt" or posix_os.geteuid() == 0, reason="this user may read any file"
)
def test_a_file_without_permission(write: Write) -> None:
    path = write("a\n1\n")
    path.chmod(0)
    assert "may not be read" in error_of(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \n", gzip.compress(b"", mtime=0)])
def test_an_empty_file(write: Write, content: bytes) -> None:
    assert "is empty" in error_of(write(content))


@pytest.mark.parametrize("content", ["biceps,label\n", "biceps,label", "a\n\n\n", "a\n# no\n"])
def test_a_header_alone(write: Write, content: str) -> None:
    assert "0 rows" in error_of(write(content))


def test_comments_alone(write: Write) -> None:
    assert "0 rows" in error_of(write("# a\n# b\n"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a PNG picture"),
        (b"\x89HDF\r\n\x1a\n" + bytes(64), "an HDF5 file"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x93NUMPY\x01\x00", "a numpy array file"),
        (bytes(range(256)) * 8, "a binary file"),
        (b"\0" * 4096, "nothing but NUL bytes"),
        ("a,label\n1,rest\n".encode("utf-16-le"), "a binary file, or UTF-16 text"),
        (gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), mtime=0), "a PNG picture"),
    ],
)
def test_a_file_of_another_kind_is_named(write: Write, content: bytes, kind: str) -> None:
    assert f"is {kind}" in error_of(write(content))


@pytest.mark.parametrize(
    ("name", "member", "kind"),
    [
        ("arm.emgmodel", "classifier.tflite", "a model file (.emgmodel)"),
        ("arm.csv", "manifest.json", "a model file (.emgmodel)"),
        ("arm.csv", "[Content_Types].xml", "an Excel workbook"),
        ("arm.csv", "notes.txt", "a zip archive"),
    ],
)
def test_a_zip_file_is_told_by_what_it_holds(
    tmp_path: Path, name: str, member: str, kind: str
) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr(member, "{}")
    assert f"is {kind}" in error_of(tmp_path / name)


def test_a_gzip_file_that_breaks_off_before_its_first_row(write: Write) -> None:
    packed = gzip.compress(b"a,label\n1,rest\n")
    assert "holds no row, the gzip data end too early" in error_of(write(packed[:10]))
    assert "header line, the gzip data end too early" in error_of(write(packed[:-14]))


def test_a_table_without_a_numeric_column_names_column_and_field(write: Write) -> None:
    message = error_of(write("name,label\nanna,rest\n"))
    assert "no numeric channel" in message
    assert "column 'name' holds 'anna'" in message


def test_a_table_of_meta_columns_alone(write: Write) -> None:
    assert "no numeric channel, only index, label" in error_of(write("index,label\n1,rest\n"))


def test_a_wanted_channel_that_is_missing_gets_a_suggestion(write: Write) -> None:
    message = error_of(write("biceps,triceps\n1,2\n"), ("bicep",))
    assert "no column 'bicep' (did you mean biceps?); it has biceps, triceps" in message


def test_a_wanted_channel_like_no_other(write: Write) -> None:
    assert "no column 'emg9'; it has a, b; choose" in error_of(write("a,b\n1,2\n"), ("emg9",))


def test_a_wanted_channel_of_text_names_the_field(write: Write) -> None:
    assert "column 'b' is not numeric: it has 'x'" in error_of(write("a,b\n1,x\n2,y\n"), ("b",))


def test_a_wanted_channel_that_turns_to_text_names_row_and_column(write: Write) -> None:
    message = error_of(write("a,b\n1,2\n2,x\n3,x\n"), ("b",))
    assert re.search(r"'x' at data row 1, column 'b'", message)


def test_a_wanted_channel_may_not_be_meta(write: Write) -> None:
    assert "name of meta data" in error_of(write("a,Segment\n1,2\n"), ("Segment",))


def test_channels_must_be_wanted_once_and_at_least_one(write: Write) -> None:
    path = write("a,b\n1,2\n")
    assert "asked for twice" in error_of(path, ("a", "A"))
    assert "no channel is asked for" in error_of(path, ())


def test_rows_that_never_fit_the_header_are_told_by_the_first(write: Write) -> None:
    message = error_of(write("a,b,c,d\n1,2\n3,4\n"))
    assert "data row 0 has 2 instead of 4 fields" in message


def test_a_first_line_without_end(write: Write) -> None:
    assert "first line longer than" in error_of(write("x" * 200_000))


def test_a_line_without_end_further_down(write: Write) -> None:
    assert "has a line longer than" in error_of(write("a\n" + "1\n" * 50_000 + "x" * (3 << 20)))


def test_a_table_that_lies_on_its_side_is_refused_before_its_columns_are_looked_at(
    write: Write,
) -> None:
    rows = [",".join(str(n % 1000 + row) for n in range(10_000)) for row in range(3)]
    names = ",".join(f"sample {n}" for n in range(10_000))
    told = error_of(write("\n".join([names, *rows]) + "\n"))
    assert "has 10,000 columns; expected at most 2,048" in told
    assert "exchange rows and columns" in told


def test_a_grid_of_many_electrodes_is_read(write: Write) -> None:
    names = ",".join(f"e{n}" for n in range(512))
    rows = [",".join(str((7 * n + 13 * row * row) % 1000) for n in range(512)) for row in range(40)]
    assert read_table(write("\n".join([names, *rows]) + "\n")).samples.shape == (40, 512)
