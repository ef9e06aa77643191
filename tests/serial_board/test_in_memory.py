"""The whole source on a line in memory: its time is ours, so that every turn is the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emgstream.clock import ManualClock
from emgstream.errors import SourceDisconnectedError
from emgstream.sources.serial_board import SerialBoardSource, probe
from emgstream.sources.source import MAX_READ_S
from emgstream.sources.source_status import SourceState, SourceStatus
from tests.serial_board.lines import BoardLine

ADDRESS = "socket://a-line-in-memory:1"


class PulledLine(BoardLine):
    """A line that can be pulled."""

    is_pulled = False

    def read(self, *, waits: bool = False) -> bytes:
        if self.is_pulled:
            raise SourceDisconnectedError("the line is gone")
        return super().read(waits=waits)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(50.0)


@pytest.fixture
def line(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> PulledLine:
    made = PulledLine(clock, "boot=1.7", baud=None)
    monkeypatch.setattr(probe, "open_link", lambda *_: made)
    return made


class Taker:
    """Reads a source, and counts what it got and how long it took."""

    def __init__(self, source: SerialBoardSource, clock: ManualClock) -> None:
        self.source, self.clock = source, clock
        self.n_samples = 0
        self.longest_s = 0.0
        self.states: set[str] = set()

    def until(self, claim: Callable[[SourceStatus], bool]) -> None:
        """Read until something is so of the status."""
        for _ in range(10_000):
            if claim(self.source.status()):
                return
            began_s = self.clock.now()
            self.n_samples += len(self.source.read())
            self.longest_s = max(self.longest_s, self.clock.now() - began_s)
            self.states.add(self.source.status().words.split()[0])
        raise AssertionError(f"in vain: {self.source.status()}")


def test_what_was_held_back_to_time_a_segment_is_given_out_before_the_end(
    clock: ManualClock, line: PulledLine
) -> None:
    with SerialBoardSource(ADDRESS, clock=clock, reconnect=False) as source:
        taker = Taker(source, clock)
        taker.until(lambda status: status.n_received > 100)
        line.board.reset(clock.now())
        taker.until(lambda status: status.counters["n_frames"] > status.n_received)
        line.is_pulled = True
        with pytest.raises(SourceDisconnectedError, match=r"after \d+ samples.*--no-reconnect"):
            taker.until(lambda _: False)
        status = source.status()
    assert taker.n_samples == status.n_received == status.counters["n_frames"]
    assert status.n_reconnects == 1
    assert line.is_closed


def test_no_read_takes_longer_than_a_source_may_whatever_goes_on(
    clock: ManualClock, line: PulledLine
) -> None:
    with SerialBoardSource(ADDRESS, clock=clock) as source:
        taker = Taker(source, clock)
        taker.until(lambda status: status.n_received > 100)
        line.board.reset(clock.now())
        taker.until(lambda status: status.n_reconnects == 1)
        line.is_pulled = True
        taker.until(lambda status: status.state is SourceState.UNPLUGGED)
        line.is_pulled = False
        taker.until(lambda status: status.n_reconnects == 2)
        taker.until(lambda status: status.is_streaming and status.n_missed > 0)
    assert taker.states == {"waiting", "streaming", "stalled", "unplugged:"}
    assert 0.0 < taker.longest_s <= MAX_READ_S
