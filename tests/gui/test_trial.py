"""The page that tests a model, as a user meets it; everything under it is the real thing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from emgstream.app.cue_scene import CueTone
from emgstream.app.cued_test_session import CuedTestSession
from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest
from emgstream.app.trial_words import past_row
from emgstream.clock import MonotonicClock
from emgstream.cue_schedule import REST
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.pages import PAGES
from emgstream.gui.trial.trial_page import TrialPage
from emgstream.gui.window import Window
from emgstream.recording import ProtocolPhase
from emgstream.significant_digits import percent
from emgstream.tables import ColumnChoice, read_table
from emgstream.trial import history_path
from tests.gui.conftest import OpenWindow, window_of

pytestmark = pytest.mark.realtime

DEADLINE_MS = 60_000


def wait(qtbot: QtBot, claim: Callable[[], bool]) -> None:
    qtbot.waitUntil(claim, timeout=DEADLINE_MS)


def press(window: Window, key: int) -> None:
    QApplication.setActiveWindow(window)
    QtBot.keyClick(window, key)  # type: ignore[no-untyped-call]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model that may have a history."""
    return Path(shutil.copy(DEMO_MODEL, tmp_path / "arm.emgmodel"))


@pytest.fixture
def page(open_window: OpenWindow, qtbot: QtBot, model: Path) -> TrialPage:
    """The page with a board connected, and a short test of two movements filled in."""
    window = open_window(source=PortRequest(SIMULATED), model=model)
    found = opened(window)
    wait(qtbot, lambda: found.setup.row.button.isEnabled() or bool(window.strip.words))
    assert found.setup.row.button.isEnabled(), window.strip.words
    for name, button in found.form.movement_buttons.items():
        button.setChecked(name in ("hand_close", "wrist_right"))
    found.form.repetitions.setValue(1)
    found.form.hold.setValue(1.5)
    found.form.rest.setValue(1.0)
    return found


def opened(window: Window) -> TrialPage:
    """Bring the page to the front as its key does."""
    window.show_page_at(PAGES.index(TrialPage))
    return window.page(TrialPage)


def run_of(page: TrialPage) -> CuedTestSession:
    assert page.run is not None, page.shell.strip.words
    return page.run


def await_movement(page: TrialPage, qtbot: QtBot, since_s: float = 0.0) -> str:
    """Wait until a movement has been asked for for so long; return it."""
    protocol, clock = run_of(page).live.protocol, MonotonicClock()

    def is_asked() -> bool:
        view = protocol.view(clock.now())
        return view.phase is ProtocolPhase.CUE and view.label != REST and view.elapsed_s >= since_s

    wait(qtbot, is_asked)
    return protocol.view(clock.now()).label


def is_held(page: TrialPage) -> bool:
    return page.holds_connection


def past_rows(page: TrialPage) -> list[list[str]]:
    return [[cell.text() for cell in row] for row in page.setup.past.table.cells[1:]]


def test_a_test_from_the_page_is_told_and_kept(page: TrialPage, qtbot: QtBot, model: Path) -> None:
    assert page.setup.row.words.text() == "2 movements in 0:06 min"
    assert page.setup.past.words.text() == "This model has not been tested yet."
    page.setup.row.button.click()
    assert is_held(page)
    asked = await_movement(page, qtbot, since_s=0.9)
    wait(qtbot, lambda: page.guide.canvas.scene.tone is CueTone.ACT)
    assert page.guide.canvas.scene.label == asked
    wait(qtbot, lambda: not run_of(page).is_open)
    wait(qtbot, page.setup.result.isVisible)
    (entry,) = json.loads(history_path(model).read_text(encoding="utf-8"))
    assert entry["source"]["kind"] == "live"
    assert entry["attempts"] == 2
    done = round(entry["completion_rate"] * 2)
    assert page.setup.result.title.text() == f"{done} of 2 movements completed"
    assert {row[0].text() for row in page.setup.result.table.cells[1:]} == {
        "hand close",
        "wrist right",
    }
    assert page.setup.result.values[0].text() == f"{entry['to_correct_s']:.2f} s"
    words = [label.text() for label in page.setup.result.findChildren(QLabel)]
    assert f"of {entry['n_decisions']:,} decisions" in words, "abstentions are among them"
    (row,) = past_rows(page)
    assert row[0].endswith("live")
    assert row[1] == percent(entry["completion_rate"])
    assert not is_held(page)
    page.setup.another_button.click()
    assert page.form.isVisible()


def test_space_pauses_and_the_movement_is_asked_for_again(page: TrialPage, qtbot: QtBot) -> None:
    page.setup.row.button.click()
    await_movement(page, qtbot)
    press(window_of(page), Qt.Key.Key_Space)
    assert run_of(page).live.protocol.phase is ProtocolPhase.PAUSED
    wait(qtbot, lambda: page.guide.space_button.text() == "Go on")
    press(window_of(page), Qt.Key.Key_Space)
    assert run_of(page).live.protocol.phase is ProtocolPhase.COUNTDOWN
    wait(qtbot, page.setup.result.isVisible)
    assert "1 movement was asked for again" in page.setup.result.note.text()


def test_a_test_that_was_ended_is_told_and_not_kept(
    page: TrialPage, qtbot: QtBot, model: Path
) -> None:
    page.setup.row.button.click()
    protocol = run_of(page).live.protocol
    wait(qtbot, lambda: protocol.view(0.0).n_done == 1)
    press(window_of(page), Qt.Key.Key_Escape)
    wait(qtbot, page.setup.result.isVisible)
    assert page.setup.result.note.text().startswith("Ended after 1 of 2 movements")
    assert page.setup.result.title.text().endswith("of 1 movement completed")
    assert not history_path(model).exists()


def test_a_connection_is_kept_while_a_test_needs_it_and_the_window_can_be_closed(
    page: TrialPage, qtbot: QtBot, model: Path
) -> None:
    page.setup.row.button.click()
    await_movement(page, qtbot)
    page.shell.open_source(ReplayRequest(DEMO_RECORDING))
    assert "the page Test needs this connection" in page.shell.strip.words
    window_of(page).close_now()  # as after a yes to the question that stands before it
    assert not run_of(page).is_open
    assert not history_path(model).exists()


def test_a_recording_is_tested_by_its_own_labels(
    open_window: OpenWindow, qtbot: QtBot, model: Path
) -> None:
    page = opened(open_window(source=ReplayRequest(DEMO_RECORDING), model=model))
    wait(qtbot, lambda: page.setup.row.button.text() == "Test this recording")
    assert not page.form.isEnabled()
    page.setup.row.button.click()
    assert page.is_busy
    assert not page.setup.row.button.isEnabled()
    wait(qtbot, page.setup.result.isVisible)
    (entry,) = json.loads(history_path(model).read_text(encoding="utf-8"))
    assert entry["source"]["name"] == DEMO_RECORDING.name
    assert entry["attempts"] == 12
    assert page.setup.result.title.text().endswith("of 12 movements completed")
    assert page.setup.result.note.text().endswith("by its own labels")


def test_what_is_tested_and_written_down_is_what_the_stream_decides_by(
    open_window: OpenWindow, qtbot: QtBot, model: Path
) -> None:
    window = open_window(source=ReplayRequest(DEMO_RECORDING), model=model)
    page = opened(window)
    wait(qtbot, lambda: page.setup.row.button.text() == "Test this recording")
    session = window.connection.session
    assert session is not None
    assert session.settings is not None
    session.tune(replace(session.settings, threshold=1.0))
    page.setup.row.button.click()
    wait(qtbot, page.setup.result.isVisible)
    (entry,) = json.loads(history_path(model).read_text(encoding="utf-8"))
    assert entry["decision"]["threshold"] == 1.0
    assert entry["completion_rate"] == 0.0, "nothing is as sure as that"
    assert page.setup.result.note.text().endswith("by its own labels, by the settings used live")


def test_a_recording_without_labels_is_refused_in_the_strip(
    open_window: OpenWindow, qtbot: QtBot, model: Path
) -> None:
    table = read_table(DEMO_RECORDING)
    path = model.with_name("bare.csv")
    lines = [",".join(f"{value:g}" for value in row) for row in table.samples[:3000].tolist()]
    path.write_text("\n".join([",".join(table.channel_names), *lines, ""]), encoding="utf-8")
    window = open_window(
        source=ReplayRequest(path, columns=ColumnChoice(rate_hz=1000.0)), model=model
    )
    page = opened(window)
    wait(qtbot, page.setup.row.button.isEnabled)
    page.setup.row.button.click()
    wait(qtbot, lambda: "has none of the model's movements" in window.strip.words)
    assert page.form.isVisible()
    assert not history_path(model).exists()


def test_what_is_missing_is_said_where_one_would_begin(
    open_window: OpenWindow, qtbot: QtBot, model: Path
) -> None:
    page = opened(open_window(model=model))
    assert page.setup.row.words.text() == "Connect a board, or open a recording with labels"
    assert not page.setup.row.button.isEnabled()
    page.setup.row.simulated_button.click()
    wait(qtbot, page.setup.row.button.isEnabled)
    assert not page.setup.row.simulated_button.isVisible()
    for button in page.form.movement_buttons.values():
        button.click()
    assert "the test has no movement" in page.setup.row.words.text()
    page.form.movement_buttons["hand_open"].click()
    page.form.hold.setValue(0.6)
    assert "hold it longer" in page.setup.row.words.text()
    assert not page.setup.row.button.isEnabled()


def test_a_history_that_cannot_be_read_is_told_in_its_place(
    open_window: OpenWindow, model: Path
) -> None:
    history_path(model).write_text("{}", encoding="utf-8")
    page = opened(open_window(model=model))
    assert "is not a history of tests" in page.setup.past.words.text()
    assert page.setup.past.words.isVisible()


def test_a_test_under_another_network_is_told_apart() -> None:
    entry = {
        "tested": "2026-03-01T12:00:00+00:00",
        "source": {"kind": "replay", "name": "monday.csv"},
        "network_sha256": "a",
        "completion_rate": 0.5,
        "to_correct_s": None,
        "active_error_rate": 0.031,
        "n_decisions": 180_000,
    }
    first, *figures = past_row(entry, "a")
    assert first.splitlines()[1].endswith(", replay")
    assert figures == ["50 %", "never", "3.1 %"]
    assert past_row(entry, "b")[0].endswith("another network")
    assert past_row({}, "b")[1:] == ("–", "never", "–")


def test_the_page_live_goes_on_beside_a_test(page: TrialPage, qtbot: QtBot) -> None:
    page.setup.row.button.click()
    await_movement(page, qtbot)
    page.shell.show_page("Live")
    live = window_of(page).page(LivePage)
    wait(qtbot, live.timeline.isVisible)
    n_done = run_of(page).live.protocol.view(0.0).n_done
    wait(qtbot, lambda: run_of(page).live.protocol.view(0.0).n_done > n_done)
    press(window_of(page), Qt.Key.Key_Escape)
    assert run_of(page).is_open
