"""A recording whose board falls silent before its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from emgstream.app.live_session import LiveSession
from emgstream.app.recording_plan import RecordingRequest, plan_session
from emgstream.app.recording_session import RecordingSession
from emgstream.cue_schedule import CueSchedule
from emgstream.errors import SourceError
from emgstream.recording import read_sidecar
from emgstream.sources.serial_board import SerialBoardSource
from tests.simulation.virtual_board import VirtualSketch
from tests.stepped_clock import SteppedClock


def test_a_recording_at_whose_end_nothing_came_fails_and_keeps_what_came(tmp_path: Path) -> None:
    clock = SteppedClock()
    sketch = VirtualSketch(clock, lambda line: b"%d,%d\n" % (line * 617 % 4999, line * 31 % 997))
    session = LiveSession(SerialBoardSource(sketch.port, clock=clock), None, clock=clock)
    request = RecordingRequest(
        path=tmp_path / "arm.csv", is_free=True, is_checked=False, ends_after_s=10.0
    )
    recording = RecordingSession(session, plan_session(request), (), clock.now())
    with sketch.in_place(), session, clock:
        clock.await_sleepers()
        while recording.is_open:
            clock.advance(0.02)
            recording.poll(clock.now())
            if recording.take is not None and clock.now() >= recording.started_s + 4.0:
                sketch.fall_silent(loses_lines=True)
        recording.shut_down(clock.now())
        status = session.status()
    with pytest.raises(SourceError, match=r"nothing came .* last [56]\.\d s .*stalled.*keeps what"):
        raise recording.failure or AssertionError
    assert recording.recovered is not None
    assert recording.recovered.duration_s == pytest.approx(4.0, abs=0.2)
    samples = read_sidecar(tmp_path / "arm.csv")["samples"]
    assert samples["n_missed"] == pytest.approx(status.n_missed, abs=20)
    assert samples["n_missed"] == pytest.approx(6 * 400, abs=40)


@pytest.mark.parametrize("way", ["silent", "unplugged"])
@pytest.mark.parametrize("away_s", [0.05, 0.2, 0.5, 0.9, 1.5])
def test_a_tail_that_did_not_come_is_missed_and_told(
    tmp_path: Path, away_s: float, way: str
) -> None:
    clock = SteppedClock()
    sketch = VirtualSketch(clock, lambda line: b"%d,%d\n" % (line * 617 % 4999, line * 31 % 997))
    session = LiveSession(SerialBoardSource(sketch.port, clock=clock), None, clock=clock)
    request = RecordingRequest(
        path=tmp_path / "arm.csv", is_free=True, is_checked=False, ends_after_s=3.0
    )
    recording = RecordingSession(session, plan_session(request), (), clock.now())
    is_gone = False
    with sketch.in_place(), session, clock:
        clock.await_sleepers()
        while recording.is_open:
            clock.advance(0.01)
            recording.poll(clock.now())
            due_s = recording.started_s + 3.0
            if recording.take is not None and not is_gone and clock.now() >= due_s - away_s:
                is_gone = True
                if way == "silent":
                    sketch.fall_silent(loses_lines=True)
                else:
                    sketch.unplug()
        recording.shut_down(clock.now())
    samples = read_sidecar(tmp_path / "arm.csv")["samples"]
    if away_s < 0.1:
        assert recording.failure is None
        assert samples["n_missed"] <= 0.1 * 400
        return
    assert isinstance(recording.failure, SourceError)
    assert "of the recording" in str(recording.failure)
    assert samples["n_missed"] == pytest.approx(away_s * 400, abs=16)
    assert samples["n"] + samples["n_missed"] == pytest.approx(3 * 400, abs=16)
    assert samples["n_gaps"] == 1


def test_a_board_that_comes_back_at_another_rate_is_told_in_the_sidecar(tmp_path: Path) -> None:
    clock = SteppedClock()
    sketch = VirtualSketch(clock, lambda line: b"%d,%d\n" % (line * 617 % 4999, line * 31 % 997))
    session = LiveSession(SerialBoardSource(sketch.port, clock=clock), None, clock=clock)
    request = RecordingRequest(
        path=tmp_path / "arm.csv", is_free=True, is_checked=False, ends_after_s=14.0
    )
    recording = RecordingSession(session, plan_session(request), (), clock.now())
    away_s = 0.0
    with sketch.in_place(), session, clock:
        clock.await_sleepers()
        while recording.is_open:
            clock.advance(0.02)
            recording.poll(clock.now())
            if recording.take is not None and not away_s and session.ring.n_received > 2000:
                away_s = clock.now()
                sketch.unplug()
            elif away_s and clock.now() >= away_s + 2.0:
                sketch.set_rate(200.0)
                sketch.replug()
        recording.shut_down(clock.now())
    assert recording.failure is None
    notes = read_sidecar(tmp_path / "arm.csv")["source"]["notes"]
    assert any("came back at 200 Hz; expected the 400 Hz it had" in note for note in notes)


def recording_with_a_sleep(
    request: RecordingRequest, after_s: float, seconds: float
) -> tuple[RecordingSession, float]:
    """Record from a sketch; the computer sleeps once. Returns the time awake to the end, too."""
    clock = SteppedClock()
    sketch = VirtualSketch(clock, lambda line: b"%d,%d\n" % (line * 617 % 4999, line * 31 % 997))
    session = LiveSession(SerialBoardSource(sketch.port, clock=clock), None, clock=clock)
    recording = RecordingSession(session, plan_session(request), (), clock.now())
    slept_s = 0.0
    with sketch.in_place(), session, clock:
        clock.await_sleepers()
        while recording.is_open:
            clock.advance(0.02)
            is_due = clock.now() >= recording.started_s + after_s
            if is_due and recording.take is not None and not slept_s:
                clock.stand_still(seconds)
                slept_s = seconds
            recording.poll(clock.now())
            if recording.waits_for_start:
                recording.press_space(clock.now())
        took_s = clock.now() - recording.started_s - slept_s
        recording.shut_down(clock.now())
    return recording, took_s


def test_a_recording_whose_end_is_slept_through_keeps_what_came_meanwhile(tmp_path: Path) -> None:
    request = RecordingRequest(
        path=tmp_path / "arm.csv", is_free=True, is_checked=False, ends_after_s=6.0
    )
    recording, took_s = recording_with_a_sleep(request, after_s=4.0, seconds=5.0)
    assert recording.failure is None
    assert took_s == pytest.approx(4.0 + 1.0, abs=0.1)
    assert recording.recovered is not None
    assert recording.recovered.duration_s == pytest.approx(10.0, abs=0.2)


def test_a_recording_that_nobody_attends_goes_on_after_a_sleep(tmp_path: Path) -> None:
    request = RecordingRequest(
        path=tmp_path / "arm.csv",
        schedule=CueSchedule.parse("rest:2,hand_close:3,rest:2"),
        is_checked=False,
        countdown_s=0.0,
        longest_silence_s=60.0,
    )
    recording, _ = recording_with_a_sleep(request, after_s=4.0, seconds=90.0)
    assert recording.failure is None
    told = read_sidecar(tmp_path / "arm.csv")["repetitions"]
    assert [(one["label"], one["outcome"]) for one in told] == [
        ("rest", "held"),
        ("hand_close", "interrupted"),
        ("hand_close", "held"),
        ("rest", "held"),
    ]


def test_a_guided_recording_that_nobody_attends_ends_where_its_board_stays_away(
    tmp_path: Path,
) -> None:
    clock = SteppedClock()
    sketch = VirtualSketch(clock, lambda line: b"%d,%d\n" % (line * 617 % 4999, line * 31 % 997))
    session = LiveSession(SerialBoardSource(sketch.port, clock=clock), None, clock=clock)
    request = RecordingRequest(
        path=tmp_path / "arm.csv",
        schedule=CueSchedule.parse("rest:2,hand_close:3,rest:2,hand_close:3"),
        is_checked=False,
        countdown_s=0.0,
        longest_silence_s=60.0,
    )
    recording = RecordingSession(session, plan_session(request), (), clock.now())
    gone_s = 0.0
    with sketch.in_place(), session, clock:
        clock.await_sleepers()
        while recording.is_open:
            clock.advance(0.05)
            recording.poll(clock.now())
            if recording.waits_for_start:
                recording.press_space(clock.now())
            if not gone_s and recording.take is not None:
                gone_s = clock.now() + 9.0  # in the second movement
            if gone_s and clock.now() >= gone_s:
                sketch.unplug()
        ended_s = clock.now()
        recording.shut_down(ended_s)
    assert ended_s == pytest.approx(gone_s + 60.0, abs=1.0)
    with pytest.raises(SourceError, match=r"nothing came from socket://.* in the last 60\.\d s"):
        raise recording.failure or AssertionError
    told = read_sidecar(tmp_path / "arm.csv")["repetitions"]
    assert [(one["label"], one["outcome"]) for one in told] == [
        ("rest", "held"),
        ("hand_close", "held"),
        ("rest", "held"),
        ("hand_close", "interrupted"),
    ]
