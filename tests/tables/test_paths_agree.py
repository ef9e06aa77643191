"""Both paths, and any size of block, give the same table for any file."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from emgstream.errors import TableError
from emgstream.tables import ALL_GUESSED, ColumnChoice, EmgTable, read_table
from emgstream.tables.column_storage import stored_columns
from emgstream.tables.table_cells import LabelCodes
from emgstream.tables.table_columns import StrictParser
from emgstream.tables.table_layout import detect_layout
from emgstream.tables.table_reader import read_table_in_blocks

IN_ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
LABELS = st.sampled_from(["", "rest", "elbow bend", "poing serré", "a" * 16, "a" * 70, "#1", "1.5"])
NUMBERS = ["1", "-2.5", "1e3", "+1.", "3.0", "1e-400", "9007199254740993", "\t6", "7\xa0", "\x1c8"]
DAMAGE = [
    "",
    " ",
    "nan",
    "inf",
    "1e39",
    "1_0",
    "0x1",
    "1d5",
    "True",
    "+",
    "²",
    "9" * 20,
    "\0",
    "5\0",
]
TEXTS = ['"3"', '"', '"4', '"a ""b"""', "rest", "é", "a" * 40, "#", "#N/A", "1,5", "\xa0", "\x85"]
FIELDS = st.sampled_from([*NUMBERS, *DAMAGE, *TEXTS])


def outcome(path: Path, block_bytes: int, *, tolerant_only: bool = False) -> EmgTable | str:
    try:
        return read_table_in_blocks(path, ALL_GUESSED, block_bytes, tolerant_only=tolerant_only)
    except TableError as error:
        return str(error)


def assert_same(one: EmgTable | str, other: EmgTable | str) -> None:
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    for name in ("channel_names", "label_names", "repairs", "sha256", "sampling_rate_hz"):
        assert getattr(one, name) == getattr(other, name)
    for name in ("samples", "labels", "repetitions", "segments", "index", "time_s"):
        same_bits(getattr(one, name), getattr(other, name))


def same_bits(one: npt.NDArray[np.generic] | None, other: npt.NDArray[np.generic] | None) -> None:
    if one is None or other is None:
        assert one is other
        return
    assert one.dtype == other.dtype
    np.testing.assert_array_equal(one, other)


@IN_ONE_FOLDER
@given(
    rows=st.lists(st.tuples(FLOATS, FLOATS, LABELS), min_size=1, max_size=30),
    separator=st.sampled_from([",", ";", "\t"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    packed=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    decimal_comma=st.booleans(),
)
def test_what_was_written_is_read(
    tmp_path: Path,
    rows: list[tuple[float, float, str]],
    separator: str,
    newline: str,
    packed: bool,
    encoding: str,
    decimal_comma: bool,
) -> None:
    def number(value: float) -> str:
        return repr(value).replace(".", "," if decimal_comma and separator != "," else ".")

    lines = [separator.join((number(a), number(b), label)) for a, b, label in rows]
    text = newline.join([separator.join(("a", "b", "label")), *lines, ""])
    path = tmp_path / "arm.csv"
    data = text.encode(encoding)
    path.write_bytes(gzip.compress(data) if packed else data)
    table = read_table(path, ColumnChoice(("a", "b")))  # numbers drawn may be constant or rise
    np.testing.assert_array_equal(table.samples, np.array([row[:2] for row in rows], np.float32))
    assert table.label_names_by_row().tolist() == [row[2] for row in rows]
    assert table.repairs == ()


@IN_ONE_FOLDER
@given(
    rows=st.lists(st.tuples(FLOATS, LABELS, st.integers(-(2**60), 2**60)), min_size=1),
    block_bytes=st.integers(1, 300),
)
def test_the_tolerant_path_reads_a_clean_table_as_the_fast_one(
    tmp_path: Path, rows: list[tuple[float, str, int]], block_bytes: int
) -> None:
    path = tmp_path / "arm.csv"
    body = "".join(f"{a!r},{label},{n}\n" for a, label, n in rows)
    path.write_text(f"a,label,segment\n{body}", encoding="utf-8")
    assert_same(outcome(path, 1 << 20), outcome(path, block_bytes, tolerant_only=True))


@settings(IN_ONE_FOLDER, max_examples=600)
@given(
    rows=st.lists(st.lists(FIELDS, min_size=1, max_size=5), max_size=12),
    separator=st.sampled_from([",", ";", "\t"]),
    header=st.sampled_from(["a,b,label", "label,index,a", "a,time_s,segment", "a", "1,2,x"]),
    ends=st.booleans(),
    block_bytes=st.integers(1, 60),
)
@example(
    rows=[["1", "1", "1"], ["#", "#", "#"]],
    separator=",",
    header="label,index,a",
    ends=True,
    block_bytes=9,
)
def test_any_damage_reads_alike_on_both_paths_and_in_blocks_of_any_size(
    tmp_path: Path,
    rows: list[list[str]],
    separator: str,
    header: str,
    ends: bool,
    block_bytes: int,
) -> None:
    path = tmp_path / "arm.csv"
    text = "\n".join([header.replace(",", separator), *map(separator.join, rows)])
    path.write_bytes((text + "\n" * ends).encode("latin-1"))
    expected = outcome(path, 1 << 20, tolerant_only=True)
    assert_same(outcome(path, 1 << 20), expected)
    assert_same(outcome(path, block_bytes), expected)


@settings(IN_ONE_FOLDER, max_examples=300)
@given(data=st.binary(max_size=300), block_bytes=st.integers(1, 60))
def test_any_bytes_at_all_are_a_table_or_one_clear_error(
    tmp_path: Path, data: bytes, block_bytes: int
) -> None:
    path = tmp_path / "arm.csv"
    path.write_bytes(b"a,b\n1,2\n" + data)
    expected = outcome(path, 1 << 20, tolerant_only=True)
    assert_same(outcome(path, 1 << 20), expected)
    assert_same(outcome(path, block_bytes), expected)
    path.write_bytes(data)
    assert_same(outcome(path, block_bytes), outcome(path, 1 << 20))


@pytest.mark.parametrize(
    ("block", "is_clean"),
    [
        (b"1,rest\n2,fist\n", True),
        (b'1,"rest"\n"2",fist\n', True),
        (b"1,poing serr\xc3\xa9\n", True),
        (b"1," + b"a" * 100 + b"\n", True),
        (b"1,\n", True),
        (b"1," + b"a" * 256 + b"\n", False),
        (b'1,"re,st"\n', False),
        (b"1,rest\n\n2,rest\n", False),
        (b"\n", False),
        (b"nan,rest\n", False),
        (b"inf,rest\n", False),
        (b"1e39,rest\n", False),
        (b"1,re\0st\n", False),
        (b"1,rest,2\n", False),
        (b",rest\n", False),
        (b"1_0,rest\n", False),
        (b"1,rest\n # pause\n", False),
    ],
)
def test_the_fast_path_takes_clean_blocks_and_refuses_what_it_might_misread(
    block: bytes, is_clean: bool
) -> None:
    layout = detect_layout(Path("arm.csv"), b"a,label\n1,rest\n")
    columns = stored_columns(layout, ALL_GUESSED)
    strict = StrictParser(layout, columns, {1: LabelCodes()})
    assert (strict.parse(block) is not None) is is_clean


def test_a_clean_table_of_many_blocks_is_read_row_by_row_in_order(tmp_path: Path) -> None:
    n_rows = 200_000
    path = tmp_path / "arm.csv"
    path.write_text("a,label\n" + "".join(f"{row},l{row // 777}\n" for row in range(n_rows)))
    table = read_table(path, ColumnChoice(("a",)))
    np.testing.assert_array_equal(table.samples[:, 0], np.arange(n_rows))
    assert table.labels is not None
    np.testing.assert_array_equal(table.labels, np.arange(n_rows) // 777)
    assert table.label_names == tuple(f"l{one}" for one in range(math.ceil(n_rows / 777)))
