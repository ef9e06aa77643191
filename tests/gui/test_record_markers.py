"""Markers on the page Record: set by a key, taken from another program, drawn over the signals."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest
from emgstream.app.recording_session import RecordingSession, RecordingStage
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.record.record_page import RecordPage
from emgstream.gui.window import Window
from emgstream.recording import read_sidecar
from emgstream.tables import read_table
from tests.gui.conftest import OpenWindow
from tests.sources.test_lsl_markers import marker_sender

pytestmark = pytest.mark.realtime
DEADLINE_MS = 60_000


@pytest.fixture
def page(open_window: OpenWindow, qtbot: QtBot, tmp_path: Path) -> RecordPage:
    """The page with a board connected, ready for a free recording."""
    window = open_window(source=PortRequest(SIMULATED))
    window.show_page("Record")
    page = window.page(RecordPage)
    page.form.set_folder(tmp_path)
    page.form.name.setText("take")
    page.form.free_button.click()
    page.form.check_box.setChecked(False)
    qtbot.waitUntil(page.setup.row.button.isEnabled, timeout=DEADLINE_MS)
    return page


def begin(page: RecordPage, qtbot: QtBot) -> RecordingSession:
    page.setup.row.button.click()
    run = page.run
    assert run is not None, page.shell.strip.words
    qtbot.waitUntil(lambda: run.takes_markers, timeout=DEADLINE_MS)
    qtbot.waitUntil(lambda: run.recorder.n_samples > 100, timeout=DEADLINE_MS)
    return run


def end(run: RecordingSession, page: RecordPage, qtbot: QtBot) -> None:
    press(page, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: run.stage is RecordingStage.DONE, timeout=DEADLINE_MS)
    assert run.failure is None


def press(page: RecordPage, key: int) -> None:
    window = page.window()
    assert isinstance(window, Window)
    QApplication.setActiveWindow(window)
    QtBot.keyClick(QApplication.focusWidget() or window, key)  # type: ignore[no-untyped-call]


def test_the_key_sets_numbered_markers_with_the_text_of_the_field(
    page: RecordPage, qtbot: QtBot
) -> None:
    run = begin(page, qtbot)
    press(page, Qt.Key.Key_M)
    field = page.guide.marker_field.text
    field.setFocus()
    for key in (Qt.Key.Key_S, Qt.Key.Key_1, Qt.Key.Key_Space, Qt.Key.Key_M):
        press(page, key)
    assert run.stage is RecordingStage.TAKE
    press(page, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is not field
    field.setFocus()
    press(page, Qt.Key.Key_Escape)  # leaves the field, not the recording
    assert run.stage is RecordingStage.TAKE
    page.guide.marker_field.button.click()
    n_before = run.recorder.n_samples
    qtbot.waitUntil(lambda: run.recorder.n_samples > n_before + 300, timeout=DEADLINE_MS)
    end(run, page, qtbot)
    texts = [marker.text for marker in read_table(run.plan.path).markers]
    assert texts == ["1", "2 s1 m", "3 s1 m"]
    noted = read_sidecar(run.plan.path)["markers"]
    assert {one["origin"] for one in noted} == {"key"}


def test_markers_are_drawn_while_recording_and_in_the_replay(
    page: RecordPage, qtbot: QtBot
) -> None:
    window = page.window()
    assert isinstance(window, Window)
    run = begin(page, qtbot)
    run.set_marker("sip", run.session.clock.now())
    log, ring = run.session.markers, run.session.ring
    qtbot.waitUntil(lambda: bool(log.between(0, ring.end_index)), timeout=DEADLINE_MS)
    ((index, text),) = log.between(0, ring.end_index)
    assert text == "1 sip"
    timeline = page.guide.timeline

    def is_in_the_picture() -> bool:
        if timeline._shown is None or timeline._shown.traces.raw.end_index <= index:
            return False
        return timeline.time.column_of(index) < timeline.time.n_columns - 10  # its edge is cut off

    qtbot.waitUntil(is_in_the_picture, timeout=DEADLINE_MS)
    timeline.hold()
    timeline.repaint()
    pixels = timeline.grab().toImage()
    at = timeline.time.column_of(index)
    areas = timeline._areas(timeline._shown, 1.0)  # type: ignore[arg-type]
    x = int(areas.axis.left() + round(at) + 0.5)
    rows = range(round(areas.signals.top()) + 2, round(areas.signals.bottom()) - 2)

    def lightness(column: int) -> list[int]:
        return [pixels.pixelColor(column, row).lightness() for row in rows]

    empty = max(max(lightness(column)) for column in (x - 6, x + 6))

    def without_ink(column: int) -> int:
        return sum(light > empty - 10 for light in lightness(column))

    line = min(map(without_ink, range(x - 1, x + 2)))
    few = len(rows) // 20
    assert line < few, "the line of the marker is as high as the signals"
    assert without_ink(x - 6) > few, "signals alone never fill a column"
    assert without_ink(x + 6) > few
    end(run, page, qtbot)
    (marker,) = read_table(run.plan.path).markers
    window.open_source(ReplayRequest(run.plan.path, speed=None))
    live = window.page(LivePage)
    qtbot.waitUntil(
        lambda: window.connection.session not in (None, run.session), timeout=DEADLINE_MS
    )
    session = window.connection.session
    assert session is not None
    qtbot.waitUntil(lambda: live.timeline.shows_session, timeout=DEADLINE_MS)
    qtbot.waitUntil(lambda: session.ring.end_index > marker.row, timeout=DEADLINE_MS)
    assert session.markers.between(0, session.ring.end_index) == [(marker.row, "1 sip")]


def test_markers_of_another_program_are_chosen_by_name_and_become_labels(
    page: RecordPage, qtbot: QtBot
) -> None:
    choice = page.form.markers
    with marker_sender("cues of a game", "hand_close", "elbow_bend"):
        qtbot.waitUntil(
            lambda: choice.streams.findData("lsl://cues of a game") >= 0, timeout=DEADLINE_MS
        )
        choice.streams.setCurrentIndex(choice.streams.findData("lsl://cues of a game"))
        choice.streams.activated.emit(choice.streams.currentIndex())
        assert choice.labels_box.isVisible()
        choice.labels_box.click()
        assert page.setup.row.words.text().startswith("markers, for as long")
        run = begin(page, qtbot)
        qtbot.waitUntil(lambda: run.markers.n_set >= 4, timeout=DEADLINE_MS)
        end(run, page, qtbot)
    table = read_table(run.plan.path)
    assert set(table.label_names) == {"hand_close", "elbow_bend"}
    assert {marker.text for marker in table.markers} == {"hand_close", "elbow_bend"}


def test_cues_never_offer_markers_as_labels(page: RecordPage) -> None:
    choice = page.form.markers
    choice.set_streams([])
    page.form.guided_button.click()
    assert not choice.labels_box.isVisible()
    assert not choice.are_labels
