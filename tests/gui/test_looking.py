"""Looking at a stream: scale, channels, filter, spectrum, pause, and a recording by one click."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from emgstream.app.lane_choices import LaneChoices, ScaleMode
from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest
from emgstream.app.signal_history import PickedChannels, SignalHistory
from emgstream.app.signal_spectrum import spectrum_figures
from emgstream.app.signal_views import SignalView
from emgstream.app.viewing_filter import viewing_filter
from emgstream.data import DEMO_RECORDING
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.timeline.lane_scale import LaneScale, Span
from emgstream.gui.window import Window
from emgstream.tables import read_table
from tests.gui.conftest import OpenWindow

DEADLINE_MS = 60_000
RATE_HZ = 1000.0


def wait(qtbot: QtBot, claim: Callable[[], bool]) -> None:
    qtbot.waitUntil(claim, timeout=DEADLINE_MS)


def tone(frequency_hz: float, n_samples: int = 4000) -> np.ndarray:
    time_s = np.arange(n_samples) / RATE_HZ
    return 100.0 * np.sin(2.0 * np.pi * frequency_hz * time_s)


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot) -> Window:
    """The window on the demo recording, played, with its signals in view."""
    window = open_window(source=ReplayRequest(DEMO_RECORDING, speed=None))
    live = window.page(LivePage)
    wait(qtbot, lambda: live.timeline.shows_session and bool(live.timeline.spans))
    return window


def test_a_hidden_channel_has_no_lane_and_a_renamed_one_its_name(
    window: Window, qtbot: QtBot
) -> None:
    live = window.page(LivePage)
    live.view_bar.channels_button.click()
    panel = live.channel_panel
    panel.rows["triceps"].shown.click()
    panel.rows["middle"].title.setText("forearm")
    panel.rows["middle"].title.textEdited.emit("forearm")
    panel.hide()
    timeline = live.timeline
    wait(qtbot, lambda: set(timeline.spans) == {"biceps", "middle"})
    assert timeline.choices.title("middle") == "forearm"
    session = window.connection.session
    assert session is not None
    assert session.info.channel_names == ("biceps", "triceps", "middle"), "the stream stays"
    panel.reset_button.click()
    wait(qtbot, lambda: len(timeline.spans) == 3)


def test_a_value_that_is_set_fixes_the_scale_of_this_form_alone(
    window: Window, qtbot: QtBot
) -> None:
    live = window.page(LivePage)
    live.view_bar.channels_button.click()
    panel = live.channel_panel
    panel.rows["biceps"].low.setValue(0.0)
    panel.rows["biceps"].high.setValue(1000.0)
    panel.hide()
    assert panel.choices.mode is ScaleMode.FIXED
    wait(qtbot, lambda: live.timeline.spans.get("biceps") == Span(0.0, 1000.0))
    live.show_view(SignalView.CONDITIONED)
    assert live.timeline.choices.mode is ScaleMode.AUTOMATIC
    live.show_view(SignalView.RAW)
    wait(qtbot, lambda: live.timeline.spans.get("biceps") == Span(0.0, 1000.0))


def test_one_scale_for_all_compares_amplitudes(window: Window, qtbot: QtBot) -> None:
    live = window.page(LivePage)
    live.view_bar.channels_button.click()
    live.channel_panel.mode_buttons[ScaleMode.SHARED].click()
    live.channel_panel.hide()
    wait(
        qtbot, lambda: len(live.timeline.spans) == 3 and len(set(live.timeline.spans.values())) == 1
    )


def test_the_spectrum_takes_the_place_of_the_signal_and_gives_it_back(
    window: Window, qtbot: QtBot
) -> None:
    live = window.page(LivePage)
    live.view_bar.spectrum_button.click()
    assert live.spectrum.isVisible()
    wait(qtbot, lambda: "hum" in live.spectrum.accessibleDescription())
    live.view_bar.buttons[SignalView.RAW].click()
    assert live.timeline.isVisible()
    session = window.connection.session
    assert session is not None
    figures = spectrum_figures(session)
    assert figures is not None
    assert figures.decibels.shape == (3, len(figures.frequencies_hz))
    assert figures.frequencies_hz[-1] == pytest.approx(session.rate_hz / 2.0)


@pytest.mark.realtime
def test_a_click_records_what_streams_and_another_ends_it(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(source=PortRequest(SIMULATED))
    window.settings.keep_recordings(tmp_path)
    live = window.page(LivePage)
    wait(qtbot, lambda: live.timeline.shows_session)
    live.view_bar.record_button.click()
    recording = live.recording
    assert recording is not None
    assert live.holds_connection
    wait(qtbot, lambda: recording.recorder.n_samples > 500)
    assert live.view_bar.record_button.text().startswith("Stop")
    window.open_source(ReplayRequest(DEMO_RECORDING))
    assert "page Live needs this connection" in window.strip.words
    live.view_bar.record_button.click()
    wait(qtbot, lambda: live.recording is None)
    assert window.strip.words.startswith("recorded: emg_")
    table = read_table(recording.plan.path)
    assert table.n_rows > 500
    assert len(np.unique(table.samples[:, 0])) > 1
    assert not live.holds_connection


@pytest.mark.realtime
def test_pause_holds_the_picture_while_the_stream_goes_on(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=PortRequest(SIMULATED))
    live = window.page(LivePage)
    wait(qtbot, lambda: live.timeline.shows_session)
    live.view_bar.hold_button.click()
    assert not live.timeline.time.live
    assert not live.view_bar.hold_button.isVisible()
    session = window.connection.session
    assert session is not None
    before = session.ring.end_index
    wait(qtbot, lambda: session.ring.end_index > before)
    live.view_bar.live_button.click()
    assert live.timeline.time.live


def test_the_filter_for_looking_removes_level_and_hum_and_keeps_the_muscle() -> None:
    muscle = tone(120.0 + 13.0)
    for disturbance in (np.full(4000, 512.0), tone(50.0), tone(60.0), tone(150.0)):
        both = np.stack((muscle, disturbance), axis=1).astype(np.float32)
        kept, gone = viewing_filter(RATE_HZ).condition(both)[2000:].T
        assert np.std(kept) > 0.9 * np.std(muscle)
        assert np.std(gone) < 0.02 * np.std(muscle)


def test_the_filter_for_looking_leaves_out_what_does_not_fit() -> None:
    slow = np.ones((40, 1), dtype=np.float32)
    assert np.array_equal(viewing_filter(30.0).condition(slow), slow)
    viewing_filter(120.0).condition(np.ones((400, 1), dtype=np.float32))


def test_picked_channels_are_those_of_the_history() -> None:
    history = SignalHistory(1000, 3)
    samples = np.arange(600, dtype=np.float32).reshape(200, 3)
    history.push(0, samples)
    picked = PickedChannels(history, (2, 0))
    np.testing.assert_array_equal(picked.values(10, 20), samples[10:20, [2, 0]].T)
    edges = np.arange(0, 200, 10)
    whole, some = history.outline(edges, 10.0), picked.outline(edges, 10.0)
    np.testing.assert_array_equal(some.high, whole.high[[2, 0]])
    assert (picked.n_channels, picked.end_index) == (2, 200)


def test_choices_never_hide_every_channel_and_never_turn_a_lane_over() -> None:
    hidden = LaneChoices(hidden=frozenset("ab"))
    assert hidden.shown(("a", "b")) == (0, 1)
    fixed = LaneChoices(mode=ScaleMode.FIXED, spans={"a": (5.0, 1.0), "b": (0.0, 2.0)})
    assert fixed.span("a") is None
    assert fixed.span("b") == (0.0, 2.0)
    assert LaneChoices(spans={"b": (0.0, 2.0)}).span("b") is None


def test_a_fixed_scale_does_not_follow_the_signal() -> None:
    scale = LaneScale()
    scale.fixed = Span(0.0, 10.0)
    assert scale.update(-500.0, 500.0, now_s=0.0) == Span(0.0, 10.0)
    assert not scale.is_moving
    scale.fixed = None
    assert scale.update(-500.0, 500.0, now_s=1.0).low < -400.0
