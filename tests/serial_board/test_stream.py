"""The source on the simulated board, held to its ledger: in a virtual time, and on real ports."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import pytest

from emgstream.errors import SourceDisconnectedError, StreamMismatchError
from emgstream.sources.serial_board.holders import holders
from emgstream.sources.source_status import SourceState
from tests.serial_board.reader import (
    Reader,
    assert_is_the_truth,
    streaming,
    streaming_on_a_port,
)
from tests.simulation.boards import opened, wait_for

on_a_pty = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
PORTS = [pytest.param(None, id="pty", marks=on_a_pty), pytest.param(0, id="tcp")]
NAMES = ("biceps", "triceps", "middle")


@pytest.mark.realtime
@pytest.mark.parametrize("tcp", PORTS)
@pytest.mark.parametrize("faults", ["", "boot=0.3", "jitter=0.03"])
def test_every_sample_is_the_one_the_board_took_from_the_first_on(
    faults: str, tcp: int | None
) -> None:
    with streaming_on_a_port(faults, board={"tcp": tcp}) as (board, reader):
        reader.take(400)
        status, ledger = reader.settled(), board.ledger()
    indices = assert_is_the_truth(reader, ledger)
    np.testing.assert_array_equal(indices, np.arange(len(indices)))
    assert (status.n_received, status.n_lost, status.n_gaps) == (len(indices), 0, 0)
    assert (status.counters["bytes_skipped"], status.counters["n_crc_failures"]) == (0, 0)
    assert reader.source.info.channel_names == NAMES
    assert reader.source.info.sampling_rate_hz == 1000.0
    assert status.is_synthetic
    assert "synthetic" in reader.source.info.name


def test_until_the_board_is_found_a_read_gives_nothing() -> None:
    with streaming("boot=0.2") as (_, reader):
        chunk = reader.source.read()
        assert (len(chunk), chunk.first_index) == (0, 0)
        reader.take(10)
    assert reader.states[:2] == ["waiting for the board to start", "streaming"]


@pytest.mark.parametrize(
    "faults", ["loss=0.05", "loss=0.05,burst=20", "corrupt=0.05", "reorder=0.05"]
)
def test_a_lost_frame_is_a_gap_in_the_index_and_counted(faults: str) -> None:
    with streaming(faults) as (board, reader):
        reader.take(800)
        status, ledger = reader.settled(), board.ledger()
    indices = assert_is_the_truth(reader, ledger)
    gaps = np.diff(reader.index())
    assert status.n_lost == int((gaps - 1).sum()) > 0
    assert status.n_gaps == int(np.count_nonzero(gaps > 1))
    intact = ledger.runs[0].intact
    expected = intact[(intact >= indices[0]) & (intact <= indices[-1])]
    assert set(expected) <= set(indices)  # all that came whole is there
    assert status.loss == pytest.approx(status.n_lost / (status.n_lost + len(indices)))
    assert status.recent_loss > 0.01
    assert any("samples were lost in 5 s" in alarm for alarm in status.alarms)


def test_a_frame_sent_twice_is_taken_once() -> None:
    with streaming("duplicate=0.1") as (board, reader):
        reader.take(600)
        assert_is_the_truth(reader, board.ledger())
        status = reader.source.status()
    assert status.counters["n_duplicated"] > 0
    assert (status.n_lost, status.n_gaps) == (0, 0)


def test_a_line_that_stands_still_is_shown_as_a_stall_and_its_gap_is_exact() -> None:
    with streaming("stall=1.6@3") as (board, reader):
        reader.until(lambda: bool(reader.index().size) and bool(np.diff(reader.index()).max() > 1))
        reader.take(20)
        status, ledger = reader.settled(), board.ledger()
    assert_is_the_truth(reader, ledger)
    assert any(state.startswith("stalled") for state in reader.states)
    assert reader.states[-1] == "streaming"
    assert reader.segments == [0]
    assert (status.n_gaps, status.n_reconnects) == (1, 0)
    (stretch,) = ledger.runs[0].queue_full
    assert status.n_lost == stretch[1] - stretch[0]


def test_the_rate_is_asked_of_the_board_and_the_change_is_told() -> None:
    with streaming(sampling_rate_hz=500.0) as (board, reader):
        reader.take(50)
        assert board.ledger().runs[-1].rate_hz == 500.0
        assert reader.source.info.sampling_rate_hz == 500.0
        assert "the board was set from 1000 to 500 Hz" in reader.source.status().notes


def test_a_board_that_cannot_be_set_near_the_rate_is_refused_or_forced() -> None:
    with (
        streaming(sampling_rate_hz=4000.0) as (_, reader),
        pytest.raises(StreamMismatchError, match=r"2000 Hz.*4000 Hz.*--force"),
    ):
        reader.take(1)
    with streaming(sampling_rate_hz=4000.0, force=True) as (_, reader):
        reader.take(50)
        (alarm,) = reader.source.status().alarms
        assert "decisions may be wrong" in alarm


def test_a_clock_far_too_fast_is_refused_once_it_was_measured() -> None:
    with (
        streaming(sampling_rate_hz=1000.0, board={"ppm": 80_000.0}) as (_, reader),
        pytest.raises(StreamMismatchError, match=r"was measured at 1[01]\d\d.*--force"),
    ):
        reader.take(20_000)


@pytest.mark.realtime
def test_a_board_with_other_channels_than_the_model_shows_both_sides() -> None:
    with streaming_on_a_port(channel_names=("a", "b")) as (board, reader):
        with pytest.raises(StreamMismatchError, match=r"sends 3 channels: biceps.*expects 2: a, b"):
            reader.take(1)
        assert reader.n_samples == 0
    assert holders(board.port) == []


def test_chosen_channels_come_in_the_order_asked_for() -> None:
    with streaming(channels=("middle", "1")) as (board, reader):
        reader.take(100)
        truth = board.ledger().true_samples(0, 0, reader.n_samples)
    np.testing.assert_array_equal(reader.samples(), truth[:, [2, 0]])
    assert reader.source.info.channel_names == ("middle", "biceps")


def test_ppm_and_rate_are_those_of_the_board() -> None:
    with streaming(board={"ppm": 3000.0}) as (_, reader):
        # a busy host reads late, which counts for less the longer it goes on
        reader.until(lambda: abs((reader.source.status().ppm or 0.0) - 3000.0) < 1000.0)
        status = reader.source.status()
        times_s = reader.source.time_at(reader.index())
    assert status.ppm is not None
    assert status.rate_hz == pytest.approx(1000.0 * (1.0 + status.ppm * 1e-6), rel=1e-5)
    assert times_s[0] == 0.0
    assert np.diff(times_s).min() >= 0.0


@pytest.mark.realtime
@pytest.mark.parametrize("tcp", PORTS)
def test_an_unplugged_board_is_told_at_once_and_goes_on_by_itself_when_it_is_back(
    tcp: int | None,
) -> None:
    with streaming_on_a_port(board={"tcp": tcp}) as (board, reader):
        reader.take_segment(0)
        for segment in (1, 2):
            board.unplug()
            reader.until(lambda: reader.states[-1].startswith("unplugged"))
            assert not reader.source.status().is_streaming
            board.replug()
            reader.take_segment(segment)
        status, ledger = reader.settled(), board.ledger()
        for segment in range(3):
            assert_is_the_truth(reader, ledger, segment)
    assert reader.segments == [0, 1, 2]
    assert status.n_reconnects == 2
    assert status.n_gaps == 2
    assert status.n_lost == 0
    index = reader.index()
    assert np.diff(index).min() >= 1
    assert status.n_missed == int((np.diff(index) - 1).sum()) > 0
    assert not any(state.startswith("stalled") for state in reader.states)


@pytest.mark.realtime
@pytest.mark.parametrize("tcp", PORTS)
def test_the_gap_of_a_board_that_kept_its_power_is_exact(tcp: int | None) -> None:
    faults = "loss=0.02,corrupt=0.02"
    with streaming_on_a_port(faults, board={"tcp": tcp, "has_battery": True, "ppm": 2000.0}) as (
        board,
        reader,
    ):
        reader.take_segment(0)
        for segment in (1, 2):
            board.unplug()
            reader.until(lambda: reader.states[-1].startswith("unplugged"))
            board.replug()
            reader.take_segment(segment)
        status, ledger = reader.settled(), board.ledger()
    (run,) = ledger.runs
    truth = ledger.true_samples(0, 0, run.n_instants)
    for segment in range(3):
        np.testing.assert_array_equal(reader.samples(segment), truth[reader.index(segment)])
    steps = np.diff(reader.index())
    assert status.n_missed + status.n_lost == int((steps - 1).sum())
    ends = [reader.index(n)[-1] for n in (0, 1)]
    assert status.n_missed == sum(reader.index(n + 1)[0] - ends[n] - 1 for n in (0, 1)) > 0
    assert (status.n_reconnects, ledger.n_boots) == (2, 1)
    assert status.counters["n_frames"] == status.n_received == reader.n_samples


def test_without_reconnect_an_unplugged_board_ends_the_stream_with_what_came() -> None:
    with streaming(reconnect=False) as (board, reader):
        reader.take(100)
        board.unplug()
        with pytest.raises(SourceDisconnectedError, match=r"after \d+ samples.*--no-reconnect"):
            reader.take(100_000)
        assert_is_the_truth(reader, board.ledger())


@pytest.mark.realtime
def test_a_board_reset_in_mid_stream_is_started_again_in_a_new_segment() -> None:
    with streaming_on_a_port() as (board, reader):
        reader.take(100)
        with opened(board.port) as other:
            other.say("stop")
        reader.until(lambda: any(state.startswith("stalled") for state in reader.states))
        reader.take_segment(1, 50)
        status = reader.source.status()
        assert_is_the_truth(reader, board.ledger(), 1)
    assert status.n_reconnects == 1
    assert "the board was reset, and started again" in status.notes


STATES: dict[str, Callable[[Reader], None]] = {
    "never read": lambda _: None,
    "waiting for the board": lambda reader: reader.until(lambda: reader.states != []),
    "streaming": lambda reader: reader.take(50),
}


@pytest.mark.realtime
@pytest.mark.parametrize("state", STATES)
def test_leaving_in_any_state_stops_the_board_and_lets_go_of_the_port(state: str) -> None:
    faults = "" if state == "streaming" else "boot=30"
    with streaming_on_a_port(faults) as (board, reader):
        STATES[state](reader)
        reader.leave()
        assert holders(board.port) == []
        assert reader.source.status().state is SourceState.FINISHED
        if state == "streaming":
            wait_for(lambda: board.ledger().runs[0].ended_by == "stop", board.ledger)
        with opened(board.port):
            pass


def test_leaving_while_the_board_is_away_needs_no_board() -> None:
    with streaming() as (board, reader):
        reader.take(50)
        board.unplug()
        reader.until(lambda: reader.states[-1].startswith("unplugged"))
    assert reader.source.status().state is SourceState.FINISHED


@pytest.mark.realtime
def test_leaving_while_the_board_is_found_again_lets_go_of_the_port() -> None:
    with streaming_on_a_port("boot=0.5") as (board, reader):
        reader.take(50)
        board.unplug()
        reader.until(lambda: reader.states[-1].startswith("unplugged"))
        board.replug()
        reader.until(lambda: bool(holders(board.port)))
        reader.leave()
        assert holders(board.port) == []
