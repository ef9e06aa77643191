"""The strip that shows one message to the user, at the foot of the window."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PyQt5.QtCore import QRect, pyqtSignal
from PyQt5.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from emgstream.app.window_words import window_words
from emgstream.gui.folded_label import FoldedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import set_plain_tip
from emgstream.gui.status_light import StatusLight
from emgstream.translation import tr

__all__ = ["MessageStrip"]

_LINES = 2
"""Lines of a message that stand in the place of the figures, without covering the page."""


class _Kind(Enum):
    NOTE = "worth knowing"
    WARNING = "not as it should be"
    ERROR = "something stopped"


class MessageStrip(QFrame):
    """Shows the newest message, until the user closes it or its cause is over.

    It lies on the figures at the foot of the window, so that nothing moves when it comes or goes. A
    message of more than two lines is shortened; a button shows all of it.
    """

    retry_wanted = pyqtSignal()
    no_model_wanted = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kind = _Kind.NOTE
        self._is_over: Callable[[], bool] | None = None
        self._room = QRect()
        self.light = StatusLight(theme, self)
        self.label = FoldedLabel(_LINES, self)
        self.more_button = QPushButton(tr("More"), self)
        self.more_button.setObjectName("flat")
        self.more_button.clicked.connect(self._fold_or_unfold)
        self.retry_button = QPushButton(tr("Try again"), self)
        self.retry_button.clicked.connect(self.retry_wanted)
        self.no_model_button = QPushButton(tr("Go on without a model"), self)
        self.no_model_button.setToolTip(tr("See the signals and record them; nothing is decided"))
        self.no_model_button.clicked.connect(self.no_model_wanted)
        self.close_button = QPushButton(tr("Dismiss"), self)
        self.close_button.setObjectName("flat")
        self.close_button.setToolTip("Esc")
        self.close_button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID // 4, GRID, GRID // 4)
        row.setSpacing(GRID)
        row.addWidget(self.light)
        row.addWidget(self.label, 1)
        for button in self._buttons:
            row.addWidget(button)
        self.hide()

    @property
    def words(self) -> str:
        """The message shown; empty where there is none."""
        return self.label.text() if not self.isHidden() else ""

    def show_error(
        self,
        words: str,
        can_retry: bool = False,
        can_leave_model: bool = False,
        until: Callable[[], bool] | None = None,
    ) -> None:
        """Show a failure, with buttons for the ways to go on.

        ``until`` tells whether its cause is over; the message leaves by itself then.
        """
        self.retry_button.setVisible(can_retry)
        self.no_model_button.setVisible(can_leave_model)
        self._show(words, _Kind.ERROR, until)

    def show_note(
        self, words: str, warns: bool = False, until: Callable[[], bool] | None = None
    ) -> None:
        """Show a note on something that stops nothing; it does not replace an error.

        ``until`` tells whether its cause is over; the message leaves by itself then.
        """
        if self.isHidden() or self._kind is not _Kind.ERROR:
            self.retry_button.hide()
            self.no_model_button.hide()
            self._show(words, _Kind.WARNING if warns else _Kind.NOTE, until)

    def leave_if_over(self) -> None:
        """Take the message away if its cause is over."""
        if self._is_over is not None and not self.isHidden() and self._is_over():
            self.hide()

    def leave_with_page(self) -> None:
        """Take away a note on what was done on a page, as another page is shown."""
        if self._kind is _Kind.NOTE and self._is_over is None:
            self.hide()

    def lie_on(self, room: QRect) -> None:
        """Lie on a rectangle of the window; a long message that is unfolded grows upwards."""
        self._room = room
        self._fit()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self._paint()

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return self.more_button, self.no_model_button, self.retry_button, self.close_button

    def _show(self, words: str, kind: _Kind, until: Callable[[], bool] | None) -> None:
        self._kind, self._is_over = kind, until
        words = window_words(words)
        self.label.setText(words)
        set_plain_tip(self.label, words)
        self.label.fold(True)
        self._paint()
        self.show()
        self.raise_()
        self._fit()

    def _fold_or_unfold(self) -> None:
        self.label.fold(not self.label.is_folded)
        self._fit()

    def _fit(self) -> None:
        """Take the room that the message needs, from the bottom of the place upwards."""
        layout = self.layout()
        if layout is None or self._room.isEmpty():
            return
        margins = layout.contentsMargins()
        others = (self.light, *(one for one in self._buttons[1:] if not one.isHidden()))
        used = sum(one.sizeHint().width() + layout.spacing() for one in others)
        width = self._room.width() - margins.left() - margins.right() - used
        self.more_button.setVisible(self.label.has_more(width))
        self.more_button.setText(tr("More") if self.label.is_folded else tr("Less"))
        layout.invalidate()
        height = max(layout.totalHeightForWidth(self._room.width()), self._room.height())
        place = QRect(self._room)
        place.setTop(self._room.bottom() - height + 1)
        self.setGeometry(place)

    def _paint(self) -> None:
        self.setObjectName("strip" if self._kind is _Kind.ERROR else "notice")
        self.setStyleSheet("/**/")  # makes Qt look at the name again
        theme = self._theme
        inks = {_Kind.NOTE: theme.quiet, _Kind.WARNING: theme.warning, _Kind.ERROR: theme.error}
        self.light.show_sign("ring" if self._kind is _Kind.NOTE else "triangle", inks[self._kind])
