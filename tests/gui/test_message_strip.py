"""Messages move nothing and leave with their cause."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, QRect
from PyQt5.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest
from emgstream.data import DEMO_RECORDING
from emgstream.gui.window import Window
from tests.gui.conftest import OpenWindow

DEADLINE_MS = 30_000
LONG = "no board answers; expected one with the firmware; see that it is plugged in. " * 8


def places(window: Window) -> dict[str, QRect]:
    """Return where every widget of the window is, but those of the strip."""
    parts = [
        part
        for part in window.findChildren(QWidget)
        if part.isVisible() and part is not window.strip and not window.strip.isAncestorOf(part)
    ]
    return {
        f"{number} {type(part).__name__}": QRect(part.mapTo(window, QPoint(0, 0)), part.size())
        for number, part in enumerate(parts)
    }


def test_a_message_moves_nothing_and_covers_only_the_figures(open_window: OpenWindow) -> None:
    window = open_window()
    window.resize(1000, 600)
    QApplication.processEvents()
    for title in ("Record", "Test", "Tune"):
        window.show_page(title)
        QApplication.processEvents()
        before = places(window)
        window.strip.show_error(LONG, can_retry=True, can_leave_model=True)
        QApplication.processEvents()
        assert places(window) == before
        foot = window.strip.geometry()
        assert foot.top() > window.book.geometry().bottom()
        assert window.rect().contains(foot)
        window.strip.hide()


def test_a_long_message_is_shortened_and_unfolds_upwards(open_window: OpenWindow) -> None:
    window = open_window()
    window.resize(1000, 600)
    QApplication.processEvents()
    strip = window.strip
    strip.show_error(LONG)
    folded = strip.height()
    assert strip.more_button.isVisible()
    strip.more_button.click()
    assert strip.height() > folded
    assert strip.more_button.text() == "Less"
    assert window.rect().contains(strip.geometry())
    strip.more_button.click()
    assert strip.height() == folded
    strip.show_error("short")
    assert not strip.more_button.isVisible()


def test_a_message_leaves_once_its_cause_is_over(open_window: OpenWindow) -> None:
    window = open_window()
    over: list[bool] = []
    window.strip.show_error("the disk is full", until=lambda: bool(over))
    window.refresh_figures()
    assert window.strip.words == "the disk is full"
    over.append(True)
    window.refresh_figures()
    assert window.strip.words == ""


def test_a_note_on_what_was_done_leaves_with_the_page_and_a_warning_stays(
    open_window: OpenWindow,
) -> None:
    window = open_window()
    window.strip.show_note("the model was saved")
    window.show_page("Record")
    assert window.strip.words == ""
    window.strip.show_note("the disk is slow", warns=True)
    window.show_page("Live")
    assert window.strip.words == "the disk is slow"


def test_the_failure_of_a_source_leaves_when_another_is_chosen(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=PortRequest("/dev/no-such-port"))
    qtbot.waitUntil(lambda: "no-such-port" in window.strip.words, timeout=DEADLINE_MS)
    window.source_bar.choose(PortRequest(SIMULATED))
    window.refresh_figures()
    assert window.strip.words == ""


def test_the_advice_to_choose_a_recording_leaves_when_one_is_chosen(
    open_window: OpenWindow,
) -> None:
    window = open_window()
    window.source_bar.choose(PortRequest(SIMULATED))
    window.show_columns()
    assert "choose a recording first" in window.strip.words
    window.source_bar.choose(ReplayRequest(DEMO_RECORDING))
    window.refresh_figures()
    assert window.strip.words == ""
