"""The cards that stand in place of the signals before there are any: three ways to begin."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtBoundSignal, pyqtSignal
from PyQt5.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from emgstream.app.board_setup import SAFETY_IN_SHORT
from emgstream.app.open_requests import (
    AUTO,
    SIMULATED,
    PortRequest,
    ReplayRequest,
    SourceRequest,
)
from emgstream.gui.painting import GRID, font
from emgstream.gui.plain_label import PlainLabel, set_plain_tip
from emgstream.translation import tr
from emgstream.wording import shortened

__all__ = ["Welcome"]

_FIRST = tr("Set up my board")

_NO_MODEL = tr(
    "No model is chosen: signals are shown and can be recorded, and nothing is decided. Record "
    "your movements to train a model of your own"
)


class Welcome(QWidget):
    """The source used last, three cards, each with a button, and a line on the model."""

    last_wanted = pyqtSignal()
    simulated_wanted = pyqtSignal()
    set_up_wanted = pyqtSignal()
    board_wanted = pyqtSignal()
    file_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QPushButton] = {}
        """The buttons, by their words."""
        self._title = PlainLabel(tr("Watch muscles move"), self)
        self._title.setFont(font(self.font(), 1.8, bold=True))
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.last_button = QPushButton(self)
        """Opens the source used last; hidden where there is none."""
        self.last_button.clicked.connect(self.last_wanted)
        self._model = PlainLabel(self)
        self._model.setObjectName("quiet")
        self._model.setWordWrap(True)
        self._model.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(3 * GRID)
        column.addStretch(2)
        column.addWidget(self._title)
        column.addWidget(self.last_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._cards())
        column.addWidget(self._model)
        column.addStretch(3)

    def set_model(self, title: str | None) -> None:
        """Show which model will decide, or what to do where there is none."""
        self._model.setText(
            _NO_MODEL if title is None else tr("Decisions will come from: {title}", title=title)
        )

    def set_last(self, source: SourceRequest | None) -> None:
        """Offer the source used last, unless it is the simulated board, which has its card."""
        is_other = source is not None and source != PortRequest(SIMULATED)
        self.last_button.setVisible(is_other)
        if isinstance(source, ReplayRequest):
            self.last_button.setText(tr("Used last: {name}", name=shortened(source.path.name)))
            set_plain_tip(self.last_button, str(source.path))
        elif source is not None:
            name = tr("a board on any port") if source.port == AUTO else shortened(source.port)
            self.last_button.setText(tr("Used last: {name}", name=name))
            self.last_button.setToolTip("")

    def _cards(self) -> QHBoxLayout:
        cards = QHBoxLayout()
        cards.setSpacing(2 * GRID)
        cards.addStretch(1)
        for card in (
            self._card(
                tr("A board of your own"),
                tr(
                    "From the sensor to the first signal, step by step: wiring, the sketch, the "
                    "electrodes. {safety}",
                    safety=SAFETY_IN_SHORT,
                ),
                (_FIRST, self.set_up_wanted),
                (tr("It is plugged in: find it"), self.board_wanted),
            ),
            self._card(
                tr("No board at hand"),
                tr(
                    "A simulated person moves an arm. The signal is synthetic; everything else "
                    "is as with a real board."
                ),
                (tr("Simulated board"), self.simulated_wanted),
            ),
            self._card(
                tr("A recording"),
                tr(
                    "Play a recorded file as if it were live, of this program or of another. You "
                    "can also drop it anywhere on this window."
                ),
                (tr("Open recording…"), self.file_wanted),
            ),
        ):
            cards.addWidget(card, 4)
        cards.addStretch(1)
        return cards

    def _card(self, title: str, words: str, *actions: tuple[str, pyqtBoundSignal]) -> QFrame:
        card = QFrame(self)
        card.setObjectName("card")
        card.setMaximumWidth(42 * GRID)
        head = PlainLabel(title, card)
        head.setFont(font(self.font(), 1.1, bold=True))
        head.setWordWrap(True)
        body = PlainLabel(words, card)
        body.setObjectName("quiet")
        body.setWordWrap(True)
        body.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(card)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(head)
        column.addWidget(body, 1)
        for action, wanted in actions:
            button = QPushButton(action, card)
            if action == _FIRST:
                button.setObjectName("primary")
            button.clicked.connect(wanted)
            self.buttons[action] = button
            column.addWidget(button)
        return card
