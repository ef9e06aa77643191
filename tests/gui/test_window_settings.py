"""Choices made in the window come before the configuration file, and that before the defaults."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from emgstream.app.lane_choices import LaneChoices, ScaleMode
from emgstream.app.list_choice import ListChoice
from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest
from emgstream.app.signal_views import SignalView
from emgstream.configuration import Configuration
from emgstream.data import DEMO_MODEL
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.record.record_page import RecordPage
from emgstream.gui.window_settings import WindowSettings
from tests.gui.conftest import OpenWindow


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    (tmp_path / "emg").mkdir()
    shutil.copy(DEMO_MODEL, tmp_path / "arm.emgmodel")
    return Configuration(
        port="COM9",
        channels=("1", "3", "2"),
        model=str(tmp_path / "arm.emgmodel"),
        recordings=str(tmp_path / "emg"),
    )


def test_without_choices_the_configuration_holds(
    tmp_path: Path, configuration: Configuration
) -> None:
    settings = WindowSettings(tmp_path / "settings.ini", configuration)
    assert settings.source == PortRequest("COM9")
    assert settings.model == tmp_path / "arm.emgmodel"
    assert settings.recordings == tmp_path / "emg"


def test_without_either_the_defaults_hold(tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path / "settings.ini")
    assert settings.source == PortRequest(SIMULATED)
    assert settings.model == DEMO_MODEL
    assert settings.recordings is None


def test_what_was_chosen_in_the_window_comes_first(
    tmp_path: Path, configuration: Configuration
) -> None:
    chosen = tmp_path / "other.emgmodel"
    shutil.copy(DEMO_MODEL, chosen)
    for settings in (WindowSettings(tmp_path / "settings.ini", configuration) for _ in range(2)):
        settings.keep_source(PortRequest("COM4"))
        settings.keep_model(chosen)
        settings.keep_recordings(tmp_path)
        assert settings.source == PortRequest("COM4")
        assert settings.models == [chosen, tmp_path / "arm.emgmodel"]
        assert settings.model == chosen
        assert settings.recordings == tmp_path
    settings.keep_model(None)
    assert settings.model is None


def test_a_model_that_nobody_chose_is_not_remembered(
    tmp_path: Path, configuration: Configuration
) -> None:
    path = tmp_path / "settings.ini"
    WindowSettings(path).keep_model(DEMO_MODEL)
    assert WindowSettings(path, configuration).model == tmp_path / "arm.emgmodel"
    WindowSettings(path, configuration).keep_model(DEMO_MODEL)
    assert WindowSettings(path, configuration).model == DEMO_MODEL


def test_the_configured_channels_are_those_of_a_board(
    tmp_path: Path, configuration: Configuration
) -> None:
    settings = WindowSettings(tmp_path / "settings.ini", configuration)
    with_channels = settings.with_channels
    assert with_channels(PortRequest("COM4")) == PortRequest("COM4", channels=("1", "3", "2"))
    for request in (
        PortRequest("COM4", channels=("2",)),
        PortRequest(SIMULATED),
        ReplayRequest(tmp_path / "arm.csv"),
    ):
        assert with_channels(request) == request


def test_the_window_opens_with_the_settings_of_the_file(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    shutil.copy(DEMO_MODEL, tmp_path / "arm.emgmodel")
    model = (tmp_path / "arm.emgmodel").as_posix()
    file.write_text(f'port = "COM9"\nmodel = "{model}"\n', encoding="utf-8")
    monkeypatch.setenv("EMGSTREAM_CONFIG", str(file))
    window = open_window(model=None)
    assert window.source_bar.request == PortRequest("COM9")
    assert window.models.chosen == Path(model)


def test_names_and_scales_of_channels_are_those_of_the_last_start(open_window: OpenWindow) -> None:
    before = open_window()
    live = before.page(LivePage)
    live.channel_panel.changed.emit(LaneChoices(titles={"middle": "forearm"}))
    live.timeline.set_view(SignalView.STEPS)
    fixed = LaneChoices(ScaleMode.FIXED, titles={"middle": "wrist"}, spans={"middle": (0.0, 9.0)})
    live.channel_panel.changed.emit(fixed)
    timeline = open_window().page(LivePage).timeline
    assert timeline.choices.title("middle") == "wrist", "names are the same in every form"
    assert timeline.choices.mode is ScaleMode.AUTOMATIC
    timeline.set_view(SignalView.STEPS)
    assert timeline.choices.span("middle") == (0.0, 9.0)


def test_the_stream_of_markers_is_chosen_again_once_it_is_there(open_window: OpenWindow) -> None:
    cues = ListChoice("cues", "lsl://cues")
    markers = open_window().page(RecordPage).form.markers
    markers.set_streams([cues])
    assert markers.address is None
    markers.streams.setCurrentIndex(markers.streams.findData("lsl://cues"))
    markers.streams.activated.emit(markers.streams.currentIndex())
    later = open_window().page(RecordPage).form.markers
    assert later.address is None, "it is not there"
    later.set_streams([ListChoice("other", "lsl://other"), cues])
    assert later.address == "lsl://cues"
