"""Closing the window asks where something would be lost, and only there."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from emgstream.app.extra_installation import InstallationState
from emgstream.app.installation_plan import InstallationPlan
from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest
from emgstream.app.recording_session import RecordingStage
from emgstream.cue_schedule import REST
from emgstream.gui.closing_question import ClosingQuestion
from emgstream.gui.record.record_page import RecordPage
from emgstream.gui.train.train_page import TrainPage
from emgstream.recording.sidecar import read_sidecar
from tests.gui.conftest import OpenWindow, window_of

DEADLINE_MS = 30_000
LOOK_MS = 20


@pytest.fixture
def recording(open_window: OpenWindow, qtbot: QtBot, tmp_path: Path) -> RecordPage:
    """The page Record, whose first movement has been asked for."""
    window = open_window(source=PortRequest(SIMULATED))
    page = window.page(RecordPage)
    window.show_page("Record")
    form = page.form
    form.set_folder(tmp_path)
    form.name.setText("take")
    for name, button in form.movement_buttons.items():
        button.setChecked(name in (REST, "hand_close"))
    form.repetitions.setValue(2)
    form.check_box.setChecked(False)
    qtbot.waitUntil(page.setup.row.button.isEnabled, timeout=DEADLINE_MS)
    page.setup.row.button.click()
    qtbot.waitUntil(lambda: is_taking(page), timeout=DEADLINE_MS)
    page.guide.space_button.click()
    qtbot.waitUntil(lambda: bool(page.losses_at_close()), timeout=DEADLINE_MS)
    return page


def is_taking(page: RecordPage) -> bool:
    return page.run is not None and page.run.stage is RecordingStage.TAKE


def answer(act: Callable[[ClosingQuestion], None]) -> list[str]:
    """Act on the question as soon as it is there; return what it asked, once it has."""
    asked: list[str] = []

    def look() -> None:
        question = QApplication.activeModalWidget()
        if isinstance(question, ClosingQuestion):
            asked.append(question.informativeText())
            act(question)
        else:
            QTimer.singleShot(LOOK_MS, look)

    QTimer.singleShot(0, look)
    return asked


def press(question: ClosingQuestion, closes: bool) -> None:
    button = question.close_button if closes else question.stay_button
    assert button is not None
    button.click()


def test_with_nothing_at_work_the_window_closes_at_once(open_window: OpenWindow) -> None:
    assert open_window().close()


def test_a_large_recording_that_is_being_opened_holds_up_nothing(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    rows = "".join(f"{n % 1000},{n % 997},{n % 991}\n" for n in range(300_000))
    path = tmp_path / "large.csv"
    path.write_text(f"biceps,triceps,middle\n{rows}")
    before = set(threading.enumerate())
    window = open_window()
    window.open_source(ReplayRequest(path, speed=None))
    assert window.connection.busy, "the recording was read before the window could be closed"
    assert window.close()
    assert not window.isVisible()
    left = [one for one in set(threading.enumerate()) - before if not one.daemon]
    assert left == [], "a thread would keep the program from ending"


@pytest.mark.realtime
def test_a_recording_goes_on_unless_the_user_means_to_close(
    recording: RecordPage, qtbot: QtBot
) -> None:
    window, run = window_of(recording), recording.run
    assert run is not None
    asked = answer(lambda question: press(question, closes=False))
    assert not window.close()
    assert "after 0 of" in asked[0]
    assert "take.csv keeps what there is" in asked[0]
    assert window.isVisible()
    assert run.stage is RecordingStage.TAKE
    n_before = run.recorder.n_bytes
    qtbot.waitUntil(lambda: run.recorder.n_bytes > n_before, timeout=DEADLINE_MS)
    answer(lambda question: press(question, closes=True))
    assert window.close()
    assert read_sidecar(run.plan.path)["state"] == "complete"


@pytest.mark.realtime
def test_to_stay_is_what_return_and_escape_do(recording: RecordPage) -> None:
    seen: list[bool] = []

    def look(question: ClosingQuestion) -> None:
        stay = question.stay_button
        seen.extend([question.defaultButton() is stay, question.escapeButton() is stay])
        press(question, closes=False)

    answer(look)
    window_of(recording).close()
    assert seen == [True, True]


@pytest.mark.realtime
def test_a_signal_closes_without_waiting_for_an_answer(recording: RecordPage) -> None:
    window, run = window_of(recording), recording.run
    assert run is not None
    answer(lambda _: window.close_now())
    window.close()
    assert not window.isVisible()
    assert read_sidecar(run.plan.path)["state"] == "complete"


def test_an_extra_is_downloaded_on_unless_the_user_means_to_close(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = "import time; print('Collecting', flush=True); time.sleep(600)"
    command = [sys.executable, "-c", program]
    monkeypatch.setattr(InstallationPlan, "command_lines", lambda *_: [command])
    window = open_window()
    page = window.page(TrainPage)
    page.missing.look()
    page.missing.install()
    installation = page.missing.installation
    assert installation is not None
    asked = answer(lambda question: press(question, closes=False))
    assert not window.close()
    assert "'train' is being downloaded" in asked[0]
    assert installation.can_be_cancelled
    answer(lambda question: press(question, closes=True))
    assert window.close()
    assert installation.state is InstallationState.CANCELLED
