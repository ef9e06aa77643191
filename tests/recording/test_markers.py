"""Markers of a recording: in the row of their sample, whatever their text, and after any end."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.export import write_bids, write_edf
from emgstream.recording import Recorder, SessionDescription, put_in_order, read_sidecar
from emgstream.recording.recorded_session import read_session
from emgstream.tables import read_table
from emgstream.tables.formats import read_format
from emgstream.tables.marker_cells import in_cell, placed_markers
from tests.recording.streams import Stream, wait_for_samples


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "arm.csv"


def marked(path: Path) -> list[tuple[int, str]]:
    """Return the markers of a table by row."""
    return [(marker.row, marker.text) for marker in read_table(path).markers]


def noted(path: Path) -> list[tuple[str, int | None]]:
    """Return the markers of the sidecar."""
    return [(entry["text"], entry["index"]) for entry in read_sidecar(path)["markers"]]


def ones(stream: Stream, n: int) -> object:
    return stream.chunk(np.ones((n, stream.info.n_channels), np.float32))


def record_with_markers(path: Path, *markers: tuple[float, str], n: int = 300) -> None:
    """Record ``n`` ms with markers that are there before their samples."""
    stream = Stream()
    with Recorder(path, SessionDescription(is_trimmed=False)) as recorder:
        for host_s, text in markers:
            recorder.mark(host_s, text, "key")
        for _ in range(n // 50):
            recorder.receive(ones(stream, 50), stream)  # type: ignore[arg-type]


def test_a_marker_is_in_the_row_of_the_first_sample_at_its_time(path: Path) -> None:
    record_with_markers(path, (0.0725, "1"), (0.2, 'trial, "two"\n'))
    assert marked(path) == [(73, "1"), (200, "trial two")]
    assert noted(path) == [("1", 73), ('trial, "two"\n', 200)]
    assert read_table(path).channel_names == ("a", "b", "c")
    assert not read_table(path).repairs
    assert not read_table(path).questions


def test_a_marker_that_comes_late_is_moved_to_its_sample_at_the_end(path: Path) -> None:
    stream = Stream()
    with Recorder(path, SessionDescription(is_trimmed=False)) as recorder:
        recorder.receive(ones(stream, 100), stream)  # type: ignore[arg-type]
        wait_for_samples(recorder, 100)
        recorder.mark(0.03, "go", "lsl://cues")
        recorder.receive(ones(stream, 100), stream)  # type: ignore[arg-type]
        wait_for_samples(recorder, 200)
    assert marked(path) == [(100, "go")]
    assert noted(path) == [("go", 30)]
    before = path.read_text().replace("go", "")
    put_in_order(path)
    assert marked(path) == [(30, "go")]
    assert path.read_text().replace("go", "") == before
    put_in_order(path)
    assert marked(path) == [(30, "go")]
    assert read_sidecar(path)["markers"] == [{"text": "go", "index": 30, "origin": "lsl://cues"}]


def test_markers_at_one_sample_take_the_next_rows_and_equal_ones_stay_two(path: Path) -> None:
    record_with_markers(path, (0.1, "a"), (0.1, "b"), (0.1, "b"), (0.2995, "late"))
    put_in_order(path)
    assert marked(path) == [(100, "a"), (101, "b"), (103, "b"), (299, "late")]
    assert noted(path) == [("a", 100), ("b", 100), ("b", 100), ("late", None)]


def test_markers_while_no_samples_come_belong_to_the_next_one(path: Path) -> None:
    stream = Stream()
    with Recorder(path, SessionDescription(is_trimmed=False)) as recorder:
        recorder.receive(ones(stream, 100), stream)  # type: ignore[arg-type]
        recorder.mark(0.15, "away", "key")
        stream.next_index += 100
        recorder.receive(ones(stream, 100), stream)  # type: ignore[arg-type]
    put_in_order(path)
    assert marked(path) == [(100, "away")]
    assert noted(path) == [("away", 200)]


def test_a_killed_recording_keeps_the_markers_of_its_table_and_of_its_sidecar(path: Path) -> None:
    record_with_markers(path, (0.05, "one"), (0.1, "two"))
    sidecar = json.loads(path.with_suffix(".json").read_text())
    sidecar["state"] = "recording"
    sidecar["markers"] = [
        {"text": "one", "index": 50, "origin": "key"},
        {"text": "never reached the table", "index": None, "origin": "key"},
    ]
    path.with_suffix(".json").write_text(json.dumps(sidecar))
    put_in_order(path)
    assert marked(path) == [(50, "one"), (100, "two"), (299, "never reached the table")]
    assert noted(path) == [("one", 50), ("two", 100), ("never reached the table", None)]


def test_a_marker_without_its_index_is_at_the_end(path: Path) -> None:
    record_with_markers(path, (0.0725, "1"))
    put_in_order(path)
    sidecar = json.loads(path.with_suffix(".json").read_text())
    assert [marker.pop("index") for marker in sidecar["markers"]] == [73]
    path.with_suffix(".json").write_text(json.dumps(sidecar))
    session = read_session(path)
    assert list(session.markers()) == [(int(session.index[-1]), "1")]


def test_a_recording_of_an_earlier_version_is_put_in_order_as_before(path: Path) -> None:
    lines = ["index,time_s,emg,marker,cue,label,repetition,segment"]
    lines += [f"{row},{row / 1e3:.6f},5,{row % 7},rest,rest,1,0" for row in range(50)]
    path.write_text("\n".join(lines) + "\n")
    record_with_markers(path.with_name("new.csv"))
    sidecar = json.loads(path.with_name("new.json").read_text())
    del sidecar["markers"]
    path.with_suffix(".json").write_text(json.dumps(sidecar))
    put_in_order(path)
    put_in_order(path)
    cells = [line.split(",")[3] for line in path.read_text().splitlines()[1:]]
    assert cells == [str(row % 7) for row in range(50)]


def test_markers_are_annotations_and_events_and_come_back(path: Path, tmp_path: Path) -> None:
    record_with_markers(path, (0.0725, "1"), (0.2, "trial, two"))
    put_in_order(path)
    session = read_session(path)
    write_edf(session, tmp_path / "arm.bdf", "bdf")
    back = read_format(tmp_path / "arm.bdf")
    assert back is not None
    (column,) = (column for column in back.columns if column.name == "marker")
    assert column.texts is not None
    rows = np.flatnonzero(column.values >= 0)
    found = [(row, column.texts[column.values[row]]) for row in rows.tolist()]
    assert found == [(73, "1"), (200, "trial two")]
    written = write_bids(session, tmp_path / "bids")
    (events,) = (one for one in written if one.name.endswith("_events.tsv"))
    assert events.read_text().splitlines() == [
        "onset\tduration\ttrial_type\tsample\trepetition\tmarker",
        "0.073000\t0.000000\tn/a\t73\tn/a\t1",
        "0.200000\t0.000000\tn/a\t200\tn/a\ttrial, two",
    ]
    assert "marker" in json.loads(events.with_suffix(".json").read_text())


@settings(max_examples=20, deadline=None)  # each records to the disk
@given(st.lists(st.text(min_size=1), min_size=1, max_size=8))
def test_any_text_is_one_field_that_reads_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("any") / "arm.csv"
    record_with_markers(path, *((0.01 * (n + 1), text) for n, text in enumerate(texts)))
    put_in_order(path)
    assert marked(path) == [(10 * (n + 1), in_cell(text)) for n, text in enumerate(texts)]
    assert [text for text, _ in noted(path)] == texts


@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from("ab")), max_size=10),
    st.integers(1, 40),
)
def test_every_marker_has_a_row_and_reads_as_one(wanted: list[tuple[int, str]], n: int) -> None:
    cells = placed_markers(wanted, n)
    assert all(0 <= row < n for row in cells)
    assert sorted(part for text in cells.values() for part in text.split(" + ")) == sorted(
        text for _, text in wanted
    )
    if not any("+" in text for text in cells.values()):  # as many rows as markers need
        assert all(cells.get(row + 1) != text for row, text in cells.items())
