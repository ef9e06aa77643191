"""The page that records, as a user meets it; everything under it is the real thing."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest
from emgstream.app.recording_plan import RecordingRequest, plan_session, table_path
from emgstream.app.recording_session import RecordingSession, RecordingStage
from emgstream.clock import MonotonicClock
from emgstream.cue_schedule import MOVEMENTS, REST, TRANSITION
from emgstream.data import DEMO_RECORDING
from emgstream.errors import OutputError, UsageError
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.pages import PAGES
from emgstream.gui.record import record_form
from emgstream.gui.record.record_page import RecordPage
from emgstream.gui.window import Window
from emgstream.recording import FreeProtocol, GuidedProtocol, ProtocolPhase, RepetitionOutcome
from emgstream.recording.sidecar import read_sidecar
from emgstream.sources.simulated_board_source import SimulatedBoardSource
from emgstream.sources.source import Source
from emgstream.tables import EmgTable, read_table
from emgstream.types import Chunk
from tests.gui.conftest import OpenWindow, window_of

pytestmark = pytest.mark.realtime

DEADLINE_MS = 60_000
HOLD_S, REST_S = 1.2, 1.0


def wait(qtbot: QtBot, claim: Callable[[], bool]) -> None:
    qtbot.waitUntil(claim, timeout=DEADLINE_MS)


def press(window: Window, key: int, modifier: int = Qt.KeyboardModifier.NoModifier) -> None:
    QApplication.setActiveWindow(window)
    QtBot.keyClick(window, key, modifier)  # type: ignore[no-untyped-call]


def run_of(page: RecordPage) -> RecordingSession:
    assert page.run is not None, page.shell.strip.words
    return page.run


def guided(page: RecordPage) -> GuidedProtocol:
    protocol = run_of(page).protocol
    assert isinstance(protocol, GuidedProtocol)
    return protocol


def test_the_proposed_name_has_the_time_at_which_the_form_is_seen(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 5, 4, 9, 30)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            return cls.fromtimestamp(now.timestamp(), tz)

    monkeypatch.setattr(record_form, "datetime", Clock)
    form = record_form.SessionForm(tmp_path)
    qtbot.addWidget(form)
    assert form.name.text() == "emg_2026-05-04_09-30-00"
    now += timedelta(hours=2)
    form.show()
    assert form.name.text() == "emg_2026-05-04_11-30-00"
    form.hide()
    form.name.setText("monday")
    form.show()
    assert form.name.text() == "monday"


@pytest.fixture
def page(open_window: OpenWindow, qtbot: QtBot, tmp_path: Path) -> RecordPage:
    """The page, with a board connected and a short session of two movements filled in."""
    window = open_window(source=PortRequest(SIMULATED))
    found = window.page(RecordPage)
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    form = found.form
    form.set_folder(tmp_path)
    form.name.setText("take")
    for name, button in form.movement_buttons.items():
        button.setChecked(name in (REST, "hand_close", "wrist_right"))
    form.repetitions.setValue(1)
    form.hold.setValue(HOLD_S)
    form.rest.setValue(REST_S)
    form.check_box.setChecked(False)
    wait(qtbot, lambda: found.setup.row.button.isEnabled() or bool(window.strip.words))
    assert found.setup.row.button.isEnabled(), window.strip.words
    return found


def start(page: RecordPage, qtbot: QtBot) -> RecordingSession:
    """Begin what the form says, and wait until the session can be steered."""
    page.setup.row.button.click()
    run = run_of(page)
    wait(qtbot, lambda: run.stage is RecordingStage.TAKE)
    return run


def await_cue(page: RecordPage, qtbot: QtBot, moves: bool = True) -> str:
    """Wait until a movement, or a rest, is asked for; return it."""
    protocol = guided(page)

    def is_asked() -> bool:
        view = protocol.view(0.0)
        return protocol.phase is ProtocolPhase.CUE and (view.label != REST) == moves

    wait(qtbot, is_asked)
    return protocol.view(0.0).label


def finish(page: RecordPage, qtbot: QtBot) -> EmgTable:
    wait(qtbot, lambda: run_of(page).stage is RecordingStage.DONE)
    return read_table(run_of(page).plan.path)


def outcomes(path: Path) -> list[tuple[str, str]]:
    return [(one["label"], one["outcome"]) for one in read_sidecar(path)["repetitions"]]


def labels_of(table: EmgTable) -> list[str]:
    assert table.labels is not None
    return [table.label_names[code] if code >= 0 else "" for code in table.labels.tolist()]


def begins(labels: Sequence[str | None], wanted: str) -> list[int]:
    """Return the rows at which stretches of a label begin."""
    pairs = enumerate(pairwise([None, *labels]))
    return [at for at, (before, label) in pairs if label == wanted != before]


def await_samples(page: RecordPage, qtbot: QtBot) -> None:
    """Wait until samples have come that were taken after this call."""
    now_s = MonotonicClock().now()
    ring = run_of(page).session.ring

    def came() -> bool:
        newest = ring.since(ring.end_index - 1)
        return len(newest) > 0 and bool(newest.received_s[-1] > now_s + 0.3)

    wait(qtbot, came)


def board(page: RecordPage) -> SimulatedBoardSource:
    session = page.shell.connection.session
    assert session is not None
    assert isinstance(session.source, SimulatedBoardSource)
    return session.source


class Witness:
    """Takes every sample with what the simulated person really did."""

    def __init__(self) -> None:
        self.samples: list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = []
        self.truths: list[str | None] = []

    def receive(self, chunk: Chunk, source: Source) -> None:
        self.samples.append(chunk.samples)
        self.truths += source.labels_at(np.arange(chunk.first_index, chunk.end_index))

    def truths_of(self, table: EmgTable) -> list[str | None]:
        """Return what was done at each row of a table of the same stream."""
        seen = np.concatenate(self.samples)
        starts = np.flatnonzero((seen == table.samples[0]).all(axis=1))
        n = table.n_rows
        start = next(at for at in starts if np.array_equal(seen[at : at + n], table.samples))
        return self.truths[start : start + n]


def test_a_session_from_the_page_becomes_a_file_whose_labels_agree(
    page: RecordPage, qtbot: QtBot
) -> None:
    session = page.shell.connection.session
    assert session is not None
    witness = Witness()
    session.attach(witness)
    run = start(page, qtbot)
    assert window_of(page).page_bar.buttons[1].text() == "Record"
    press(window_of(page), Qt.Key.Key_Space)
    await_cue(page, qtbot)
    wait(qtbot, lambda: window_of(page).page_bar.buttons[1].text() == "Record\u2009•")
    assert not window_of(page).source_bar.connect_button.isEnabled()
    table = finish(page, qtbot)
    session.detach(witness)
    assert run.failure is None
    assert page.steps.currentWidget() is page.review
    assert read_sidecar(run.plan.path)["state"] == "complete"
    labels, truths = labels_of(table), witness.truths_of(table)
    assert {"hand_close", "wrist_right", REST, TRANSITION} <= set(labels)
    assert table.sampling_rate_hz is not None
    assert run.recovered is not None
    # a stall of a busy computer may leave no rest before a movement, and that is noted
    found = [one for one in run.recovered.runs if one.run.label != REST and not one.note]
    starts = [(one.run.label, one.label_from) for one in found if one.label_from is not None]
    assert starts
    for movement, start_row in starts:
        late = min(abs(start_row - onset) for onset in begins(truths, movement))
        assert late <= 0.05 * table.sampling_rate_hz, movement
    both = zip(labels, truths, strict=True)
    assert all(label == truth for label, truth in both if {label, truth} <= set(MOVEMENTS[1:]))
    table_view = page.review.table
    cells = [table_view.item(row, 0) for row in range(table_view.rowCount())]
    listed = {cell.text() for cell in cells if cell is not None}
    assert {"hand close", "wrist right"} <= listed


def test_a_session_left_before_its_start_leaves_no_file(page: RecordPage, qtbot: QtBot) -> None:
    run = start(page, qtbot)
    await_samples(page, qtbot)
    press(window_of(page), Qt.Key.Key_Escape)
    wait(qtbot, lambda: page.run is None)
    assert run.stage is RecordingStage.DONE
    assert not run.plan.path.exists()
    assert page.steps.currentWidget() is page.setup


def test_labels_are_put_in_order_the_other_way_and_back(page: RecordPage, qtbot: QtBot) -> None:
    start(page, qtbot)
    press(window_of(page), Qt.Key.Key_Space)
    path = run_of(page).plan.path
    finish(page, qtbot)
    page.review.trim_box.click()
    assert TRANSITION not in labels_of(finish(page, qtbot))
    assert not read_sidecar(path)["labels"]["is_trimmed"]
    wait(qtbot, page.review.trim_box.isEnabled)
    page.review.trim_box.click()
    assert TRANSITION in labels_of(finish(page, qtbot))
    wait(qtbot, page.review.another_button.isEnabled)
    page.review.another_button.click()
    assert page.form.isVisible()
    assert page.form.name.text() != path.stem


def test_space_pauses_r_repeats_and_esc_ends_and_keeps_everything(
    page: RecordPage, qtbot: QtBot
) -> None:
    page.form.hold.setValue(60.0)
    start(page, qtbot)
    press(window_of(page), Qt.Key.Key_Space)
    first = await_cue(page, qtbot)
    await_samples(page, qtbot)
    press(window_of(page), Qt.Key.Key_Space)
    wait(qtbot, lambda: guided(page).phase is ProtocolPhase.PAUSED)
    wait(qtbot, lambda: page.guide.canvas.scene.title == "Paused")
    press(window_of(page), Qt.Key.Key_Space)
    assert await_cue(page, qtbot) == first, "what the pause fell into is asked for again"
    await_samples(page, qtbot)
    press(window_of(page), Qt.Key.Key_R)
    await_cue(page, qtbot, moves=False)
    assert await_cue(page, qtbot) == first
    await_samples(page, qtbot)
    press(window_of(page), Qt.Key.Key_Escape)
    table = finish(page, qtbot)
    done = [outcome for label, outcome in outcomes(run_of(page).plan.path) if label == first]
    # a busy computer may make the board stall, and that interrupts as well
    assert (done[0], done[-1]) == (
        RepetitionOutcome.INTERRUPTED.value,
        RepetitionOutcome.CUT_SHORT.value,
    )
    assert RepetitionOutcome.DISCARDED.value in done
    assert table.n_rows > 0
    assert not page.holds_connection


def test_a_repetition_that_an_unplugged_board_falls_into_is_asked_for_again(
    page: RecordPage, qtbot: QtBot
) -> None:
    page.form.hold.setValue(60.0)
    start(page, qtbot)
    press(window_of(page), Qt.Key.Key_Space)
    lost = await_cue(page, qtbot)
    await_samples(page, qtbot)
    board(page).board.unplug()
    wait(qtbot, lambda: guided(page).phase is ProtocolPhase.AWAY)
    wait(qtbot, lambda: page.guide.canvas.scene.title == "No signal")
    board(page).board.replug()
    assert await_cue(page, qtbot) == lost
    await_samples(page, qtbot)
    press(window_of(page), Qt.Key.Key_Escape)
    table = finish(page, qtbot)
    assert table.segments is not None
    assert table.segments[-1] > 0
    assert (lost, RepetitionOutcome.INTERRUPTED.value) in outcomes(run_of(page).plan.path)


def test_closing_the_window_in_the_middle_keeps_everything_and_puts_it_in_order(
    page: RecordPage, qtbot: QtBot
) -> None:
    page.form.hold.setValue(60.0)
    run = start(page, qtbot)
    press(window_of(page), Qt.Key.Key_Space)
    label = await_cue(page, qtbot)
    await_samples(page, qtbot)
    window_of(page).close_now()  # as after a yes to the question that stands before it
    assert read_sidecar(run.plan.path)["state"] == "complete"
    assert outcomes(run.plan.path)[-1] == (label, RepetitionOutcome.CUT_SHORT.value)
    assert read_table(run.plan.path).n_rows > 0
    assert not [one.name for one in threading.enumerate() if one.name.startswith("emg-")]


def test_free_labels_follow_the_number_keys(page: RecordPage, qtbot: QtBot) -> None:
    page.form.free_button.click()
    run = start(page, qtbot)
    assert isinstance(run.protocol, FreeProtocol)
    names = run.protocol.labels

    def hold() -> None:
        at = run.recorder.n_samples
        wait(qtbot, lambda: run.recorder.n_samples > at + 200)

    hold()
    press(window_of(page), Qt.Key.Key_2)
    wait(qtbot, page.guide.number_buttons[1].isChecked)
    hold()
    page.guide.number_buttons[2].click()
    hold()
    press(window_of(page), Qt.Key.Key_R)
    hold()
    press(window_of(page), Qt.Key.Key_Escape)
    labels = labels_of(finish(page, qtbot))
    assert list(dict.fromkeys(labels)) == ["", names[1]], "what was taken back has no label"


def test_the_signal_is_checked_and_the_user_decides(page: RecordPage, qtbot: QtBot) -> None:
    page.form.check_box.setChecked(True)
    page.setup.row.button.click()
    run = run_of(page)
    assert run.stage is RecordingStage.CHECK
    wait(qtbot, lambda: run.stage is RecordingStage.VERDICT)
    wait(qtbot, page.verdict.isVisible)
    assert page.verdict.words[:3] == ["good", "good", "good"]
    press(window_of(page), Qt.Key.Key_C)
    wait(qtbot, lambda: run.stage is RecordingStage.CHECK)
    wait(qtbot, lambda: run.stage is RecordingStage.VERDICT)
    press(window_of(page), Qt.Key.Key_Space)
    wait(qtbot, lambda: run.stage is RecordingStage.TAKE)
    press(window_of(page), Qt.Key.Key_Space)
    wait(qtbot, lambda: run.recorder.n_samples > 0)
    press(window_of(page), Qt.Key.Key_Escape)
    finish(page, qtbot)
    contrast = read_sidecar(run.plan.path)["quality"]["contrast"]
    assert set(contrast) == set(page.form.placements.lines)


def test_what_is_written_down_is_what_was_typed(page: RecordPage, qtbot: QtBot) -> None:
    form = page.form
    form.subject.setText("s01")
    form.session.setText("monday")
    form.notes.setPlainText("left arm\nnew electrodes")
    channel, line = next(iter(form.placements.lines.items()))
    line.setText("upper third")
    run = start(page, qtbot)
    press(window_of(page), Qt.Key.Key_Space)
    wait(qtbot, lambda: run.recorder.n_samples > 0)
    press(window_of(page), Qt.Key.Key_Escape)
    finish(page, qtbot)
    sidecar = read_sidecar(run.plan.path)
    told = (sidecar["subject"], sidecar["session"], sidecar["notes"])
    assert told == ("s01", "monday", "left arm\nnew electrodes")
    assert sidecar["channels"][0] == {"name": channel, "placement": "upper third"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("taken", "never overwrites"),
        ("a/b", "is not a name for a file"),
        ("  ", "is not a name for a file"),
    ],
)
def test_a_wrong_name_is_told_and_nothing_begins(
    page: RecordPage, tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / "taken.csv").write_text("mine")
    page.form.name.setText(name)
    page.setup.row.button.click()
    assert words in page.shell.strip.words
    assert "--" not in page.shell.strip.words, "there is not a command line in the window"
    assert page.run is None
    assert (tmp_path / "taken.csv").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.glob("*.json")) == []


def test_a_movement_the_simulated_person_does_not_know_is_told(page: RecordPage) -> None:
    page.form.others.setText("pinch")
    page.setup.row.button.click()
    assert "pinch" in page.shell.strip.words
    assert page.run is None


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of a file as POSIX does")
def test_a_full_disk_ends_the_take_with_one_message_and_a_file_that_reads(
    page: RecordPage, qtbot: QtBot
) -> None:
    resource: Any = import_module("resource")

    run = start(page, qtbot)
    press(window_of(page), Qt.Key.Key_Space)
    wait(qtbot, lambda: run.recorder.n_samples > 0)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (run.recorder.n_bytes + 10_000, usual[1]))
    try:
        wait(qtbot, lambda: run.stage is RecordingStage.DONE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert isinstance(run.failure, OutputError)
    wait(qtbot, lambda: page.shell.strip.words == str(run.failure))
    assert str(run.plan.path) in page.shell.strip.words
    assert str(run.plan.path) in page.review.facts.text()
    assert read_table(run.plan.path).n_rows > 0


def test_a_file_dropped_in_the_middle_does_not_end_the_session(
    page: RecordPage, qtbot: QtBot
) -> None:
    run = start(page, qtbot)
    press(window_of(page), Qt.Key.Key_Space)
    window_of(page).take_files([DEMO_RECORDING])
    assert "needs this connection" in page.shell.strip.words
    at = run.recorder.n_samples
    wait(qtbot, lambda: run.recorder.n_samples > at)
    assert run.stage is RecordingStage.TAKE


def test_the_page_says_what_is_missing_where_no_board_streams(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    page = window.page(RecordPage)
    window.show_page_at(1)
    assert "No board is connected" in page.setup.row.words.text()
    assert not page.setup.row.button.isEnabled()
    assert page.setup.row.simulated_button.isVisible()
    window.open_source(ReplayRequest(DEMO_RECORDING))
    wait(qtbot, lambda: "a session needs a board" in page.setup.row.words.text())
    page.setup.row.simulated_button.click()
    wait(qtbot, lambda: page.setup.row.button.isEnabled() or bool(window.strip.words))
    assert page.setup.row.button.isEnabled(), window.strip.words


def test_keys_go_from_page_to_page_and_mean_what_the_page_in_front_says(
    open_window: OpenWindow,
) -> None:
    window = open_window()
    assert window.front is window.page(LivePage)
    for number, kind in enumerate(PAGES, start=1):
        press(window, Qt.Key.Key_0 + number, Qt.KeyboardModifier.ControlModifier)
        assert window.front is window.page(kind)
        assert window.page_bar.buttons[number - 1].isChecked()
    window.page_bar.buttons[0].click()
    assert window.front is window.page(LivePage)
    listed = [label.text() for label in window.help_card.findChildren(QLabel)]
    assert {"Ctrl+1", "Ctrl+2", "the page Record", "0 … 9"} <= set(listed)


def test_a_plan_names_what_is_amiss(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no movement is chosen"):
        plan_session(RecordingRequest(table_path(tmp_path, "take"), movements=()))
    with pytest.raises(UsageError, match="'a,b' is not a name for a movement"):
        plan_session(RecordingRequest(table_path(tmp_path, "take"), movements=("a,b",)))
    many = tuple(f"m{number}" for number in range(12))
    with pytest.raises(UsageError, match="labels for number keys"):
        plan_session(RecordingRequest(table_path(tmp_path, "take"), movements=many, is_free=True))
    plan = plan_session(
        RecordingRequest(table_path(tmp_path, "take.csv"), hold_s=2.0, rest_s=1.0, repetitions=2)
    )
    assert plan.path == tmp_path / "take.csv"
    assert plan.duration_s == 2 * 6 * 3.0 + 1.0
    assert json.loads(json.dumps(plan.about.protocol))["seed"] == 0


def test_space_on_a_button_that_tab_went_to_presses_it_once(page: RecordPage, qtbot: QtBot) -> None:
    start(page, qtbot)
    page.guide.space_button.setFocus()
    press(window_of(page), Qt.Key.Key_Space)
    assert guided(page).phase is ProtocolPhase.CUE or guided(page).phase is ProtocolPhase.COUNTDOWN
    press(window_of(page), Qt.Key.Key_Space)
    assert guided(page).phase is ProtocolPhase.PAUSED


def test_a_repetition_is_dropped_by_a_click_and_taken_back_in(
    page: RecordPage, qtbot: QtBot
) -> None:
    run = start(page, qtbot)
    press(window_of(page), Qt.Key.Key_Space)
    table = finish(page, qtbot)
    review = page.review.repetitions
    wait(qtbot, lambda: review.reading.signal is not None)
    assert run.recovered is not None
    labelled = next(one for one in run.recovered.runs if one.run.label != REST)
    label = labelled.run.label
    assert label in table.label_names
    review.overview.row_clicked.emit((labelled.run.start + labelled.run.end) // 2)
    assert review.words.text().startswith(f"{label.replace('_', ' ')}, no. 1, ")
    assert review.detail.isVisible()
    review.drop_button.click()
    assert label not in finish(page, qtbot).label_names
    assert (label, "dropped") in outcomes(run.plan.path)
    wait(qtbot, lambda: review.drop_button.text() == "Take it back in")
    review.drop_button.click()
    assert label in finish(page, qtbot).label_names
    assert (label, "held") in outcomes(run.plan.path)


def test_the_picture_shows_where_the_electrodes_go_for_the_movements(page: RecordPage) -> None:
    words = page.form.placements.words
    assert words.text().startswith("1  flexors: ")
    page.form.movement_buttons["elbow_bend"].click()
    assert words.text().startswith("1  biceps: ")
    assert words.text().splitlines()[-1].startswith("R  reference: ")
    lines = [*page.form.placements.lines.values()]
    assert "for example biceps" in lines[0].placeholderText()
