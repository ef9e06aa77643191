"""A converted recording holds what was read: values, labels, gaps, times, to the last bit."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from emgstream.app.recording_conversion import convert_recordings
from emgstream.data import DEMO_RECORDING
from emgstream.errors import OutputError, UsageError
from emgstream.recording import read_sidecar
from emgstream.sources.table_rows import indices_of
from emgstream.tables import ALL_GUESSED, ColumnChoice, EmgTable, read_table

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp"))
TEXTS = st.one_of(
    st.sampled_from(['a "b", c', "rest", "Faust, öffnen", "手を握る", '"', "x;y", "''"]),
    st.text(LETTERS, min_size=1, max_size=8),
).filter(lambda text: text.strip() == text != "" and not text.isnumeric())
NAMES = st.sampled_from(
    [
        "emg1",
        "ch 1, mV",
        'say "a"',
        "a;b",
        "x|y",
        "a:1",
        "Ümläut",
        "EMG 7 (mV)",
        "b c",
        "%emg",
        "#2",
    ]
)
VALUES = st.one_of(
    st.integers(-70_000, 70_000).map(float),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.just(np.nan),
)


@st.composite
def recordings(draw: st.DrawFn) -> tuple[list[str], list[list[Any]]]:
    """Return the header and the rows of a recording in the project's own form."""
    n_rows, n_channels = draw(st.integers(2, 30)), draw(st.integers(1, 3))
    steps = draw(arrays.arrays(np.int64, n_rows, elements=st.integers(1, 5)))
    index = np.cumsum(steps) + draw(st.integers(-10, 1000))
    columns: dict[str, list[Any]] = {"index": index.tolist()}
    columns["time_s"] = (index / draw(st.sampled_from([200.0, 1259.259, 7.0]))).tolist()
    for place in range(n_channels):
        values = draw(arrays.arrays(np.float32, n_rows, elements=VALUES))
        values[0] = np.float32(place)  # a column without any number is no channel
        columns[draw(NAMES.filter(lambda name: name not in columns))] = [
            "" if v != v else repr(v) for v in values.tolist()
        ]
    if draw(st.booleans()):
        labels = draw(st.lists(TEXTS, min_size=1, max_size=3))
        columns["label"] = [draw(st.sampled_from([*labels, ""])) for _ in range(n_rows)]
        columns["label"][0] = labels[0]
    if draw(st.booleans()):
        columns["repetition"] = draw(
            arrays.arrays(np.int64, n_rows, elements=st.integers(0, 3))
        ).tolist()
    if draw(st.booleans()):
        columns["segment"] = np.sort(
            draw(arrays.arrays(np.int64, n_rows, elements=st.integers(0, 2)))
        ).tolist()
    return list(columns), [list(row) for row in zip(*columns.values(), strict=True)]


def write(
    path: Path,
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    columns: ColumnChoice = ALL_GUESSED,
) -> EmgTable:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return read_table(path, columns)


def assert_same(one: EmgTable, other: EmgTable, renamed: Mapping[str, str]) -> None:
    assert tuple(renamed.get(name, name) for name in one.channel_names) == other.channel_names
    np.testing.assert_array_equal(one.samples.view(np.uint32), other.samples.view(np.uint32))
    np.testing.assert_array_equal(one.label_names_by_row(), other.label_names_by_row())
    np.testing.assert_array_equal(indices_of(one), indices_of(other))
    for name in ("time_s", "repetitions", "segments"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(one.movement_numbers(), other.movement_numbers())


@settings(max_examples=150)
@given(recordings())
def test_a_converted_recording_reads_as_the_original(
    recording: tuple[list[str], list[list[Any]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, "a.csv"), Path(folder, "b.csv")
        original = write(path, *recording)
        done = convert_recordings([path], out, ALL_GUESSED)
        assert_same(original, read_table(out), dict(done.renamed))
        assert done.rate_hz == original.sampling_rate_hz
        assert [path.name for path in sorted(Path(folder).iterdir())] == [
            "a.csv",
            "b.csv",
            "b.json",
        ]


@settings(max_examples=40)
@given(recordings(), st.integers(2, 3))
def test_several_recordings_follow_each_other_as_segments(
    recording: tuple[list[str], list[list[Any]]], n: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        originals = [write(Path(folder, f"a{n}.csv"), *recording) for n in range(n)]
        out = Path(folder, "b.csv")
        table = convert_recordings([one.path for one in originals], out, ALL_GUESSED).table
        assert table.segments is not None
        assert table.index is not None
        n_rows = originals[0].n_rows
        for number, original in enumerate(originals):
            rows = slice(number * n_rows, (number + 1) * n_rows)
            np.testing.assert_array_equal(table.samples[rows], original.samples)
            np.testing.assert_array_equal(np.diff(table.index[rows]), np.diff(indices_of(original)))
            others = np.delete(table.segments, np.r_[rows])
            assert not np.isin(table.segments[rows], others).any()
        one = originals[0].movement_numbers()
        expected = np.concatenate([one + number * (one.max() + 1) for number in range(n)])
        np.testing.assert_array_equal(table.movement_numbers(), expected)


def test_the_sidecar_names_the_original_and_the_rate(tmp_path: Path) -> None:
    out = tmp_path / "mine.csv"
    convert_recordings([DEMO_RECORDING], out, ALL_GUESSED)
    sidecar = read_sidecar(out)
    assert sidecar["state"] == "complete"
    assert sidecar["rate"]["nominal_hz"] == 1000.0
    assert [one["name"] for one in sidecar["channels"]] == ["biceps", "triceps", "middle"]
    (original,) = sidecar["source"]["converted_from"]
    assert original == {
        "name": DEMO_RECORDING.name,
        "sha256": read_table(DEMO_RECORDING).sha256,
        "n_rows": 50_000,
    }
    assert sidecar["source"]["is_synthetic"] is True


def test_what_a_session_says_of_its_subject_is_kept(tmp_path: Path) -> None:
    first, second, out = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv"))
    convert_recordings([DEMO_RECORDING], first, ALL_GUESSED)
    path = first.with_suffix(".json")
    document = json.loads(path.read_text()) | {"subject": "s1", "unit": "mV"}
    path.write_text(json.dumps(document))
    convert_recordings([first], second, ALL_GUESSED)
    assert read_sidecar(second)["subject"] == "s1"
    assert read_sidecar(second)["unit"] == "mV"
    assert read_sidecar(second)["source"]["is_synthetic"] is True
    convert_recordings([second, DEMO_RECORDING], out, ALL_GUESSED)
    assert read_sidecar(out)["subject"] == ""  # of one of them it is not known
    assert read_sidecar(out)["source"]["is_synthetic"] is True


def test_a_stated_rate_becomes_the_clock(tmp_path: Path) -> None:
    original = write(
        tmp_path / "a.csv", ["emg1", "emg2"], [[n, 2 * n % 7] for n in [5, 3, 9, 4, 8]]
    )
    assert original.sampling_rate_hz is None
    done = convert_recordings([original.path], tmp_path / "b.csv", ColumnChoice(rate_hz=200.0))
    assert done.rate_hz == 200.0
    assert done.table.time_s is not None
    np.testing.assert_allclose(done.table.time_s, np.arange(5) / 200.0)


def test_recordings_that_do_not_fit_together_are_refused_and_nothing_is_left(
    tmp_path: Path,
) -> None:
    rows = [[5, 3], [3, 8], [9, 9]]
    one = write(tmp_path / "a.csv", ["emg1", "emg2"], rows).path
    other = write(tmp_path / "b.csv", ["emg1", "emg3"], rows).path
    fast, slow = (
        write(
            tmp_path / name,
            ["time_s", "emg1", "emg2"],
            [[n / hz, *row] for n, row in enumerate(rows)],
        ).path
        for name, hz in (("c.csv", 500.0), ("d.csv", 250.0))
    )
    out = tmp_path / "out.csv"
    with pytest.raises(
        UsageError, match=r"b\.csv has the channels emg1, emg3; expected emg1, emg2"
    ):
        convert_recordings([one, other], out, ALL_GUESSED)
    with pytest.raises(UsageError, match=r"a\.csv is not known; .* add --rate HZ"):
        convert_recordings([one], out, ALL_GUESSED)
    with pytest.raises(UsageError, match=r"d\.csv has 250 Hz; expected 500 Hz as in .*c\.csv"):
        convert_recordings([fast, slow], out, ALL_GUESSED)
    with pytest.raises(UsageError, match="after --out"):
        convert_recordings([one], tmp_path / "out.txt", ALL_GUESSED)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.csv",
        "b.csv",
        "c.csv",
        "d.csv",
    ]


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ["emg1", "emg2"], [[5, 3], [3, 8]]).path
    before = path.read_bytes()
    (tmp_path / "b.json").write_text("{}")
    with pytest.raises(UsageError, match="is the recording itself"):
        convert_recordings([path], tmp_path / "x" / ".." / "a.csv", ALL_GUESSED)
    with pytest.raises(OutputError, match=r"b\.json exists"):
        convert_recordings([path], tmp_path / "b.csv", ALL_GUESSED)
    with pytest.raises(OutputError, match="choose another place with --out"):
        convert_recordings([path], tmp_path / "none" / "b.csv", ALL_GUESSED)
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "b.json"]


def test_a_channel_with_a_name_that_is_none_in_our_form_gets_another(tmp_path: Path) -> None:
    header = ["cue", "a;b", "a b", "Time", "Segment 2"]
    rows = [[5, 3, 1, 7, 9], [3, 8, 2, 8, 9], [4, 1, 1, 2, 4]]
    path = write(tmp_path / "a.csv", header, rows, ColumnChoice(tuple("12345"))).path
    stated = ColumnChoice(("1", "2", "3", "4", "5"), rate_hz=100.0)
    done = convert_recordings([path], tmp_path / "b.csv", stated)
    assert dict(done.renamed) == {"cue": "channel_1", "a;b": "a b_", "Time": "channel_4"}
    assert done.table.channel_names == ("channel_1", "a b_", "a b", "channel_4", "Segment 2")
    np.testing.assert_array_equal(done.table.samples, rows)
