from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from emgstream.clock import ManualClock
from emgstream.errors import EndOfStream, UsageError
from emgstream.sources.replay_source import ReplaySource
from emgstream.tables import ColumnChoice, EmgTable, read_table
from emgstream.types import Chunk


def table(folder: Path, text: str) -> EmgTable:
    path = folder / "take.csv"
    path.write_text(text)
    names = text.split("\n", 1)[0].split(",")
    channels = [name for name in names if name in {"a", "b"}]  # they count, as no signal does
    return read_table(path, ColumnChoice(tuple(channels)))


@pytest.fixture
def plain(tmp_path: Path) -> EmgTable:
    rows = [f"{i},{i + 1},{'rest' if i < 50 else 'fist'}" for i in range(100)]
    return table(tmp_path, "a,b,label\n" + "\n".join(rows) + "\n")


@pytest.fixture
def gappy(tmp_path: Path) -> EmgTable:
    """Ten samples at 100 Hz, index 3 and 4 lost, a new segment from index 8 on."""
    rows = [f"{i},{i / 100},{i},{1 if i < 8 else 2}" for i in (0, 1, 2, 5, 6, 7, 8, 9, 10, 11)]
    return table(tmp_path, "index,time_s,a,segment\n" + "\n".join(rows) + "\n")


def read_to_end(source: ReplaySource) -> list[Chunk]:
    chunks = []
    with source, suppress(EndOfStream):
        while True:
            chunks.append(source.read())
    return [chunk for chunk in chunks if len(chunk)]


@pytest.mark.parametrize("speed", [0.5, 1.0, 4.0, 1000.0, None])
def test_every_speed_gives_every_row_once(plain: EmgTable, speed: float | None) -> None:
    chunks = read_to_end(ReplaySource(plain, 250.0, speed, clock=ManualClock()))
    np.testing.assert_array_equal(np.concatenate([c.samples for c in chunks]), plain.samples)
    assert [c.first_index for c in chunks] == np.cumsum([0, *map(len, chunks[:-1])]).tolist()


@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_a_row_comes_when_it_is_due_and_not_before(plain: EmgTable, speed: float) -> None:
    clock = ManualClock(start_s=77.0)
    for chunk in read_to_end(ReplaySource(plain, 250.0, speed, clock=clock)):
        played_s = (chunk.received_s[0] - 77.0) * speed
        due_s = (chunk.end_index - 1) / 250.0
        assert due_s <= played_s + 1e-9
        assert played_s < due_s + 1 / 250.0 + 0.05 * speed
    assert clock.now() - 77.0 == pytest.approx(99 / 250.0 / speed, abs=0.05)


def test_a_late_reader_gets_all_that_fell_due(plain: EmgTable) -> None:
    clock = ManualClock()
    with ReplaySource(plain, 100.0, clock=clock) as source:
        clock.advance(0.305)
        assert len(source.read()) == 31


def test_no_read_takes_longer_than_it_may(plain: EmgTable) -> None:
    clock = ManualClock()
    with ReplaySource(plain, 0.5, clock=clock) as source:
        source.read()
        assert len(source.read()) == 0
        assert clock.now() <= 0.05


def test_lost_samples_and_segments_of_the_recording_stay(gappy: EmgTable) -> None:
    chunks = read_to_end(ReplaySource(gappy, speed=None))
    assert [(c.first_index, len(c), c.segment) for c in chunks] == [(0, 3, 0), (5, 3, 0), (8, 4, 1)]


def test_a_segment_whose_time_starts_anew_follows_the_one_before(tmp_path: Path) -> None:
    rows = [f"{i % 5 / 100},{i},{i // 5}" for i in range(10)]
    anew = table(tmp_path, "time_s,a,segment\n" + "\n".join(rows) + "\n")
    source = ReplaySource(anew, clock=ManualClock())
    np.testing.assert_allclose(source.time_at(np.arange(10)), np.arange(10) / 100)
    assert sum(map(len, read_to_end(source))) == 10


def test_the_rate_comes_from_the_time_column(gappy: EmgTable) -> None:
    assert ReplaySource(gappy).info.sampling_rate_hz == pytest.approx(100.0)


def test_the_stated_rate_wins(gappy: EmgTable) -> None:
    source = ReplaySource(gappy, sampling_rate_hz=50.0)
    assert source.info.sampling_rate_hz == 50.0
    np.testing.assert_allclose(source.time_at(np.array([0, 5])), [0.0, 0.1])


def test_time_and_label_are_those_of_the_row(plain: EmgTable) -> None:
    source = ReplaySource(plain, 100.0)
    np.testing.assert_allclose(source.time_at(np.array([0, 49, 50])), [0.0, 0.49, 0.5])
    assert source.labels_at(np.array([0, 49, 50])) == ["rest", "rest", "fist"]


def test_a_table_without_labels_tells_none(gappy: EmgTable) -> None:
    assert ReplaySource(gappy).labels_at(np.array([0, 5])) == [None, None]


def test_an_unknown_rate_cannot_be_paced_but_read_at_full_speed(plain: EmgTable) -> None:
    with pytest.raises(UsageError, match=r"no clock.*--rate HZ, or --speed max"):
        ReplaySource(plain)
    source = ReplaySource(plain, speed=None)
    assert np.isnan(source.time_at(np.array([3]))).all()


@pytest.mark.parametrize("speed", [None, 1.0])
def test_a_loop_goes_on_with_new_indices_and_a_new_segment(
    gappy: EmgTable, speed: float | None
) -> None:
    source = ReplaySource(gappy, speed=speed, loop=True, clock=ManualClock())
    indices: list[int] = []
    segments: list[int] = []
    samples: list[float] = []
    with source:
        while len(indices) < 25:
            chunk = source.read()
            indices += range(chunk.first_index, chunk.end_index)
            segments += [chunk.segment] * len(chunk)
            samples += chunk.samples[:, 0].tolist()
    once = [0, 1, 2, 5, 6, 7, 8, 9, 10, 11]
    assert indices[:25] == [*once, *(i + 12 for i in once), *(i + 24 for i in once[:5])]
    assert segments[:25] == [*[0] * 6, *[1] * 4, *[2] * 6, *[3] * 4, *[4] * 5]
    assert samples[:25] == [*once, *once, *once[:5]]
    np.testing.assert_allclose(source.time_at(np.array([11, 12, 24])), [0.11, 0.12, 0.24])


def test_a_loop_keeps_its_pace(plain: EmgTable) -> None:
    clock = ManualClock()
    n_read = 0
    with ReplaySource(plain, 100.0, loop=True, clock=clock) as source:
        while clock.now() < 10.0:
            n_read += len(source.read())
    assert n_read == pytest.approx(1000, abs=6)
