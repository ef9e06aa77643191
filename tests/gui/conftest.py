from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from emgstream.app.open_requests import WindowRequest
from emgstream.gui.application import make_window
from emgstream.gui.closing_question import ClosingQuestion
from emgstream.gui.window import Window
from emgstream.gui.window_page import WindowPage

OpenWindow = Callable[..., Window]
_UNANSWERED_MS = 60_000


@pytest.fixture(autouse=True)
def _no_question_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer a closing question that no test answers with Stay, so that its test fails."""
    ask = ClosingQuestion.exec_

    def ask_for_a_while(question: ClosingQuestion) -> int:
        QTimer.singleShot(_UNANSWERED_MS, question.reject)
        return ask(question)

    monkeypatch.setattr(ClosingQuestion, "exec_", ask_for_a_while)


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path) -> Iterator[OpenWindow]:
    """Open windows that keep their settings in a file of the test's own."""
    gc.collect()  # Qt styles every widget there is: one more window a test took 0.15 s more in each
    windows: list[Window] = []

    def make(**what: object) -> Window:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        request = WindowRequest(settings=tmp_path / "settings.ini", **what)  # type: ignore[arg-type]
        window = make_window(application, request)
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in windows:
        window.close_now()


def window_of(page: WindowPage) -> Window:
    """The window a page is shown in, of which the page itself knows only the `Shell`."""
    window = page.window()
    assert isinstance(window, Window)
    return window
