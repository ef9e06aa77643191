"""A recording is read for a model: by its channels' names, or by the columns that were named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emgstream.bundle import Model
from emgstream.cli import main
from emgstream.data import DEMO_RECORDING
from emgstream.errors import StreamMismatchError, UsageError
from emgstream.opening import read_recording
from emgstream.tables import ColumnChoice, read_table

ROWS = "1,2,3,9,rest\n4,5,6,9,rest\n"


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A recording whose columns no model knows."""
    path = tmp_path / "foreign.csv"
    path.write_text("emg1,emg 2,emg3,emg4,label\n" + ROWS)
    return path


def test_columns_that_the_model_does_not_know_are_told_with_the_words_to_say(
    foreign: Path, demo_model: Model
) -> None:
    said = (
        r"has the channels emg1, emg 2, emg3, emg4; the model expects biceps, triceps, middle; "
        r".*--channels 'emg1,emg 2,emg3'$"
    )
    with pytest.raises(StreamMismatchError, match=said):
        read_recording(foreign, demo_model.manifest)


def test_a_recording_with_too_few_columns_wants_another_model(
    tmp_path: Path, demo_model: Model
) -> None:
    path = tmp_path / "few.csv"
    path.write_text("biceps,triceps,label\n1,2,rest\n")
    with pytest.raises(StreamMismatchError, match=r"biceps, triceps; the model.*trained on such"):
        read_recording(path, demo_model.manifest)


def test_named_columns_become_the_models_channels(foreign: Path, demo_model: Model) -> None:
    table = read_recording(foreign, demo_model.manifest, ColumnChoice(("emg3", "emg1", "emg4")))
    assert table.channel_names == ("biceps", "triceps", "middle")
    np.testing.assert_array_equal(table.samples, [[3, 1, 9], [6, 4, 9]])
    with pytest.raises(UsageError, match="named are 2 channels"):
        read_recording(foreign, demo_model.manifest, ColumnChoice(("emg3", "emg1")))


def test_without_a_model_every_channel_is_read(foreign: Path) -> None:
    assert read_recording(foreign, None).channel_names == ("emg1", "emg 2", "emg3", "emg4")


@pytest.mark.parametrize(
    "words",
    [
        ["replay", "FILE", "--headless"],
        ["replay", "FILE"],
        ["tune", "FILE"],
        ["test-live", "--replay", "FILE"],
        ["evaluate", "FILE", "--model", "demo"],
        pytest.param(["calibrate", "FILE", "--out", "new.emgmodel"], marks=pytest.mark.tensorflow),
    ],
)
def test_every_verb_names_both_sides_and_what_to_do(
    words: list[str],
    foreign: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([str(foreign) if word == "FILE" else word for word in words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "emg1, emg 2, emg3, emg4" in line
    assert "biceps, triceps, middle" in line
    assert "--channels" in line


def test_a_model_is_judged_on_columns_of_other_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = read_table(DEMO_RECORDING)
    path = tmp_path / "renamed.csv"
    labels = table.label_names_by_row()
    rows = [",".join(map(str, row)) for row in table.samples.astype(int).tolist()]
    lines = [f"{row},{label}" for row, label in zip(rows, labels, strict=True)]
    path.write_text("\n".join(["a,b,c,label", *lines]) + "\n")
    words = ["--rate", "1000", "--channels", "a,b,c"]
    assert main(["tune", str(path), *words]) == 0
    assert main(["evaluate", str(path), "--model", "demo", "--jobs", "1", *words]) == 0
    assert "CNN-LSTM" in capsys.readouterr().out
