from __future__ import annotations

import gzip

import numpy as np
import pytest

from emgstream.tables import EmgTable, Repair, read_table
from tests.tables.conftest import Write


def lines(table: EmgTable) -> list[str]:
    return [str(repair) for repair in table.repairs]


def test_a_repair_names_its_first_rows_and_its_last() -> None:
    assert str(Repair("gone", "a", (1,))) == "a: gone (data row 1)"
    assert str(Repair("gone", None, (1, 2, 3, 4))) == "gone (data rows 1, 2, 3, 4)"
    assert str(Repair("gone", None, (1, 2, 3, 4, 9))) == "gone (data rows 1, 2, 3, ... 9)"
    assert str(Repair("gone")) == "gone"


def test_an_empty_field_is_missing(write: Write) -> None:
    table = read_table(write("a,b\n1,2\n,4\n5, \n"))
    np.testing.assert_array_equal(table.samples, [[1, 2], [np.nan, 4], [5, np.nan]])
    assert lines(table) == [
        "a: 1 empty field taken as missing (data row 1)",
        "b: 1 empty field taken as missing (data row 2)",
    ]


def test_text_in_a_numeric_field_is_missing_and_told(write: Write) -> None:
    table = read_table(write("a,b\n1,2\n1_0,4\n0x10,6\n7,8\n9,8\n10,8\n"))
    np.testing.assert_array_equal(table.samples[:, 0], [1, np.nan, np.nan, 7, 9, 10])
    assert lines(table) == [
        "a: 2 fields that are not numbers taken as missing, the first '1_0' (data rows 1, 2)"
    ]


@pytest.mark.parametrize("word", ["nan", "NaN", "NA", "null", "None", "#N/A"])
def test_words_for_missing_are_understood(write: Write, word: str) -> None:
    table = read_table(write(f"a\n1\n{word}\n"))
    assert np.isnan(table.samples[1, 0])
    assert lines(table) == ["a: 1 field that says NaN, NA or null taken as missing (data row 1)"]


@pytest.mark.parametrize("number", ["inf", "-inf", "Infinity", "1e400", "1e39", "-3.5e38"])
def test_a_number_beyond_range_is_missing(write: Write, number: str) -> None:
    table = read_table(write(f"a\n1\n{number}\n"))
    assert np.isnan(table.samples[1, 0])
    assert f"the first '{number}' (data row 1)" in lines(table)[0]


def test_a_field_is_read_up_to_its_first_nul_byte(write: Write) -> None:
    table = read_table(write("a,label\n1,rest\n\0\0\0" + "23,rest\n0\0\0" + "5,rest\n4,re\0st\n"))
    np.testing.assert_array_equal(table.samples[:, 0], [1, np.nan, 0, 4])
    assert table.label_names == ("rest", "re")
    assert lines(table) == [
        "a: 1 field with nothing before its first NUL byte taken as missing (data row 1)",
        "a: 1 field read up to its first NUL byte (data row 2)",
        "label: 1 field read up to its first NUL byte (data row 3)",
    ]


def test_a_tail_of_nul_bytes_after_a_power_cut_is_dropped(write: Write) -> None:
    table = read_table(write(b"emg,label\n" + b"1,rest\n" * 900_000 + b"\0" * (5 << 20)))
    assert table.n_rows == 900_000
    assert lines(table) == ["1 last line, cut short, dropped (data row 900000)"]


def test_a_short_take_with_a_long_tail_of_nul_bytes_is_still_a_table(write: Write) -> None:
    table = read_table(write(b"a,label\n1,rest\n2,rest\n" + b"\0" * 4096))
    assert table.n_rows == 2


def test_a_row_of_another_length_keeps_its_place_and_is_missing(write: Write) -> None:
    table = read_table(write("a,b,label\n1,2,rest\n3,rest\n4,5,6,7\n8,9,fist\n"))
    np.testing.assert_array_equal(
        table.samples, [[1, 2], [np.nan, np.nan], [np.nan, np.nan], [8, 9]]
    )
    assert table.labels is not None
    assert table.labels.tolist() == [0, -1, -1, 1]
    assert lines(table) == [
        "2 rows with too many or too few fields taken as missing, the first 2 instead of 3 "
        "(data rows 1, 2)"
    ]


def test_empty_fields_beyond_the_last_column_are_left_out(write: Write) -> None:
    table = read_table(write("a,b\n1,2\n3,4,,\n5,6\n"))
    np.testing.assert_array_equal(table.samples, [[1, 2], [3, 4], [5, 6]])
    assert table.repairs == ()


def test_blank_lines_are_skipped_and_told_but_for_those_at_the_end(write: Write) -> None:
    table = read_table(write("a,b\n1,2\n\n  \n3,4\n\n\n"))
    np.testing.assert_array_equal(table.samples, [[1, 2], [3, 4]])
    assert lines(table) == ["2 blank lines skipped before (data rows 1, 1)"]


def test_a_header_line_in_the_middle_is_left_out_and_told(write: Write) -> None:
    head = "a,b,label"
    table = read_table(write(f"{head}\n1,2,rest\n{head}\n\ufeff{head} \n3,4,fist\n{head}\n"))
    np.testing.assert_array_equal(table.samples, [[1, 2], [3, 4]])
    assert table.label_names == ("rest", "fist")
    assert lines(table) == ["3 repeated header lines left out before (data rows 1, 1, 2)"]


@pytest.mark.parametrize("head", ["a,b,label", "label,a,b", "time_s,label"])
def test_a_header_line_at_the_end_of_a_file_is_no_row(write: Write, head: str) -> None:
    row = ",".join("7" for _ in head.split(","))
    table = read_table(write(f"x,{head}\n1,{row}\nx,{head}"))
    assert table.n_rows == 1
    assert lines(table) == ["1 repeated header line left out before (data row 1)"]


def test_a_row_that_only_looks_like_a_header_of_numbers_is_kept(write: Write) -> None:
    assert read_table(write("1,2,label\n3,4,rest\n1,2,label\n5,6,rest\n")).n_rows == 3


@pytest.mark.parametrize("end", ["5", "5,", "5,6,", "5,6,re", "5,-,rest"[:3]])
def test_a_last_line_that_was_cut_short_is_dropped_and_told(write: Write, end: str) -> None:
    table = read_table(write(f"a,b,label\n1,2,rest\n3,4,rest\n{end}"))
    np.testing.assert_array_equal(table.samples, [[1, 2], [3, 4]])
    assert table.label_names == ("rest",)
    assert lines(table) == ["1 last line, cut short, dropped (data row 2)"]


def test_a_last_line_with_a_label_of_its_own_is_kept(write: Write) -> None:
    table = read_table(write("a,label\n1,rest\n2,fist"))
    assert table.label_names == ("rest", "fist")


def test_a_last_number_that_was_cut_before_its_digits_is_dropped(write: Write) -> None:
    table = read_table(write("a,b\n1,2\n3,-"))
    assert table.n_rows == 1


def gzipped_table(n_rows: int) -> bytes:
    numbers = np.random.default_rng(5).integers(0, 1024, n_rows)
    return gzip.compress(b"a,label\n" + b"".join(b"%d,rest\n" % one for one in numbers))


def test_of_a_truncated_gzip_file_all_whole_rows_are_kept(write: Write) -> None:
    whole = read_table(write(gzipped_table(50_000), "whole.csv.gz"))
    cut = read_table(write(gzipped_table(50_000)[:-20_000], "cut.csv.gz"))
    assert 10_000 < cut.n_rows < 50_000
    np.testing.assert_array_equal(cut.samples, whole.samples[: cut.n_rows])
    assert lines(cut)[0] == "the gzip data end too early; what came before was kept"
    assert all("last line" in line for line in lines(cut)[1:])


def test_of_a_damaged_gzip_file_what_came_before_is_kept(write: Write) -> None:
    packed = bytearray(gzipped_table(200_000))
    packed[len(packed) // 2 : len(packed) // 2 + 8] = b"\xff" * 8
    table = read_table(write(bytes(packed)))
    assert 50_000 < table.n_rows < 200_000
    assert table.repairs[0].what.startswith("the gzip data are damaged")


def test_a_gzip_checksum_that_fails_is_told(write: Write) -> None:
    packed = bytearray(gzipped_table(1_000))
    packed[-8] ^= 0xFF
    table = read_table(write(bytes(packed)))
    assert table.n_rows == 1_000
    assert "damaged" in table.repairs[0].what


def test_an_index_that_does_not_increase_is_ignored(write: Write) -> None:
    table = read_table(write("a,index\n1,5\n2,6\n3,6\n4,2\n"))
    assert table.index is None
    assert lines(table) == [
        "index: 2 places where it does not increase; column ignored (data rows 2, 3)"
    ]


def test_time_may_start_again_in_another_segment_but_not_in_one(write: Write) -> None:
    assert read_table(write("a,time_s,segment\n1,8,0\n2,9,0\n3,0,1\n")).time_s is not None
    table = read_table(write("a,time_s,segment\n1,8,0\n2,9,0\n3,9,0\n"))
    assert table.time_s is None
    assert "time_s: 1 place where it does not increase" in lines(table)[0]


def test_what_is_missing_of_the_clocks_is_put_between_its_neighbours(write: Write) -> None:
    table = read_table(
        write("a,index,time_s\n1,,\n2,5,0.5\n3,x,\n4,7,0.7\n5,8,0.8\n6,9,\n7,10,1\n")
    )
    assert table.index is not None
    assert table.index.tolist() == [4, 5, 6, 7, 8, 9, 10]
    assert table.time_s is not None
    np.testing.assert_allclose(table.time_s, [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    assert "time_s: 3 missing numbers put between their neighbours (data rows 0, 2, 5)" in lines(
        table
    )


def test_a_missing_segment_or_repetition_is_that_of_the_row_before(write: Write) -> None:
    table = read_table(write("a,segment,repetition\n1,,1\n2,3,1\n3,3,?\n4,4,2\n"))
    assert table.segments is not None
    assert table.segments.tolist() == [3, 3, 3, 4]
    assert table.repetitions is not None
    assert table.repetitions.tolist() == [1, 1, 1, 2]


def test_a_meta_column_of_text_is_ignored_and_told(write: Write) -> None:
    table = read_table(write("a,segment\n1,first\n2,second\n"))
    assert table.segments is None
    assert "segment: mostly no numbers; column ignored" in lines(table)


def test_a_column_that_is_mostly_text_is_no_channel(write: Write) -> None:
    table = read_table(write("a,b,c\n1,2,\n3,x,\n5,x,\n"))
    assert table.channel_names == ("a",)
    assert "b: text in 2 of 3 rows; not read as a channel" in lines(table)
    assert "c: no number; not read as a channel" in lines(table)


def test_a_million_rows_with_damage_in_one_are_told_by_that_row(write: Write) -> None:
    rows = [b"1,2,rest\n"] * 1_000_000
    rows[765_432] = b"1,?,rest\n"
    table = read_table(write(b"emg1,emg2,label\n" + b"".join(rows)))
    assert table.n_rows == 1_000_000
    assert [repair.rows for repair in table.repairs] == [(765_432,)]
    assert np.flatnonzero(np.isnan(table.samples[:, 1])).tolist() == [765_432]
