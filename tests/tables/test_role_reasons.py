"""Each column's role with the reason that is printed for it, also beside columns like it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from emgstream.tables import Certainty, ColumnChoice, ColumnRole, TableColumn, look_at_table
from emgstream.tables.column_roles import guess_roles, is_channel_of_ours
from emgstream.tables.raw_columns import RawColumn, RawRecording
from tests.tables.conftest import Write
from tests.tables.test_column_roles import table_text

N = 40
RNG = np.random.default_rng(7)
A, B, C = RNG.integers(300, 700, (3, N)).tolist()
ROWS = np.arange(N)
SECONDS = ROWS / 200
CODES = np.repeat([0, 1, 0, 2], N // 4).tolist()
OTHER_CODES = np.repeat([5, 6, 7, 5], N // 4).tolist()
WORDS = np.repeat(["rest", "fist", "rest", "open"], N // 4).tolist()
HALVES = np.repeat(["left", "right"], N // 2).tolist()
REPETITIONS = np.repeat([1, 2, 3, 4], N // 4).tolist()
STAMPS = [f"12:00:00.{row * 5:03d}" for row in ROWS]

LONG = RNG.integers(300, 700, 400).tolist()
STATES, OTHER_STATES = RNG.integers(0, 4, (2, 400)).tolist()
NOISE, OTHER_NOISE = RNG.normal(size=(2, 3000))
SMOOTH = np.convolve(np.abs(NOISE), np.ones(5) / 5.0)[:3000]
"""A rectified and smoothed copy of `NOISE`, which cannot be computed back."""

SIGNAL = "varies like a signal"
EMG = "named like an EMG channel"
OUR_CHANNEL = "a column of our own recordings"
OUR_NAME = "its name in our own recordings"
THREE_CODES = "has 3 values (0, 1, 2) in runs of 10 rows on average"
FOUR_STATES = "has only the values 0, 1, 2, 3"
WOULD_TELL = "it would tell a model the label"
CHANGES = "named like a label, but its values change nearly every row"
SAMPLES_OR_MS = (
    "named like a clock, but it counts up by 1: is that a number of samples, or milliseconds"
)

Columns = list[Iterable[object]]
Said = list[tuple[str, str]]


def role_words(column: TableColumn) -> str:
    """Return the role, or the likely one and a question mark, with ``or channel`` if it may be."""
    if column.certainty is not Certainty.DOUBTFUL:
        assert column.certainty is Certainty.SURE
        assert column.proposal is None
        assert not column.may_be_channel
        return column.role.value
    assert column.role is ColumnRole.IGNORED
    assert column.proposal is not None
    if column.proposal is ColumnRole.CHANNEL:
        assert column.may_be_channel
        return "channel?"
    more = " or channel" if column.may_be_channel else ""
    return f"{column.proposal.value}{more}?"


def said(columns: Iterable[TableColumn]) -> Said:
    return [(role_words(one), one.reason) for one in columns]


def clock(unit: str) -> str:
    return f"named like a clock, in {unit} by its name"


def another(what: str, place: int, name: str) -> tuple[str, str]:
    return "ignored", f"another {what}; column {place} {name!r} is used"


LABELS: dict[str, tuple[str, Columns, Said]] = {
    "numbers of the same labels": (
        "emg1,label,gesture,foo",
        [A, WORDS, CODES, CODES],
        [
            ("channel", EMG),
            ("label", "named 'label'"),
            ("ignored", f"one-to-one with column 2 'label': {WOULD_TELL}"),
            ("ignored", f"one-to-one with column 2 'label': {WOULD_TELL}"),
        ],
    ),
    "other columns of labels beside one named label": (
        "emg1,label,gesture,activity,foo",
        [A, WORDS, HALVES, OTHER_CODES, HALVES],
        [
            ("channel", EMG),
            ("label", "named 'label'"),
            ("ignored", "holds 2 texts; the label is column 2 'label'"),
            (
                "ignored",
                "named like a label, has 3 values (5, 6, 7) in runs of 10 rows on average; "
                "the label is column 2 'label'",
            ),
            ("label?", "holds 2 texts"),
        ],
    ),
    "a column named like a channel": (
        "emg1,ch2,label",
        [A, CODES, WORDS],
        [
            ("channel", EMG),
            (
                "ignored or channel?",
                f"named like a channel, but one-to-one with column 3 'label': {WOULD_TELL}",
            ),
            ("label", "named 'label'"),
        ],
    ),
    "a repetition that goes with the label": (
        "emg1,label,rep",
        [A, WORDS, CODES],
        [("channel", EMG), ("label", "named 'label'"), ("repetition", "named like a repetition")],
    ),
    "a label without a name": (
        ",x,ch1",
        [CODES, OTHER_CODES[::-1], A],
        [
            ("label or channel?", THREE_CODES),
            ("label or channel?", "has 3 values (5, 6, 7) in runs of 10 rows on average"),
            ("channel", "named like a channel"),
        ],
    ),
    "a copy of a label without a name": (
        ",x,ch1",
        [CODES, CODES, A],
        [
            ("label or channel?", THREE_CODES),
            ("ignored", f"one-to-one with column 1: {WOULD_TELL}"),
            ("channel", "named like a channel"),
        ],
    ),
    "rows without a number tell nothing of the label": (
        "emg1,class,q",
        [A, [1] * 10 + [""] * 10 + [1] * 10 + [2] * 10, [5] * 30 + [7] * 10],
        [
            ("channel", EMG),
            ("label?", "named like a label, has 2 values (1, 2) in runs of 15 rows on average"),
            ("ignored", f"one-to-one with column 2 'class': {WOULD_TELL}"),
        ],
    ),
    "rows without a text tell nothing of the label": (
        "emg1,label,q",
        [A, ["a"] * 10 + [""] * 10 + ["a"] * 10 + ["b"] * 10, [5] * 30 + [7] * 10],
        [
            ("channel", EMG),
            ("label", "named 'label'"),
            ("ignored", f"one-to-one with column 2 'label': {WOULD_TELL}"),
        ],
    ),
}
CLOCKS: dict[str, tuple[str, Columns, Said]] = {
    "ours before another": (
        "Time (ms),time_s,emg",
        [ROWS * 5, SECONDS, A],
        [another("clock", 2, "time_s"), ("time", "named 'time_s'"), ("channel", EMG)],
    ),
    "ours before another that rises in every row": (
        "time_s,Time (ms),emg",
        [ROWS // 2 * 0.01, ROWS * 5, A],
        [("time", "named 'time_s'"), another("clock", 1, "time_s"), ("channel", EMG)],
    ),
    "seconds before milliseconds": (
        "Time (ms),Time (s),emg",
        [ROWS * 5, SECONDS, A],
        [another("clock", 2, "Time (s)"), ("time", clock("s")), ("channel", EMG)],
    ),
    "milliseconds before microseconds": (
        "Time (us),Time (ms),emg",
        [ROWS * 5000, ROWS * 5, A],
        [another("clock", 2, "Time (ms)"), ("time", clock("ms")), ("channel", EMG)],
    ),
    "UNIX time before seconds": (
        "Time (s),timestamp,emg",
        [SECONDS, 1_700_000_000 + SECONDS, A],
        [
            another("clock", 2, "timestamp"),
            ("time", "named like a clock, UNIX time in s"),
            ("channel", EMG),
        ],
    ),
    "numbers before times of day": (
        "Time,Time (ms),emg",
        [STAMPS, ROWS * 5, A],
        [another("clock", 2, "Time (ms)"), ("time", clock("ms")), ("channel", EMG)],
    ),
    "numbers before times of day, also if rows share one": (
        "Time,Time (ms),emg",
        [STAMPS, ROWS // 2 * 10, A],
        [another("clock", 2, "Time (ms)"), ("time", clock("ms")), ("channel", EMG)],
    ),
    "one that rises in every row before one of which rows share a value": (
        "Time (s),Zeit (ms),emg",
        [ROWS // 2 * 0.01, ROWS * 5, A],
        [another("clock", 2, "Zeit (ms)"), ("time", clock("ms")), ("channel", EMG)],
    ),
    "one that counts in every row before one of which rows share a value": (
        "Time (s),Zeit (ms),emg",
        [ROWS // 2 * 0.002, ROWS, A],
        [another("clock", 2, "Zeit (ms)"), ("time", clock("ms")), ("channel", EMG)],
    ),
    "a name before a guess": (
        "q,time [ms],emg",
        [SECONDS, ROWS * 5, A],
        [another("clock", 2, "time [ms]"), ("time", clock("ms")), ("channel", EMG)],
    ),
    "the first by its name in any case": (
        "B time [s],a time [s],emg",
        [SECONDS, SECONDS, A],
        [another("clock", 2, "a time [s]"), ("time", clock("s")), ("channel", EMG)],
    ),
    "one with a unit beside one without": (
        "time,time [ms],emg",
        [ROWS, ROWS * 5, A],
        [("ignored", SAMPLES_OR_MS), ("time", clock("ms")), ("channel", EMG)],
    ),
    "one that may be a signal is asked for all the same": (
        "time2,time [ms],emg",
        [B, ROWS * 5, A],
        [
            ("channel?", "named like a clock, but varies like a signal"),
            ("time", clock("ms")),
            ("channel", EMG),
        ],
    ),
    "one alone without a unit": (
        "time,emg",
        [ROWS, A],
        [("time?", SAMPLES_OR_MS), ("channel", EMG)],
    ),
}
COUNTERS: dict[str, tuple[str, Columns, Said]] = {
    "ours before one that counts further": (
        "counter,Index,emg",
        [ROWS, ROWS % 16, A],
        [another("counter", 2, "Index"), ("counter", "named 'Index'"), ("channel", EMG)],
    ),
    "ours before one whose name comes first": (
        "a counter,index,emg",
        [ROWS, ROWS, A],
        [another("counter", 2, "index"), ("counter", "named 'index'"), ("channel", EMG)],
    ),
    "one that never begins again": (
        "counter,sample,emg",
        [ROWS % 16, ROWS, A],
        [another("counter", 2, "sample"), ("counter", "counts up by 1"), ("channel", EMG)],
    ),
    "one that begins again later": (
        "counter,sample,emg",
        [ROWS % 8, ROWS % 16, A],
        [
            another("counter", 2, "sample"),
            ("counter", "counts up by 1 and begins again after 15"),
            ("channel", EMG),
        ],
    ),
    "of equal ones the first by its name": (
        "sample,counter,emg",
        [ROWS, ROWS, A],
        [another("counter", 2, "counter"), ("counter", "counts up by 1"), ("channel", EMG)],
    ),
    "a name before a guess that counts further": (
        "q,counter,emg",
        [ROWS, ROWS % 16, A],
        [
            ("counter or channel?", "counts up by 1"),
            ("counter", "counts up by 1 and begins again after 15"),
            ("channel", EMG),
        ],
    ),
    "of two guesses the other may be a channel": (
        "w,q,emg",
        [ROWS % 16, ROWS, A],
        [
            ("counter or channel?", "counts up by 1 and begins again after 15"),
            ("counter", "counts up by 1"),
            ("channel", EMG),
        ],
    ),
}
REPETITION_COLUMNS: dict[str, tuple[str, Columns, Said]] = {
    "the corrected one of a corrected label": (
        "emg,repetition,Rerepetition,stimulus,Restimulus",
        [A, REPETITIONS, REPETITIONS, OTHER_CODES, CODES],
        [
            ("channel", EMG),
            another("repetition", 3, "Rerepetition"),
            ("repetition", "named like a repetition"),
            ("label?", "named like a label, has 3 values (5, 6, 7) in runs of 10 rows on average"),
            ("label?", f"named like a label, {THREE_CODES}"),
        ],
    ),
    "the plain one of a plain label": (
        "emg,rerepetition,rep,stimulus",
        [A, REPETITIONS, REPETITIONS, CODES],
        [
            ("channel", EMG),
            another("repetition", 3, "rep"),
            ("repetition", "named like a repetition"),
            ("label?", f"named like a label, {THREE_CODES}"),
        ],
    ),
    "the plain one if the corrected label is none": (
        "emg,Rerepetition,rep,Restimulus",
        [A, REPETITIONS, REPETITIONS, B],
        [
            ("channel", EMG),
            another("repetition", 3, "rep"),
            ("repetition", "named like a repetition"),
            ("ignored", CHANGES),
        ],
    ),
    "ours before another": (
        "emg,rep,Repetition",
        [A, REPETITIONS, REPETITIONS],
        [
            ("channel", EMG),
            another("repetition", 3, "Repetition"),
            ("repetition", "named 'Repetition'"),
        ],
    ),
    "the first by its name in any case": (
        "emg,B rep,a rep",
        [A, REPETITIONS, REPETITIONS],
        [
            ("channel", EMG),
            another("repetition", 3, "a rep"),
            ("repetition", "named like a repetition"),
        ],
    ),
}
ANALOG = "an analog input beside channels that are named as EMG"
NOT_AS_EMG = f"{SIGNAL}, but is not named as the EMG channels are"
CHANNELS: dict[str, tuple[str, Columns, Said]] = {
    "analog inputs beside EMG": (
        "Analog 0,emg,ECG",
        [A, B, C],
        [("ignored", ANALOG), ("channel", EMG), ("ignored", ANALOG)],
    ),
    "analog inputs beside other channels": (
        "Analog 0,ch1",
        [A, B],
        [("channel", "named like an analog input"), ("channel", "named like a channel")],
    ),
    "analog inputs beside an EMG column that is none": (
        "Analog 0,emg",
        [A, ROWS],
        [
            ("channel", "named like an analog input"),
            ("counter or channel?", "named like a channel, but counts up by 1"),
        ],
    ),
    "an analog input that counts, beside EMG": (
        "Analog 0,emg",
        [ROWS, A],
        [
            ("counter or channel?", "named like a channel, but counts up by 1"),
            ("channel", EMG),
        ],
    ),
    "unknown names beside EMG": (
        "emg,x,ch2",
        [A, B, C],
        [
            ("channel", EMG),
            ("ignored or channel?", NOT_AS_EMG),
            ("channel", "named like a channel"),
        ],
    ),
    "unknown names beside other channels": (
        "ch1,x",
        [A, B],
        [("channel", "named like a channel"), ("channel", SIGNAL)],
    ),
    "a state beside a signal": (
        "ch1,y,ch2",
        [LONG, STATES, OTHER_STATES],
        [
            ("channel", "named like a channel"),
            ("label or channel?", FOUR_STATES),
            ("channel", "named like a channel"),
        ],
    ),
    "states alone are channels": (
        "p,y",
        [STATES, OTHER_STATES],
        [("channel", FOUR_STATES), ("channel", FOUR_STATES)],
    ),
    "a state beside a clock of ours is a channel": (
        "time_s,p,y",
        [np.arange(400) / 200, LONG, STATES],
        [
            ("time", "named 'time_s'"),
            ("channel", "beside a clock of our own recordings"),
            ("channel", "beside a clock of our own recordings"),
        ],
    ),
    "a counter alone": ("q", [ROWS], [("counter or channel?", "counts up by 1")]),
    "a counter and a clock alone": (
        "q,w",
        [ROWS, SECONDS],
        [
            ("counter or channel?", "counts up by 1"),
            ("time or channel?", "rises in every row, mostly by 0.005"),
        ],
    ),
    "a named counter beside a guessed clock and a label": (
        "counter,q,gesture",
        [ROWS, ROWS // 2 * 10, CODES],
        [
            ("counter", "counts up by 1"),
            ("time or channel?", "never falls, and 2.05 rows share one value on average"),
            ("label?", f"named like a label, {THREE_CODES}"),
        ],
    ),
    "a counter beside a doubtful channel": (
        "q,emg",
        [ROWS, ROWS * 2 % 64],
        [
            ("counter", "counts up by 1"),
            ("channel", EMG),
        ],
    ),
}
FILTERED = "computed from column {} {!r}, as a filter or a scale does"
COPIES: dict[str, tuple[str, Columns, Said]] = {
    "by the name alone": (
        "emg1,emg1_filtered,emg2,emg3_filtered",
        [A, B, C, A[::-1]],
        [
            ("channel", EMG),
            ("ignored or channel?", "named like a filtered copy of column 1 'emg1'"),
            ("channel", EMG),
            ("channel", EMG),
        ],
    ),
    "filtered by name and values, in any order": (
        "emg1_filtered,emg2",
        [SMOOTH, NOISE],
        [("ignored or channel?", FILTERED.format(2, "emg2")), ("channel", EMG)],
    ),
    "filtered by name and values, behind another channel": (
        "emg3,emg2,emg1_filtered",
        [OTHER_NOISE, NOISE, SMOOTH],
        [("channel", EMG), ("channel", EMG), ("ignored or channel?", FILTERED.format(2, "emg2"))],
    ),
    "scaled, of one name": (
        "emg1_raw,emg1_mV,emg2",
        [NOISE, NOISE * 2 + 1, NOISE * 3],
        [
            ("channel", EMG),
            ("ignored or channel?", FILTERED.format(1, "emg1_raw")),
            ("channel", EMG),
        ],
    ),
    "scaled, of another name": (
        "emg1,emg2",
        [NOISE, NOISE * 2 + 1],
        [("channel", EMG), ("channel", EMG)],
    ),
    "unknown names, the copy first": (
        "p,q",
        [SMOOTH, NOISE],
        [("ignored or channel?", FILTERED.format(2, "q")), ("channel", SIGNAL)],
    ),
    "unknown names, of scaled copies the first is left": (
        "p,q,r,w",
        [OTHER_NOISE, NOISE * 2, NOISE, NOISE * 3],
        [
            ("channel", SIGNAL),
            ("channel", SIGNAL),
            ("ignored or channel?", FILTERED.format(2, "q")),
            ("ignored or channel?", FILTERED.format(2, "q")),
        ],
    ),
    "unknown names, a copy of a copy": (
        "p,q,r",
        [SMOOTH, NOISE, SMOOTH * 2],
        [
            ("ignored or channel?", FILTERED.format(2, "q")),
            ("channel", SIGNAL),
            ("ignored or channel?", FILTERED.format(2, "q")),
        ],
    ),
    "an unknown name, a copy of one that is named as filtered": (
        "ch1_rms,ch1,w",
        [SMOOTH, NOISE, SMOOTH * 2],
        [
            ("ignored or channel?", FILTERED.format(2, "ch1")),
            ("channel", "named like a channel"),
            ("ignored or channel?", FILTERED.format(2, "ch1")),
        ],
    ),
}


def of_all(*groups: dict[str, tuple[str, Columns, Said]]) -> list[object]:
    return [pytest.param(*case, id=name) for group in groups for name, case in group.items()]


@pytest.mark.parametrize(("header", "columns", "expected"), of_all(LABELS))
def test_a_column_is_compared_with_the_label(
    write: Write, header: str, columns: Columns, expected: Said
) -> None:
    assert said(look_at_table(write(table_text(header, columns))).columns) == expected


@pytest.mark.parametrize(
    ("header", "columns", "expected"), of_all(CLOCKS, COUNTERS, REPETITION_COLUMNS)
)
def test_of_several_columns_with_one_role_the_best_is_used(
    write: Write, header: str, columns: Columns, expected: Said
) -> None:
    assert said(look_at_table(write(table_text(header, columns))).columns) == expected


@pytest.mark.parametrize(("header", "columns", "expected"), of_all(CHANNELS))
def test_a_signal_is_judged_by_the_channels_beside_it(
    write: Write, header: str, columns: Columns, expected: Said
) -> None:
    assert said(look_at_table(write(table_text(header, columns))).columns) == expected


@pytest.mark.parametrize(("header", "columns", "expected"), of_all(COPIES))
def test_a_copy_of_another_channel_is_asked_for(
    write: Write, header: str, columns: Columns, expected: Said
) -> None:
    assert said(look_at_table(write(table_text(header, columns))).columns) == expected


BAND = np.convolve(NOISE, [0.3, 1.0, -0.6, -1.2, 0.5])[:3000]
CHAIN = {"raw": NOISE, "filtered": BAND, "rectified": np.abs(BAND)}


@pytest.mark.parametrize("order", [*permutations(CHAIN)], ids=" ".join)
def test_of_a_signal_and_its_filtered_and_that_rectified_one_is_a_channel(
    write: Write, order: tuple[str, ...]
) -> None:
    columns = look_at_table(write(table_text("p,q,r", [CHAIN[one] for one in order]))).columns
    assert sorted(role for role, _ in said(columns)) == ["channel", *["ignored or channel?"] * 2]
    (channel,) = [one.name for one in columns if one.role is ColumnRole.CHANNEL]
    assert channel != "pqr"[order.index("rectified")]


@pytest.mark.parametrize(
    ("header", "columns", "label"),
    [
        pytest.param("marker,q", [OTHER_CODES, CODES], "q", id="a guess before a marker"),
        pytest.param("q,foo", [OTHER_CODES, WORDS], "foo", id="texts before a guess"),
        pytest.param("foo,gesture", [HALVES, CODES], "gesture", id="a name before texts"),
        pytest.param("class,gesture", [OTHER_CODES, WORDS], "gesture", id="texts before numbers"),
        pytest.param("class,Restimulus", [HALVES, CODES], "Restimulus", id="corrected before all"),
        pytest.param("Gesture,class", [OTHER_CODES, CODES], "class", id="the first by its name"),
    ],
)
def test_columns_are_compared_with_the_likeliest_label(
    write: Write, header: str, columns: Columns, label: str
) -> None:
    place = header.split(",").index(label) + 1
    text = table_text(f"{header},w,emg", [*columns, CODES, A])
    assert said(look_at_table(write(text)).columns)[2] == (
        "ignored",
        f"one-to-one with column {place} {label!r}: {WOULD_TELL}",
    )


NO_HEADER: dict[str, tuple[Columns, list[tuple[str, str, str]]]] = {
    "texts are the label": (
        [A, ROWS % 16, STAMPS, B, WORDS],
        [
            ("channel_1", "channel", SIGNAL),
            ("column 2", "counter", "counts up by 1 and begins again after 15"),
            ("column 3", "time", "holds a time of day"),
            ("channel_2", "channel", SIGNAL),
            ("label", "label", "the only column of texts"),
        ],
    ),
    "two columns of texts are asked for": (
        [A, WORDS, HALVES],
        [
            ("channel_1", "channel", SIGNAL),
            ("column 2", "label?", "holds 3 texts"),
            ("column 3", "label?", "holds 2 texts"),
        ],
    ),
    "a date is no label": (
        [A, [f"2024-05-01T12:00:00.{row * 5:03d}" for row in ROWS]],
        [("channel_1", "channel", SIGNAL), ("column 2", "time", "holds a date and a time")],
    ),
    "numbers beside the label": (
        [A, CODES, WORDS],
        [
            ("channel_1", "channel", SIGNAL),
            ("column 2", "ignored", f"one-to-one with column 3: {WOULD_TELL}"),
            ("label", "label", "the only column of texts"),
        ],
    ),
}


@pytest.mark.parametrize("case", NO_HEADER)
def test_without_a_header_columns_get_names_by_their_roles(write: Write, case: str) -> None:
    columns, expected = NO_HEADER[case]
    found = look_at_table(write(table_text("", columns))).columns
    assert [(one.name, *words) for one, words in zip(found, said(found), strict=True)] == expected


@pytest.mark.parametrize(
    ("n_rows", "n_texts", "role"),
    [
        (40, 10, "label"),
        (40, 11, "label?"),
        (40, 2, "label"),
        (40, 1, "ignored"),
        (8, 2, "label"),
        (8, 3, "label?"),
        (8, 1, "ignored"),
        (7, 3, "label"),
        (7, 1, "label"),
    ],
)
def test_without_a_header_texts_are_labels_if_each_is_in_four_rows_or_rows_are_few(
    write: Write, n_rows: int, n_texts: int, role: str
) -> None:
    texts = [f"w{row % n_texts}" for row in range(n_rows)]
    columns = look_at_table(write(table_text("", [A[:n_rows], texts]))).columns
    assert role_words(columns[1]) == role


def test_under_a_header_a_column_without_a_name_is_named_by_its_place(write: Write) -> None:
    columns = look_at_table(write(table_text("ch1,,ch2", [A, SECONDS, B]))).columns
    assert [one.name for one in columns] == ["ch1", "column 2", "ch2"]
    assert said(columns)[1] == ("ignored", "has no name, rises in every row, mostly by 0.005")


def test_every_column_of_a_recording_of_ours_has_a_sure_role(write: Write) -> None:
    header = "index,Time_s,emg1,Label,repetition,segment,Marker,gesture_id,acc_x,,x"
    text = table_text(
        header,
        [ROWS, SECONDS, A, WORDS, REPETITIONS, [0] * N, [""] * N, CODES, B, C, CODES],
    )
    columns = look_at_table(write(text)).columns
    assert [one.name for one in columns] == header.split(",")
    assert [one.place for one in columns] == list(range(11))
    assert [one.unit for one in columns] == ["", "s", *[""] * 9]
    assert said(columns) == [
        ("counter", OUR_NAME),
        ("time", OUR_NAME),
        ("channel", OUR_CHANNEL),
        ("label", OUR_NAME),
        ("repetition", OUR_NAME),
        ("segment", OUR_NAME),
        ("marker", OUR_NAME),
        ("ignored", "named like a label"),
        ("ignored", "named like another sensor"),
        ("ignored", "has no name"),
        ("channel", OUR_CHANNEL),
    ]


def test_a_channel_that_the_sidecar_lists_may_have_any_name() -> None:
    values = {"index": ROWS, "time_s": SECONDS, "label (2)": A, "acc_x": B, "label": CODES}
    columns = tuple(RawColumn(name, np.asarray(own)) for name, own in values.items())
    raw = RawRecording(columns, N, sha256="", own_channels=frozenset({3, 4}))
    found = guess_roles(raw)
    assert [(one.place, one.name) for one in found] == list(enumerate(values))
    assert said(found) == [
        ("counter", OUR_NAME),
        ("time", OUR_NAME),
        ("label", OUR_NAME),
        ("channel", OUR_CHANNEL),
        ("channel", OUR_CHANNEL),
    ]
    assert said(guess_roles(replace(raw, own_channels=frozenset())))[2:] == [
        ("ignored", "named like a label"),
        ("ignored", "named like another sensor"),
        ("label", OUR_NAME),
    ]


@pytest.mark.parametrize(
    ("name", "is_channel"),
    [
        ("emg1", True),
        ("biceps", True),
        ("x", True),
        ("", False),
        ("Label", False),
        ("time_s", False),
        ("marker", False),
        ("gesture", False),
        ("subject", False),
        ("counter", False),
        ("acc_x", False),
    ],
)
def test_a_name_that_means_something_else_is_no_channel_of_ours(
    name: str, is_channel: bool
) -> None:
    assert is_channel_of_ours(name) is is_channel


def test_a_label_that_the_user_ignores_is_compared_with_nothing(write: Write) -> None:
    path = write(table_text("emg1,label,q", [A, WORDS, CODES]))
    columns = look_at_table(path, ColumnChoice(ignore=("label",))).columns
    assert said(columns[2:]) == [("label or channel?", THREE_CODES)]


def channels_and(n_channels: int, *others: Iterable[object]) -> tuple[list[str], Columns]:
    rng = np.random.default_rng(n_channels)
    names = [f"ch{place + 1}" for place in range(n_channels)]
    return names, [*rng.normal(size=(n_channels, 3000)), *others]


@pytest.mark.parametrize(
    ("n_channels", "name", "role"),
    [
        (15, "w", "ignored or channel?"),
        (16, "w", "channel"),
        (16, "w_rms", "ignored or channel?"),
    ],
)
def test_beyond_16_channels_only_names_of_filters_are_compared(
    write: Write, n_channels: int, name: str, role: str
) -> None:
    names, columns = channels_and(n_channels, SMOOTH)
    columns[n_channels - 1] = NOISE
    text = table_text(",".join([*names, name]), columns)
    assert role_words(look_at_table(write(text)).columns[-1]) == role
