"""Getting to know a board, with time as a parameter: the line is in memory, and its clock ours."""

from __future__ import annotations

import random
from collections import deque

import numpy as np
import pytest

from emgstream.clock import ManualClock
from emgstream.errors import SourceDisconnectedError, SourceError, UsageError
from emgstream.sources.serial_board.handshake import (
    BAUDS,
    BoardGreeting,
    find_speaker,
    no_answer,
    start_board,
)
from emgstream.wire import Identity, Reply
from tests.serial_board.lines import BoardLine, SpokenLine, result_of


def heard_at(baud: int | None, faults: str = "", tried: tuple[int, ...] = BAUDS) -> BoardGreeting:
    clock = ManualClock(100.0)
    return result_of(find_speaker(BoardLine(clock, faults, baud), tried, 3, clock))


def identity_of(speaker: BoardGreeting) -> Identity:
    assert speaker.identity is not None
    return speaker.identity


@pytest.mark.parametrize("baud", BAUDS)
def test_the_speed_of_the_board_is_found(baud: int) -> None:
    speaker = heard_at(baud)
    assert speaker.baud == baud
    assert identity_of(speaker).board == "simulated"


def test_our_own_speed_is_tried_first_and_the_fallback_next() -> None:
    assert BAUDS[:2] == (500_000, 115_200)


def test_a_speed_that_was_given_is_the_only_one_tried() -> None:
    clock = ManualClock()
    line = BoardLine(clock, baud=115_200)
    speaker = result_of(find_speaker(line, (500_000,), 3, clock))
    assert not speaker.is_understood
    assert line.speeds == []


def test_a_speed_the_port_does_not_have_is_passed_over() -> None:
    class Picky(BoardLine):
        def set_speed(self, baud: int) -> None:
            if baud > 115_200:
                raise UsageError(f"no {baud}")
            super().set_speed(baud)

    clock = ManualClock()
    line = Picky(clock, baud=57_600)
    assert result_of(find_speaker(line, BAUDS, 3, clock)).baud == 57_600
    assert line.speeds == [115_200, 57_600]


@pytest.mark.parametrize("boot_s", [0.5, 1.7, 2.5])
def test_the_silence_of_a_bootloader_is_waited_out(boot_s: float) -> None:
    assert identity_of(heard_at(500_000, f"boot={boot_s}")).firmware == "1.0.0"


def test_a_line_without_a_speed_is_asked_once_and_longer() -> None:
    clock = ManualClock()
    line = SpokenLine(clock, None, lambda _: b"")
    speaker = result_of(find_speaker(line, BAUDS, 3, clock))
    assert (speaker.n_bytes, speaker.is_understood, line.speeds) == (0, False, [])
    assert clock.now() == pytest.approx(4.0, abs=0.1)
    asked_s = [now_s for now_s, data in line.heard]
    assert {data.strip() for _, data in line.heard} == {b"identify"}
    assert np.diff(asked_s).max() < 0.35


def test_a_silent_port_is_given_up_after_every_speed() -> None:
    clock = ManualClock()
    line = SpokenLine(clock, 500_000, lambda _: b"")
    speaker = result_of(find_speaker(line, BAUDS, 3, clock))
    assert line.speeds == list(BAUDS[1:])
    assert clock.now() < 9.0
    assert "stayed silent" in str(no_answer("COM3", BAUDS, speaker))


def test_a_network_address_has_no_speed_to_tell_or_to_try() -> None:
    clock = ManualClock()
    draw = random.Random(3)
    for sent in (lambda _: b"", lambda _: draw.randbytes(20)):
        line = SpokenLine(clock, 500_000, sent)
        speaker = result_of(find_speaker(line, (500_000,), 3, clock))
        told = str(no_answer("socket://127.0.0.1:5000", (500_000,), speaker))
        assert "baud" not in told


def test_bytes_that_make_no_sense_are_told_with_what_to_try() -> None:
    clock = ManualClock()
    draw = random.Random(3)
    line = SpokenLine(clock, 500_000, lambda _: draw.randbytes(20))
    speaker = result_of(find_speaker(line, (9600,), 3, clock))
    told = str(no_answer("COM3", (9600,), speaker))
    assert f"no valid frame in {speaker.n_bytes:,} bytes from COM3 at 9600 baud" in told
    assert "--baud 500000" in told
    assert "emgstream firmware export" in told


@pytest.mark.parametrize("baud", [500_000, 115_200, 9_600])
def test_lines_of_numbers_are_read_at_the_speed_they_come_at(baud: int) -> None:
    clock = ManualClock()
    number = iter(range(10**6))
    line = SpokenLine(clock, baud, lambda _: b"%d,300,280\r\n" % (500 + next(number) % 9))
    speaker = result_of(find_speaker(line, BAUDS, 3, clock))
    assert (speaker.baud, speaker.identity) == (baud, None)
    assert speaker.text is not None
    assert speaker.text.channel_names == ("ch1", "ch2", "ch3")
    assert speaker.line_rate_hz == pytest.approx(200.0, rel=0.2)


def test_our_board_left_in_text_mode_is_known_by_its_name() -> None:
    clock = ManualClock()
    line = BoardLine(clock)
    line.board.feed(b"text\n", clock.now())
    identity = identity_of(result_of(find_speaker(line, BAUDS, 3, clock)))
    assert identity.mode == "text"


def test_another_version_of_the_protocol_is_refused_with_a_way_out() -> None:
    clock = ManualClock()
    values = {"proto": "2", "board": "uno"}
    words = Reply("id", values).encode(binary=False)
    line = SpokenLine(clock, 500_000, lambda _: words)
    with pytest.raises(SourceError, match="protocol"):
        result_of(find_speaker(line, BAUDS, 3, clock))


@pytest.mark.parametrize("faults", ["", "boot=1.7", "jitter=0.05", "loss=0.2", "corrupt=0.2"])
def test_the_first_sample_that_counts_is_one_the_board_took_after_its_start(faults: str) -> None:
    clock = ManualClock(50.0)
    line = BoardLine(clock, faults)
    named = identity_of(result_of(find_speaker(line, BAUDS, 3, clock)))
    identity, decoder, frames = result_of(start_board(line, named, None, clock))
    (run,) = line.board.sampler.runs
    assert (identity.mode, identity.is_streaming) == ("binary", True)
    while not len(frames):
        frames = decoder.feed(line.read())
    assert frames.index[0] == 0
    assert frames.device_us[0] in run.device_us(np.arange(50))
    if not faults:
        assert frames.device_us[0] == run.device_us(np.array([0]))[0]
        assert decoder.counters.bytes_skipped == 0


def test_what_a_running_board_sent_before_its_start_does_not_count() -> None:
    clock = ManualClock(50.0)
    line = BoardLine(clock)
    line.board.feed(b"start 7\n", clock.now())
    clock.advance(0.2)
    named = identity_of(result_of(find_speaker(line, BAUDS, 3, clock)))
    assert named.is_streaming
    _, decoder, frames = result_of(start_board(line, named, None, clock))
    while not len(frames):
        frames = decoder.feed(line.read())
    second = line.board.sampler.runs[1]
    assert frames.device_us[0] == second.device_us(np.array([0]))[0]
    assert decoder.counters.n_lost == 0


class LateLine(BoardLine):
    """A line on which what the board says takes a number of turns of 5 ms to arrive."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.n_turns = 0
        self._on_its_way: deque[bytes] = deque()

    def read(self, *, waits: bool = False) -> bytes:
        self._on_its_way.append(super().read(waits=waits))
        return self._on_its_way.popleft() if len(self._on_its_way) > self.n_turns else b""


def test_a_start_that_was_answered_late_does_not_count() -> None:
    clock = ManualClock(50.0)
    line = LateLine(clock)
    named = identity_of(result_of(find_speaker(line, BAUDS, 3, clock)))
    line.n_turns = 80  # 0.4 s: it is asked again after 0.3
    _, decoder, frames = result_of(start_board(line, named, None, clock))
    parts = [frames, *(decoder.feed(line.read()) for _ in range(300))]
    runs = line.board.sampler.runs
    assert len(runs) == 2
    first = next(part for part in parts if len(part))
    assert first.device_us[0] == runs[1].device_us(np.array([0]))[0]
    assert {int(segment) for part in parts for segment in part.segment} == {0}
    assert decoder.counters.n_lost == 0


@pytest.mark.parametrize(("asked_hz", "taken_hz"), [(500.0, 500.0), (3000.0, 2000.0)])
def test_the_rate_is_asked_of_the_board_and_its_answer_believed(
    asked_hz: float, taken_hz: float
) -> None:
    clock = ManualClock(50.0)
    line = BoardLine(clock)
    named = identity_of(result_of(find_speaker(line, BAUDS, 3, clock)))
    identity, decoder, _ = result_of(start_board(line, named, asked_hz, clock))
    assert identity.sampling_rate_hz == decoder.sampling_rate_hz == taken_hz


def test_each_start_has_a_number_of_its_own() -> None:
    counters = set()
    for _ in range(5):
        clock = ManualClock(50.0)
        line = BoardLine(clock)
        named = identity_of(result_of(find_speaker(line, BAUDS, 3, clock)))
        result_of(start_board(line, named, None, clock))
        counters.add(line.board.sampler.runs[0].first_counter)
    assert len(counters) > 1


def test_a_board_that_falls_silent_after_its_name_is_told() -> None:
    clock = ManualClock(50.0)
    line = BoardLine(clock)
    named = identity_of(result_of(find_speaker(line, BAUDS, 3, clock)))
    dead = SpokenLine(clock, None, lambda _: b"")
    with pytest.raises(SourceDisconnectedError, match=r"'stop' unanswered 4 times"):
        result_of(start_board(dead, named, None, clock))
