"""The page Settings: what is chosen there holds at once, and the file says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt5.QtWidgets import QApplication

import emgstream
from emgstream.app.about import citation
from emgstream.app.configured_settings import configured_settings, set_configured
from emgstream.app.open_requests import ReplayRequest
from emgstream.app.window_words import COMMAND
from emgstream.configuration import Configuration, read_configuration
from emgstream.data import DEMO_RECORDING
from emgstream.errors import ConfigurationError
from emgstream.gui.record.record_page import RecordPage
from emgstream.gui.settings.settings_page import SettingsPage
from emgstream.gui.train.train_page import TrainPage
from emgstream.gui.window import Window
from emgstream.translation import VARIABLE
from tests.gui.conftest import OpenWindow


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration file of the test, which is not there yet."""
    path = tmp_path / "user" / "config.toml"
    monkeypatch.setenv("EMGSTREAM_CONFIG", str(path))
    return path


def page_of(window: Window) -> SettingsPage:
    window.show_page("Settings")
    return window.page(SettingsPage)


def test_the_theme_holds_at_once_and_the_next_time(open_window: OpenWindow, file: Path) -> None:
    page = page_of(window := open_window())
    page.look.theme_buttons["dark"].click()
    assert window.theme.name == "dark"
    assert open_window().theme.name == "dark"
    page.look.theme_buttons[None].click()
    assert window.settings.theme is None
    assert not file.exists()


def test_the_text_size_holds_for_every_widget_at_once(open_window: OpenWindow) -> None:
    page = page_of(window := open_window())
    before = {part: part.font().pointSizeF() for part in (page, window.page_bar, window.status)}
    try:
        page.look.size_buttons[1.5].click()
        for part, size in before.items():
            assert part.font().pointSizeF() == pytest.approx(1.5 * size, rel=0.02)
        assert window.settings.text_size == 1.5
    finally:
        page.look.size_buttons[1.0].click()
    for part, size in before.items():
        assert part.font().pointSizeF() == pytest.approx(size, rel=0.02)


def test_every_setting_of_the_file_has_a_field_and_what_is_typed_is_written(
    open_window: OpenWindow, file: Path
) -> None:
    page = page_of(open_window())
    assert set(page.values.fields) == {one.name for one in configured_settings(Configuration())}
    for name, typed in (("port", "COM7"), ("channels", "2, 1"), ("outputs.udp", "127.0.0.1:9000")):
        field = page.values.fields[name]
        field.setText(typed)
        field.editingFinished.emit()
    found = read_configuration()
    assert (found.port, found.channels) == ("COM7", ("2", "1"))
    assert found.outputs == {"udp": "127.0.0.1:9000"}
    page.values.fields["port"].setText("")
    page.values.fields["port"].editingFinished.emit()
    assert read_configuration().port is None
    assert "# The board:" in file.read_text(encoding="utf-8"), "comments stay"


def test_a_wrong_value_is_told_below_its_field_and_not_written(
    open_window: OpenWindow, file: Path
) -> None:
    page = page_of(open_window())
    field, error = page.values.fields["outputs.udp"], page.values.errors["outputs.udp"]
    field.setText("nowhere")
    field.editingFinished.emit()
    assert error.isVisible()
    assert "'nowhere'" in error.text()
    assert not file.exists()
    field.setText("127.0.0.1:9000")
    field.editingFinished.emit()
    assert not error.isVisible()


@pytest.mark.parametrize("name", ["model", "recordings"])
def test_a_model_or_folder_that_is_not_there_is_told_in_words_of_the_window(
    open_window: OpenWindow, file: Path, tmp_path: Path, name: str
) -> None:
    page = page_of(open_window())
    field, error = page.values.fields[name], page.values.errors[name]
    field.setText(str(tmp_path / "nosuch.emgmodel"))
    field.editingFinished.emit()
    assert error.isVisible()
    assert "nosuch.emgmodel" in error.text()
    assert not COMMAND.search(error.text())
    assert not file.exists()


def test_folders_are_followed_by_the_pages_that_write(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    page = page_of(window := open_window())
    recordings, models = tmp_path / "recordings", tmp_path / "models"
    for folder in (recordings, models):
        folder.mkdir()
    page.recordings.chosen.emit(recordings)
    page.models.chosen.emit(models)
    assert window.page(RecordPage).form.folder == recordings
    assert read_configuration().recordings == str(recordings), "the terminal records there, too"
    form = window.page(TrainPage).form
    form.propose(recordings / "day1.csv")
    assert form.out == models / "day1.emgmodel"
    page.beside_button.click()
    form.propose(recordings / "day2.csv")
    assert form.out == recordings / "day2.emgmodel"


def test_a_value_that_is_changed_here_comes_before_what_was_chosen_earlier(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    window.settings.keep_recordings(tmp_path)
    (tmp_path / "emg").mkdir()
    field = page_of(window).values.fields["recordings"]
    field.setText(str(tmp_path / "emg"))
    field.editingFinished.emit()
    assert window.settings.recordings == tmp_path / "emg"


@pytest.mark.parametrize("name", ["prot", "outputs.nope", "outputs"])
def test_a_setting_that_there_is_not_is_refused(file: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="expected one of port"):
        set_configured(name, "x")
    assert not file.exists()


def test_about_tells_the_version_and_copies_the_citation(open_window: OpenWindow) -> None:
    about = page_of(open_window()).about
    assert emgstream.__version__ in about.name.text()
    about.copy_button.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == citation()


def test_a_language_without_a_catalogue_is_told_beside_the_source(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "tlh")
    window = open_window(source=ReplayRequest(DEMO_RECORDING))
    assert "'tlh'" in window.strip.words
    assert "expected one of en, de" in window.strip.words
