"""The window as a user meets it; everything under it is the real thing."""

from __future__ import annotations

import gzip
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt5.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt5.QtGui import QDropEvent, QKeySequence, QMouseEvent, QWheelEvent
from PyQt5.QtWidgets import QApplication, QLabel, QPushButton, QShortcut
from pytestqt.qtbot import QtBot

from emgstream.bundle import Model, write_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.gui.requests import AUTO, SIMULATED, PortRequest, ReplayRequest
from emgstream.gui.session import StateKind
from emgstream.gui.shortcuts import KEYS
from emgstream.gui.simulated_board import SimulatedBoardSource
from emgstream.gui.timeline import Timeline
from emgstream.gui.traces import View
from emgstream.gui.window import Window
from emgstream.latency import STAGES
from tests.gui.conftest import OpenWindow

DEADLINE_MS = 30_000


def wait(qtbot: QtBot, claim: Callable[[], bool]) -> None:
    qtbot.waitUntil(claim, timeout=DEADLINE_MS)


def streams(window: Window) -> bool:
    session = window.connection.session
    return session is not None and session.latest is not None and window.pages.isVisible()


def words(window: Window) -> str:
    return window.strip.words


def drop(window: Window, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    window.dropEvent(
        QDropEvent(QPointF(400, 300), copy, mime, left, Qt.KeyboardModifier.NoModifier)
    )


def press(
    window: Window,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    QApplication.setActiveWindow(window)
    QtBot.keyClick(window, key, modifier)  # type: ignore[no-untyped-call]


def shown_view(window: Window) -> View:
    return window.timeline.view


def drag(timeline: Timeline, start: QPointF, end: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind, at in (
        (QEvent.Type.MouseButtonPress, start),
        (QEvent.Type.MouseMove, end),
        (QEvent.Type.MouseButtonRelease, end),
    ):
        QApplication.sendEvent(timeline, QMouseEvent(kind, at, left, left, none))


def demo_replay(**how: object) -> ReplayRequest:
    return ReplayRequest(DEMO_RECORDING, **how)  # type: ignore[arg-type]


def test_a_first_time_user_is_shown_three_ways_to_begin(open_window: OpenWindow) -> None:
    window = open_window()
    assert window.pages.currentWidget() is window.welcome
    buttons = [button.text() for button in window.welcome.findChildren(QPushButton)]
    assert buttons == ["Simulated board", "Find my board", "Open recording…"]
    assert window.source_bar.state_label.text() == "not connected"


def test_decisions_follow_the_simulated_person_through_unplugging(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    window.welcome.findChildren(QPushButton)[0].click()
    wait(qtbot, lambda: streams(window))
    session = window.connection.session
    assert session is not None
    assert "synthetic" in window.view_bar.title.text()
    seen: set[tuple[str, str | None]] = set()

    def follow() -> bool:
        update = session.latest
        if update is not None:
            seen.update(
                (decision.label, label)
                for decision, label in zip(update.decisions, update.labels, strict=True)
            )
        return len({label for decided, label in seen if decided == label}) >= 2

    wait(qtbot, follow)
    assert isinstance(session.source, SimulatedBoardSource)
    session.source.board.unplug()
    wait(qtbot, lambda: "unplugged" in window.source_bar.state_label.text())
    wait(qtbot, lambda: window.prediction.accessibleDescription() == "nothing decided yet")
    n_before = session.log.n_decisions
    session.source.board.replug()
    wait(qtbot, lambda: session.log.n_decisions > n_before + 20)
    wait(qtbot, lambda: window.source_bar.state_label.text() == "streaming")
    assert session.latest is not None
    assert session.latest.labels[-1] is not None
    assert window.prediction.accessibleDescription() != "nothing decided yet"
    window.source_bar.connect_button.click()
    wait(qtbot, lambda: not window.connection.live and not window.connection.busy)
    assert window.source_bar.request == PortRequest(SIMULATED)


def test_a_recording_plays_pauses_and_is_sought_in(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(source=demo_replay(speed=4.0))
    wait(qtbot, lambda: streams(window))
    bar = window.replay_bar
    assert bar.isVisible()
    session = window.connection.session
    assert session is not None
    replay = session.replay
    assert replay is not None
    press(window, Qt.Key.Key_Space)
    wait(qtbot, lambda: replay.paused)
    wait(qtbot, lambda: window.source_bar.state_label.text() == "paused")
    bar.slider.setValue(bar.slider.maximum() // 2)
    assert replay.position_s == pytest.approx(replay.duration_s / 2, abs=0.1)
    press(window, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert replay.position_s == pytest.approx(replay.duration_s / 2 + 5.0, abs=0.1)
    press(window, Qt.Key.Key_Space)
    wait(qtbot, lambda: not replay.paused)
    wait(qtbot, lambda: replay.position_s > replay.duration_s / 2 + 6.0)
    assert session.traces is not None
    assert len(session.traces.raw.breaks) == 1
    assert not window.connection.failure


def test_a_recording_stays_open_at_its_end_and_begins_again(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=demo_replay(speed=None))
    wait(qtbot, lambda: window.source_bar.state_label.text() == "finished")
    session = window.connection.session
    assert session is not None
    assert session.log.n_truths == session.log.n_decisions > 1000
    n_before = session.log.n_decisions
    press(window, Qt.Key.Key_Space)
    wait(qtbot, lambda: session.log.n_decisions > n_before)


def test_wrong_files_are_told_in_the_window_and_nothing_stops(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(source=demo_replay(loop=True))
    wait(qtbot, lambda: streams(window))
    drop(window, tmp_path / "letter.pdf")
    assert words(window).startswith("letter.pdf is neither a recording nor a model")
    assert window.connection.live
    damaged = tmp_path / "damaged.csv.gz"
    damaged.write_bytes(gzip.compress(b"a,b,c\n1,2,3\n")[:-6])
    drop(window, damaged)
    wait(qtbot, lambda: "damaged.csv.gz" in words(window))
    other = tmp_path / "other.csv"
    other.write_text("time_s,thumb\n0.0,1\n0.001,2\n")
    drop(window, other)
    wait(qtbot, lambda: "thumb" in words(window))
    assert window.strip.retry_button.isVisible()
    bad_model = tmp_path / "bad.emgmodel"
    bad_model.write_text("not a model")
    drop(window, bad_model)
    window.source_bar.connect_button.click()
    wait(qtbot, lambda: "bad.emgmodel" in words(window))
    press(window, Qt.Key.Key_Escape)
    assert words(window) == ""


def test_a_dropped_model_and_recording_are_used(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    model = tmp_path / "mine.emgmodel"
    shutil.copy(DEMO_MODEL, model)
    window = open_window()
    drop(window, model, DEMO_RECORDING)
    wait(qtbot, lambda: streams(window))
    assert window.source_bar.model_list.currentText() == "mine.emgmodel"
    assert window.model_label.text() == "Model: mine.emgmodel, trained on synthetic EMG"


def test_a_missing_model_is_told_with_what_to_do(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(model=Path("nowhere.emgmodel"), source=PortRequest(SIMULATED))
    wait(qtbot, lambda: "nowhere.emgmodel" in words(window))
    assert "emgstream train" in words(window)


def test_a_port_that_is_not_there_is_told_with_what_to_do(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=PortRequest("/dev/no-such-port"))
    wait(qtbot, lambda: "no port /dev/no-such-port" in words(window))
    wait(qtbot, lambda: not window.connection.live)
    assert window.source_bar.request == PortRequest("/dev/no-such-port")


@pytest.mark.parametrize("source", [PortRequest(SIMULATED), PortRequest(AUTO), demo_replay()])
def test_closing_while_it_is_opening_leaves_no_thread(
    open_window: OpenWindow, source: PortRequest | ReplayRequest
) -> None:
    window = open_window(source=source)
    window.close()
    left = [one.name for one in threading.enumerate() if one.name.startswith("emg-")]
    assert left == []


def test_closing_in_full_flow_leaves_no_thread(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(source=PortRequest(SIMULATED))
    wait(qtbot, lambda: streams(window))
    window.close()
    assert not [one.name for one in threading.enumerate() if one.name.startswith("emg-")]


def test_going_from_source_to_source_ends_the_one_before(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=PortRequest(SIMULATED))
    wait(qtbot, lambda: streams(window))
    first = window.connection.session
    window.open_source(demo_replay())
    wait(qtbot, lambda: streams(window) and window.connection.session is not first)
    names = [one.name for one in threading.enumerate()]
    assert "emg-board" not in names
    assert names.count("emg-reader") == 1


def test_looking_back_zooming_and_measuring(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(source=demo_replay(speed=None))
    wait(qtbot, lambda: window.source_bar.state_label.text() == "finished")
    timeline = window.timeline
    press(window, Qt.Key.Key_Left)
    assert window.view_bar.live_button.isVisible()
    press(window, Qt.Key.Key_End)
    assert window.view_bar.live_button.isHidden()
    drag(timeline, QPointF(300, 100), QPointF(500, 100))
    assert window.view_bar.live_button.isVisible()
    span_before = timeline.time.span_s
    at = QPointF(400, 100)
    timeline.wheelEvent(
        QWheelEvent(
            at,
            timeline.mapToGlobal(at.toPoint()),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
    )
    assert timeline.time.span_s == pytest.approx(span_before / 1.25)
    left = Qt.MouseButton.LeftButton
    QtBot.mouseClick(timeline, left, pos=QPoint(400, 100))  # type: ignore[no-untyped-call]
    assert timeline.mark is not None
    press(window, Qt.Key.Key_Escape)
    assert timeline.mark is None


def test_the_signal_can_be_seen_as_steps_and_as_conditioned(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=demo_replay(speed=None))
    wait(qtbot, lambda: window.source_bar.state_label.text() == "finished")
    press(window, Qt.Key.Key_3)
    assert shown_view(window) is View.STEPS
    press(window, Qt.Key.Key_2)
    assert shown_view(window) is View.CONDITIONED
    press(window, Qt.Key.Key_1)
    assert shown_view(window) is View.RAW


def test_a_model_that_conditions_nothing_has_no_such_view(
    open_window: OpenWindow, qtbot: QtBot, demo_model: Model, tmp_path: Path
) -> None:
    path = tmp_path / "plain.emgmodel"
    manifest = replace(demo_model.manifest, conditioning={"kind": "none"})
    write_model(path, replace(demo_model, manifest=manifest))
    window = open_window(source=demo_replay(speed=None), model=path)
    wait(qtbot, lambda: window.source_bar.state_label.text() == "finished")
    press(window, Qt.Key.Key_2)
    assert shown_view(window) is View.RAW


def test_what_was_chosen_is_there_the_next_time(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(theme="light")
    drop(window, DEMO_RECORDING)
    wait(qtbot, lambda: streams(window))
    press(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    press(window, Qt.Key.Key_Minus)
    window.close()
    again = open_window()
    assert again.theme.name == "dark"
    assert again.timeline.time.span_s == 20.0
    assert again.source_bar.request == ReplayRequest(DEMO_RECORDING)


def test_every_key_is_bound_once_and_listed_under_f1(open_window: OpenWindow) -> None:
    window = open_window()
    bound = [shortcut.key().toString() for shortcut in window.findChildren(QShortcut)]
    assert sorted(bound) == sorted(QKeySequence(key).toString() for _, key, _ in KEYS)
    assert len(set(bound)) == len(bound)
    press(window, Qt.Key.Key_F1)
    assert window.help_card.isVisible()
    listed = [label.text() for label in window.help_card.findChildren(QLabel)]
    assert all(key in listed and what in listed for _, key, what in KEYS)
    window.help_card.close()


def test_quality_is_told_of_every_channel(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(source=PortRequest(SIMULATED))
    wait(qtbot, lambda: window.quality.words == ("good", "good", "good"))


def test_the_figures_are_those_of_the_stream(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(source=PortRequest(SIMULATED))
    wait(qtbot, lambda: "1000" in window.status.rate.text() and "ppm" in window.status.rate.text())
    assert window.status.lost.text() == "lost  0  (0 in 5 s)"
    assert "p50" in window.status.latency.text()
    window.status.latency.click()
    assert window.latency_popup.stages[:7] == (*STAGES, "paint")
    window.latency_popup.close()
    state = window.connection.session
    assert state is not None
    assert window.connection.state(0.0).kind is StateKind.STREAMING
