"""When a board is read: seldom, and as the sample that something waits for arrives."""

from __future__ import annotations

import math
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from emgstream.clock import ManualClock
from emgstream.errors import SourceDisconnectedError
from emgstream.simulation.board.pty_link import PtyLink
from emgstream.sources.serial_board import SerialBoardSource, probe
from emgstream.sources.serial_board.read_pace import ReadPace
from emgstream.sources.serial_board.serial_link import BoardLink, open_link
from emgstream.sources.serial_board.timebase import Timebase
from emgstream.sources.source import MAX_READ_S
from emgstream.types import Chunk
from tests.serial_board.lines import BoardLine

ADDRESS = "socket://a-line-in-memory:1"
STEP = 20
TICK_S = 5e-5
LUMP_S = 0.004
LONGEST_WAIT_S = 0.02


class PunctualLine(BoardLine):
    """A line whose reads take no time, but for those that wait: as long as nothing arrives."""

    n_reads = 0

    def read(self, *, waits: bool = False) -> bytes:
        self.n_reads += 1
        there = self._take(self._clock.now())
        until_s = self._clock.now() + LONGEST_WAIT_S
        while (waits or not there) and self._clock.now() < until_s:
            self._clock.advance(TICK_S)
            more = self._take(self._clock.now())
            if more:
                return there + more
        return there


class LumpyLine(PunctualLine):
    """A line that passes on every 4 ms what came until then."""

    def _take(self, now_s: float) -> bytes:
        return super()._take(math.floor(now_s / LUMP_S) * LUMP_S)


class Reader:
    """Reads a board for a step of 20 samples after the other, as a classifier waits for them."""

    def __init__(
        self,
        faults: str,
        monkeypatch: pytest.MonkeyPatch,
        kind: type[PunctualLine] = PunctualLine,
        first: int = STEP - 1,
    ) -> None:
        self.clock = ManualClock(50.0)
        self.line = kind(self.clock, faults, baud=None)
        self.first = first
        monkeypatch.setattr(probe, "open_link", lambda *_: self.line)
        self.source = SerialBoardSource(ADDRESS, clock=self.clock)
        self.chunks: list[Chunk] = []
        self._end = 0

    def read_for(self, seconds: float, *, tells: bool = True) -> list[Chunk]:
        """Read for a time; return the chunks of that time."""
        self.chunks.clear()
        until_s = self.clock.now() + seconds
        while self.clock.now() < until_s:
            if tells:
                self.source.expect(self._end + (self.first - self._end) % STEP)
            began_s = self.clock.now()
            chunk = self.source.read()
            assert self.clock.now() - began_s <= MAX_READ_S
            if len(chunk):
                self.chunks.append(chunk)
                self._end = chunk.end_index
        return self.chunks


@pytest.fixture
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    made = Reader(getattr(request, "param", "boot=0.1"), monkeypatch)
    with made.source:
        made.read_for(5.0)
        yield made


def delays_of_steps_s(chunks: list[Chunk], first: int = STEP - 1) -> list[float]:
    """Return the time from sampling to receipt of each sample that completes a step."""
    return [
        float(chunk.received_s[row] - chunk.sampled_s[row])
        for chunk in chunks
        for row in range(len(chunk))
        if (chunk.first_index + row) % STEP == first
    ]


def test_a_sample_that_is_awaited_is_read_as_it_arrives(reader: Reader) -> None:
    delays_s = delays_of_steps_s(reader.read_for(10.0))
    assert len(delays_s) == pytest.approx(500, abs=2)
    assert max(delays_s) < 2 * TICK_S


def test_for_one_step_the_board_is_read_once(reader: Reader) -> None:
    before = reader.line.n_reads
    n_steps = len(delays_of_steps_s(reader.read_for(10.0)))
    assert reader.line.n_reads - before <= 1.1 * n_steps


def test_where_nobody_tells_what_is_awaited_reads_come_every_few_milliseconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = Reader("boot=0.1", monkeypatch)
    with reader.source:
        reader.read_for(5.0, tells=False)
        before = reader.line.n_reads
        chunks = reader.read_for(10.0, tells=False)
    assert 250 < (reader.line.n_reads - before) / 10.0 < 300
    assert max(len(chunk) for chunk in chunks) <= 5


def test_where_nothing_waits_reads_are_few_and_miss_nothing(reader: Reader) -> None:
    before = reader.line.n_reads
    reader.source.expect(None)
    chunks = reader.read_for(10.0, tells=False)
    assert 40 < (reader.line.n_reads - before) / 10.0 <= 50
    assert sum(map(len, chunks)) == chunks[-1].end_index - chunks[0].first_index


def test_the_fit_of_the_clock_does_not_move_towards_the_reads(reader: Reader) -> None:
    def zero_s(chunks: list[Chunk]) -> float:
        every = np.concatenate([chunk.sampled_s for chunk in chunks])
        index = np.concatenate([np.arange(one.first_index, one.end_index) for one in chunks])
        return float(np.median(every - index / 1000.0))

    early_s = zero_s(reader.read_for(5.0).copy())
    reader.read_for(300.0)
    late_s = zero_s(reader.read_for(5.0))
    assert late_s == pytest.approx(early_s, abs=2 * TICK_S)


@pytest.mark.parametrize("reader", ["boot=0.1,loss=0.05"], indirect=True)
def test_a_lost_sample_that_was_awaited_holds_nothing_up(reader: Reader) -> None:
    chunks = reader.read_for(20.0)
    delays_s = delays_of_steps_s(chunks)
    assert reader.source.status().n_lost > 200
    assert np.median(delays_s) < 2 * TICK_S
    assert max(float(np.max(one.received_s - one.sampled_s)) for one in chunks) < 0.03


@pytest.mark.parametrize("reader", ["boot=0.1,jitter=0.02"], indirect=True)
def test_a_link_that_sends_in_lumps_is_read_less_often_than_every_few_milliseconds(
    reader: Reader,
) -> None:
    before = reader.line.n_reads
    chunks = reader.read_for(20.0)
    assert (reader.line.n_reads - before) / 20.0 < 200
    assert reader.source.status().n_lost == 0
    assert max(float(np.max(one.received_s - one.sampled_s)) for one in chunks) < 0.05


@pytest.mark.parametrize("first", [16, 17, 18, 19])
def test_a_sample_anywhere_in_a_lump_is_read_as_its_lump_arrives(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader("boot=0.1", monkeypatch, LumpyLine, first)
    with reader.source:
        reader.read_for(6.0)
        before = reader.line.n_reads
        delays_s = delays_of_steps_s(reader.read_for(10.0), first)
    own_s = 0.001 * ((-first - 1) % 4)  # the others of its lump are sampled after it
    assert np.median(delays_s) == pytest.approx(own_s, abs=2 * TICK_S)
    assert np.percentile(delays_s, 99) < own_s + 0.001
    assert reader.line.n_reads - before < 1100


def punctual(rate_hz: float) -> Timebase:
    """Return the times of three seconds of samples that arrived without delay."""
    timebase = Timebase()
    timebase.begin_segment()
    for index in range(round(3.0 * rate_hz)):
        timebase.add(index, np.array([round(1e6 * index / rate_hz)]), index / rate_hz)
    return timebase


def test_where_samples_are_rare_no_read_waits_for_the_one_behind_the_awaited() -> None:
    pace = ReadPace(punctual(100.0), 0.0035)
    pace.expect(301)
    assert pace.pause_s(3.0) == pytest.approx(0.0095)
    assert not pace.waits(3.0096)
    assert pace.pause_s(3.0096) == 0.0
    assert pace.waits(3.0096)


def test_the_arrival_of_a_sample_is_known_once_the_rate_is() -> None:
    timebase = Timebase()
    assert timebase.arrival_s(10) is None
    timebase.begin_segment()
    for index in range(2100):
        assert index > 2000 or timebase.arrival_s(index + 5) is None
        timebase.add(index, np.array([index * 1000]), 100.0 + index / 1000.0)
    assert timebase.arrival_s(2199) == pytest.approx(102.199)
    timebase.begin_segment()
    assert timebase.arrival_s(2199) is None


@pytest.mark.parametrize(
    ("ahead_s", "pause_s", "waits"),
    [
        (0.1, 0.02, False),
        (0.0105, 0.01, True),
        (0.0203, 0.0198, True),
        (0.0004, 0.0, True),
        (-0.001, 0.0005, False),
        (-0.019, 0.0005, False),
        (-0.021, 0.0035, False),
    ],
)
def test_a_pause_ends_just_before_the_sample_and_is_short_while_it_is_late(
    ahead_s: float, pause_s: float, waits: bool
) -> None:
    pace = ReadPace(punctual(1000.0), 0.0035)
    pace.expect(3200)
    now_s = 3.2 - ahead_s
    assert pace.pause_s(now_s) == pytest.approx(pause_s)
    assert pace.waits(now_s + pause_s) == waits
    assert not pace.waits(3.3)


def test_a_fast_board_is_read_at_most_one_sample_early() -> None:
    pace = ReadPace(punctual(4000.0), 0.0035)
    pace.expect(12_040)
    assert pace.pause_s(3.0) == pytest.approx(0.01 - 0.00025)


@contextmanager
def tcp_line() -> Iterator[tuple[BoardLink, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = open_link(f"socket://127.0.0.1:{server.getsockname()[1]}", 115_200)
        board, _ = server.accept()
        with board:
            yield link, board
        link.close()


@contextmanager
def pty_line() -> Iterator[tuple[BoardLink, PtyLink]]:
    board = PtyLink()
    board.plug()
    link = open_link(board.address, 115_200)
    try:
        yield link, board
    finally:
        link.close()
        board.close()


def test_a_read_of_a_network_waits_for_more_only_where_it_is_to() -> None:
    with tcp_line() as (link, board):
        board.sendall(b"one")
        assert link.read() == b"one"
        board.sendall(b"two")
        assert link.read(waits=True) in {b"two"}
        assert link.read(waits=True) == b""


@pytest.mark.parametrize("waits", [False, True])
def test_what_was_read_before_a_network_closed_is_given_before_that_is_told(waits: bool) -> None:
    with tcp_line() as (link, board):
        board.sendall(b"the last lines")
        board.close()
        assert link.read(waits=waits) == b"the last lines"
        with pytest.raises(SourceDisconnectedError):
            link.read(waits=waits)


@pytest.mark.skipif(sys.platform == "win32", reason="a pty")
@pytest.mark.parametrize("waits", [False, True])
def test_what_was_read_before_a_port_was_pulled_is_given_before_that_is_told(waits: bool) -> None:
    with pty_line() as (link, board):
        board.write(b"the last lines")
        assert link.read() == b"the last lines"
        board.write(b"and more")
        pull = threading.Timer(0.005, board.unplug)
        pull.start()
        assert link.read(waits=waits) == b"and more"
        pull.join()
        with pytest.raises(SourceDisconnectedError):
            link.read(waits=waits)


@pytest.mark.skipif(sys.platform == "win32", reason="a pty")
def test_a_read_of_a_port_waits_for_more_only_where_it_is_to() -> None:
    with pty_line() as (link, board):
        board.write(b"one")
        assert link.read() == b"one"
        board.write(b"two")
        assert link.read(waits=True) == b"two"
        assert link.read(waits=True) == b""
