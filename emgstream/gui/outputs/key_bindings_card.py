"""The card "Keys and mouse": the key of each movement, learnt by doing the movement."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.key_bindings import (
    KeyBindings,
    PressKind,
    action_words,
    press_kind,
    what_to_allow,
)
from emgstream.app.key_learning import KeyLearning, LearningState
from emgstream.app.live_session import LiveSession
from emgstream.app.shown_decision import newest_decision
from emgstream.decisions import REST_NAMES
from emgstream.gui.card import caption, empty
from emgstream.gui.drop_down_list import DropDownList
from emgstream.gui.outputs.key_pad import KeyPad
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.status_light import StatusLight
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["KeyBindingsCard"]

_NO_BINDINGS = tr("No movement has a key yet.")
_NO_MODEL = tr("Connect a source with a model that knows movements to learn a key.")
_HOW = tr(
    "A movement presses its key while the output control is on and armed: F8 arms, F12 stops."
)


class KeyBindingsCard(QFrame):
    """Lists the bindings, and learns new ones.

    Parameters
    ----------
    bindings
        The bindings that are edited.
    changed
        Called after a change was saved.
    """

    def __init__(
        self, bindings: KeyBindings, theme: Theme, changed: Callable[[], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("row")
        self.bindings = bindings
        self.learning: KeyLearning | None = None
        """The binding that is being learnt; None for none."""
        self._theme = theme
        self._changed = changed
        self._session: LiveSession | None = None
        self.learn_button = QPushButton(tr("Learn a key…"), self)
        self.cancel_button = QPushButton(tr("Cancel"), self)
        self.pad = KeyPad(theme, self)
        self.words = PlainLabel(self)
        self.words.setWordWrap(True)
        self.words.setObjectName("quiet")
        self.allow_light = StatusLight(theme, self)
        self.allow_label = PlainLabel(what_to_allow(), self)
        self.allow_label.setWordWrap(True)
        self.kinds: dict[str, DropDownList] = {}
        self.remove_buttons: dict[str, QPushButton] = {}
        self._lay_out()
        self.learn_button.clicked.connect(self._learn)
        self.cancel_button.clicked.connect(self._stop)
        self.pad.key_pressed.connect(lambda name: self._take(lambda one: one.press_key(name)))
        self.pad.button_pressed.connect(lambda name: self._take(lambda one: one.press_button(name)))
        self.pad.wheel_turned.connect(
            lambda right, down: self._take(lambda one: one.turn_wheel(right, down))
        )
        self._list_bindings()
        self._stop()
        self.set_theme(theme)

    def set_bindings(self, bindings: KeyBindings) -> None:
        """Edit the bindings of another file."""
        self.bindings = bindings
        self._list_bindings()

    def begin_session(self, session: LiveSession | None) -> None:
        """Learn the movements of another session."""
        self._session = session
        self._stop()

    def follow(self, now_s: float) -> None:
        """Follow the decisions while a movement is waited for."""
        session, learning = self._session, self.learning
        if learning is None or session is None:
            return
        if session.ended:
            self._stop()
            return
        decision = newest_decision(session)
        label = None
        if decision is not None and decision.accepted:
            label = session.class_names[decision.chosen]
        learning.see(label, now_s)
        self._show_learning(learning)

    def show_state(self) -> None:
        """Show whether something can be learnt."""
        session = self._session
        can_learn = session is not None and not session.ended and bool(session.class_names)
        self.learn_button.setEnabled(can_learn and self.learning is None)
        told = self.bindings.problem or (_HOW if can_learn else _NO_MODEL)
        self.words.setText(told if self.bindings.bindings.actions else f"{_NO_BINDINGS} {told}")

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.pad.set_theme(theme)
        self.allow_light.show_sign("triangle", theme.warning)

    def _learn(self) -> None:
        self.learning = KeyLearning(REST_NAMES)
        self.pad.show()
        self.cancel_button.show()
        self.learn_button.setEnabled(False)
        self.pad.setFocus()
        self._show_learning(self.learning)

    def _stop(self) -> None:
        self.learning = None
        self.pad.takes_keys = False
        self.pad.hide()
        self.cancel_button.hide()
        self.show_state()

    def _take(self, step: Callable[[KeyLearning], None]) -> None:
        """Pass a key on; a binding that is complete is saved."""
        learning = self.learning
        if learning is None:
            return
        step(learning)
        if learning.state is LearningState.DONE and learning.action is not None:
            self.bindings.set_action(learning.movement, learning.action)
            self._stop()
            self._list_bindings()
            self._changed()
        else:
            self._show_learning(learning)

    def _show_learning(self, learning: KeyLearning) -> None:
        asks = learning.state is LearningState.KEY
        if asks and not self.pad.takes_keys:
            self.pad.setFocus()
        self.pad.takes_keys = asks
        small = learning.problem or learning.state.value
        self.pad.show_words(spoken(learning.movement), small, learning.share)

    def _list_bindings(self) -> None:
        empty(self._rows)
        self.kinds, self.remove_buttons = {}, {}
        for row, (movement, action) in enumerate(self.bindings.bindings.actions.items()):
            name, key = PlainLabel(spoken(movement), self), PlainLabel(action_words(action), self)
            remove = QPushButton(tr("Remove"), self)
            remove.setAccessibleName(tr("Remove the key of {movement}", movement=spoken(movement)))
            remove.clicked.connect(lambda _, movement=movement: self._remove(movement))
            self._rows.addWidget(name, row, 0)
            self._rows.addWidget(key, row, 1)
            kind = press_kind(action)
            if kind is not None:
                self.kinds[movement] = self._kind_list(movement, kind)
                self._rows.addWidget(self.kinds[movement], row, 2)
            self._rows.addWidget(remove, row, 3)
            self.remove_buttons[movement] = remove
        self.show_state()

    def _kind_list(self, movement: str, kind: PressKind) -> DropDownList:
        box = DropDownList(self)
        box.setAccessibleName(tr("How the key of {movement} is pressed", movement=spoken(movement)))
        for one in PressKind:
            box.addItem(one.value, one)
        box.setCurrentIndex(list(PressKind).index(kind))
        box.activated.connect(lambda place: self._set_kind(movement, list(PressKind)[place]))
        return box

    def _set_kind(self, movement: str, kind: PressKind) -> None:
        self.bindings.set_kind(movement, kind)
        self.show_state()
        self._changed()

    def _remove(self, movement: str) -> None:
        self.bindings.remove(movement)
        self._list_bindings()
        self._changed()

    def _lay_out(self) -> None:
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(3 * GRID)
        self._rows.setVerticalSpacing(GRID)
        self._rows.setColumnMinimumWidth(0, 14 * GRID)
        self._rows.setColumnMinimumWidth(1, 20 * GRID)
        listed = QHBoxLayout()
        listed.addLayout(self._rows)
        listed.addStretch(1)
        allow = QHBoxLayout()
        allow.setSpacing(GRID)
        allow.addWidget(self.allow_light)
        allow.addWidget(self.allow_label, 1)
        for part in (self.allow_light, self.allow_label):
            part.setVisible(bool(self.allow_label.text()))
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.learn_button)
        buttons.addWidget(self.cancel_button)
        buttons.addSpacing(GRID)
        buttons.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, GRID)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(caption(tr("Keys and mouse")))
        column.addLayout(allow)
        column.addLayout(buttons)
        column.addWidget(self.pad)
        column.addLayout(listed)
