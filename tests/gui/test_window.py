"""The window as a user meets it; everything under it is the real thing."""

from __future__ import annotations

import gzip
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt5.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt5.QtGui import QDropEvent, QKeySequence, QMouseEvent, QWheelEvent
from PyQt5.QtWidgets import QApplication, QLabel, QPushButton, QShortcut, QWidget
from pytestqt.qtbot import QtBot

from emgstream.app.open_requests import AUTO, SIMULATED, PortRequest, ReplayRequest
from emgstream.app.signal_views import SignalView
from emgstream.bundle import Model, write_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.decisions import DecisionSettings
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.painting import GRID
from emgstream.gui.shortcuts import KEYS, page_keys
from emgstream.gui.window import Window
from emgstream.latency import STAGES
from emgstream.sources.simulated_board_source import SimulatedBoardSource
from emgstream.sources.source_status import SourceState
from emgstream.tables import ColumnChoice
from tests.decisions.guarded import guarded
from tests.gui.conftest import OpenWindow
from tests.processes import board_process

DEADLINE_MS = 30_000


def wait(qtbot: QtBot, claim: Callable[[], bool]) -> None:
    qtbot.waitUntil(claim, timeout=DEADLINE_MS)


def streams(window: Window) -> bool:
    session = window.connection.session
    return session is not None and session.latest is not None and live(window).pages.isVisible()


def live(window: Window) -> LivePage:
    return window.page(LivePage)


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


def shown_view(window: Window) -> SignalView:
    return live(window).timeline.view


def drag(part: QWidget, start: QPointF, end: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind, at in (
        (QEvent.Type.MouseButtonPress, start),
        (QEvent.Type.MouseMove, end),
        (QEvent.Type.MouseButtonRelease, end),
    ):
        QApplication.sendEvent(part, QMouseEvent(kind, at, left, left, none))


def demo_replay(**how: object) -> ReplayRequest:
    return ReplayRequest(DEMO_RECORDING, **how)  # type: ignore[arg-type]


def test_a_first_time_user_is_shown_three_ways_to_begin(open_window: OpenWindow) -> None:
    window = open_window()
    assert live(window).pages.currentWidget() is live(window).welcome
    parts = live(window).welcome.findChildren(QPushButton)
    buttons = [button.text() for button in parts if button.isVisible()]
    assert buttons == [
        "Set up my board",
        "It is plugged in: find it",
        "Simulated board",
        "Open recording…",
    ]
    assert window.source_bar.state_label.text() == "not connected"


def test_the_start_page_offers_the_source_used_last(open_window: OpenWindow, qtbot: QtBot) -> None:
    first = open_window(source=demo_replay())
    wait(qtbot, lambda: first.connection.session is not None)
    first.close_now()
    window = open_window()
    button = live(window).welcome.last_button
    assert (button.isVisible(), button.text()) == (True, f"Used last: {DEMO_RECORDING.name}")
    button.click()
    wait(qtbot, lambda: window.connection.session is not None)
    assert window.source == demo_replay()


def test_the_start_page_offers_the_simulated_board_once(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    first = open_window(source=PortRequest(SIMULATED))
    wait(qtbot, lambda: first.connection.session is not None)
    first.close_now()
    assert not live(open_window()).welcome.last_button.isVisible()


@pytest.mark.realtime
def test_the_port_of_a_board_is_released_and_opened_again_by_a_button_and_a_key(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window()
    button = window.source_bar.port_button
    assert not button.isVisible()
    with board_process(tmp_path) as board:
        window.open_source(PortRequest(board.port))
        wait(qtbot, lambda: streams(window) and button.isVisible())
        button.click()
        wait(qtbot, lambda: window.source_bar.state_label.text() == "the port is released")
        assert (button.text(), window.connection.state.kind) == ("Resume", SourceState.RELEASED)
        press(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
        assert button.text() == "Release"
        wait(qtbot, lambda: window.connection.state.kind is SourceState.STREAMING)
        window.connection.close()
        wait(qtbot, lambda: not button.isVisible())


@pytest.mark.realtime
def test_decisions_follow_the_simulated_person_through_unplugging(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    live(window).welcome.buttons["Simulated board"].click()
    wait(qtbot, lambda: streams(window))
    session = window.connection.session
    assert session is not None
    assert "synthetic" in live(window).view_bar.title.text()
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
    wait(
        qtbot,
        lambda: live(window).prediction.accessibleDescription() == "nothing decided yet",
    )
    n_before = session.log.n_decisions
    session.source.board.replug()
    wait(qtbot, lambda: session.log.n_decisions > n_before + 20)
    wait(qtbot, lambda: window.source_bar.state_label.text() == "streaming")
    assert session.latest is not None
    assert session.latest.labels[-1] is not None
    assert live(window).prediction.accessibleDescription() != "nothing decided yet"
    window.source_bar.connect_button.click()
    wait(qtbot, lambda: not window.connection.live and not window.connection.busy)
    assert window.source_bar.request == PortRequest(SIMULATED)


@pytest.mark.realtime
def test_a_recording_plays_pauses_and_is_sought_in(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(source=demo_replay(speed=4.0))
    wait(qtbot, lambda: streams(window))
    bar = live(window).replay_bar
    assert bar.isVisible()
    session = window.connection.session
    assert session is not None
    replay = session.replay
    assert replay is not None
    press(window, Qt.Key.Key_Space)
    wait(qtbot, lambda: replay.paused)
    wait(qtbot, lambda: window.source_bar.state_label.text() == "paused")
    wait(qtbot, lambda: window.status.rate.text() == "rate  –")
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


@pytest.mark.realtime
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
    assert window.source_bar.model_list.currentText() == "mine"
    assert live(window).model_label.text() == "Model trained on synthetic EMG"


def test_a_missing_model_is_told_with_what_to_do(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(model=Path("nowhere.emgmodel"), source=PortRequest(SIMULATED))
    wait(qtbot, lambda: "nowhere.emgmodel" in words(window))
    assert "as the page Train writes it" in words(window)


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


@pytest.mark.realtime
def test_closing_in_full_flow_leaves_no_thread(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(source=PortRequest(SIMULATED))
    wait(qtbot, lambda: streams(window))
    window.close()
    assert not [one.name for one in threading.enumerate() if one.name.startswith("emg-")]


@pytest.mark.realtime
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


@pytest.mark.realtime
def test_looking_back_zooming_and_measuring(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(source=demo_replay(speed=None))
    wait(qtbot, lambda: window.source_bar.state_label.text() == "finished")
    timeline = live(window).timeline
    press(window, Qt.Key.Key_Left)
    assert live(window).view_bar.live_button.isVisible()
    press(window, Qt.Key.Key_End)
    assert live(window).view_bar.live_button.isHidden()
    drag(timeline, QPointF(300, 100), QPointF(500, 100))
    assert live(window).view_bar.live_button.isVisible()
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


@pytest.mark.realtime
def test_the_signal_can_be_seen_as_steps_and_as_conditioned(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=demo_replay(speed=None))
    wait(qtbot, lambda: window.source_bar.state_label.text() == "finished")
    press(window, Qt.Key.Key_3)
    assert shown_view(window) is SignalView.STEPS
    press(window, Qt.Key.Key_2)
    assert shown_view(window) is SignalView.CONDITIONED
    press(window, Qt.Key.Key_1)
    assert shown_view(window) is SignalView.RAW


@pytest.mark.realtime
def test_a_model_that_conditions_nothing_has_no_such_view(
    open_window: OpenWindow, qtbot: QtBot, demo_model: Model, tmp_path: Path
) -> None:
    path = tmp_path / "plain.emgmodel"
    manifest = replace(demo_model.manifest, conditioning={"kind": "none"})
    write_model(path, replace(demo_model, manifest=manifest))
    window = open_window(source=demo_replay(speed=None), model=path)
    wait(qtbot, lambda: window.source_bar.state_label.text() == "finished")
    press(window, Qt.Key.Key_2)
    assert shown_view(window) is SignalView.RAW


@pytest.mark.realtime
def test_where_no_window_is_whole_no_movement_is_shown(
    open_window: OpenWindow, qtbot: QtBot, demo_model: Model, tmp_path: Path
) -> None:
    too_short = demo_model.manifest.window_samples - 1
    rows = ["biceps,triceps,middle,segment"]
    rows += [f"{500 + row % 7},512,{505 - row % 5},{row // too_short}" for row in range(3000)]
    recording, path = tmp_path / "arm.csv", tmp_path / "wary.emgmodel"
    recording.write_text("\n".join(rows) + "\n")
    write_model(path, guarded(demo_model, DecisionSettings(tells_gaps=True)))
    request = ReplayRequest(recording, columns=ColumnChoice(rate_hz=1000.0), loop=True)
    window = open_window(source=request, model=path)
    wait(qtbot, lambda: streams(window))
    session = window.connection.session
    assert session is not None
    wait(qtbot, lambda: session.log.n_decisions > 50)
    latest = session.latest
    assert latest is not None
    assert {decision.status for decision in latest.decisions} == {"gap"}
    assert live(window).prediction.accessibleDescription() == "nothing decided yet"


@pytest.mark.realtime
def test_what_was_chosen_is_there_the_next_time(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(theme="light")
    drop(window, DEMO_RECORDING)
    wait(qtbot, lambda: streams(window))
    press(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    press(window, Qt.Key.Key_Minus)
    window.close()
    again = open_window()
    assert again.theme.name == "dark"
    assert live(again).timeline.time.span_s == 20.0
    assert again.source_bar.request == ReplayRequest(DEMO_RECORDING)


def test_every_key_is_bound_once_a_page_and_listed_under_f1(open_window: OpenWindow) -> None:
    window = open_window()
    everywhere = [*KEYS, *page_keys([page.title for page in window.pages])]
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    for part, keys in ((window, everywhere), *((page, page.keys) for page in window.pages)):
        bound = [one.key().toString() for one in part.findChildren(QShortcut, options=direct)]
        assert sorted(bound) == sorted(QKeySequence(key).toString() for _, key, _ in keys)
        assert len(set(bound)) == len(bound)
        assert part is window or not {key for _, key, _ in everywhere} & {key for _, key, _ in keys}
    press(window, Qt.Key.Key_F1)
    assert window.help_card.isVisible()
    listed = [label.text() for label in window.help_card.findChildren(QLabel)]
    assert all(key in listed and what in listed for _, key, what in everywhere)
    assert all(key in listed and what in listed for _, key, what in live(window).keys)
    window.help_card.close()


@pytest.mark.realtime
def test_quality_is_told_of_every_channel(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    """Of a recording whose second sensor has lost its wire."""
    recording = tmp_path / "arm.csv"
    header, *rows = gzip.decompress(DEMO_RECORDING.read_bytes()).decode().splitlines()
    cells = [row.split(",") for row in rows]
    flat = [",".join([*of[:2], "512", *of[3:]]) for of in cells]
    recording.write_text("\n".join([header, *flat]))
    window = open_window(source=ReplayRequest(recording))
    quality = live(window).quality
    wait(qtbot, lambda: quality.words == ("good", "flat", "good"))
    told = [label.text() for label in quality.findChildren(QLabel, "quiet")]
    assert told == ["good", "flat", "good"]
    tips = [row.toolTip() for row in quality.findChildren(QWidget) if row.toolTip()]
    assert any(tip.startswith("triceps: flat. ") and "check the wire" in tip for tip in tips)


@pytest.mark.realtime
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
    assert window.connection.state.kind is SourceState.STREAMING


@pytest.mark.realtime
def test_frames_are_counted_where_signals_are_in_front(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=PortRequest(SIMULATED))
    wait(qtbot, lambda: streams(window) and window.status.frames.text().endswith("frames/s"))
    window.show_page("Test")
    wait(qtbot, lambda: window.status.frames.text() == "")
    assert window.status.decisions.text().endswith("decisions/s"), "decisions go on beside it"
    window.show_page("Live")
    wait(qtbot, lambda: window.status.frames.text().endswith("frames/s"))


@pytest.mark.realtime
def test_the_right_model_after_the_wrong_one_plays_the_recording(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, demo_model: Model
) -> None:
    stranger = tmp_path / "stranger.emgmodel"
    names = ("flexor", "extensor", "thumb")
    manifest = replace(demo_model.manifest, channel_names=names)
    write_model(stranger, replace(demo_model, manifest=manifest))
    window = open_window(model=stranger, source=demo_replay())
    wait(qtbot, lambda: "flexor" in words(window))
    assert live(window).pages.currentWidget() is live(window).welcome
    drop(window, DEMO_MODEL)
    wait(qtbot, lambda: streams(window))
    assert words(window) == ""


def test_what_an_error_said_goes_when_another_source_is_chosen(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=PortRequest("/dev/no-such-port"))
    wait(qtbot, lambda: "no port" in words(window) and not window.connection.live)
    window.source_bar.source_list.setCurrentIndex(0)
    window.source_bar.source_list.activated.emit(0)
    assert words(window) == ""
    assert not window.connection.live


@pytest.mark.realtime
def test_speed_loop_and_dragging_steer_a_replay(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(source=demo_replay())
    wait(qtbot, lambda: streams(window))
    session = window.connection.session
    assert session is not None
    replay = session.replay
    assert replay is not None
    bar = live(window).replay_bar
    bar.speed_list.setCurrentText("4×")
    bar.speed_list.activated.emit(bar.speed_list.currentIndex())
    assert replay.speed == 4.0
    bar.loop_button.click()
    assert replay.loops
    press(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, lambda: not replay.loops)
    bar.play_button.click()
    wait(qtbot, lambda: replay.paused)
    middle = QPointF(bar.slider.rect().center())
    drag(bar.slider, middle, middle)
    assert replay.position_s == pytest.approx(replay.duration_s / 2, rel=0.03)
    drag(bar.slider, middle, middle + QPointF(bar.slider.width() / 4, 0))
    assert replay.position_s == pytest.approx(0.75 * replay.duration_s, rel=0.05)


@pytest.mark.realtime
def test_twelve_classes_and_eight_channels_fit_the_smallest_window(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=demo_replay())
    wait(qtbot, lambda: streams(window))
    window.connection.close()
    wait(qtbot, lambda: not window.connection.busy and not window.connection.live)
    live(window).prediction.set_classes(
        tuple(f"thumb_index_pinch_{number}" for number in range(12))
    )
    live(window).quality.set_channels(
        tuple(f"flexor_carpi_radialis_{number}" for number in range(8))
    )

    def is_smallest() -> bool:  # it becomes smaller once the last words on the source are gone
        window.resize(window.minimumSize())
        return bool(window.size() == window.minimumSize())

    wait(qtbot, is_smallest)
    layout = window.layout()
    assert layout is not None
    needed = layout.minimumSize()
    assert needed.width() <= 1000
    assert needed.height() <= 650


@pytest.mark.realtime
def test_the_row_at_the_top_is_the_same_on_every_page_of_the_smallest_window(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=PortRequest(SIMULATED))
    window.resize(944, 452)  # 1920x1080 at 200 %, without frame and panel
    bar = window.source_bar
    for number in range(len(window.pages)):
        window.show_page_at(number)
        qtbot.wait(1)  # lets Qt lay the page out
        assert bar.height() == bar.sizeHint().height()
    for one in (bar.source_list, bar.model_list):
        assert one.width() >= one.fontMetrics().horizontalAdvance(one.currentText()) + 5 * GRID


@pytest.mark.realtime
def test_a_window_that_stands_still_loses_no_sample_and_holds_up_no_decision(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=PortRequest(SIMULATED))
    wait(qtbot, lambda: streams(window))
    session = window.connection.session
    assert session is not None
    wanted, end_s = session.log.n_decisions + 100, time.monotonic() + DEADLINE_MS / 1e3
    while session.log.n_decisions < wanted and time.monotonic() < end_s:
        time.sleep(0.01)  # Qt handles nothing meanwhile
    assert session.log.n_decisions >= wanted
    decided = session.log.newest_index
    traces = session.traces
    assert traces is not None
    assert traces.raw.end_index < decided
    wait(qtbot, lambda: traces.raw.end_index > decided)
    assert not traces.raw.breaks
    assert session.loss.n_lost == 0
