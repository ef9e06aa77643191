from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

from emgstream.errors import TableError
from emgstream.tables import ColumnChoice, read_table
from tests.tables.conftest import Write

CLEAN = "biceps,triceps,label\n512,498.5,rest\n-3,1e3,fist\n"


def test_numbers_and_labels_come_out_as_they_were_written(write: Write) -> None:
    table = read_table(write(CLEAN))
    assert table.channel_names == ("biceps", "triceps")
    np.testing.assert_array_equal(table.samples, [[512, 498.5], [-3, 1000]])
    assert table.samples.dtype == np.float32
    assert table.labels is not None
    assert table.labels.tolist() == [0, 1]
    assert table.label_names == ("rest", "fist")
    assert table.label_names_by_row().tolist() == ["rest", "fist"]
    assert table.n_rows == 2
    assert table.repairs == ()


@pytest.mark.parametrize("word", ["NA", "nan", "NaN", "#N/A", "n/a"])
@pytest.mark.parametrize("names", [("rest", "fist"), ("1", "2")])
def test_a_label_that_says_missing_is_none_and_told(
    write: Write, word: str, names: tuple[str, str]
) -> None:
    rest, fist = names
    rows = "".join(f"{number},{rest}\n{number},{fist}\n{number},{word}\n" for number in range(50))
    table = read_table(write(f"emg,label\n{rows}"))
    assert table.labels is not None
    assert table.labels[:6].tolist() == [0, 1, -1, 0, 1, -1]
    assert table.label_names == names
    told = [one for one in table.remarks if "label" in one and "50" in one]
    assert told


def test_a_file_that_is_named_for_a_missing_label_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "NA_1.csv"
    path.write_text("emg\n1\n2\n")
    with pytest.raises(
        TableError, match=r"NA_1\.csv: its name, 'NA', says that a label is missing"
    ):
        read_table(path, ColumnChoice(label_from_name=True))


def test_a_stated_word_for_a_missing_label_is_told_once(write: Write) -> None:
    path = write("emg,class\n" + "1.5,NA\n2.5,fist\n3.25,rest\n" * 20)
    table = read_table(path, ColumnChoice(label="class:na"))
    assert table.label_names == ("fist", "rest")
    assert sum("NA" in one or "'na'" in one for one in table.remarks) == 1


def test_none_is_a_label_as_people_name_no_movement_so(write: Write) -> None:
    assert read_table(write("emg,label\n1,none\n2,fist\n3,null\n")).label_names == (
        "none",
        "fist",
        "null",
    )


def test_a_table_without_meta_columns_has_none(write: Write) -> None:
    table = read_table(write("emg\n1\n2\n"))
    assert table.labels is None
    assert table.label_names == ()
    for meta in (table.repetitions, table.segments, table.index, table.time_s):
        assert meta is None
    assert table.sampling_rate_hz is None
    assert table.label_names_by_row().tolist() == ["", ""]


def test_meta_columns_are_known_in_any_case_and_place(write: Write) -> None:
    table = read_table(
        write("Label,INDEX,emg, Segment ,Repetition,Time_S\nrest,7,1,0,2,0.5\nrest,9,2,0,2,0.75\n")
    )
    assert table.channel_names == ("emg",)
    assert table.index is not None
    assert table.index.tolist() == [7, 9]
    assert table.segments is not None
    assert table.segments.tolist() == [0, 0]
    assert table.repetitions is not None
    assert table.repetitions.tolist() == [2, 2]
    assert table.time_s is not None
    assert table.time_s.tolist() == [0.5, 0.75]


def test_the_rate_counts_lost_samples_and_no_step_between_segments(write: Write) -> None:
    table = read_table(
        write(
            "emg,index,time_s,segment\n1,0,0.0,0\n1,1,0.01,0\n1,3,0.03,0\n1,90,7.0,1\n1,91,7.01,1\n"
        )
    )
    assert table.sampling_rate_hz == pytest.approx(100.0)


def test_the_rate_of_a_table_with_time_alone_counts_rows(write: Write) -> None:
    assert read_table(write("emg,time_s\n1,0\n2,0.5\n3,1\n")).sampling_rate_hz == 2.0


def test_one_row_has_no_rate(write: Write) -> None:
    assert read_table(write("emg,time_s\n1,0\n")).sampling_rate_hz is None


def test_channels_are_picked_and_ordered_by_name(write: Write) -> None:
    table = read_table(write("a,b,c\n1,2,3\n4,5,6\n"), ColumnChoice(("c", "a")))
    assert table.channel_names == ("c", "a")
    np.testing.assert_array_equal(table.samples, [[3, 1], [6, 4]])


def test_a_wanted_channel_is_found_whatever_its_case_and_named_as_wanted(write: Write) -> None:
    table = read_table(write("Biceps,x\n1,2\n"), ColumnChoice(("biceps",)))
    assert table.channel_names == ("biceps",)


def test_damage_in_a_column_nobody_asked_for_is_no_repair(write: Write) -> None:
    table = read_table(write("a,b\n1,2\n3,broken\n5,6\n"), ColumnChoice(("a",)))
    assert table.repairs == ()
    np.testing.assert_array_equal(table.samples.ravel(), [1, 3, 5])


def test_row_numbers_clocks_and_text_are_no_channels(write: Write) -> None:
    table = read_table(
        write(",emg,timestamp,Subject,note\n0,5,1700000000,1,calm\n1,6,1700000001,1,\n")
    )
    assert table.channel_names == ("emg",)


def test_a_clock_is_a_channel_when_it_is_asked_for(write: Write) -> None:
    table = read_table(write("emg,time\n5,17\n"), ColumnChoice(("time", "emg")))
    np.testing.assert_array_equal(table.samples, [[17, 5]])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_separator_and_line_ending_gives_the_same_table(
    write: Write, separator: str, newline: str
) -> None:
    text = CLEAN.replace(",", separator).replace("\n", newline)
    table = read_table(write(text))
    np.testing.assert_array_equal(table.samples, [[512, 498.5], [-3, 1000]])
    assert table.label_names == ("rest", "fist")
    assert table.repairs == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8", "latin-1"])
def test_labels_with_accents_survive_any_encoding(write: Write, encoding: str) -> None:
    text = "émg;label\n1;serré\n2;détendu\n3;serré\n"
    table = read_table(write(text.encode(encoding)))
    assert table.channel_names == ("émg",)
    assert table.label_names == ("serré", "détendu")
    assert table.repairs == ()


def test_gzip_is_known_by_its_bytes_not_by_its_name(write: Write) -> None:
    packed = write(gzip.compress(CLEAN.encode()), "arm.csv")
    assert read_table(packed).label_names == ("rest", "fist")
    plain = write(CLEAN, "arm.csv.gz")
    assert read_table(plain).label_names == ("rest", "fist")


def test_gzip_members_one_after_the_other_are_one_table(write: Write) -> None:
    packed = gzip.compress(CLEAN.encode()) + gzip.compress(b"7,8,fist\n") + b"\0" * 512
    table = read_table(write(packed))
    assert table.n_rows == 3
    assert table.repairs == ()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_hash_is_that_of_the_bytes_on_disk(write: Write, pack: type[bytes]) -> None:
    data = pack(CLEAN.encode())
    assert read_table(write(data)).sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_decimal_comma_is_understood_where_it_separates_nothing(
    write: Write, separator: str
) -> None:
    text = "a;b;label\n0,5;-1,25;v1,5\n2;3;v1.5\n".replace(";", separator)
    table = read_table(write(text))
    np.testing.assert_array_equal(table.samples, [[0.5, -1.25], [2, 3]])
    assert table.label_names == ("v1,5", "v1.5")


def test_a_comma_is_no_decimal_point_in_a_file_that_has_points(write: Write) -> None:
    table = read_table(write("a;b\n0.5;1\n1.5;2\n1,500;3\n"))
    assert np.isnan(table.samples[2, 0])
    assert "'1,500'" in table.repairs[0].what


def test_a_decimal_comma_works_without_a_header(write: Write) -> None:
    table = read_table(write("1,5;2,5;3,5\n4,5;5,5;6,5\n"))
    np.testing.assert_array_equal(table.samples, [[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]])


def test_quoted_fields_may_hold_separators_and_quotes(write: Write) -> None:
    table = read_table(write('"a, left","b",label\n"1", "2","grip, ""firm"""\n3,4,"rest"\n'))
    assert table.channel_names == ("a, left", "b")
    np.testing.assert_array_equal(table.samples, [[1, 2], [3, 4]])
    assert table.label_names == ('grip, "firm"', "rest")


def test_a_quote_that_is_never_closed_costs_one_field(write: Write) -> None:
    table = read_table(write('a,b,label\n1,2,rest\n"3,4,rest\n5,6,rest\n'))
    np.testing.assert_array_equal(table.samples, [[1, 2], [np.nan, 4], [5, 6]])


def test_comments_and_spaces_are_left_out(write: Write) -> None:
    table = read_table(write("# made today\n emg , label \n 1 , rest\n# pause\n 2\t,rest \n"))
    assert table.channel_names == ("emg",)
    np.testing.assert_array_equal(table.samples.ravel(), [1, 2])
    assert table.label_names == ("rest",)
    assert table.repairs == ()


def test_a_label_with_a_hash_sign_is_no_comment(write: Write) -> None:
    assert read_table(write("emg,label\n1,grip#2\n")).label_names == ("grip#2",)


def test_the_separator_line_of_excel_is_obeyed(write: Write) -> None:
    table = read_table(write("sep=;\nemg;label\n1;a,b\n2;a,b\n"))
    assert table.channel_names == ("emg",)
    assert table.label_names == ("a,b",)


def test_a_column_of_row_names_without_a_header_as_r_writes_it_is_left_out(write: Write) -> None:
    table = read_table(write('"emg","label"\n"1",5,"rest"\n"2",6,"rest"\n'))
    assert table.channel_names == ("emg",)
    np.testing.assert_array_equal(table.samples.ravel(), [5, 6])
    assert "one field more than the header line" in table.repairs[0].what


def test_a_separator_at_the_end_of_every_row_is_no_damage(write: Write) -> None:
    table = read_table(write("a,b\n1,2,\n3,4,\n"))
    np.testing.assert_array_equal(table.samples, [[1, 2], [3, 4]])
    assert table.repairs == ()


def test_a_file_without_header_gets_names_and_says_so(write: Write) -> None:
    table = read_table(write("1,2,rest\n3,4,fist\n"))
    assert table.channel_names == ("channel_1", "channel_2")
    assert table.label_names == ("rest", "fist")
    assert str(table.repairs[0]) == (
        "no header line; the columns are named channel_1, channel_2, label"
    )


def test_a_header_in_a_comment_is_taken(write: Write) -> None:
    table = read_table(write("# biceps,triceps\n1,2\n3,4\n"))
    assert table.channel_names == ("biceps", "triceps")
    assert "comment" in table.repairs[0].what


ROWS_OF_TWO = "".join(
    f"{one:.3f},{two:.3f}\n" for one, two in np.random.default_rng(1).normal(0, 9, (50, 2))
)
LETTERS = {
    "Chinese": ("通道一", "通道二"),
    "Greek": ("δικέφαλος", "τρικέφαλος"),
    "Russian": ("бицепс", "трицепс"),
    "Arabic": ("قناة١", "قناة٢"),
    "German": ("Beuger", "Öffner"),
    "French": ("fléchisseur", "là"),
    "Polish": ("prawą", "lewą"),
    "Russian, its last byte a Latin space": ("низ", "верх"),
    "Japanese": ("股外", "股内"),
    "emoji": ("💪", "🖐"),
}


@pytest.mark.parametrize("names", LETTERS.values(), ids=LETTERS)
@pytest.mark.parametrize(
    "comment",
    [
        "# {}",
        "# columns: {}",
        "# channels = {}",
        "% {}",
        "# Kanäle: {}",
        "# channel names: {}",
        "# channels: {}; fs: 500 Hz",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_names_in_a_comment_are_read_in_any_letters(
    write: Write, names: tuple[str, str], comment: str, encoding: str
) -> None:
    text = f"{comment.format(','.join(names))}\n{ROWS_OF_TWO}"
    table = read_table(write(text.encode(encoding)))
    assert table.channel_names == names
    assert table.n_rows == 50


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@pytest.mark.parametrize(
    "comment", ["fréquence d'échantillonnage: 500", "Öffner, sampling rate 500 Hz"]
)
def test_a_rate_in_a_comment_is_read_among_other_letters(
    write: Write, comment: str, encoding: str
) -> None:
    text = f"# {comment}\nun,deux\n{ROWS_OF_TWO}"
    table = read_table(write(text.encode(encoding)))
    assert table.sampling_rate_hz == 500.0


@pytest.mark.parametrize(
    "comment",
    [
        "name: first, second",
        "Subject name= Smith, John",
        "file name = arm.csv, take 2",
        "Active channels: 1, 2",
        "Disabled channels: EMG3, EMG4",
        "Impedance of channels: 5 kOhm, 7 kOhm",
        "Sampling rate per channel: 1000, 1000",
        "Filter of all channels: 20-450 Hz, notch 50 Hz",
        "Reference channel: time, 3",
        "channels: 2, 1",
        "channels = 24, 24",
        "columns: mV, mV",
    ],
)
def test_a_comment_of_something_else_names_no_column(write: Write, comment: str) -> None:
    for names in ("# biceps,triceps", "biceps,triceps"):
        table = read_table(write(f"# {comment}\n{names}\n{ROWS_OF_TWO}"))
        assert table.channel_names == ("biceps", "triceps")


@pytest.mark.parametrize(
    "comment",
    [
        "subject: first, second",
        "Subject name= Smith, John",
        "Sampling rate: 2,5 kHz",
        "channels: 2, 1",
        "Labels: a, b",
    ],
)
def test_a_list_after_a_word_of_its_own_is_no_header(write: Write, comment: str) -> None:
    table = read_table(write(f"# {comment}\n{ROWS_OF_TWO}"))
    assert table.channel_names == ("channel_1", "channel_2")


@pytest.mark.parametrize(
    "comment",
    ["Number of channels: 1", "channels: 2", "Channel: 1-2", "bad channels: none", "columns: mV"],
)
def test_a_count_above_one_column_is_no_name(write: Write, comment: str) -> None:
    rows = "".join(f"{line.split(',')[0]}\n" for line in ROWS_OF_TWO.splitlines())
    assert read_table(write(f"# {comment}\n{rows}")).channel_names == ("channel_1",)


def test_equal_names_in_a_comment_are_numbered_and_told(write: Write) -> None:
    table = read_table(write(f'# columns: "emg", "emg"\n{ROWS_OF_TWO}'))
    assert table.channel_names == ("emg", "emg (2)")
    assert any("several columns are named 'emg'" in one for one in table.remarks)


def test_a_labchart_table_has_its_names_its_clock_and_its_rate(write: Write) -> None:
    emg = ROWS_OF_TWO.splitlines()
    rows = "".join(f"{at / 1000:.3f}\t{one.replace(',', chr(9))}\n" for at, one in enumerate(emg))
    table = read_table(
        write(
            "Interval=\t0.001 s\nExcelDateTime=\t45413.5\t01.05.2024 12:00:00.123\n"
            "TimeFormat=\tStartOfBlock\nDateFormat=\t\nChannelTitle=\tEMG 1\tEMG 2\n"
            f"Range=\t10.000 mV\t10.000 mV\n{rows}"
        )
    )
    assert table.channel_names == ("EMG 1", "EMG 2")
    assert table.n_rows == 50
    assert table.sampling_rate_hz == pytest.approx(1000.0)


@pytest.mark.parametrize("length", [15, 16, 17, 64, 65, 300])
def test_no_label_is_cut_however_long(write: Write, length: int) -> None:
    names = ("a" * length, "a" * (length - 1) + "b")
    table = read_table(write(f"emg,label\n1,{names[0]}\n2,{names[1]}\n"))
    assert table.label_names == names


def test_an_empty_label_has_no_name(write: Write) -> None:
    table = read_table(write("emg,label\n1,\n2,rest\n3,  \n"))
    assert table.labels is not None
    assert table.labels.tolist() == [-1, 0, -1]
    assert table.label_names_by_row().tolist() == ["", "rest", ""]


def test_large_indices_are_exact(write: Write) -> None:
    first = 2**53 + 1
    table = read_table(write(f"emg,index\n1,{first}\n2,{first + 1}\n3,{2**63 - 1}\n"))
    assert table.index is not None
    assert table.index.tolist() == [first, first + 1, 2**63 - 1]


def test_whole_numbers_may_be_written_with_a_point(write: Write) -> None:
    table = read_table(write("emg,segment,index\n1,1.0,2e3\n2,2.0,3e3\n"))
    assert table.segments is not None
    assert table.segments.tolist() == [1, 2]
    assert table.index is not None
    assert table.index.tolist() == [2000, 3000]


def test_a_complete_last_line_needs_no_newline(write: Write) -> None:
    table = read_table(write("a,label\n1,rest\n2,rest"))
    assert table.n_rows == 2
    assert table.repairs == ()


def test_a_path_may_be_text(write: Write) -> None:
    path = write(CLEAN)
    assert read_table(str(path)).path == Path(path)


@pytest.mark.parametrize(
    ("header", "names"),
    [("a,b,a", ("a", "b", "a (2)")), ("a,label,Label", ("a",)), ("a,,b", ("a", "b"))],
)
def test_columns_of_one_name_are_numbered_and_told(
    write: Write, header: str, names: tuple[str, ...]
) -> None:
    table = read_table(write(f"{header}\n1,2,3\n"))
    assert table.channel_names == names
    assert any("several columns" in str(repair) for repair in table.repairs) is (
        "(2)" in str(table.columns)
    )


def test_names_of_our_own_decide_between_two_separators(write: Write) -> None:
    table = read_table(write("index,time_s,a;b,label\n1,0.005,0.0,x;y\n2,0.01,,x;y\n"))
    assert table.channel_names == ("a;b",)
    assert table.label_names == ("x;y",)
