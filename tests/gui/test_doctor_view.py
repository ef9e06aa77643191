"""The checks of this computer in the window."""

from __future__ import annotations

import pytest
from PyQt5.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from emgstream.gui.doctor_view import DoctorView
from emgstream.gui.palette import LIGHT


@pytest.mark.tensorflow
def test_the_checks_are_shown_and_the_report_is_copied(qtbot: QtBot) -> None:
    view = DoctorView(LIGHT)
    qtbot.addWidget(view)
    view.show()
    view.start()
    assert not view.copy_button.isEnabled()
    qtbot.waitUntil(lambda: view.copy_button.isEnabled(), timeout=180_000)
    texts = " ".join(label.text() for label in view.findChildren(QLabel))
    assert "litert" in texts
    view.copy_button.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert "litert" in clipboard.text()


@pytest.mark.tensorflow
def test_closing_it_ends_the_checks(qtbot: QtBot) -> None:
    view = DoctorView(LIGHT)
    qtbot.addWidget(view)
    view.start()
    assert view.job is not None
    assert view.job.is_running
    view.shut_down()
    assert not view.job.is_running
