"""The board, read as any program would read it: on real ports, and on a cable in memory."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from emgstream.clock import ManualClock, host_now
from emgstream.errors import OutputError, SourceError, UsageError
from emgstream.simulation.board import Faults, Ledger, Outage, SimulatedBoard
from emgstream.wire import Frames, Identity
from tests.simulation.boards import SCRIPT, Host, is_dead, joined, opened, rows_of, wait_for
from tests.simulation.ledger_check import LedgerCheck, judge
from tests.simulation.virtual_board import VirtualBoard

on_a_pty = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
PORTS = [pytest.param(None, id="pty", marks=on_a_pty), pytest.param(0, id="tcp")]
SHARES = ["loss=0.05", "loss=0.05,burst=20", "corrupt=0.1", "duplicate=0.05", "reorder=0.05"]
TIMES = ["jitter=0.05", "stall=0.4@0.7", "boot=0.2"]
TOGETHER = "loss=0.03,corrupt=0.03,duplicate=0.03,reorder=0.03,jitter=0.02,stall=0.4@0.7,boot=0.1"


def make(faults: str = "", tcp: int | None = None, **more: object) -> SimulatedBoard:
    return SimulatedBoard(SCRIPT, faults=Faults.parse(faults), tcp=tcp, **more)  # type: ignore[arg-type]


def awake(host: Host) -> Host:
    host.read_until(lambda host: host.has("id"))
    return host


@pytest.mark.realtime
@pytest.mark.parametrize("tcp", PORTS)
def test_without_faults_every_frame_arrives_and_is_the_truth(tcp: int | None) -> None:
    with make(tcp=tcp) as board, opened(board.port) as host:
        frames = awake(host).stream(1200)
        ledger = board.ledger()
    verdict = judge(ledger, 0, frames)
    assert (verdict.n_undetected, verdict.n_missing, verdict.n_tail) == (0, 0, 0)
    assert len(frames) == ledger.n_instants == ledger.n_frames
    assert (host.decoder.counters.n_lost, host.decoder.counters.bytes_skipped) == (0, 0)


@pytest.mark.realtime
def test_every_frame_is_handed_over_after_it_was_due() -> None:
    with make(tcp=0) as board, opened(board.port) as host:
        awake(host).stream(300)
        (run,), writes = board.ledger().runs, board.take_writes()
        assert board.take_writes() == []
    assert writes[-1].index == run.n_instants - 1
    assert [write.index for write in writes] == sorted(write.index for write in writes)
    for write in writes:
        assert write.host_s >= run.host_s + write.index / run.rate_hz - 1e-5


@pytest.mark.realtime
@pytest.mark.parametrize("verb", ["start", "rate"])
def test_each_start_and_each_change_of_rate_has_its_own_truth(verb: str) -> None:
    with make(tcp=0) as board, opened(board.port) as host:
        awake(host).say("start")
        for number in range(3):
            host.read_until(lambda host, n=number: _n_of(host, n) > 100)  # type: ignore[misc]
            host.say(verb, 700 + 400 * number)
        host.read_until(lambda host: _n_of(host, 3) > 100)
        host.say("stop")
        host.read_until(lambda host: host.has("stop"))
        ledger, frames = board.ledger(), joined(host.parts)
    for run in ledger.runs:
        verdict = judge(ledger, run.run, rows_of(frames, frames.segment == run.run))
        assert verdict == LedgerCheck(0, 0, 0, 0, 0, run.n_instants)
    assert len(ledger.runs) == 4


def _n_of(host: Host, segment: int) -> int:
    return sum(int(np.count_nonzero(part.segment == segment)) for part in host.parts)


@pytest.mark.parametrize("faults", [*SHARES, *TIMES, TOGETHER])
def test_what_does_not_arrive_is_exactly_what_the_ledger_lists(faults: str) -> None:
    board = VirtualBoard(ManualClock(), faults)
    link = board.open_link(board.port, 500_000)
    host = Host(link.read, link.write)
    frames = awake(host).stream(1200)
    assert_what_is_missing_is_listed(board.ledger(), frames, host, faults)


@pytest.mark.realtime
@on_a_pty
def test_on_a_port_too_what_does_not_arrive_is_exactly_what_the_ledger_lists() -> None:
    with make(TOGETHER, seed=5) as board, opened(board.port) as host:
        frames = awake(host).stream(1200)
        ledger = board.ledger()
    assert_what_is_missing_is_listed(ledger, frames, host, TOGETHER)


def assert_what_is_missing_is_listed(
    ledger: Ledger, frames: Frames, host: Host, faults: str
) -> None:
    verdict, (run,) = judge(ledger, 0, frames), ledger.runs
    assert (verdict.n_undetected, verdict.n_missing, verdict.n_tail) == (0, 0, 0)
    gone = np.setdiff1d(np.arange(run.n_instants), run.intact)
    true_index = np.searchsorted(run.device_us(np.arange(run.n_instants)), frames.device_us)
    # hit beside the frame proper, or late behind damaged frames only: may come, if it is true
    saved = np.intersect1d(true_index, [*run.altered, *run.reordered])
    expected = np.setdiff1d(np.arange(run.n_instants), np.setdiff1d(gone, saved))
    np.testing.assert_array_equal(true_index, expected)
    assert host.decoder.counters.n_duplicated == len(run.duplicated)
    assert len(np.intersect1d(true_index, run.reordered)) <= len(run.altered)
    if faults != TOGETHER:
        assert host.decoder.counters.n_reordered == len(run.reordered)


@pytest.mark.realtime
@on_a_pty
def test_a_reader_that_does_not_read_gets_gaps_and_no_lie() -> None:
    with make(sampling_rate_hz=2000.0) as board, opened(board.port) as host:
        awake(host).say("start")
        wait_for(lambda: any(run.n_queue_full > 200 for run in board.ledger().runs), board.ledger)
        host.read_until(lambda host: host.decoder.counters.n_lost > 200)
        host.say("stop")
        host.read_until(lambda host: host.has("stop"))
        ledger = board.ledger()
    verdict = judge(ledger, 0, joined(host.parts))
    assert (verdict.n_undetected, verdict.n_missing, verdict.n_tail) == (0, 0, 0)
    assert host.decoder.counters.n_lost == ledger.runs[0].n_queue_full


@pytest.mark.realtime
@pytest.mark.parametrize("tcp", PORTS)
def test_opening_resets_and_nothing_old_is_left_on_the_line(tcp: int | None) -> None:
    with make(tcp=tcp) as board:
        with opened(board.port) as host:
            awake(host).say("text")
            wait_for(lambda: board.ledger().n_instants > 100, board.ledger)
        wait_for(lambda: board.ledger().runs[0].ended_by == "closed", board.ledger)
        with opened(board.port) as host:
            awake(host)
            assert [reply.kind for reply in host.replies] == ["id"]
            assert Identity.from_reply(host.replies[0]).mode == "binary"
            assert host.decoder.counters.bytes_skipped == 0
        assert board.ledger().n_boots == 2


@pytest.mark.realtime
@pytest.mark.parametrize("tcp", PORTS)
def test_a_cable_that_is_pulled_ends_the_stream_and_the_port_comes_back(tcp: int | None) -> None:
    with make(tcp=tcp) as board:
        port = board.port
        for cycle in range(10):
            with opened(port) as host:
                awake(host).say("start")
                host.read_until(lambda host: host.decoder.counters.n_frames > 20)
                board.unplug()
                wait_for(lambda: is_dead(host), board.ledger)
            with pytest.raises((FileNotFoundError, ConnectionRefusedError)), opened(port):
                pass
            board.replug()
            assert board.port == port
            unplug = board.ledger().unplugs[cycle]
            assert unplug.replugged_s is not None
            assert (unplug.run, unplug.index) == (cycle, board.ledger().runs[cycle].n_instants)
            assert board.ledger().runs[cycle].ended_by == "unplug"


@pytest.mark.realtime
@pytest.mark.parametrize("tcp", PORTS)
def test_with_a_battery_it_samples_on_unheard_and_no_opening_resets_it(tcp: int | None) -> None:
    with make(tcp=tcp, has_battery=True) as board:
        with opened(board.port) as host:
            awake(host).say("start")
            host.read_until(lambda host: host.decoder.counters.n_frames > 20)
            board.unplug()
            wait_for(lambda: is_dead(host), board.ledger)
        first = joined(host.parts)
        wait_for(lambda: board.ledger().n_instants > first.index[-1] + 200, board.ledger)
        board.replug()
        with opened(board.port) as host:
            host.read_until(lambda host: host.decoder.counters.n_frames > 20)
            host.say("stop")
            host.read_until(lambda host: host.has("stop"))
        ledger = board.ledger()
    (run,) = ledger.runs
    assert (ledger.n_boots, run.ended_by) == (1, "stop")
    assert len(run.unsent) > 150
    assert judge(ledger, 0, joined(host.parts)).n_undetected == 0


@pytest.mark.realtime
@on_a_pty
def test_the_cable_is_out_when_the_faults_say_so() -> None:
    with make("unplug=0.3@0.5") as board:
        came_up_s = -board.elapsed_s + host_now()  # or before that
        with opened(board.port) as host:
            awake(host).say("start")
            wait_for(lambda: is_dead(host), board.ledger)
        wait_for(lambda: Path(board.port).exists(), board.ledger)
        ledger = board.ledger()
    unplug, (run, *_) = ledger.unplugs[0], ledger.runs
    assert came_up_s + unplug.time_s - run.host_s >= 0.5
    assert (unplug.run, unplug.index) == (0, run.n_instants)
    assert unplug.replugged_s is not None
    assert unplug.replugged_s > unplug.time_s


@on_a_pty
def test_the_link_is_there_while_the_board_is_and_gone_with_it(tmp_path: Path) -> None:
    link = tmp_path / "ttyEMG"
    with make(link=link) as board:
        assert board.port == str(link)
        assert link.is_symlink()
        names = [thread.name for thread in threading.enumerate()]
        assert names.count("emg-board") == 1
        with pytest.raises(OutputError, match=r"something of that name.*--link"), make(link=link):
            pass
        assert link.exists()
    assert not link.is_symlink()


@on_a_pty
def test_a_link_left_over_from_a_killed_board_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "ttyEMG"
    link.symlink_to(tmp_path / "gone")
    with make(link=link), opened(str(link)) as host:
        assert awake(host).has("id")


@on_a_pty
def test_a_file_in_place_of_the_link_is_left_alone(tmp_path: Path) -> None:
    link = tmp_path / "thesis.txt"
    link.write_text("chapter 1")
    with pytest.raises(OutputError, match=r"thesis\.txt"), make(link=link):
        pass
    assert link.read_text() == "chapter 1"


@on_a_pty
def test_a_board_that_cannot_come_back_tells_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "ports"
    folder.mkdir()
    with pytest.raises(OutputError, match="No such file"):
        _lose_the_folder(folder)


def _lose_the_folder(folder: Path) -> None:
    with make(link=folder / "ttyEMG") as board:
        board.unplug()
        folder.rmdir()
        board.replug()


def test_a_tcp_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(SourceError, match=rf"127\.0\.0\.1:{number}.*--tcp"), make(tcp=number):
            pass


@pytest.mark.realtime
def test_a_second_tcp_reader_is_turned_away_and_the_first_not_disturbed() -> None:
    with make(tcp=0) as board, opened(board.port) as host:
        awake(host).say("start")
        with opened(board.port) as second:
            wait_for(lambda: is_dead(second), board.ledger)
        before = host.decoder.counters.n_frames
        host.read_until(lambda host: host.decoder.counters.n_frames > before + 50)
        assert host.decoder.counters.n_lost == 0


@pytest.mark.realtime
def test_what_happens_is_told() -> None:
    with make(tcp=0) as board:
        with opened(board.port) as host:
            awake(host).stream(600)
        wait_for(lambda: board.ledger().n_instants >= 600, board.ledger)
        told = " / ".join(event.text for event in board.take_events())
    for words in (
        "plugged in at socket://",
        "opened",
        "rest (no. 1) from sample 0 of start 0",
        "hand_close (no. 1) from sample 500",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: Faults.parse("los=0.1"), "'los=0.1' is unknown"),
        (lambda: Faults.parse("loss=0.1,loss=0.2"), "comes twice"),
        (lambda: Faults.parse("loss=much"), "expected a number"),
        (lambda: Faults.parse("loss=1.1"), "0 to 1"),
        (lambda: Faults.parse("loss=0.6,corrupt=0.6"), "together at most 1"),
        (lambda: Faults.parse("loss=nan"), "0 to 1"),
        (lambda: Faults.parse("jitter=2"), "0 to 0.1 s"),
        (lambda: Faults.parse("burst=0"), "1 to 4096"),
        (lambda: Faults.parse("burst=1.5"), "whole number"),
        (lambda: Faults.parse("boot=-1"), "0 to 60"),
        (lambda: Faults.parse("stall=2"), "SECONDS@EVERY"),
        (lambda: Outage(3.0, 2.0), "less than EVERY"),
        (lambda: make(sampling_rate_hz=20.0), "50 to 4000 Hz"),
        (lambda: make(ppm=float("nan")), "100000"),
        (lambda: make(seed=-1), "from 0 on"),
        (lambda: make(tcp=0, link="x"), "give one of them"),
    ],
)
def test_wrong_settings_are_refused_with_what_was_expected(
    call: Callable[[], object], reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        call()


def test_faults_are_written_as_they_are_read() -> None:
    text = "loss=0.01,burst=3,jitter=0.02,stall=2.0@10.0"
    written = ",".join(f"{name}={value}" for name, value in Faults.parse(text).to_json().items())
    assert written == text
