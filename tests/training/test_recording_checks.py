"""What is refused or told of recordings before anything is learned from them, by every verb."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from emgstream_training.recordings import copy_notes, read_recordings

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
    assert "channel 'middle' tells the label without any muscle: its 3 values tell" in line
    assert "--ignore middle, or name the signals with --channels" in line


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


def test_a_clock_and_many_leaks_are_refused_in_a_sentence_that_can_be_read(tmp_path: Path) -> None:
    label = labels()
    clocks: dict[str, list[object]] = {
        f"clock {k}": [k + row / 50 for row in range(len(label))] for k in range(300)
    }
    path = write(tmp_path / "arm.csv", {"emg": signal(len(label), 1), **clocks, "label": label})
    with pytest.raises(TrainingDataError, match="rises from row to row") as raised:
        read_recordings([path], ColumnChoice(channels=("emg", "clock 1")))
    assert "leave it out: --ignore 'clock 1', or name the signals" in str(raised.value)
    with pytest.raises(TrainingDataError, match="leave it out: name the signals") as raised:
        read_recordings([path], ColumnChoice(channels=("emg", *clocks)))
    assert len(str(raised.value)) < 400 + len(str(path))


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
