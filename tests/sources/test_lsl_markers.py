"""Markers of another program, in a recording, and as its labels."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from emgstream.clock import MonotonicClock
from emgstream.recording import read_sidecar
from emgstream.sources.lsl_markers import Marker, MarkerStream, find_marker_streams
from emgstream.sources.lsl_source import find_lsl_streams
from emgstream.tables import read_table
from tests.processes import run
from tests.simulation.boards import wait_for

pytest.importorskip("pylsl", reason="needs the extra lsl", exc_type=ImportError)
pytestmark = pytest.mark.realtime

SENDER = Path(__file__).with_name("marker_sender.py")
PERIOD_S = 0.8


@contextmanager
def marker_sender(name: str, *texts: str) -> Iterator[None]:
    command = [sys.executable, str(SENDER), name, *texts]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield
        finally:
            process.kill()


def test_markers_come_in_order_with_the_host_time_at_which_they_were_sent() -> None:
    clock = MonotonicClock()
    with marker_sender("cues", "fist", "open"):
        stream = MarkerStream("lsl://?type=Markers", clock)
        markers: list[Marker] = []

        def polled() -> bool:
            markers.extend(stream.poll())
            return len(markers) >= 4

        wait_for(polled, lambda: stream.is_connected)
        stream.close()
    texts = [marker.text for marker in markers]
    assert set(texts) == {"fist", "open"}
    assert all(one != other for one, other in itertools.pairwise(texts))
    times_s = np.array([marker.host_s for marker in markers])
    assert np.diff(times_s).min() >= 0.5 * PERIOD_S
    assert times_s[-1] <= clock.now()


def test_markers_are_the_labels_of_a_free_recording_of_any_source(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    words = ["--free", "--seconds", "8", "--port", "simulated"]
    words += ["--markers", "lsl://cues", "--marker-labels"]
    with marker_sender("cues", "hand_close", "a key, pressed", "elbow_bend", ",", "", "a\nb: c"):
        done = run("record", *words, "--no-check", "--unattended", "--out", str(path))
    assert done.returncode == 0, done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    noted = "\n".join(read_sidecar(path)["quality"]["warnings"])
    for words_of_it in (
        "the marker 'a key, pressed' sets the label 'a key pressed'",
        "the simulated person cannot make 'a key pressed', and rests",
        "the marker ',' sets no label: ",
        "the column of markers holds '",  # of the first text that it cannot hold
    ):
        assert words_of_it in said
        assert noted.count(words_of_it) == 1
    table = read_table(path)
    assert set(table.label_names) == {"hand_close", "elbow_bend", "a key pressed", "a b c"}
    assert "" in table.label_names_by_row()
    assert {marker.text for marker in table.markers} == {
        "hand_close",
        "a key pressed",
        "elbow_bend",
        "marker",
        "a b: c",
    }
    sent = {one["text"] for one in read_sidecar(path)["markers"]}
    assert sent == {"hand_close", "a key, pressed", "elbow_bend", ",", "", "a\nb: c"}


def test_markers_are_recorded_beside_the_cues_of_a_guided_session(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    words = ["--script", "rest:2,hand_close:2,rest:2", "--port", "simulated", "--no-countdown"]
    with marker_sender("cues", "tone 1", "tone 2"):
        done = run(
            "record",
            *words,
            "--markers",
            "lsl://cues",
            "--no-check",
            "--unattended",
            "--out",
            str(path),
        )
    assert done.returncode == 0, done.stderr
    table = read_table(path)
    assert set(table.label_names) == {"rest", "hand_close", "transition"}
    assert {marker.text for marker in table.markers} == {"tone 1", "tone 2"}
    rows = np.array([marker.row for marker in table.markers])
    assert table.time_s is not None
    apart_s = np.diff(table.time_s[rows])
    assert apart_s.min() >= 0.5 * PERIOD_S
    sidecar = read_sidecar(path)
    assert sidecar["protocol"]["markers"] == {"stream": "lsl://cues", "are_labels": False}
    assert {one["origin"] for one in sidecar["markers"]} == {"lsl://cues"}
    assert [one["index"] for one in sidecar["markers"]] == rows.tolist()


def test_streams_of_markers_are_found_by_name_and_streams_of_samples_are_not() -> None:
    with marker_sender("cues of the test", "fist"):
        wait_for(
            lambda: "lsl://cues of the test" in [one.address for one in find_marker_streams()],
            find_marker_streams,
        )
        assert "lsl://cues of the test" not in [one.address for one in find_lsl_streams()]


@pytest.mark.parametrize("words", ["--free --seconds 1", "--script rest:1,hand_close:1"])
def test_without_its_stream_of_markers_a_recording_does_not_begin(
    tmp_path: Path, words: str
) -> None:
    path = tmp_path / "arm.csv"
    words += " --markers lsl://none --port simulated --no-check --unattended"
    done = run("record", *words.split(), "--out", str(path))
    assert done.returncode == 1
    assert "no stream of markers lsl://none was found within 10 s" in done.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_markers_as_labels_beside_cues_are_refused(tmp_path: Path) -> None:
    words = ["--markers", "lsl://cues", "--marker-labels", "--port", "simulated", "--unattended"]
    done = run("record", *words, "--out", str(tmp_path / "arm.csv"))
    assert done.returncode == 1
    assert "the cues set the labels here" in done.stderr
    done = run("record", "--marker-labels", "--unattended", "--port", "simulated")
    assert done.returncode == 1
    assert "no stream of markers is chosen" in done.stderr


def test_an_address_of_no_markers_is_one_line(tmp_path: Path) -> None:
    words = ["--free", "--markers", "COM3", "--port", "simulated", "--unattended"]
    done = run("record", *words, "--out", str(tmp_path / "arm.csv"))
    (line,) = done.stderr.splitlines()
    assert line.startswith("emgstream: 'COM3' is not an address of markers")
