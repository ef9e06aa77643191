"""The road from the first window to one's own model, by clicks on real buttons alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from emgstream.app.board_setup import SensorSignal, SetupStep
from emgstream.app.open_requests import SIMULATED, PortRequest
from emgstream.app.training_job import SignalChoice
from emgstream.bundle import read_model
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.record.record_page import RecordPage
from emgstream.gui.train.train_page import TrainPage
from emgstream.gui.trial.trial_page import TrialPage
from emgstream.gui.window import Window
from emgstream.recording.sidecar import read_sidecar, sidecar_path
from emgstream.simulation import CueSchedule, record_session
from tests.gui.conftest import OpenWindow
from tests.recording.streams import recorded

DEADLINE_MS = 400_000
MOST_CLICKS = 10


class Mouse:
    """Clicks buttons that a person can see and reach, and counts the clicks."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window = window
        self.n_clicks = 0
        self._qtbot = qtbot

    def click(self, button: QPushButton, words: str, is_next_step: bool = True) -> None:
        self.wait(lambda: button.isVisible() and button.isEnabled())
        assert button.text() == words
        assert (button.objectName() == "primary") == is_next_step, f"{words} is not the blue one"
        corner = button.mapTo(self.window, QPoint(button.width(), button.height()))
        assert self.window.rect().contains(corner), f"{words} is outside the window"
        self._qtbot.mouseClick(  # type: ignore[no-untyped-call]
            button, Qt.MouseButton.LeftButton
        )
        self.n_clicks += 1

    def wait(self, claim: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(lambda: claim() or self.is_failed, timeout=DEADLINE_MS)
        assert claim(), self.window.strip.words

    @property
    def is_failed(self) -> bool:
        """True while the window shows an error; a note on a busy machine's rate is none."""
        strip = self.window.strip
        return bool(strip.words) and strip.objectName() == "strip"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a new user."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    return tmp_path


@pytest.fixture
def one_sensor() -> Iterator[str]:
    """The port of a board that prints one number a line."""
    pytest.importorskip("termios", reason="Windows has no pseudo-terminals")
    from tests.serial_board.sketch import Sketch

    with Sketch(lambda line: b"%d\n" % (line * 617 % 1000)) as sketch:
        yield sketch.port


def shorten(page: RecordPage, n_repetitions: int) -> None:
    """A session of a minute, with the movements that are proposed.

    It has no signal check, which a busy machine may fail; its "Go on" takes the place of "Begin".
    """
    page.form.check_box.setChecked(False)
    page.form.repetitions.setValue(n_repetitions)
    page.form.hold.setValue(2.0)
    page.form.rest.setValue(1.0)  # shorter ones leave too few windows between two movements


@pytest.mark.realtime
@pytest.mark.tensorflow
def test_the_road_from_welcome_to_ones_own_model_takes_few_clicks(
    open_window: OpenWindow, qtbot: QtBot, home: Path
) -> None:
    window = open_window()
    mouse = Mouse(window, qtbot)
    live, record, train = (window.page(kind) for kind in (LivePage, RecordPage, TrainPage))
    mouse.click(live.welcome.buttons["Simulated board"], "Simulated board", is_next_step=False)
    mouse.click(live.next_button, "Record your own movements")
    assert window.front is record
    mouse.wait(record.setup.row.button.isEnabled)
    shorten(record, 3)
    mouse.click(record.setup.row.button, "Begin")
    mouse.click(record.guide.space_button, "Begin")
    mouse.click(record.review.train_button, "Train on this recording")
    assert window.front is train
    (recording,) = train.setup.sessions.paths
    assert recording.is_relative_to(home)
    train.form.epochs.setValue(2)
    mouse.click(train.setup.row.button, "Train")
    mouse.click(train.result.use_button, "Use this model")
    assert window.front is live
    own = recording.with_suffix(".emgmodel")
    assert window.models.chosen == own
    assert "hand_close" in read_model(own).manifest.class_names

    def decides() -> bool:
        session = window.connection.session
        is_own = live.next_button.text() == "Test it"
        return is_own and session is not None and session.latest is not None

    mouse.wait(decides)
    assert mouse.n_clicks == 7
    assert mouse.n_clicks <= MOST_CLICKS
    mouse.click(live.next_button, "Test it")
    assert window.front is window.page(TrialPage)


@pytest.mark.realtime
def test_one_channel_is_led_to_fist_and_rest(
    open_window: OpenWindow, qtbot: QtBot, home: Path, one_sensor: str
) -> None:
    window = open_window(without_model=True)
    window.open_source(PortRequest(one_sensor))
    record = window.page(RecordPage)
    qtbot.waitUntil(lambda: record.form.repetitions.value() == 10, timeout=DEADLINE_MS)
    assert record.form.request.movements == ("rest", "hand_close")
    assert record.form.folder.is_relative_to(home)
    window.open_source(PortRequest(SIMULATED))
    qtbot.waitUntil(lambda: record.form.repetitions.value() == 5, timeout=DEADLINE_MS)
    assert len(record.form.request.movements) == 7


@pytest.mark.realtime
def test_movements_that_the_user_has_chosen_stay_for_another_board(
    open_window: OpenWindow, qtbot: QtBot, one_sensor: str
) -> None:
    window = open_window(without_model=True)
    record = window.page(RecordPage)
    record.form.movement_buttons["elbow_bend"].click()
    chosen = record.form.request.movements
    window.open_source(PortRequest(one_sensor))
    qtbot.waitUntil(lambda: record.setup.row.button.isEnabled(), timeout=DEADLINE_MS)
    assert record.form.request.movements == chosen


@pytest.mark.realtime
def test_a_board_is_set_up_by_the_blue_button_alone(
    open_window: OpenWindow, qtbot: QtBot, home: Path
) -> None:
    window = open_window()
    mouse = Mouse(window, qtbot)
    live = window.page(LivePage)
    guide = live.board_guide
    mouse.click(live.welcome.buttons["Set up my board"], "Set up my board")
    assert live.pages.currentWidget() is guide
    guide.questions.pin_buttons[SensorSignal.RAW].click()
    assert "RAW" in guide.wiring.accessibleDescription()
    mouse.click(guide.on_button, "Go on")
    mouse.click(guide.on_button, "Go on")
    assert guide.setup.step is SetupStep.SKETCH
    mouse.click(guide.on_button, "Save the sketch")
    sketch = guide.setup.sketch
    assert sketch is not None
    assert sketch.is_relative_to(home)
    mouse.click(guide.on_button, "Go on")
    assert guide.title.text() == "Before electrodes are on a person"
    mouse.click(guide.on_button, "I run on battery: go on")
    mouse.click(guide.on_button, "Go on")
    assert guide.setup.is_last
    assert not guide.on_button.isEnabled(), "no board is there"
    mouse.click(guide.skip_button, "Use the simulated board", is_next_step=False)
    mouse.click(guide.on_button, "Record fist and rest")
    record = window.page(RecordPage)
    assert window.front is record
    assert record.form.request.movements == ("rest", "hand_close")
    assert len(record.form.placements.lines) == 1, "it has as many sensors as were chosen"
    assert window.settings.signal_choice == SignalChoice("raw")
    assert window.models.chosen is None, "the demo model decides on three channels"
    window.show_page("Live")
    assert live.pages.currentWidget() is live.stage


def test_the_guide_is_left_to_where_it_was_opened(open_window: OpenWindow) -> None:
    window = open_window()
    live = window.page(LivePage)
    window.show_page("Record")
    window.page(RecordPage).setup.row.set_up_button.click()
    assert window.front is live
    assert live.pages.currentWidget() is live.board_guide
    live.board_guide.back_button.click()
    assert live.pages.currentWidget() is live.welcome


def test_recordings_of_the_folder_are_offered_and_added_by_a_click(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    for day in (1, 2):
        script = CueSchedule.shuffled(
            ("rest", "hand_close"), repetitions=2, hold_s=1.0, rest_s=1.0, seed=day
        )
        record_session(folder / f"day{day}.csv", script, seed=3, session=day)
    window = open_window()
    window.settings.keep_recordings(folder)
    train = window.page(TrainPage)
    window.show_page("Train")
    offered = train.setup.offered
    assert {path.name for path in offered.buttons} == {"day1.csv", "day2.csv"}
    offered.buttons[folder / "day2.csv"].click()
    assert [path.name for path in train.setup.sessions.paths] == ["day2.csv"]
    assert {path.name for path in offered.buttons} == {"day1.csv"}
    qtbot.waitUntil(train.setup.row.button.isEnabled, timeout=DEADLINE_MS)


def test_training_on_a_recording_picks_it_alone_with_its_signal(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    for path in (first, second):
        path.write_text("a,label\n1,rest\n2,fist\n" * 5)
    window = open_window()
    train = window.page(TrainPage)
    train.setup.add([first])
    window.train_on(second, SignalChoice("envelope"))
    assert window.front is train
    assert train.setup.sessions.paths == (second,)
    assert train.form.request((second,)).signal == SignalChoice("envelope")
    assert train.form.out == tmp_path / "second.emgmodel"


def test_a_recording_that_broke_off_is_put_in_order_by_a_click(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "arm.csv"
    recorded(path, [("rest", 300), ("fist", 400), ("rest", 300), ("fist", 400)])
    sidecar = json.loads(sidecar_path(path).read_bytes())
    sidecar_path(path).write_text(json.dumps(sidecar | {"state": "recording"}))
    train = open_window().page(TrainPage)
    train.shell.show_page("Train")
    train.setup.add([path])
    row = train.setup.list.rows[path]
    qtbot.waitUntil(lambda: not train.setup.sessions.busy, timeout=DEADLINE_MS)
    qtbot.waitUntil(row.mend_button.isVisible, timeout=DEADLINE_MS)
    assert row.line.text().startswith("it broke off")
    row.mend_button.click()
    qtbot.waitUntil(lambda: not row.mend_button.isVisible(), timeout=DEADLINE_MS)
    assert read_sidecar(path)["state"] == "complete"
    assert not row.line.text().startswith("it broke off")


def test_a_recording_without_labels_leads_to_another_one(open_window: OpenWindow) -> None:
    review = open_window().page(RecordPage).review
    review.show_nothing()
    buttons = review.findChildren(QPushButton)
    assert [one.text() for one in buttons if one.isVisibleTo(review)] == ["Record another"]
    assert review.another_button.objectName() == "primary"
