"""Every verb that reads a recording takes the same statements on its columns, and keeps them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from emgstream.app.training_job import TrainingRequest, evaluation_arguments, training_arguments
from emgstream.bundle import Model
from emgstream.cli import main
from emgstream.data import DEMO_RECORDING
from emgstream.errors import UndecidedColumnsError, UsageError
from emgstream.opening import read_recording
from emgstream.tables import ColumnChoice, read_table
from tests.user_data import set_user_data

OPTIONS = (
    "--channels",
    "--label COL",
    "--label-from-name",
    "--time",
    "--counter",
    "--ignore",
    "--rate",
)
READING = [
    *("inspect", "replay", "train", "evaluate", "calibrate", "tune", "test-live"),
    *("export", "convert"),
]
N_ROWS = 60
SIGNALS = np.random.default_rng(7).integers(300, 700, (N_ROWS, 3))


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is written in a folder of this test."""
    set_user_data(tmp_path / "user", monkeypatch)
    monkeypatch.chdir(tmp_path)


def write(path: Path, header: str, rows: Sequence[str]) -> Path:
    path.write_text("\n".join([header, *rows, ""] if header else [*rows, ""]), encoding="utf-8")
    return path


def with_class(path: Path) -> Path:
    """A recording with a clock in ms and a label of three numbers, as a UCI data set has them."""
    rows = [f"{5 * n},{a},{b},{c},{n // 20}" for n, (a, b, c) in enumerate(SIGNALS.tolist())]
    return write(path, "time,channel1,channel2,channel3,class", rows)


def without_header(path: Path) -> Path:
    """A recording with a counter, constant columns and UNIX time, as BrainFlow writes them."""
    rows = [
        f"{n}\t{a}\t{b}\t{c}\t0\t0\t{1_700_000_000 + n / 200:.3f}"
        for n, (a, b, c) in enumerate(SIGNALS.tolist())
    ]
    return write(path, "", rows)


def plain(path: Path, seed: int = 1) -> Path:
    rows = [
        ",".join(map(str, row))
        for row in np.random.default_rng(seed).integers(300, 700, (40, 2)).tolist()
    ]
    return write(path, "emg1,emg2", rows)


def printed(words: Sequence[object], capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    """Run a command; return what it printed, errors included."""
    assert main(list(map(str, words))) == code
    captured = capsys.readouterr()
    return captured.out + captured.err


@pytest.mark.parametrize("verb", READING)
def test_every_verb_that_reads_a_recording_has_the_options(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    told = capsys.readouterr().out
    for option in OPTIONS:
        assert option in told
    assert "Each by name or by number from 1" in " ".join(told.split())


@pytest.mark.parametrize("make", [with_class, without_header])
def test_the_conversion_that_an_error_prints_works_as_printed(
    make: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a file, with 'quotes'.csv"
    assert callable(make)
    make(path)
    (line,) = printed(["convert", path, "--out", "x.csv"], capsys, 1).splitlines()
    command = re.search(r"convert the file once: emgstream (.*)$", line)
    assert command is not None
    assert "written" in printed(shlex.split(command[1]), capsys)
    (out,) = tmp_path.glob("*_emg.csv")
    table = read_table(out)
    assert table.questions == ()
    np.testing.assert_array_equal(table.samples, SIGNALS)
    assert table.sampling_rate_hz == pytest.approx(200.0)


@pytest.mark.parametrize(
    "name",
    ["Marker Channel", "it's", 'a "b"', "a,b", "what: a", "t:ms", "-x", "--rate", "7", "ü $HOME *"],
)
def test_the_printed_conversion_names_any_column(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    rows = [
        f"{n / 200},{a},{b},{('rest', 'fist')[n // 30]}"
        for n, (a, b, _) in enumerate(SIGNALS.tolist())
    ]
    path = write(tmp_path / "a.csv", f"time_s,emg1,emg2,{quoted}", rows)
    (line,) = printed(["convert", path, "--out", "x.csv"], capsys, 1).splitlines()
    command = re.search(r"convert the file once: emgstream (.*)$", line)
    assert command is not None
    assert "rest, fist" in printed(shlex.split(command[1]), capsys)


def test_the_options_that_an_error_names_settle_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = without_header(tmp_path / "a.csv")
    asked = printed(["inspect", path], capsys, 1)
    assert "column 1 counts up by 1" in asked
    said = re.search(r"[Aa]dd (--channels .*?) to this command", asked)
    assert said is not None
    settled = printed(["inspect", path, *shlex.split(said[1])], capsys)
    assert "remembered for this file: --channels 2,3,4 (" in settled
    again = printed(["inspect", path], capsys)
    assert "columns as settled before: --channels 2,3,4" in again
    path.write_text(path.read_text() + "60\t5\t5\t5\t0\t0\t1700000000.300\n")
    changed = printed(["inspect", path], capsys, 1)
    assert "which columns are channels" in changed


def test_of_several_files_the_one_with_the_question_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = plain(tmp_path / "one.csv"), with_class(tmp_path / "other.csv")
    words = ["convert", one, other, "--out", "x.csv", "--rate", "200"]
    told = printed(words, capsys, 1)
    assert f"emgstream convert {other} --rate 200 --label class --out other_emg.csv" in told


def test_only_what_was_open_is_remembered(tmp_path: Path, demo_model: Model) -> None:
    ours = tmp_path / "ours.csv"
    assert main(["convert", str(DEMO_RECORDING), "--out", str(ours)]) == 0
    read_recording(ours, None, ColumnChoice(("middle", "biceps"), rate_hz=500.0))
    read_recording(plain(tmp_path / "plain.csv"), None, ColumnChoice(("2",)))
    assert list(tmp_path.glob("*.columns.json")) == []
    # the columns for the channels of a model are a choice for this model
    stated = ColumnChoice(("4", "3", "2"), label="class")
    read_recording(with_class(tmp_path / "a.csv"), demo_model.manifest, stated)
    kept = json.loads((tmp_path / "a.csv.columns.json").read_text())
    assert kept["columns"] == {"label": "class"}
    table = read_recording(tmp_path / "a.csv", None)
    assert table.channel_names == ("channel1", "channel2", "channel3")
    assert table.label_names == ("0", "1", "2")


def test_a_rate_that_was_missing_is_remembered_and_another_takes_its_place(
    tmp_path: Path,
) -> None:
    path = plain(tmp_path / "a.csv")
    read_recording(path, None, ColumnChoice(rate_hz=200.0))
    assert read_recording(path, None).sampling_rate_hz == 200.0
    read_recording(path, None, ColumnChoice(rate_hz=250.0))
    assert read_recording(path, None).sampling_rate_hz == 250.0


def test_a_column_with_another_role_now_loses_its_settled_one(tmp_path: Path) -> None:
    path = with_class(tmp_path / "a.csv")
    read_recording(path, None, ColumnChoice(label="class:0"))
    assert read_recording(path, None).label_names == ("1", "2")
    read_recording(path, None, ColumnChoice(ignore=("class",)))
    table = read_recording(path, None)
    assert table.labels is None
    assert table.questions == ()


def test_where_nothing_can_be_kept_the_recording_is_read_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = with_class(tmp_path / f"{'n' * 246}.csv")
    set_user_data(path, monkeypatch)
    told = printed(["inspect", path, "--label", "class:0"], capsys)
    assert "cannot be remembered" in told
    assert "label 1" in told


def test_one_movement_a_file_is_labelled_by_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rock, paper = plain(tmp_path / "rock.csv", 1), plain(tmp_path / "paper.csv", 2)
    words = ["convert", rock, paper, "--label-from-name", "--rate", "200", "--out", "both.csv"]
    assert re.search(r"labels +rock, paper", printed(words, capsys))
    table = read_table(tmp_path / "both.csv")
    assert table.segments is not None
    np.testing.assert_array_equal(table.segments, np.repeat([0, 1], 40))
    np.testing.assert_array_equal(table.label_names_by_row(), np.repeat(["rock", "paper"], 40))


def test_contradictory_options_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = plain(tmp_path / "a.csv")
    told = printed(["inspect", path, "--label", "emg1", "--label-from-name"], capsys, 1)
    assert "--label and --label-from-name" in told
    assert printed(["inspect", path, "--rate", "-3"], capsys, 1).count("\n") == 1
    assert "no column 'x'" in printed(["inspect", path, "--label", "x"], capsys, 1)
    assert "--ignore is for recordings" in printed(
        ["inspect", "demo.emgmodel", "--ignore", "1"], capsys, 1
    )
    assert "--time is for a recording" in printed(
        ["test-live", "--port", "simulated", "--time", "t:ms"], capsys, 1
    )


def test_inspect_shows_the_roles_first_and_writes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = with_class(tmp_path / "a.csv")
    told = printed(["inspect", path, "--json", "a.json"], capsys)
    assert told.split()[:2] == ["column", "name"]
    assert re.search(r"5 +class +label\? +doubtful", told)
    assert re.search(r"if so +--label class", told)
    document = json.loads((tmp_path / "a.json").read_text())
    assert [one["role"] for one in document["columns"]] == ["time", *["channel"] * 3, "ignored"]
    assert document["columns"][0]["unit"] == "ms"
    assert document["columns"][4]["proposal"] == "label"
    (question,) = document["questions"]
    assert question["options"] == ["--label", "class"]
    assert question["columns"] == [5]


def test_inspect_shows_and_writes_the_roles_of_a_file_that_cannot_be_read_yet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = without_header(tmp_path / "a.csv")
    told = printed(["inspect", path, "--json", "a.json"], capsys, 1)
    assert re.search(r"1 +column 1 +counter +sure", told)
    assert re.search(r"if so +--channels 2,3,4", told)
    assert len(json.loads((tmp_path / "a.json").read_text())["columns"]) == 7


def test_inspect_says_in_one_line_what_a_recording_of_ours_holds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, *_ = printed(["inspect", "demo"], capsys).splitlines()
    assert first == "columns  3 channels, label, time, repetition, segment"


def test_the_table_of_roles_is_short_however_many_columns_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ",".join(["t", *(f"c{n}" for n in range(300))])
    rng = np.random.default_rng(0)
    rows = [",".join(map(str, (n / 100, *rng.integers(0, 999, 300)))) for n in range(30)]
    lines = printed(["inspect", write(tmp_path / "a.csv", names, rows)], capsys).splitlines()
    assert re.match(r"2-301 +c0 … c299 +channel", lines[2])


def test_a_verb_that_needs_labels_asks_and_one_that_does_not_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = with_class(tmp_path / "a.csv")
    channels = ["--channels", "2,3,4"]
    for words in (
        ["tune", path, *channels],
        ["test-live", "--replay", path, "--no-history", *channels],
        ["evaluate", path, "--model", "demo", *channels],
    ):
        assert "is it the label" in printed(words, capsys, 1)
    words = ["replay", path, "--headless", "--speed", "max", "--rate", "1000", *channels]
    assert "Add --label class if that is right" in printed(words, capsys)


def test_processes_of_an_evaluation_read_the_same_roles(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = read_table(DEMO_RECORDING)
    labels = np.array([*table.label_names])[table.labels]
    rows = [
        f"{n},{','.join(map(str, row))},{label}"
        for n, (row, label) in enumerate(
            zip(table.samples.astype(int).tolist(), labels.tolist(), strict=True)
        )
    ]
    path = write(tmp_path / "a.csv", "ms,one,two,three,Bewegung", rows)
    words = ["evaluate", path, "--model", "demo", "--jobs", "2", "--channels", "one,two,three"]
    assert "CNN-LSTM" in printed([*words, "--label", "Bewegung"], capsys)


def test_the_child_process_of_the_window_gets_every_statement() -> None:
    columns = ColumnChoice(("2", "3"), "class:0", "1:ms", "4:256", ("5",), 200.0)
    request = TrainingRequest((Path("a.csv"),), Path("m.emgmodel"), columns=columns)
    said = columns.arguments()
    for arguments in (training_arguments(request), evaluation_arguments(request)):
        at = arguments.index("--channels")
        assert arguments[at : at + len(said)] == said


def test_python_reads_with_the_same_statements(tmp_path: Path, demo_model: Model) -> None:
    path = with_class(tmp_path / "a.csv")
    with pytest.raises(UsageError, match="named are 2 channels"):
        read_recording(path, demo_model.manifest, ColumnChoice(("2", "3")))
    with pytest.raises(UndecidedColumnsError, match="which columns are channels"):
        read_recording(without_header(tmp_path / "b.csv"), None)
