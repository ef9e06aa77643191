"""The status of a replay: what it is doing, and what its recording had lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from emgstream.clock import ManualClock
from emgstream.data import DEMO_RECORDING
from emgstream.sources.replay_source import ReplaySource
from emgstream.sources.source_status import SourceState
from emgstream.tables import read_table


@pytest.fixture
def gappy(tmp_path: Path) -> Path:
    """Eight samples at 100 Hz, of which index 3 and 4 are lost, and a long silence after them."""
    path = tmp_path / "gappy.csv"
    at = [(0, 0.0), (1, 0.01), (2, 0.02), (5, 0.05), (6, 0.06), (7, 0.07)]
    rows = [f"{index},{time_s},{index}" for index, time_s in at]
    path.write_text("index,time_s,a\n" + "\n".join(rows) + "\n")
    return path


def test_it_connects_streams_pauses_and_finishes(gappy: Path) -> None:
    clock = ManualClock()
    source = ReplaySource(read_table(gappy), clock=clock, stays_at_end=True)
    assert source.status().state is SourceState.CONNECTING
    with source:
        while not len(source.read()):
            pass
        assert source.status().state is SourceState.STREAMING
        source.pause()
        source.read()
        assert source.status().state is SourceState.PAUSED
        source.play()
        clock.advance(0.6)
        status = source.status()
        assert (status.state, status.words) == (SourceState.STALLED, "stalled 0.6 s")
        while not source.at_end:
            source.read()
        assert source.status().state is SourceState.FINISHED


def test_lost_samples_are_counted_where_the_recording_numbers_them(gappy: Path) -> None:
    source = ReplaySource(read_table(gappy), speed=None, loop=True)
    with source:
        n_read = 0
        while n_read < 8:
            n_read += len(source.read())
    status = source.status()
    assert (status.n_lost, status.sees_loss) == (2, True)
    assert not status.is_synthetic


def test_whether_samples_are_lost_is_not_known_without_numbers_and_repairs_are_told(
    tmp_path: Path,
) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("emg1,emg2\n" + "1,2\n" * 20 + "3,\n" + "4,5\n" * 20)
    status = ReplaySource(read_table(path), 100.0).status()
    assert status.sees_loss is None
    assert status.notes
    assert all(note.startswith("plain.csv: ") for note in status.notes)


def test_the_shipped_recording_is_known_to_be_synthetic() -> None:
    assert ReplaySource(read_table(DEMO_RECORDING)).status().is_synthetic
