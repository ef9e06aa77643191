"""What is refused or told of recordings before anything is learned from them, by every verb."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from emgstream_training.recordings import class_names_of, copy_notes, read_recordings

from emgstream.cli import main
from emgstream.errors import TrainingDataError
from emgstream.tables import ColumnChoice, read_table

VERBS = ("train", "evaluate", "calibrate")
MOVEMENTS = ("rest", "fist", "rest", "open") * 3


def write(path: Path, columns: dict[str, list[object]]) -> Path:
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


def signal(n_rows: int, seed: int) -> list[object]:
    return [*np.round(512 + 40 * np.random.default_rng(seed).standard_normal(n_rows))]


def labels(n_rows_each: int = 60) -> list[object]:
    return [name for name in MOVEMENTS for _ in range(n_rows_each)]


@pytest.fixture
def with_id(tmp_path: Path) -> Path:
    """The label, and its number beside it."""
    label = labels()
    names = sorted({str(one) for one in label})
    columns = {name: signal(len(label), seed) for seed, name in enumerate(("biceps", "triceps"))}
    number: list[object] = [names.index(str(one)) for one in label]
    return write(tmp_path / "arm.csv", {**columns, "middle": number, "label": label})


@pytest.mark.tensorflow
@pytest.mark.parametrize("verb", VERBS)
def test_a_copy_of_the_label_is_refused_as_a_channel(
    verb: str, with_id: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = [] if verb == "evaluate" else ["--out", str(tmp_path / "m")]
    assert main([verb, str(with_id), "--channels", "biceps,triceps,middle", *out]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "channel 'middle' is not a signal: its 3 values tell the label of 100.0 %" in line
    assert line.endswith("; leave it out of --channels")


@pytest.mark.tensorflow
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("n_rows_each", [1, 20])
def test_a_measured_value_is_refused_as_the_label(
    verb: str, n_rows_each: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    label: list[object] = [row // n_rows_each / 2 for row in range(600 * n_rows_each)]
    names = ("biceps", "triceps", "middle")
    columns = {name: signal(len(label), seed) for seed, name in enumerate(names)}
    path = write(tmp_path / "force.csv", {**columns, "label": label})
    out = [] if verb == "evaluate" else ["--out", str(tmp_path / "m")]
    assert main([verb, str(path), "--rate", "1000", *out]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "600 labels in " in line
    assert "is 'label' a movement?" in line


def test_many_columns_that_tell_the_label_are_refused_in_a_sentence_that_can_be_read(
    tmp_path: Path,
) -> None:
    label = labels()
    clocks: dict[str, list[object]] = {
        f"clock {k}": [k + row / 50 for row in range(len(label))] for k in range(300)
    }
    path = write(tmp_path / "arm.csv", {"emg": signal(len(label), 1), **clocks, "label": label})
    with pytest.raises(
        TrainingDataError, match="'clock 0' is not a signal: rises from row"
    ) as raised:
        read_recordings([path], ColumnChoice(channels=("emg", *clocks)))
    assert "(and so does clock 1, clock 2," in str(raised.value)
    assert str(raised.value).endswith("leave them out of --channels")
    assert len(str(raised.value)) < 450 + len(str(path))


def test_a_channel_that_nobody_named_is_to_be_ignored(tmp_path: Path) -> None:
    label = labels()
    number: list[object] = [*range(len(label))]
    columns: dict[str, list[object]] = {
        "index": number,
        "time_s": [row / 1000 for row in range(len(label))],
        "emg": signal(len(label), 1),
        "a level": [7 * row for row in range(len(label))],
        "label": label,
        "repetition": [0] * len(label),
        "segment": [0] * len(label),
    }  # in the project's own form, which asks nothing
    path = write(tmp_path / "arm.csv", columns)
    with pytest.raises(TrainingDataError, match="leave it out with --ignore 'a level', or name"):
        read_recordings([path])


def test_pasted_repetitions_are_noted(tmp_path: Path) -> None:
    label = labels()
    emg = signal(len(label), 1)
    one = write(tmp_path / "one.csv", {"emg": emg, "label": label})
    assert copy_notes([read_table(one)]) == []
    copies: list[object] = emg[:240] * 3
    pasted = write(tmp_path / "pasted.csv", {"emg": copies, "label": label})
    (note,) = copy_notes([read_table(pasted)])
    assert note.startswith("8 of 12 repetitions: repetitions are copies of an earlier one")
    assert "(fist, open, rest)" in note
    (note,) = copy_notes([read_table(one), read_table(pasted)])
    assert note.startswith("12 of 24 repetitions")


def test_files_of_one_movement_each_get_their_labels_from_their_names(tmp_path: Path) -> None:
    by_name = ColumnChoice(label_from_name=True)
    paths = [
        write(tmp_path / f"{name}.csv", {"emg": signal(90, k), "other": signal(90, k + 9)})
        for k, name in enumerate(("rock_1", "rock_2", "paper_1"))
    ]
    tables = read_recordings(paths, by_name)
    assert class_names_of(tables) == ("paper", "rock")
    assert [table.label_names for table in tables] == [("rock",), ("rock",), ("paper",)]
    with pytest.raises(TrainingDataError, match=r"only the label 'rock'.*name the files of the"):
        class_names_of(tables[:2])
