"""The recorder: what came is in the file, in order, with its cue; what cannot be kept is said."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from emgstream.bundle import Model
from emgstream.cue_schedule import CueSchedule
from emgstream.engine import Engine
from emgstream.errors import OutputError
from emgstream.recording import (
    CueStarted,
    Recorder,
    RepetitionEnded,
    RepetitionOutcome,
    SessionDescription,
    expected_bytes,
    put_in_order,
    read_sidecar,
)
from emgstream.tables import read_table
from emgstream.types import FloatArray, IndexArray, TimeArray
from tests.posix import posix_os
from tests.recording.streams import Stream, recorded, wait_for_samples
from tests.simulated_source import SimulatedSource
from tests.simulation.boards import wait_for


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "arm.csv"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, of which 40 kB are left."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if (
        os.name == "nt"
        or posix_os.geteuid() != 0
        or subprocess.run(mounted, check=False).returncode
    ):
        pytest.skip("a disk of its own needs root on Linux")
    free = posix_os.statvfs(folder).f_bavail * posix_os.statvfs(folder).f_frsize
    (folder / "filler").write_bytes(b"\0" * (free - 40_000))
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_every_sample_is_in_the_table_with_the_cue_of_its_moment(path: Path) -> None:
    samples = recorded(path, [("", 300), ("rest", 500), ("fist", 700), ("rest", 200)])
    table = read_table(path)
    assert table.channel_names == ("a", "b", "c")
    np.testing.assert_array_equal(table.samples, samples)
    np.testing.assert_array_equal(table.index, np.arange(1700))
    labels = table.label_names_by_row()
    assert (labels[299], labels[300], labels[799], labels[800]) == ("", "rest", "rest", "fist")
    assert table.repetitions is not None
    assert table.repetitions[[0, 300, 800, 1600]].tolist() == [0, 1, 1, 2]
    assert table.repairs == ()
    assert table.sampling_rate_hz == pytest.approx(1000.0)
    assert (
        path.read_text().splitlines()[0] == "index,time_s,a,b,c,marker,cue,label,repetition,segment"
    )


def test_the_table_counts_from_its_own_first_sample(path: Path) -> None:
    stream = Stream(first_index=70_000)
    with Recorder(path, SessionDescription()) as recorder:
        recorder.receive(stream.chunk(np.ones((10, 3), np.float32), segment=4), stream)
        stream.next_index += 5
        recorder.receive(stream.chunk(np.ones((10, 3), np.float32), segment=4), stream)
        recorder.receive(stream.chunk(np.ones((10, 3), np.float32), segment=5), stream)
    table = read_table(path)
    assert table.index is not None
    assert table.time_s is not None
    assert table.segments is not None
    assert table.index.tolist() == [*range(10), *range(15, 35)]  # the lost keep their index
    assert table.time_s[[0, 10]].tolist() == [0.0, 0.015]
    assert table.segments[[0, 19, 20]].tolist() == [0, 0, 1]


def test_times_that_stand_still_are_written_as_a_clock_that_runs(path: Path) -> None:
    class Stuck(Stream):
        def time_at(self, indices: IndexArray) -> TimeArray:
            times: TimeArray = np.maximum(indices, 50) / 1e3
            return times

    stream = Stuck()
    with Recorder(path, SessionDescription()) as recorder:
        for _ in range(10):
            recorder.receive(stream.chunk(np.zeros((10, 3), np.float32)), stream)
    table = read_table(path)
    assert table.time_s is not None
    assert np.all(np.diff(table.time_s) > 0.0)


def test_fractions_and_missing_values_come_back_as_they_were(path: Path) -> None:
    stream = Stream()
    samples = np.array([[0.1, np.nan, -3e-7], [1e9, 2.0, 1 / 3]], np.float32)
    with Recorder(path, SessionDescription()) as recorder:
        recorder.receive(stream.chunk(samples), stream)
    np.testing.assert_array_equal(read_table(path).samples, samples)


def test_the_sidecar_is_there_before_the_first_sample_and_follows_the_session(path: Path) -> None:
    about = SessionDescription(subject="S1", notes="left arm", placements={"b": "lateral head"})
    stream = Stream()
    with Recorder(path, about) as recorder:
        before = read_sidecar(path)
        recorder.receive(stream.chunk(np.zeros((100, 3), np.float32)), stream)
        recorder.hear(RepetitionEnded("fist", 1, RepetitionOutcome.DISCARDED))
        wait_for(lambda: bool(read_sidecar(path)["repetitions"]), lambda: read_sidecar(path))
        during = read_sidecar(path)
    after = read_sidecar(path)
    assert (before["state"], during["state"], after["state"]) == ("recording", "recording", "ended")
    assert (before["subject"], before["started"]) == ("S1", None)
    assert during["channels"][1] == {"name": "b", "placement": "lateral head"}
    assert during["repetitions"] == [{"label": "fist", "repetition": 1, "outcome": "discarded"}]
    assert after["samples"]["n"] == 100
    assert after["started"] is not None


def test_the_lines_are_on_the_disk_while_the_take_runs(path: Path) -> None:
    stream = Stream()
    with Recorder(path, SessionDescription()) as recorder:
        for n in range(1, 6):
            recorder.receive(stream.chunk(np.zeros((40, 3), np.float32)), stream)
            wait_for_samples(recorder, 40 * n)
            assert path.read_bytes().count(b"\n") == 1 + 40 * n


@pytest.mark.parametrize("taken", ["arm.csv", "arm.json"])
def test_nothing_is_ever_overwritten(path: Path, taken: str) -> None:
    path.with_name(taken).write_text("precious")
    with (
        pytest.raises(OutputError, match=rf"{taken} exists.*choose another name"),
        Recorder(path, SessionDescription()),
    ):
        pass
    assert [p.name for p in path.parent.iterdir()] == [taken]
    assert path.with_name(taken).read_text() == "precious"


def test_a_take_without_a_sample_leaves_nothing_behind(path: Path) -> None:
    with Recorder(path, SessionDescription()):
        assert path.exists()
    assert list(path.parent.iterdir()) == []


def test_a_folder_that_is_not_there_and_too_little_room_are_said_at_once(path: Path) -> None:
    with (
        pytest.raises(OutputError, match="folder that exists"),
        Recorder(path.parent / "no" / "arm.csv", SessionDescription()),
    ):
        pass
    with (
        pytest.raises(OutputError, match=r"MB are free for.*make room"),
        Recorder(path, SessionDescription(), needed_bytes=10**18),
    ):
        pass
    assert list(path.parent.iterdir()) == []


def test_a_disk_that_is_nearly_full_is_warned_of_while_there_is_room(small_disk: Path) -> None:
    stream = Stream()
    with Recorder(small_disk / "arm.csv", SessionDescription()) as recorder:
        recorder.receive(stream.chunk(np.zeros((10, 3), np.float32)), stream)
        assert "nearly full" in (recorder.room_warning or "")


def test_the_room_asked_for_is_enough_for_the_session_and_its_second_copy(path: Path) -> None:
    recorded(path, [("elbow_extend", 10_000)])
    assert 2 * path.stat().st_size < expected_bytes(10.0, 1000.0, 3)


def overflow(path: Path) -> None:
    """Take more at once than may wait."""
    stream = Stream()
    with Recorder(path, SessionDescription(), most_waiting=1000) as recorder:
        recorder.receive(stream.chunk(np.zeros((1001, 3), np.float32)), stream)
        wait_for(lambda: recorder.failed, lambda: recorder.n_samples)
        recorder.receive(stream.chunk(np.zeros((10, 3), np.float32)), stream)


def record_in_parts(path: Path, samples: FloatArray) -> None:
    """Record ten samples after the other, each once the ones before are on the disk."""
    stream = Stream()
    with Recorder(path, SessionDescription()) as recorder:
        recorder.hear(CueStarted(-1.0, "rest", 1))
        for part in np.split(samples, len(samples) // 10):
            recorder.receive(stream.chunk(part), stream)
            wait_for_samples(recorder, stream.next_index)


def enter_and_leave(recorder: Recorder) -> None:
    with recorder:
        pass


def test_a_disk_too_slow_for_the_stream_ends_the_take_with_an_error(path: Path) -> None:
    with pytest.raises(OutputError, match=r"more than 1,000 were waiting.*choose another disk"):
        overflow(path)
    assert read_table(path).n_rows == 1001


def test_a_full_disk_ends_the_take_with_one_error_and_a_table_of_whole_lines(
    small_disk: Path,
) -> None:
    path = small_disk / "arm.csv"
    sent = np.random.default_rng(1).integers(0, 1024, (3000, 3)).astype(np.float32)
    with pytest.raises(OutputError, match=r"No space left on device.*make room"):
        record_in_parts(path, sent)
    table = read_table(path)
    assert 0 < table.n_rows < 3000
    np.testing.assert_array_equal(table.samples, sent[: table.n_rows])
    assert path.read_bytes().endswith(b"\n")
    with pytest.raises(OutputError, match=r"recording is kept.*emgstream recover"):
        put_in_order(path)
    assert read_table(path).n_rows == table.n_rows
    (small_disk / "filler").unlink()
    assert put_in_order(path).n_samples == table.n_rows
    assert json.loads((small_disk / "arm.json").read_text())["state"] == "complete"


@pytest.mark.parametrize("has_model", [False, True])
def test_a_running_stream_is_recorded_from_one_moment_to_another(
    path: Path, demo_model: Model, has_model: bool
) -> None:
    script = CueSchedule.parse("hand_close:4")
    engine = Engine(SimulatedSource(script), demo_model if has_model else None)
    with engine:
        wait_for(lambda: engine.ring.n_received > 100, lambda: engine.ring.n_received)
        with Recorder(path, SessionDescription()) as recorder:
            engine.attach(recorder)
            wait_for_samples(recorder, 500)
            engine.detach(recorder)
        assert (engine.latest is not None) == has_model
    table = read_table(path)
    truth = SimulatedSource(script, speed=None)
    with truth:
        made = np.concatenate([truth.read().samples for _ in range(2)])
    starts = np.flatnonzero((made == table.samples[0]).all(axis=1)).tolist()
    assert any(np.array_equal(made[s : s + table.n_rows], table.samples) for s in starts)
