"""The window without a model, and on a board that has more channels than its model."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt5.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest
from emgstream.app.recording_session import RecordingStage
from emgstream.app.signal_views import SignalView
from emgstream.bundle import Model, write_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.record.record_page import RecordPage
from emgstream.gui.trial.trial_page import TrialPage
from emgstream.gui.window import Window
from emgstream.tables import EmgTable, read_table
from tests.gui.conftest import OpenWindow

termios = pytest.importorskip("termios", reason="Windows has no pseudo-terminals")
from tests.serial_board.sketch import Sketch  # noqa: E402

pytestmark = pytest.mark.realtime

DEADLINE_MS = 60_000
MORE = ("flexor", "biceps", "ulnaris", "triceps", "middle")


def wait(qtbot: QtBot, claim: Callable[[], bool]) -> None:
    qtbot.waitUntil(claim, timeout=DEADLINE_MS)


def live(window: Window) -> LivePage:
    return window.page(LivePage)


def shown_session(window: Window, qtbot: QtBot) -> LiveSession:
    """Return the session, once its signals are drawn."""
    timeline = live(window).timeline
    wait(qtbot, lambda: timeline.shows_session or bool(window.strip.words))
    assert timeline.shows_session, window.strip.words
    session = window.connection.session
    assert session is not None
    return session


def press_button(window: Window, words: str) -> None:
    (button,) = [one for one in window.findChildren(QPushButton) if one.text() == words]
    button.click()


def values_of(line: int) -> list[int]:
    """What a board of five channels gives: not twice the same within a thousand lines."""
    return [(line * step + 3) % 1000 for step in (617, 7, 451, 211, 89)]


def printed(line: int) -> bytes:
    named = zip(MORE, values_of(line), strict=True)
    return "\t".join(f"{name}:{value}" for name, value in named).encode() + b"\n"


@pytest.fixture
def more() -> Iterator[str]:
    """The port of a board with more channels than the demo model knows."""
    with Sketch(printed) as sketch:
        yield sketch.port


@pytest.fixture
def any_rate(demo_model: Model, tmp_path: Path) -> Path:
    """The demo model, for a board of any rate."""
    path = tmp_path / "any.emgmodel"
    write_model(
        path, replace(demo_model, manifest=replace(demo_model.manifest, sampling_rate_hz=None))
    )
    return path


def record(window: Window, qtbot: QtBot, folder: Path) -> EmgTable:
    """Record a moment from what is connected, and return what is in the file."""
    window.show_page("Record")
    page = window.page(RecordPage)
    page.form.placements.lines["biceps"].setText("muscle belly")
    page.form.set_folder(folder)
    page.form.name.setText("take")
    page.form.free_button.setChecked(True)
    page.form.check_box.setChecked(False)
    wait(qtbot, page.setup.row.button.isEnabled)
    page.setup.row.button.click()
    run = page.run
    assert run is not None, window.strip.words
    wait(qtbot, lambda: run.recorder.n_samples > 200)
    press_button(window, "End and keep")
    wait(qtbot, lambda: run.stage is RecordingStage.DONE)
    assert run.failure is None
    return read_table(folder / "take.csv")


def test_without_a_model_signals_are_drawn_and_nothing_is_decided(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    window.source_bar.model_chosen.emit("")
    window.open_source(PortRequest(SIMULATED))
    session = shown_session(window, qtbot)
    page = live(window)
    assert window.source_bar.model_list.currentText() == "No model"
    assert page.decided.currentWidget() is page.no_model
    assert page.quality.names == ("biceps", "triceps", "middle")
    assert [page.view_bar.buttons[view].isEnabled() for view in SignalView] == [True, True, False]
    wait(qtbot, lambda: session.measured_rate()[0] is not None)
    window.refresh_figures()
    assert session.log.n_decisions == 0
    assert window.status.decisions.text() == "no decisions"
    press_button(window, "Record your own movements")
    assert window.pages[window.book.currentIndex()].title == "Record"


def test_without_a_model_there_is_nothing_to_test(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.use_model(None)
    window.open_source(PortRequest(SIMULATED))
    shown_session(window, qtbot)
    window.show_page("Test")
    setup = window.page(TrialPage).setup
    wait(qtbot, lambda: setup.row.words.text().startswith("No model is chosen"))
    assert not setup.row.button.isEnabled()
    assert not setup.row.board_button.isVisible(), "a board is there; it is a model that is missing"


def test_a_first_session_is_recorded_without_a_model(
    open_window: OpenWindow, qtbot: QtBot, more: str, tmp_path: Path
) -> None:
    window = open_window()
    window.use_model(None)
    window.open_source(PortRequest(more))
    shown_session(window, qtbot)
    press_button(window, "Record your own movements")
    table = record(window, qtbot, tmp_path)
    assert table.channel_names == MORE
    first = next(n for n in itertools.count() if values_of(n) == table.samples[0].tolist())
    assert table.samples.tolist() == [values_of(first + n) for n in range(table.n_rows)]


def test_a_model_decides_on_its_own_channels_and_all_are_recorded(
    open_window: OpenWindow, qtbot: QtBot, more: str, any_rate: Path, tmp_path: Path
) -> None:
    window = open_window(model=any_rate, source=PortRequest(more))
    session = shown_session(window, qtbot)
    wait(qtbot, lambda: session.log.n_decisions > 0)
    assert live(window).quality.names == MORE
    assert live(window).model_label.text().endswith("decides on biceps, triceps, middle")
    table = record(window, qtbot, tmp_path)
    assert table.channel_names == MORE
    assert session.log.n_decisions > 0


def test_seconds_are_told_of_a_board_that_only_prints(
    open_window: OpenWindow, qtbot: QtBot, more: str
) -> None:
    window = open_window()
    window.use_model(None)
    window.open_source(PortRequest(more))
    session = shown_session(window, qtbot)
    assert session.info.sampling_rate_hz is None
    wait(qtbot, lambda: session.is_timed)
    held = session.rate_hz
    assert held > 1.0
    wait(qtbot, lambda: session.measured_rate()[0] not in (None, held))
    assert session.rate_hz == held, "an axis that followed the measured rate would swim"


def test_a_board_that_is_not_the_models_can_be_watched_without_it(
    open_window: OpenWindow, qtbot: QtBot, demo_model: Model, tmp_path: Path
) -> None:
    stranger = tmp_path / "stranger.emgmodel"
    names = ("flexor", "extensor")
    manifest = replace(demo_model.manifest, channel_names=(*names, "thumb"))
    write_model(stranger, replace(demo_model, manifest=manifest))
    recording = ReplayRequest(DEMO_RECORDING, speed=None)
    window = open_window(model=stranger, source=recording)
    wait(qtbot, lambda: "flexor" in window.strip.words)
    press_button(window, "Go on without a model")
    session = shown_session(window, qtbot)
    assert window.strip.words == ""
    assert session.info.channel_names == ("biceps", "triceps", "middle")
    assert live(window).timeline.shows_session


def test_no_model_is_remembered_until_one_is_chosen(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.use_model(None)
    window.close()
    again = open_window(model=None)
    assert again.models.chosen is None
    again.use_model(DEMO_MODEL)
    again.close()
    assert open_window(model=None).models.chosen == DEMO_MODEL
    assert qtbot is not None


def test_eight_channels_without_a_model_fit_the_smallest_window(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    window.use_model(None)
    window.open_source(PortRequest(SIMULATED))
    shown_session(window, qtbot)
    names = [f"flexor_carpi_radialis_{number}" for number in range(8)]
    live(window).quality.set_channels(tuple(names))
    window.page(RecordPage).form.placements.set_channels(names)
    for title in ("Record", "Live"):
        window.show_page(title)
        window.resize(window.minimumSize())
        wait(qtbot, lambda: window.size() == window.minimumSize())
        layout = window.layout()
        assert layout is not None
        needed = layout.minimumSize()
        assert needed.width() <= 1000
        assert needed.height() <= 650
