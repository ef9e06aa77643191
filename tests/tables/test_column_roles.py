"""Roles of columns: files as other programs write them, and properties of the guess."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgstream.errors import NoSuchColumnError, TableError, UndecidedColumnsError, UsageError
from emgstream.tables import (
    Certainty,
    ColumnChoice,
    ColumnRole,
    EmgTable,
    TableColumn,
    look_at_table,
    read_table,
)
from tests.tables.conftest import Write

IN_ONE_FOLDER = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
N = 40
RNG = np.random.default_rng(5)
A, B, C = RNG.integers(300, 700, (3, N)).tolist()
LABELS = np.repeat(["rest", "fist", "rest", "open"], N // 4).tolist()
CODES = np.repeat([0, 1, 0, 2], N // 4).tolist()
ROWS = np.arange(N)


def table_text(
    header: str, columns: Iterable[Iterable[object]], separator: str = ",", preamble: str = ""
) -> str:
    rows = [separator.join(map(str, row)) for row in zip(*columns, strict=True)]
    return preamble + "\n".join([*([header] if header else []), *rows]) + "\n"


def roles(columns: Sequence[TableColumn]) -> dict[str, str]:
    return {one.name: one.role.value for one in columns}


def stamps(step_ms: float, separator: str = ".") -> list[str]:
    return [f"22:13:{20 + row * step_ms / 1000:06.3f}".replace(".", separator) for row in ROWS]


FILES: dict[str, tuple[str, tuple[str, ...], float | None]] = {
    "the columns of a LabVIEW file": (
        table_text(
            "X_Value\tVoltage_0\tComment",
            [ROWS / 1000, A, [""] * N],
            "\t",
            "LabVIEW Measurement\t\nSeparator\tTab\n***End_of_Header***\t\n\nChannels\t1\n",
        ),
        ("Voltage_0",),
        1000.0,
    ),
    "two samples a stamp in UNIX milliseconds": (
        table_text("timestamp,emg1,emg2", [1_700_000_000_000 + ROWS // 2 * 10, A, B]),
        ("emg1", "emg2"),
        200.0,
    ),
    "eight samples a stamp in seconds": (
        table_text("time,emg", [ROWS // 8 * 0.04, A]),
        ("emg",),
        200.0,
    ),
    "a separator line and a line of units": (
        table_text(
            "", [1_700_000_000_000 + ROWS * 1.953125, A], "\t", "sep=\t\nUnix\tEMG\nms\tmV\n"
        ),
        ("EMG",),
        512.0,
    ),
    "a clock for each sensor": (
        table_text('X[s],"A: EMG 1 [V]",X[s],"B: EMG 2 [V]"', [ROWS / 2000, A, ROWS / 2000, B]),
        ("A: EMG 1 [V]", "B: EMG 2 [V]"),
        2000.0,
    ),
    "a period in the preamble": (
        table_text(
            "min\tCH1\tCH2\t", [ROWS / 60_000, A, B, [""] * N], "\t", "x.acq\n1 msec/sample\n"
        ),
        ("CH1", "CH2"),
        1000.0,
    ),
    "fields between blanks": (
        table_text("", [A, B, C], " "),
        ("channel_1", "channel_2", "channel_3"),
        None,
    ),
    "named fields between blanks": (
        table_text("", [[f"biceps:{v}" for v in A], [f"triceps:{v}" for v in B]], " "),
        ("biceps", "triceps"),
        None,
    ),
    "named fields behind the stamps of a serial monitor": (
        table_text(
            "",
            [[f"{t} -> biceps:{v},triceps:{w}" for t, v, w in zip(stamps(10), A, B, strict=True)]],
        ),
        ("biceps", "triceps"),
        100.0,
    ),
    "tabs behind the stamps of a serial monitor": (
        table_text("", [[f"{t} -> {v}\t{w}" for t, v, w in zip(stamps(10), A, B, strict=True)]]),
        ("channel_1", "channel_2"),
        100.0,
    ),
    "dates as ISO writes them": (
        table_text("", [[f"2024-05-01T12:00:00.{row * 5:03d}" for row in ROWS], A, B]),
        ("channel_1", "channel_2"),
        200.0,
    ),
    "UNIX time in nanoseconds": (
        table_text("ts,x,w", [1_700_000_000_000_000_000 + ROWS * 1_000_000, A, B]),
        ("x", "w"),
        1000.0,
    ),
    "names in Chinese": (
        table_text("时间,通道1,通道2,标签", [ROWS / 1000, A, B, LABELS]),
        ("通道1", "通道2"),
        1000.0,
    ),
    "names in French with decimal commas": (
        table_text(
            "Temps (s);Canal 1;Geste",
            [[f"{row / 500:.3f}".replace(".", ",") for row in ROWS], A, LABELS],
            ";",
        ),
        ("Canal 1",),
        500.0,
    ),
    "a rate behind semicolons": (
        table_text("a1,a2", [A, B], preamble="; made with X\n; fs: 500 Hz\n"),
        ("a1", "a2"),
        500.0,
    ),
    "a rate in kHz": (
        table_text("emg1,emg2", [A, B], preamble="# sampling frequency = 2 kHz\n"),
        ("emg1", "emg2"),
        2000.0,
    ),
    "a rate behind slashes": (
        table_text("emg1,emg2", [A, B], preamble="// Sample rate: 250\n"),
        ("emg1", "emg2"),
        250.0,
    ),
    "a rate in a preamble of another width": (
        table_text(
            "Sample,EMG A,EMG B",
            [ROWS, A, B],
            preamble="Patient;Name;x\nDevice,ABC,1,2,3,4\nRate,1000\n",
        ),
        ("EMG A", "EMG B"),
        1000.0,
    ),
    "other sensors and facts": (
        table_text("subject,timestamp,emg0,acc_x,gyro_y,force", [[1] * N, ROWS / 200, A, B, C, C]),
        ("emg0",),
        200.0,
    ),
    "a dead channel": (table_text("emg1,emg2,label", [A, [0] * N, LABELS]), ("emg1", "emg2"), None),
    "the label as a number": (
        table_text("emg1,label,label_num", [A, LABELS, CODES]),
        ("emg1",),
        None,
    ),
    "date and time in two columns": (
        table_text("Date,Time,Ch0", [["11/14/2023"] * N, stamps(10), A]),
        ("Ch0",),
        100.0,
    ),
    "a clock that skips samples": (
        table_text("Time [ms],ch1", [np.delete(np.arange(N + 3), [5, 6, 20]) * 4, A]),
        ("ch1",),
        250.0,
    ),
    "stamps of a terminal before a blank": (
        table_text("", [[f"2024-05-01 {t}" for t in stamps(10)], A], " "),
        ("channel_1",),
        100.0,
    ),
    "stamps of a terminal in brackets": (
        table_text("", [[f"[{t}] {v},{w}" for t, v, w in zip(stamps(10), A, B, strict=True)]]),
        ("channel_1", "channel_2"),
        100.0,
    ),
    "fields in brackets": (
        table_text("", [[f"({v}, {w})" for v, w in zip(A, B, strict=True)]]),
        ("channel_1", "channel_2"),
        None,
    ),
    "the frequency of a filter above the rate": (
        table_text("emg1", [A], preamble="# Notch filter frequency: 50 Hz\n# fs = 1000\n"),
        ("emg1",),
        1000.0,
    ),
    "the rate of another sensor above that of EMG": (
        table_text("emg1", [A], preamble="# ACC sample rate: 100\n# EMG sample rate: 1000\n"),
        ("emg1",),
        1000.0,
    ),
    "the frequency of a filter alone": (
        table_text("emg1", [A], preamble="# Low-pass cutoff frequency: 450 Hz\n"),
        ("emg1",),
        None,
    ),
    "the number of samples below the names": (
        table_text("sec,CH1,CH2", [ROWS / 200 + 0.001, A, B], preamble=""),
        ("CH1", "CH2"),
        200.0,
    ),
    "a header that is longer than the rows": (
        table_text("X_Value\tEMG1\tComment", [ROWS / 1000, A], "\t"),
        ("EMG1",),
        1000.0,
    ),
    "inertial sensors beside EMG": (
        table_text("emg,ax,ay,gz,rssi,vbat", [A, B, C, B, C, A]),
        ("emg",),
        None,
    ),
    "bars between the fields": (table_text("emg1|emg2", [A, B], "|"), ("emg1", "emg2"), None),
    "a clock over midnight": (
        table_text(
            "t,emg",
            [[f"{'23:59:59' if row < 20 else '00:00:00'}.{row % 20 * 50:03d}" for row in ROWS], A],
        ),
        ("emg",),
        20.0,
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_of_another_program_has_its_channels_and_its_rate(write: Write, case: str) -> None:
    text, channels, rate_hz = FILES[case]
    table = read_table(write(text))
    assert table.channel_names == channels
    assert table.n_rows == N
    expected = None if rate_hz is None else pytest.approx(rate_hz, rel=1e-5)
    assert table.sampling_rate_hz == expected


@pytest.mark.parametrize(
    ("header", "columns", "asked", "options"),
    [
        ("c1,c2,c3", [A, B, CODES], "column 3 'c3' has 3 values (0, 1, 2)", "c1,c2"),
        ("p,q,r", [CODES, A, B], "column 1 'p' has 3 values (0, 1, 2)", "q,r"),
        ("", [A, B, [2] * N], "column 3 is constant (2)", "1,2"),
        ("a,b", [A, [7] * N], "column 2 'b' is constant (7)", "a"),
        ("emg1,emg2", [A, ROWS], "named like a channel, but counts up by 1", "emg1"),
        ("emg1,emg1_filtered", [A, B], "named like a filtered copy", "emg1"),
        ("emg1,rate2", [A, B], "not named as the EMG channels are", "emg1"),
        ("q,w", [ROWS * 2 % 64, A], "changes by 2 from row to row and begins again", "w"),
        ("emg_raw,emg_mV", [A, [value * 0.5 for value in A]], "is computed from", "emg_raw"),
        ("time,0,1", [ROWS / 200, A, B], "columns 2-3 have no name", "2,3"),
        ("emg,time2", [A, B], "named like a clock, but varies like a signal", "emg"),
    ],
)
def test_a_column_that_may_be_something_else_is_asked_for(
    write: Write, header: str, columns: list[Iterable[object]], asked: str, options: str
) -> None:
    path = write(table_text(header, columns))
    with pytest.raises(UndecidedColumnsError) as caught:
        read_table(path)
    assert asked in str(caught.value)
    assert f"--channels {options}" in str(caught.value)
    table = read_table(path, ColumnChoice(tuple(options.split(","))))
    assert table.samples.shape == (N, len(options.split(",")))


def test_a_column_of_few_values_in_any_order_is_asked_for(write: Write) -> None:
    signal = RNG.integers(0, 1024, 200).tolist()
    states = RNG.integers(0, 4, 200).tolist()
    path = write(table_text("ch1,y", [signal, states]))
    with pytest.raises(UndecidedColumnsError, match="has only the values 0, 1, 2, 3"):
        read_table(path)
    assert read_table(write(table_text("p,y", [states[::-1], states]))).samples.shape == (200, 2)


@pytest.mark.parametrize(
    ("header", "code_of_row", "reason"),
    [
        ("ch1,z", lambda row: row // 1000 % 3, "in runs of 1,000 rows on average"),
        ("ch1,z", lambda row: row // 1467 % 3, "in runs of 1,330 rows on average"),
    ],
)
def test_a_mean_of_thousands_of_rows_is_written_out(
    write: Write, header: str, code_of_row: Callable[[int], int], reason: str
) -> None:
    codes = [code_of_row(row) for row in range(4000)]
    path = write(table_text(header, [RNG.integers(0, 1024, 4000).tolist(), codes]))
    with pytest.raises(UndecidedColumnsError) as caught:
        read_table(path)
    assert reason in str(caught.value)


def test_of_many_channels_the_other_columns_are_named(write: Write) -> None:
    names = [f"w{place}v" for place in range(40)]
    columns = [RNG.integers(0, 1024, N).tolist() for _ in names]
    path = write(table_text(",".join([*names, "flag"]), [*columns, CODES]))
    with pytest.raises(UndecidedColumnsError, match="Add --ignore flag to this"):
        read_table(path)
    assert len(read_table(path, ColumnChoice(ignore=("flag",))).channel_names) == 40


def test_a_filtered_or_scaled_copy_is_no_channel_of_its_own(write: Write) -> None:
    raw = RNG.normal(size=3000)
    smooth = np.convolve(np.abs(raw), np.ones(5) / 5.0)[:3000]
    other = 0.5 * raw + RNG.normal(size=3000)
    path = write(table_text("q,p,r", [raw, smooth, other]))
    with pytest.raises(UndecidedColumnsError, match=r"column 2 'p' is computed from column 1 'q'"):
        read_table(path)
    table = read_table(write(table_text("q,r", [raw, other])))
    assert table.channel_names == ("q", "r")


def test_losses_are_counted_by_a_counter_and_its_rounds_by_the_clock(write: Write) -> None:
    true = np.delete(np.arange(1000), np.r_[100:103, 200:712])
    text = table_text("Sample Index,Time (ms),emg", [true % 256, true * 4, true * 389 % 1021])
    table = read_table(write(text))
    assert table.index is not None
    np.testing.assert_array_equal(table.index, true)
    assert any("counts modulo 256, 515 samples lost in 2 places" in note for note in table.notes)
    assert table.sampling_rate_hz == pytest.approx(250.0)


def test_a_clock_that_starts_anew_begins_a_segment(write: Write) -> None:
    text = table_text("time_ms,emg", [np.r_[0:100:5, 0:100:5], A])
    table = read_table(write(text))
    assert table.segments is not None
    assert table.segments.tolist() == [0] * 20 + [1] * 20
    assert table.sampling_rate_hz == pytest.approx(200.0)
    assert any("starts again; read as 2 segments" in note for note in table.notes)


def test_a_number_of_samples_is_no_clock_in_milliseconds(write: Write) -> None:
    table = read_table(write(table_text("Time (samples),emg", [ROWS, A])))
    assert table.sampling_rate_hz is None
    table = read_table(write(table_text("time,emg", [ROWS, A])))
    assert table.sampling_rate_hz is None
    assert [question.options for question in table.questions] == [("--time", "time:ms")]


def test_a_sensor_that_is_stated_above_the_data_is_no_channel(write: Write) -> None:
    preamble = (
        '# {"00:11": {"sensor": ["EMG", "ACC"], "label": ["A1", "A2"], "sampling rate": 100, '
        '"column": ["nSeq", "A1", "A2"]}}\n'
    )
    table = read_table(write(table_text("", [ROWS % 16, A, B], "\t", preamble)))
    assert table.channel_names == ("A1",)
    assert any("A2 ACC" in note for note in table.notes)


def test_a_label_of_words_and_a_number_is_asked_for(write: Write) -> None:
    words = ["rest"] * 20 + ["2"] * 5 + ["fist"] * 15
    table = read_table(write(table_text("emg1,gesture", [A, words])))
    assert [question.options for question in table.questions] == [("--label", "gesture")]


def test_a_column_that_is_ignored_gets_no_name_of_a_channel(write: Write) -> None:
    table = read_table(write(table_text("", [A, B, C])), ColumnChoice(ignore=("1",)))
    assert table.channel_names == ("channel_1", "channel_2")
    np.testing.assert_array_equal(table.samples, np.column_stack([B, C]))


def test_one_column_has_one_role(write: Write) -> None:
    path = write(table_text("t,emg,x", [ROWS * 5, A, B]))
    with pytest.raises(TableError, match="column 1 't' is given two roles, time and counter"):
        read_table(path, ColumnChoice(time="t:ms", counter="1"))
    with pytest.raises(TableError, match="is given two roles"):
        read_table(path, ColumnChoice(("2",), ignore=("emg",)))


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), 1e12])
def test_a_rate_that_no_device_has_is_refused(rate_hz: float) -> None:
    with pytest.raises(UsageError, match="expected a positive number of Hz, up to"):
        ColumnChoice(rate_hz=rate_hz)


def test_a_unit_that_gives_an_absurd_rate_is_refused(write: Write) -> None:
    path = write(table_text("t,emg", [ROWS / 200, A]))
    too_fast = "has 200,000,000,000 rows per second; expected up to 1,000,000; state another unit"
    with pytest.raises(TableError, match=too_fast):
        read_table(path, ColumnChoice(time="t:ns"))


def test_columns_added_to_a_recording_of_ours_are_no_channels(write: Write) -> None:
    text = table_text("index,time_s,emg1,gesture_id", [ROWS, ROWS / 100, A, CODES])
    assert read_table(write(text)).channel_names == ("emg1",)


def test_a_rate_that_the_clock_contradicts_is_not_believed(write: Write) -> None:
    text = table_text("time,emg", [ROWS / 500, A], preamble="# Sampling rate: 1000 Hz\n")
    table = read_table(write(text))
    assert table.sampling_rate_hz == pytest.approx(500.0)
    assert "1000 Hz" in table.rate_words


def test_the_user_s_word_beats_the_guess(write: Write) -> None:
    path = write(table_text("emg1,emg2,x,gesture", [A, B, CODES, LABELS]))
    choice = ColumnChoice(("2", "emg1"), label="x:0", rate_hz=400.0)
    table = read_table(path, choice)
    np.testing.assert_array_equal(table.samples, np.column_stack([B, A]))
    assert table.label_names == ("1", "2")
    assert table.sampling_rate_hz == 400.0
    assert [one.certainty for one in table.columns[:3]] == [Certainty.SETTLED] * 3
    assert read_table(path, ColumnChoice(label="gesture", ignore=("3",))).channel_names == (
        "emg1",
        "emg2",
    )


def test_a_clock_and_a_counter_can_be_named_with_unit_and_modulo(write: Write) -> None:
    path = write(table_text("w,v,emg", [ROWS % 10, ROWS * 3, A]))
    table = read_table(path, ColumnChoice(("emg",), time="v:ms", counter="w:10"))
    assert table.sampling_rate_hz == pytest.approx(1000.0 / 3.0)
    assert table.index is not None
    np.testing.assert_array_equal(table.index, ROWS)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (ColumnChoice(label="gesture"), "no column 'gesture'"),
        (ColumnChoice(time="9"), "no column '9'"),
        (ColumnChoice(ignore=("emg7",)), "no column 'emg7'"),
        (ColumnChoice(("label",)), "name of meta data"),
    ],
)
def test_a_column_that_does_not_exist_or_fit_is_one_error(
    write: Write, choice: ColumnChoice, said: str
) -> None:
    path = write(table_text("emg1,emg2,label", [A, B, LABELS]))
    with pytest.raises((NoSuchColumnError, TableError), match=said):
        read_table(path, choice)


def test_contradictory_statements_are_refused() -> None:
    with pytest.raises(UsageError, match="--label-from-name"):
        ColumnChoice(label="x", label_from_name=True)
    with pytest.raises(UsageError, match="twice"):
        ColumnChoice(("a", "b"), ignore=("a",))


def test_most_rows_of_another_width_are_refused_with_the_row(write: Write) -> None:
    lines = ["a,b"] + [",".join(["1"] * (3 + row % 4)) for row in range(40)]
    with pytest.raises(TableError, match=r"of 40 rows do not fit|fields"):
        read_table(write("\n".join(lines) + "\n"))


@pytest.mark.parametrize(
    "name", ["rock_1.csv", "rock 2.csv", "rock(3).csv", "rock.csv.gz", "rock-04.tsv"]
)
def test_a_movement_is_named_by_its_file_without_a_number(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(table_text("emg1", [A]))
    assert read_table(path, ColumnChoice(label_from_name=True)).label_names == ("rock",)


COLUMNS: dict[str, Iterable[object]] = {
    "time_ms": (ROWS * 5).tolist(),
    "counter": (ROWS % 16).tolist(),
    "gesture": LABELS,
    "class_id": CODES,
    "emg1": A,
    "emg2": B,
    "acc_x": C,
    "repetition": np.repeat([0, 1, 2, 3], N // 4).tolist(),
    "triceps": C[::-1],
}


def by_name(table: EmgTable) -> dict[str, tuple[ColumnRole, Certainty, str, int | None]]:
    return {one.name: (one.role, one.certainty, one.unit, one.modulo) for one in table.columns}


@IN_ONE_FOLDER
@given(order=st.permutations(sorted(COLUMNS)))
def test_any_order_of_the_columns_gives_the_same_roles(tmp_path: Path, order: list[str]) -> None:
    path = tmp_path / "arm.csv"
    path.write_text(table_text(",".join(order), [COLUMNS[name] for name in order]))
    table = read_table(path)
    assert set(table.channel_names) == {"emg1", "emg2", "triceps"}
    assert table.sampling_rate_hz == pytest.approx(200.0)
    assert by_name(table) == {
        "time_ms": (ColumnRole.TIME, Certainty.SURE, "ms", None),
        "counter": (ColumnRole.COUNTER, Certainty.SURE, "", 16),
        "gesture": (ColumnRole.IGNORED, Certainty.DOUBTFUL, "", None),
        "class_id": (ColumnRole.IGNORED, Certainty.SURE, "", None),
        "emg1": (ColumnRole.CHANNEL, Certainty.SURE, "", None),
        "emg2": (ColumnRole.CHANNEL, Certainty.SURE, "", None),
        "acc_x": (ColumnRole.IGNORED, Certainty.SURE, "", None),
        "repetition": (ColumnRole.REPETITION, Certainty.SURE, "", None),
        "triceps": (ColumnRole.CHANNEL, Certainty.SURE, "", None),
    }


def odd_column(kind: str, n_rows: int, seed: int) -> npt.NDArray[np.floating[Any]]:
    """Return values that are no signal, as they stand under a header that tells nothing."""
    rng = np.random.default_rng(seed)
    rows = np.arange(n_rows)
    if kind == "counter":
        return (rows + rng.integers(0, 300)) % float(2 ** rng.integers(3, 17))
    if kind == "clock":
        return rng.uniform(0, 1e5) + rows * 10.0 ** rng.integers(-4, 4)
    if kind == "unix":
        return 1.7e9 + rows * rng.uniform(0.0005, 0.01)
    if kind == "constant":
        return np.full(n_rows, float(rng.integers(-5, 5)))
    runs = rng.integers(8, 20, n_rows)
    return np.repeat(rng.integers(0, 6, n_rows), runs)[:n_rows].astype(float)


@IN_ONE_FOLDER
@given(
    kinds=st.lists(
        st.sampled_from(["signal", "counter", "clock", "unix", "constant", "label"]),
        min_size=2,
        max_size=6,
    ),
    n_rows=st.integers(48, 300),
    has_header=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_header_that_says_nothing_never_leads_to_a_silent_wrong_channel(
    tmp_path: Path, kinds: list[str], n_rows: int, has_header: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    columns = [
        rng.integers(0, 1024, n_rows).astype(float)
        if kind == "signal"
        else odd_column(kind, n_rows, seed + place)
        for place, kind in enumerate(kinds)
    ]
    header = ",".join(f"q{place}x" for place in range(len(kinds))) if has_header else ""
    path = tmp_path / "arm.csv"
    path.write_text(table_text(header, [[repr(v) for v in one.tolist()] for one in columns]))
    try:
        look = look_at_table(path)
    except TableError:
        return
    for column, kind in zip(look.columns, kinds, strict=True):
        if column.role is ColumnRole.CHANNEL:
            assert kind == "signal", (column, kinds)
        elif kind == "signal":
            assert column.may_be_channel, (column, kinds)


@pytest.mark.parametrize("modulo", ["²", "١٠", "9" * 30, "9" * 5000, "1", "0", "-5", str(1 << 33)])
def test_what_is_no_modulo_is_a_name_that_no_column_has(write: Write, modulo: str) -> None:
    path = write("n,emg\n" + "".join(f"{row % 7},{row * 389 % 1021}\n" for row in range(60)))
    with pytest.raises(NoSuchColumnError):
        read_table(path, ColumnChoice(counter=f"n:{modulo}"))


@pytest.mark.parametrize("number", ["9" * 5000, "²", "0", "3", "-1"])
def test_what_is_no_number_of_a_column_names_none(write: Write, number: str) -> None:
    path = write("n,emg\n1,2\n2,7\n")
    with pytest.raises(NoSuchColumnError):
        read_table(path, ColumnChoice(channels=(number,)))


def test_a_counter_and_a_clock_that_disagree_by_centuries_are_counted(write: Write) -> None:
    rows = [
        f"{row % 65536},{row if row < 50 else row + 10**9},{row * 389 % 1021}" for row in range(99)
    ]
    path = write("\n".join(["n,t,emg", *rows]) + "\n")
    for modulo in (65536, 1 << 32):
        table = read_table(path, ColumnChoice(("emg",), counter=f"n:{modulo}", time="t:s"))
        assert table.index is not None
        assert (np.diff(table.index) > 0).all()


@pytest.mark.parametrize("top", [10**9 - 1, 10**12 - 1, 10**18, 2**63 - 1, 10**30])
@pytest.mark.parametrize("n_wraps", [1, 2])
def test_a_counter_that_begins_again_after_any_number_is_read(
    write: Write, top: int, n_wraps: int
) -> None:
    counts = [*([*range(20), top] * n_wraps), *range(20)]
    rows = [f"{count},{row * 389 % 1021}" for row, count in enumerate(counts)]
    table = read_table(write("\n".join(["counter,emg", *rows]) + "\n"), ColumnChoice(("emg",)))
    assert table.n_rows == len(counts)
    assert table.index is None or (np.diff(table.index) > 0).all()
