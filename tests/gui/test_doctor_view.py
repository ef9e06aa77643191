"""The checks of this computer in the window."""

from __future__ import annotations

import pytest
from PyQt5.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from emgstream.app.doctor.doctor_check import CheckState, good, problem, warning
from emgstream.app.window_words import COMMAND
from emgstream.gui.palette import LIGHT
from emgstream.gui.settings.doctor_view import DoctorView, TerminalLine
from emgstream.gui.settings.settings_page import SettingsPage
from emgstream.gui.status_light import StatusLight
from tests.gui.conftest import OpenWindow


@pytest.mark.tensorflow
def test_the_checks_are_shown_and_the_report_is_copied(qtbot: QtBot) -> None:
    view = DoctorView(LIGHT)
    qtbot.addWidget(view)
    view.show()
    view.start()
    assert not view.copy_button.isEnabled()
    qtbot.waitUntil(lambda: view.copy_button.isEnabled(), timeout=180_000)
    texts = " ".join(label.text() for label in view.findChildren(QLabel))
    assert "LiteRT" in texts
    view.copy_button.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert "LiteRT" in clipboard.text()


@pytest.mark.tensorflow
def test_closing_it_ends_the_checks(qtbot: QtBot) -> None:
    view = DoctorView(LIGHT)
    qtbot.addWidget(view)
    view.start()
    assert view.job is not None
    assert view.job.is_running
    view.shut_down()
    assert not view.job.is_running


def test_what_does_not_work_stands_first_and_a_line_for_a_terminal_is_copied(qtbot: QtBot) -> None:
    view = DoctorView(LIGHT)
    qtbot.addWidget(view)
    line = "sudo usermod -aG dialout anna"
    view.show_checks(
        [
            good("python", "Python 3.11"),
            warning("group", "anna is not in the group dialout", "join that group", line),
            problem("config", "no setting 'prot'", "write a new file with emgstream config --init"),
        ]
    )
    lights = [light.toolTip() for light in view.findChildren(StatusLight)]
    assert lights == [CheckState.PROBLEM.value, CheckState.WARNING.value, CheckState.OK.value]
    (shown,) = view.findChildren(TerminalLine)
    shown.copy_button.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == line
    texts = {label.text() for label in view.findChildren(QLabel)} - {line}
    assert not [text for text in texts if COMMAND.search(text)]


@pytest.mark.tensorflow
def test_the_page_settings_opens_it_and_the_window_ends_the_checks_as_it_closes(
    open_window: OpenWindow,
) -> None:
    window = open_window()
    window.show_page(SettingsPage.title)
    page = window.page(SettingsPage)
    page.doctor_button.click()
    dialog = page.doctor
    assert dialog is not None
    job = dialog.view.job
    assert job is not None
    assert dialog.isVisible()
    page.doctor_button.click()
    assert page.doctor is dialog, "it is there once"
    was_running = job.is_running
    gone: list[int] = []
    dialog.finished.connect(gone.append)
    assert window.close()
    assert (was_running, job.is_running) == (True, False)
    assert len(gone) == 1
