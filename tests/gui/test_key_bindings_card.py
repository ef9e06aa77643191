"""The card "Keys and mouse": a key is learnt by doing the movement, and listed, and remembered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt5.QtCore import QPoint, QPointF, Qt
from PyQt5.QtGui import QWheelEvent
from PyQt5.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from emgstream.app.key_learning import LearningState
from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import PortRequest
from emgstream.app.output_switch import SwitchState
from emgstream.data import DEMO_MODEL
from emgstream.gui.outputs.key_bindings_card import KeyBindingsCard
from emgstream.gui.outputs.outputs_page import OutputsPage
from emgstream.gui.window import Window
from emgstream.outputs.control import Hold, Scroll, Tap, read_bindings
from emgstream.recording import CueStarted
from tests.gui.conftest import OpenWindow

pytestmark = pytest.mark.realtime
WAIT_MS = 60_000


class Learner:
    """A window on the simulated board, whose person makes the movements that are asked for."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        window.show_page("Outputs")
        self.card: KeyBindingsCard = window.page(OutputsPage).keys_card
        qtbot.waitUntil(self.card.learn_button.isEnabled, timeout=WAIT_MS)
        session = window.connection.session
        assert isinstance(session, LiveSession)
        self.session = session
        self.move("rest")

    def move(self, movement: str) -> None:
        assert self.session.subject is not None
        self.session.subject.hear(CueStarted(self.session.clock.now(), movement, 1))

    def learn(self, movement: str, press: Callable[[], None]) -> None:
        self.move(movement)
        self.card.learn_button.click()
        learning = self.card.learning
        assert learning is not None
        self.qtbot.waitUntil(lambda: learning.state is LearningState.KEY, timeout=WAIT_MS)
        assert learning.movement == movement
        self.qtbot.waitUntil(lambda: self.card.pad.takes_keys, timeout=WAIT_MS)
        press()


def click_key(
    card: KeyBindingsCard, key: int, modifier: int = Qt.KeyboardModifier.NoModifier
) -> None:
    QtBot.keyClick(card.pad, key, modifier)  # type: ignore[no-untyped-call]


def click(card: KeyBindingsCard, button: int) -> None:
    QtBot.mouseClick(card.pad, button)  # type: ignore[no-untyped-call]


def turn_wheel(card: KeyBindingsCard, down: bool) -> None:
    pad = card.pad
    center = QPointF(pad.rect().center())
    event = QWheelEvent(
        center,
        QPointF(pad.mapToGlobal(center.toPoint())),
        QPoint(),
        QPoint(0, -120 if down else 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(pad, event)


def test_a_key_is_learnt_listed_edited_removed_and_remembered(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=PortRequest("simulated"), model=DEMO_MODEL)
    learner = Learner(window, qtbot)
    card = learner.card

    def keys() -> None:
        click_key(card, Qt.Key.Key_F12)  # kept for the panic key
        assert card.learning is not None
        assert "kept for you" in card.learning.problem
        click_key(card, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)

    learner.learn("hand_close", keys)
    assert window.front is window.page(OutputsPage)  # Ctrl+1 was a key, not a shortcut
    learner.learn("wrist_left", lambda: click(card, Qt.MouseButton.RightButton))
    learner.learn("hand_open", lambda: turn_wheel(card, down=True))
    actions = {
        "hand_close": Hold("1"),
        "wrist_left": Hold("right", is_button=True),
        "hand_open": Scroll(0, 1),
    }
    path = card.bindings.path
    assert read_bindings(path, learner.session.class_names).actions == actions
    assert set(card.kinds) == {"hand_close", "wrist_left"}
    card.kinds["hand_close"].setCurrentIndex(1)
    card.kinds["hand_close"].activated.emit(1)
    card.remove_buttons["wrist_left"].click()
    row = next(one for one in window.page(OutputsPage).rows if one.switch.kind.name == "control")
    assert row.field.text() == str(path)
    window.close()
    again = open_window()
    kept = again.page(OutputsPage).keys_card.bindings
    assert kept.bindings.actions == {"hand_close": Tap(Hold("1")), "hand_open": Scroll(0, 1)}


def test_a_modifier_alone_is_a_key(open_window: OpenWindow, qtbot: QtBot) -> None:
    learner = Learner(open_window(source=PortRequest("simulated"), model=DEMO_MODEL), qtbot)
    learner.learn("hand_close", lambda: click_key(learner.card, Qt.Key.Key_Shift))
    assert learner.card.bindings.bindings.actions == {"hand_close": Hold("shift")}


def test_learning_can_be_left_and_takes_no_keys_then(open_window: OpenWindow, qtbot: QtBot) -> None:
    learner = Learner(open_window(source=PortRequest("simulated"), model=DEMO_MODEL), qtbot)
    card = learner.card
    card.learn_button.click()
    assert card.pad.isVisible()
    click_key(card, Qt.Key.Key_Space)
    assert card.learning is not None
    assert card.learning.action is None  # no movement yet
    card.cancel_button.click()
    assert not card.pad.isVisible()
    assert not card.pad.takes_keys
    assert not card.bindings.path.exists()


def test_without_a_source_the_card_says_what_is_missing(open_window: OpenWindow) -> None:
    card = open_window().page(OutputsPage).keys_card
    assert not card.learn_button.isEnabled()
    assert card.words.text() == (
        "No movement has a key yet. Connect a source with a model that knows movements to learn a "
        "key."
    )


def test_an_output_that_is_on_reads_changed_bindings_anew(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(source=PortRequest("simulated"), model=DEMO_MODEL)
    learner = Learner(window, qtbot)
    learner.learn("hand_close", lambda: click_key(learner.card, Qt.Key.Key_Space))
    row = next(one for one in window.page(OutputsPage).rows if one.switch.kind.name == "control")
    row.box.click()
    ends = (SwitchState.ON, SwitchState.FAILED)  # it fails where there is no screen for keys
    qtbot.waitUntil(lambda: row.switch.state in ends, timeout=WAIT_MS)
    state = row.switch.state
    learner.card.remove_buttons["hand_close"].click()
    assert row.switch.state in (SwitchState.CHANGING, SwitchState.WAITING)
    qtbot.waitUntil(lambda: row.switch.state in ends, timeout=WAIT_MS)
    assert row.switch.state is state
