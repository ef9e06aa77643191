"""A table that another program takes away while it is recorded, a slow disk, foreign files."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from emgstream import worker
from emgstream.atomic_files import partial_file, write_whole
from emgstream.errors import OutputError, RecordingError
from emgstream.recording import Recorder, SessionDescription, put_in_order, read_sidecar
from emgstream.recording.growing_file import GrowingFile
from emgstream.recording.sidecar import sidecar_path, write_sidecar
from emgstream.recording.table_hold import TableHold
from emgstream.tables import read_table
from emgstream.types import FloatArray
from tests.processes import EMGSTREAM
from tests.recording.streams import Stream, recorded, wait_for_samples
from tests.simulation.boards import PATIENCE_S, wait_for

if os.name == "posix":
    import fcntl

needs_posix = pytest.mark.skipif(os.name != "posix", reason="Windows keeps an open file in place")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "arm.csv"


def delete(path: Path) -> None:
    path.unlink()


def rename(path: Path) -> None:
    path.rename(path.with_name("other.csv"))


def replace(path: Path) -> None:
    path.with_name("new.csv").write_text("precious\n")
    path.with_name("new.csv").replace(path)


def cut(path: Path) -> None:
    os.truncate(path, 5000)


def record_and_lose(
    recorder: Recorder, samples: FloatArray, take_away: Callable[[Path], None]
) -> None:
    stream = Stream()
    with recorder:
        recorder.receive(stream.chunk(samples[:400]), stream)
        wait_for_samples(recorder, 400)
        take_away(recorder.path)
        recorder.receive(stream.chunk(samples[400:]), stream)
        wait_for(lambda: recorder.failed, lambda: recorder.n_samples)


@needs_posix
@pytest.mark.parametrize(
    ("take_away", "words", "n_kept"),
    [
        (delete, "was deleted or renamed", 500),
        (rename, "was deleted or renamed", 500),
        (replace, "was replaced", 500),
        (cut, "was cut short", 200),
    ],
)
def test_a_table_that_is_taken_away_ends_the_take_and_is_kept_beside(
    path: Path, take_away: Callable[[Path], None], words: str, n_kept: int
) -> None:
    samples = np.random.default_rng(0).integers(0, 1024, (500, 3)).astype(np.float32)
    recorder = Recorder(path, SessionDescription(subject="S1"))
    with pytest.raises(OutputError, match=rf"arm\.csv {words}.*kept as .*arm\.kept\.csv"):
        record_and_lose(recorder, samples, take_away)
    kept = path.with_name("arm.kept.csv")
    assert recorder.kept == kept
    assert read_sidecar(kept)["subject"] == "S1"
    if take_away is not cut:
        np.testing.assert_array_equal(read_table(kept).samples, samples)
    assert put_in_order(kept).n_samples >= n_kept
    if take_away is replace:
        assert path.read_text() == "precious\n"


@needs_posix
def test_a_file_that_is_there_already_is_not_the_one_that_is_kept(path: Path) -> None:
    path.with_name("arm.kept.csv").write_text("precious")
    path.with_name("arm.kept1.json").write_text("precious")
    recorder = Recorder(path, SessionDescription())
    with pytest.raises(OutputError, match=r"kept as .*arm\.kept2\.csv"):
        record_and_lose(recorder, np.zeros((500, 3), np.float32), delete)
    assert recorder.kept == path.with_name("arm.kept2.csv")
    assert path.with_name("arm.kept.csv").read_text() == "precious"


@needs_posix
def test_another_files_content_is_not_deleted_where_no_sample_came(path: Path) -> None:
    with pytest.raises(OutputError, match="was replaced"), Recorder(path, SessionDescription()):
        replace(path)
    assert path.read_text() == "precious\n"


@needs_posix
def test_recover_refuses_a_recording_at_work_and_leaves_it_alone(path: Path) -> None:
    stream = Stream()
    with Recorder(path, SessionDescription()) as recorder:
        recorder.receive(stream.chunk(np.zeros((100, 3), np.float32)), stream)
        wait_for_samples(recorder, 100)
        with pytest.raises(
            RecordingError,
            match=r"is being recorded or finished by another process.*end that recording first",
        ):
            put_in_order(path)
        recorder.receive(stream.chunk(np.zeros((100, 3), np.float32)), stream)
    assert put_in_order(path).n_samples == 200


@needs_posix
@pytest.mark.realtime
def test_recover_refuses_a_recording_of_another_process(path: Path) -> None:
    words = ["record", "--port", "simulated", "--free", "--seconds", "2", "--no-check"]
    command = [*EMGSTREAM, *words, "--unattended", "--out", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as record:
        wait_for(lambda: path.exists() and path.stat().st_size > 5000, record.poll)
        for _ in range(10):
            with pytest.raises(
                RecordingError, match="is being recorded or finished by another process"
            ):
                put_in_order(path)
        told, _ = record.communicate(timeout=6 * PATIENCE_S)
    assert record.returncode == 0, told
    n_samples = put_in_order(path).n_samples
    assert f"{n_samples:,} in 2.0 s" in told
    assert sorted(path.parent.iterdir()) == [path, sidecar_path(path)]


@needs_posix
def test_recover_refuses_a_table_that_grows_where_files_cannot_be_locked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    stream, is_over = Stream(), threading.Event()
    with Recorder(path, SessionDescription()) as recorder:

        def send() -> None:
            while not is_over.wait(0.02):
                recorder.receive(stream.chunk(np.zeros((20, 3), np.float32)), stream)

        sender = threading.Thread(target=send)
        sender.start()
        wait_for_samples(recorder, 100)
        with pytest.raises(
            RecordingError, match="is being recorded or finished by another process"
        ):
            put_in_order(path)
        is_over.set()
        sender.join()
    assert put_in_order(path).n_samples == recorder.n_samples


@needs_posix
def test_two_processes_do_not_put_one_recording_in_order_at_once(path: Path) -> None:
    recorded(path, [("rest", 300)])
    new = path.with_name("new.csv")
    with TableHold(path) as hold:
        with pytest.raises(RecordingError, match="or finished by another process"):
            put_in_order(path)
        with new.open("xb") as file:
            file.write(path.read_bytes())
            hold.extend_to(file)
        new.replace(path)
        with pytest.raises(RecordingError, match="or finished by another process"):
            put_in_order(path)
        ends = threading.Timer(0.2, hold.__exit__)
        ends.start()
        assert put_in_order(path, patience_s=PATIENCE_S).n_samples == 300, "a recording waits"
        ends.join()
    assert put_in_order(path).n_samples == 300


def test_a_disk_that_stands_still_costs_nothing_but_a_warning(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_JOIN_S", 0.0)  # a recorder waits for its threads for longer
    monkeypatch.setattr("emgstream.recording.recorder._SLOW_S", 0.05)
    stands, goes_on = threading.Event(), threading.Event()
    sync = os.fsync

    def wait(file: int) -> None:
        if threading.current_thread().name == "emg-syncer":
            stands.set()
            goes_on.wait(20.0)
        sync(file)

    monkeypatch.setattr(os, "fsync", wait)
    stream = Stream()
    with Recorder(path, SessionDescription()) as recorder:
        recorder.receive(stream.chunk(np.zeros((100, 3), np.float32)), stream)
        assert stands.wait(20.0)
        recorder.receive(stream.chunk(np.zeros((100, 3), np.float32)), stream)
        threading.Timer(0.3, goes_on.set).start()
    assert recorder.disk_warning is not None
    assert "nothing is lost" in recorder.disk_warning
    assert read_table(path).n_rows == 200
    assert read_sidecar(path)["quality"]["warnings"] == [recorder.disk_warning]


@needs_posix
@pytest.mark.parametrize("is_link", [False, True])
def test_a_partial_file_of_somebody_else_is_never_written_through(
    path: Path, is_link: bool
) -> None:
    foreign = path.with_name("foreign.txt")
    foreign.write_text("precious")
    recorded(path, [("rest", 300)])
    for name in (path, sidecar_path(path), path.with_name("model.bin")):
        for suffix in (".part", ".partial"):
            beside = name.with_name(name.name + suffix)
            if is_link:
                beside.symlink_to(foreign)
            else:
                beside.write_text("precious")
    put_in_order(path)
    write_sidecar(path, read_sidecar(path))
    write_whole(path.with_name("model.bin"), b"content")
    with partial_file(path.with_name("model.bin")) as partial:
        partial.write_bytes(b"something")
    left = sorted(name for name in path.parent.iterdir() if "part" in name.name)
    assert len(left) == 6
    assert all(name.read_text() == "precious" for name in [*left, foreign])
    assert all(name.is_symlink() == is_link for name in left)
    assert path.with_name("model.bin").read_bytes() == b"content"


def test_a_file_that_grows_while_it_is_looked_at_is_not_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, look = GrowingFile(path), os.fstat

    def look_before_a_line_comes(descriptor: int) -> os.stat_result:
        found = look(descriptor)
        file.append(b"0,0.000000,512\n")  # as the other thread does at this moment
        return found

    with monkeypatch.context() as only_here:
        only_here.setattr(os, "fstat", look_before_a_line_comes)
        found = file.loss()
    file.close()
    assert found is None
