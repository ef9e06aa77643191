"""The window on an LSL stream of another process, and on a board of BrainFlow."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from emgstream.app.open_requests import PortRequest
from emgstream.app.recording_session import RecordingStage
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.record.record_page import RecordPage
from emgstream.gui.window import Window
from emgstream.recording import read_sidecar
from emgstream.sources.source_status import SourceState
from emgstream.tables import EmgTable, read_table
from tests.gui.conftest import OpenWindow

pytestmark = pytest.mark.realtime
WAIT_MS = 90_000
N_RECORDED = 500


def await_signals(window: Window, qtbot: QtBot) -> None:
    timeline = window.page(LivePage).timeline
    qtbot.waitUntil(lambda: timeline.shows_session or bool(window.strip.words), timeout=WAIT_MS)
    assert timeline.shows_session, window.strip.words


def await_listed(window: Window, qtbot: QtBot, title: str) -> str:
    """Wait until a source is in the list by its name, and return its address."""
    rows = window.source_bar.source_list
    qtbot.waitUntil(lambda: rows.findText(title) >= 0, timeout=WAIT_MS)
    return str(rows.itemData(rows.findText(title)))


def record_freely(window: Window, qtbot: QtBot, folder: Path) -> EmgTable:
    """Record half a thousand samples with one label in the window; return the table."""
    window.show_page("Record")
    page = window.page(RecordPage)
    page.form.set_folder(folder)
    page.form.free_button.click()
    page.form.check_box.setChecked(False)
    qtbot.waitUntil(page.setup.row.button.isEnabled, timeout=WAIT_MS)
    page.setup.row.button.click()
    run = page.run
    assert run is not None, window.strip.words
    qtbot.waitUntil(lambda: run.takes_markers, timeout=WAIT_MS)
    page.guide.number_wanted.emit(2)
    qtbot.waitUntil(lambda: run.recorder.n_samples >= N_RECORDED, timeout=WAIT_MS)
    page.guide.marker_field.button.click()
    n_before = run.recorder.n_samples
    qtbot.waitUntil(lambda: run.recorder.n_samples > n_before + 100, timeout=WAIT_MS)
    page.guide.end_wanted.emit()
    qtbot.waitUntil(lambda: run.stage is RecordingStage.DONE, timeout=WAIT_MS)
    assert run.failure is None
    window.show_page("Live")
    return read_table(run.plan.path)


def test_an_lsl_stream_is_listed_shown_recorded_and_followed_when_it_comes_back(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    pytest.importorskip("pylsl", reason="needs the extra lsl", exc_type=ImportError)
    from tests.sources.test_lsl_source import sender

    window = open_window(without_model=True)
    with sender("window arm", 500.0):
        address = await_listed(window, qtbot, "LSL window arm")
        assert address == "lsl://window arm"
        window.open_source(PortRequest(address))
        await_signals(window, qtbot)
        session = window.connection.session
        assert session is not None
        assert session.info.channel_names == ("biceps", "triceps")
        assert window.page(LivePage).quality.names == ("biceps", "triceps")
        assert session.title == "LSL window arm"
        qtbot.waitUntil(lambda: "Hz" in window.status.rate.text(), timeout=WAIT_MS)
        assert window.status.lost.text() == "loss not known"
        assert window.source_bar.state_label.text() == "streaming"
        table = record_freely(window, qtbot, tmp_path)
        assert table.channel_names == ("biceps", "triceps")
        assert len(table.markers) == 1
        assert read_sidecar(table.path)["samples"]["sees_loss"] is None
    bar = window.source_bar
    qtbot.waitUntil(
        lambda: window.connection.state.kind is not SourceState.STREAMING, timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: bar.state_label.text() != "streaming", timeout=WAIT_MS)
    assert window.connection.live  # it waits for the stream
    n_before = session.ring.n_received
    with sender("window arm", 500.0):
        qtbot.waitUntil(lambda: session.ring.n_received > n_before + 500, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: bar.state_label.text() == "streaming", timeout=WAIT_MS)
        qtbot.waitUntil(lambda: "started again" in window.strip.words, timeout=WAIT_MS)


def test_the_synthetic_board_of_brainflow_is_listed_shown_and_recorded(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    pytest.importorskip("brainflow", reason="needs the extra brainflow")
    window = open_window(without_model=True)
    address = await_listed(window, qtbot, "BrainFlow synthetic board")
    window.open_source(PortRequest(address))
    await_signals(window, qtbot)
    session = window.connection.session
    assert session is not None
    assert session.info.n_channels == 16
    assert session.info.channel_names[0] == "EMG1"
    assert session.is_synthetic
    qtbot.waitUntil(lambda: "Hz" in window.status.rate.text(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.status.lost.text().startswith("lost  "), timeout=WAIT_MS)
    table = record_freely(window, qtbot, tmp_path)
    assert table.channel_names == session.info.channel_names
    assert read_sidecar(table.path)["source"]["is_synthetic"] is True
    assert read_sidecar(table.path)["samples"]["sees_loss"] is True
