"""Names of channels: whatever a stream calls them, a recording has all of them, and its label."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from emgstream.cli import main
from emgstream.errors import UsageError
from emgstream.recording import (
    CueStarted,
    Recorder,
    SessionDescription,
    check_channel_names,
    put_in_order,
)
from emgstream.recording.recorded_names import recorded_names
from emgstream.recording.recording_rows import COLUMNS_AFTER, COLUMNS_BEFORE
from emgstream.recording.sidecar import read_sidecar
from emgstream.tables import EmgTable, read_table
from tests.recording.streams import Stream

NAMES = [
    ("fist", "time", "x"),
    ("acc", "subject", "counter"),
    ("timestamp", "trigger", "class"),
    ("label", "cue", "marker"),
    ("time_s", "label", "label"),
    ("Index", "Segment", "repetition"),
    ("a,b", 'say "hi"', "#1"),
    ("two\nlines", "", "a;b"),
]
with_names = pytest.mark.parametrize("names", NAMES)


def record(path: Path, names: tuple[str, ...]) -> tuple[Recorder, EmgTable]:
    """Record 300 samples whose channels are 1, 2, 3 and so on, as a fist."""
    stream = Stream(names)
    values = np.arange(1, len(names) + 1, dtype=np.float32)
    recorder = Recorder(path, SessionDescription(is_trimmed=False))
    with recorder:
        recorder.hear(CueStarted(-1.0, "fist", 1))
        recorder.receive(stream.chunk(np.tile(values, (300, 1))), stream)
    put_in_order(path)
    return recorder, read_table(path)


@with_names
def test_every_channel_of_a_stream_is_read_again(tmp_path: Path, names: tuple[str, ...]) -> None:
    path = tmp_path / "arm.csv"
    recorder, table = record(path, names)
    assert table.channel_names == recorded_names(names)
    assert table.samples[7].tolist() == [1, 2, 3]
    assert set(table.label_names_by_row()) == {"fist"}
    assert not any("(2)" in note for note in table.notes)
    listed = [one["name"] for one in read_sidecar(path)["channels"]]
    assert tuple(listed) == table.channel_names
    is_changed = table.channel_names != names
    assert (recorder.name_warning is not None) == is_changed
    assert all(f"{old!r} as {new}" in (recorder.name_warning or "") for old, new in changed(names))
    assert read_sidecar(path)["quality"]["warnings"] == [recorder.name_warning] * is_changed


def changed(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(a, b) for a, b in zip(names, recorded_names(names), strict=True) if a != b]


@pytest.mark.parametrize("names", NAMES[:6])
def test_a_recording_made_before_names_were_looked_at_is_read_by_its_sidecar(
    tmp_path: Path, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emgstream.recording.recorder.recorded_names", tuple)
    _, table = record(tmp_path / "arm.csv", names)
    assert table.samples[7].tolist() == [1, 2, 3]
    assert set(table.label_names_by_row()) == {"fist"}


def test_a_sidecar_of_other_channels_decides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    record(path, ("a", "time", "c"))
    sidecar = json.loads((tmp_path / "arm.json").read_text())
    sidecar["channels"][0]["name"] = "other"
    (tmp_path / "arm.json").write_text(json.dumps(sidecar))
    assert read_table(path).channel_names == ("a", "c")


@pytest.mark.parametrize("name", [*COLUMNS_BEFORE, "marker", *COLUMNS_AFTER, "LABEL"])
def test_a_name_of_our_own_column_is_refused_before_the_first_sample(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError):
        check_channel_names(("a", name))
    out = tmp_path / "arm.csv"
    words = ["record", "--port", "simulated", "--unattended", "--out", str(out)]
    assert main([*words, "--names", f"a,{name},c"]) == 1
    assert f"{name!r} is the name of another column of every recording" in capsys.readouterr().err
    assert not out.exists()
