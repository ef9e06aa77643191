"""The whole source on a line in memory: its time is ours, so that every turn is the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emgstream.clock import ManualClock
from emgstream.errors import SourceDisconnectedError
from emgstream.sources.serial_board import SerialBoardSource, probe
from emgstream.sources.status import SourceStatus
from tests.serial_board.lines import BoardLine

ADDRESS = "socket://a-line-in-memory:1"


class PulledLine(BoardLine):
    """A line that can be pulled."""

    is_pulled = False

    def read(self) -> bytes:
        if self.is_pulled:
            raise SourceDisconnectedError("the line is gone")
        return super().read()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(50.0)


@pytest.fixture
def line(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> PulledLine:
    made = PulledLine(clock, baud=None)
    monkeypatch.setattr(probe, "open_link", lambda *_: made)
    return made


class Taker:
    """Reads a source, and counts what it got."""

    def __init__(self, source: SerialBoardSource) -> None:
        self.source, self.n_samples = source, 0

    def until(self, claim: Callable[[SourceStatus], bool]) -> None:
        """Read until something is so of the status."""
        for _ in range(10_000):
            if claim(self.source.status()):
                return
            self.n_samples += len(self.source.read())
        raise AssertionError(f"in vain: {self.source.status()}")


def test_what_was_held_back_to_time_a_segment_is_given_out_before_the_end(
    clock: ManualClock, line: PulledLine
) -> None:
    with SerialBoardSource(ADDRESS, clock=clock, reconnect=False) as source:
        taker = Taker(source)
        taker.until(lambda status: status.n_received > 100)
        line.board.reset(clock.now())
        taker.until(lambda status: status.counters.n_frames > status.n_received)
        line.is_pulled = True
        with pytest.raises(SourceDisconnectedError, match=r"after \d+ samples.*--no-reconnect"):
            taker.until(lambda _: False)
        status = source.status()
    assert taker.n_samples == status.n_received == status.counters.n_frames
    assert status.n_reconnects == 1
    assert line.is_closed
