"""Exported sessions, opened by MNE-Python."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from emgstream.cli import main
from emgstream.errors import OutputError, RecordingError, UsageError
from emgstream.export import write_bids, write_edf
from emgstream.recording import (
    CueStarted,
    Recorder,
    RepetitionEnded,
    RepetitionOutcome,
    SessionDescription,
    put_in_order,
)
from emgstream.recording.recorded_session import RecordedSession, read_session
from emgstream.tables.formats import read_format
from tests.recording.streams import Stream, recorded

mne = pytest.importorskip("mne")

ABOUT = SessionDescription(
    subject="S-01", session="morning", placements={"a": "biceps, muscle belly"}, is_trimmed=False
)
CUES = [("", 100), ("rest", 1000), ("fist", 1500), ("rest", 1000)]


@pytest.fixture
def session(tmp_path: Path) -> RecordedSession:
    path = tmp_path / "arm.csv"
    recorded(path, CUES, about=ABOUT)
    put_in_order(path)
    return read_session(path)


def with_a_gap(path: Path) -> RecordedSession:
    """Return a session with 50 samples lost and a value missing."""
    stream = Stream()
    samples = np.random.default_rng(2).integers(0, 1024, (600, 3)).astype(np.float32)
    samples[10, 1] = np.nan
    with Recorder(path, SessionDescription(is_trimmed=False)) as recorder:
        recorder.hear(CueStarted(-1.0, "rest", 1))
        recorder.receive(stream.chunk(samples[:300]), stream)
        stream.next_index += 50
        recorder.receive(stream.chunk(samples[300:]), stream)
        recorder.hear(RepetitionEnded("rest", 1, RepetitionOutcome.HELD))
    put_in_order(path)
    return read_session(path)


@pytest.mark.parametrize("kind", ["edf", "bdf"])
def test_counts_labels_and_date_are_in_the_file_as_recorded(
    session: RecordedSession, kind: str
) -> None:
    path = session.path.with_suffix(f".{kind}")
    assert write_edf(session, path, kind) == [path]  # type: ignore[arg-type]
    read = mne.io.read_raw_edf if kind == "edf" else mne.io.read_raw_bdf
    raw = read(path, preload=True, verbose="warning")
    assert raw.ch_names == ["a", "b", "c"]
    assert raw.info["sfreq"] == pytest.approx(1000.0)
    np.testing.assert_array_equal(raw.get_data()[:, :3600].T, session.table.samples)
    assert raw.info["meas_date"].timetuple()[:5] == session.started.timetuple()[:5]  # type: ignore[union-attr]
    assert raw.info["subject_info"]["his_id"] == "S-01"
    found = [
        (text, round(onset, 3), round(lasts, 3))
        for text, onset, lasts in zip(
            raw.annotations.description,
            raw.annotations.onset,
            raw.annotations.duration,
            strict=True,
        )
    ]
    assert found == [
        ("rest", 0.1, 1.0),
        ("fist", 1.1, 1.5),
        ("rest", 2.6, 1.0),
        ("BAD_padding", 3.6, 0.4),
    ]


def test_what_was_lost_keeps_its_time_and_is_marked_bad(tmp_path: Path) -> None:
    session = with_a_gap(tmp_path / "arm.csv")
    write_edf(session, tmp_path / "arm.edf", "edf")
    raw = mne.io.read_raw_edf(tmp_path / "arm.edf", preload=True, verbose="warning")
    data = raw.get_data()
    samples = session.table.samples
    np.testing.assert_array_equal(data[:, 350:650].T, samples[300:])
    np.testing.assert_array_equal(data[:, 300:350], np.tile(samples[299][:, None], 50))
    assert data[1, 10] == samples[9, 1]
    marks = dict(zip(raw.annotations.description, raw.annotations.onset, strict=True))
    assert marks["BAD_lost"] == pytest.approx(0.3)
    assert marks["BAD_missing"] == pytest.approx(0.01)
    of_channels = dict(zip(raw.annotations.description, raw.annotations.ch_names, strict=True))
    assert of_channels["BAD_missing"] == ("b",)


def test_a_new_segment_is_marked_as_mne_marks_it_and_gives_no_event(tmp_path: Path) -> None:
    path, stream = tmp_path / "arm.csv", Stream()
    with Recorder(path, SessionDescription(is_trimmed=False)) as recorder:
        recorder.hear(CueStarted(-1.0, "rest", 1))
        for segment in (0, 1):
            recorder.receive(stream.chunk(np.ones((300, 3), np.float32), segment), stream)
        recorder.hear(RepetitionEnded("rest", 1, RepetitionOutcome.HELD))
    put_in_order(path)
    write_edf(read_session(path), tmp_path / "arm.edf", "edf")
    raw = mne.io.read_raw_edf(tmp_path / "arm.edf", preload=True, verbose="warning")
    marks = dict(zip(raw.annotations.description, raw.annotations.onset, strict=True))
    assert marks["BAD boundary"] == marks["EDGE boundary"] == pytest.approx(0.3)
    _, events = mne.events_from_annotations(raw, verbose="warning")
    assert set(events) == {"rest"}


def test_a_recorded_session_is_read_back_from_its_export(session: RecordedSession) -> None:
    path = session.path.with_suffix(".edf")
    write_edf(session, path, "edf")
    recording = read_format(path)
    assert recording is not None
    columns = {column.name: column for column in recording.columns}
    found = np.column_stack([columns[name].values for name in "abc"])
    np.testing.assert_array_equal(found, session.table.samples)
    texts = np.array([*(columns["label"].texts or ()), ""])
    labels = texts[columns["label"].values]
    np.testing.assert_array_equal(labels, session.table.label_names_by_row())
    np.testing.assert_array_equal(columns["index"].values, session.index)
    assert recording.rate_hz == pytest.approx(session.rate_hz, rel=1e-6)


def test_a_bids_folder_has_what_the_standard_asks_for_and_grows(
    session: RecordedSession, tmp_path: Path
) -> None:
    root = tmp_path / "bids"
    written = write_bids(session, root, 50)
    again = write_bids(session, root)
    stem = "sub-S01/ses-morning/emg/sub-S01_ses-morning_task-movements_run-1"
    assert [path.relative_to(root).as_posix() for path in written] == [
        f"{stem}_emg.bdf",
        f"{stem}_emg.json",
        f"{stem}_channels.tsv",
        f"{stem}_events.tsv",
        f"{stem}_events.json",
        "sub-S01/ses-morning/sub-S01_ses-morning_scans.tsv",
        "participants.tsv",
        "dataset_description.json",
        "README",
    ]
    assert again[0].name == "sub-S01_ses-morning_task-movements_run-2_emg.bdf"
    emg = json.loads((root / f"{stem}_emg.json").read_text())
    required = {"TaskName", "EMGPlacementScheme", "EMGReference", "SamplingFrequency"}
    assert required | {"PowerLineFrequency", "SoftwareFilters"} <= set(emg)
    assert emg["EMGPlacementSchemeDescription"] == "a: biceps, muscle belly"
    channels = rows_of(root / f"{stem}_channels.tsv")
    assert list(channels[0])[:3] == ["name", "type", "units"]
    assert [(row["name"], row["type"]) for row in channels] == [(n, "EMG") for n in "abc"]
    events = rows_of(root / f"{stem}_events.tsv")
    assert [(e["onset"], e["duration"], e["trial_type"]) for e in events] == [
        ("0.100000", "1.000000", "rest"),
        ("1.100000", "1.500000", "fist"),
        ("2.600000", "1.000000", "rest"),
    ]
    levels = json.loads((root / f"{stem}_events.json").read_text())["trial_type"]["Levels"]
    assert {event["trial_type"] for event in events} == set(levels)
    assert len(rows_of(root / "participants.tsv")) == 1
    assert len(rows_of(root / "sub-S01/ses-morning/sub-S01_ses-morning_scans.tsv")) == 2
    raw = mne.io.read_raw_bdf(written[0], preload=True, verbose="warning")
    np.testing.assert_array_equal(raw.get_data()[:, :3600].T, session.table.samples)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_nothing_is_overwritten(session: RecordedSession) -> None:
    path = session.path.with_suffix(".edf")
    path.write_text("precious")
    with pytest.raises(OutputError, match="never overwrites"):
        write_edf(session, path, "edf")
    assert path.read_text() == "precious"


def test_values_that_the_format_does_not_hold_are_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    recorded(path, [("rest", 100)], np.full((100, 3), 40_000, np.float32))
    put_in_order(path)
    session = read_session(path)
    with pytest.raises(UsageError, match=r"40000.*use --to bdf"):
        write_edf(session, tmp_path / "arm.edf", "edf")
    assert not (tmp_path / "arm.edf").exists()
    write_edf(session, tmp_path / "arm.bdf", "bdf")


def test_a_session_that_broke_off_is_to_be_mended_first(session: RecordedSession) -> None:
    sidecar = session.path.with_suffix(".json")
    sidecar.write_text(sidecar.read_text().replace('"complete"', '"recording"'))
    with pytest.raises(RecordingError, match="run first: emgstream recover"):
        read_session(session.path)


def test_the_verb_says_what_it_wrote_and_what_is_missing(
    session: RecordedSession,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert main(["export", str(session.path), "--to", "bids"]) == 0
    assert "_emg.bdf" in capsys.readouterr().out
    assert main(["export", str(tmp_path / "no.csv"), "--to", "edf"]) == 1
    assert "no.csv does not exist" in capsys.readouterr().err
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "edfio" else found(name)
    )
    assert main(["export", str(session.path), "--to", "edf"]) == 1
    assert "emgstream install export" in capsys.readouterr().err
