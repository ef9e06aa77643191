"""A recording whose board falls silent before its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from emgstream.app.live_session import LiveSession
from emgstream.app.recording_plan import RecordingRequest, plan_session
from emgstream.app.recording_session import RecordingSession
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
