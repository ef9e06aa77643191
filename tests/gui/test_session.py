"""One connection without a window: what it takes in, and how it ends."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import ReplayRequest
from emgstream.app.session_opening import PreparedSession, SessionOpening
from emgstream.bundle import Model, write_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.sources.replay_source import ReplaySource
from emgstream.tables import ColumnChoice, read_table

DEADLINE_S = 30.0


def opened(request: ReplayRequest, model: Path) -> PreparedSession:
    """What comes of opening a recording; raises what the window would show."""
    opening = SessionOpening(request, model)
    end_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < end_s:
        found = opening.result()
        if found is not None:
            return found
        time.sleep(0.01)
    raise AssertionError("opening took longer than any file should")


@pytest.mark.parametrize("pause_s", [0.0, 0.02])
def test_the_last_samples_of_a_stream_are_taken_in(demo_model: Model, pause_s: float) -> None:
    table = read_table(DEMO_RECORDING, ColumnChoice(demo_model.manifest.channel_names))
    source = ReplaySource(table, speed=None, channel_names=demo_model.manifest.channel_names)
    session = LiveSession(source, demo_model, keeps_signals=True)
    session.start()
    end_s = time.monotonic() + DEADLINE_S
    while not session.ended and time.monotonic() < end_s:
        session.poll(time.monotonic())
        time.sleep(pause_s)
    session.stop()
    assert session.traces is not None
    assert session.traces.raw.end_index == len(table.samples)


def without_rate(model: Model, path: Path) -> Path:
    """The model as one of the published recipe is: it tells no sampling rate."""
    write_model(path, replace(model, manifest=replace(model.manifest, sampling_rate_hz=None)))
    return path


def without_time(path: Path) -> Path:
    path.write_text("biceps,triceps,middle\n" + "500,510,520\n501,512,523\n" * 300)
    return path


def test_a_recording_that_tells_no_rate_plays_at_that_of_the_model(tmp_path: Path) -> None:
    found = opened(ReplayRequest(without_time(tmp_path / "mine.csv")), DEMO_MODEL)
    assert found.session.info.sampling_rate_hz == 1000.0
    assert found.notes == ("mine.csv tells no sampling rate; played at the 1000 Hz of the model",)


def test_where_nothing_tells_a_rate_it_plays_and_says_that_the_seconds_are_not_real(
    tmp_path: Path, demo_model: Model
) -> None:
    model = without_rate(demo_model, tmp_path / "any.emgmodel")
    request = ReplayRequest(without_time(tmp_path / "mine.csv"))
    found = opened(request, model)
    assert found.session.info.sampling_rate_hz == 200.0
    (note,) = found.notes
    assert "played as if at 200 Hz" in note
    assert "emgstream replay mine.csv --rate HZ" in note
    stated = opened(replace(request, columns=ColumnChoice(rate_hz=500.0)), model)
    assert stated.session.info.sampling_rate_hz == 500.0
    assert stated.notes == ()
