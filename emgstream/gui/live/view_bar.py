"""The row above the signals: their form, the span in view, and what can be done with them."""

from __future__ import annotations

from PyQt5.QtCore import QSize, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QBoxLayout, QButtonGroup, QHBoxLayout, QPushButton, QWidget

from emgstream.app.live_session import LiveSession
from emgstream.app.signal_views import SignalView
from emgstream.gui.drop_down_list import DropDownList
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.translation import tr

__all__ = ["SPANS_S", "ViewBar"]

SPANS_S = (2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
"""Spans on offer, in seconds; the wheel reaches all in between."""

_TIPS = {
    SignalView.RAW: tr("The signal as it came (1)"),
    SignalView.CONDITIONED: tr("The signal as it was conditioned (2)"),
    SignalView.STEPS: tr("The signal as the network sees it (3)"),
}
_FOR_TITLE = 12 * GRID
"""Room for the title of the stream and for a longer word on the button Record, by eye."""
_SPECTRUM = tr("Power by frequency; mains hum stands on the marked lines (4)")
_FOR_LOOKING = tr(
    "Filtered for looking: high-pass at 20 Hz, notches at 50 and 60 Hz and their harmonics (2)"
)
_NO_CONDITIONING = tr("This model takes the signal as it comes: there is nothing to show here")
_NO_MODEL = tr("Without a model there are no steps: they are what the network sees")


class ViewBar(QWidget):
    """Buttons for form and span, and for the newest sample."""

    view_chosen = pyqtSignal(object)
    span_chosen = pyqtSignal(float)
    spectrum_chosen = pyqtSignal()
    channels_wanted = pyqtSignal()
    live_wanted = pyqtSignal()
    hold_wanted = pyqtSignal()
    record_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(GRID)
        row, self._actions = QHBoxLayout(), QHBoxLayout()
        self._forms = row
        for one in (row, self._actions):
            one.setSpacing(GRID)
        self._rows.addLayout(row)
        self._rows.addLayout(self._actions, 1)
        self.title = ElidedLabel(self)
        self.title.setObjectName("quiet")
        self.buttons: dict[SignalView, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._is_board = False
        for view in SignalView:
            button = QPushButton(view.title, self)
            button.setCheckable(True)
            button.setToolTip(_TIPS[view])
            button.clicked.connect(lambda _, view=view: self.view_chosen.emit(view))
            self._group.addButton(button)
            self.buttons[view] = button
            row.addWidget(button)
        self.buttons[SignalView.RAW].setChecked(True)
        self.spectrum_button = QPushButton(tr("Spectrum"), self)
        self.spectrum_button.setCheckable(True)
        self.spectrum_button.setToolTip(_SPECTRUM)
        self.spectrum_button.clicked.connect(self.spectrum_chosen)
        self._group.addButton(self.spectrum_button)
        row.addWidget(self.spectrum_button)
        self.span_list = DropDownList(self)
        self.span_list.setMinimumWidth(10 * GRID)
        self.span_list.setAccessibleName(tr("Seconds in view"))
        self.span_list.setToolTip(tr("Seconds in view (+ and -, or the wheel)"))
        for span_s in SPANS_S:
            self.span_list.addItem(f"{span_s:g} s", span_s)
        self.span_list.activated.connect(
            lambda position: self.span_chosen.emit(self.span_list.itemData(position))
        )
        self.channels_button = QPushButton(tr("Channels…"), self)
        self.channels_button.setToolTip(tr("Vertical scale; channels to show, and their names"))
        self.channels_button.clicked.connect(self.channels_wanted)
        self.hold_button = QPushButton(tr("Pause"), self)
        self.hold_button.setToolTip(tr("Hold the picture; the stream goes on (Space)"))
        self.hold_button.clicked.connect(self.hold_wanted)
        self.record_button = QPushButton(tr("Record"), self)
        self.record_button.setToolTip(
            tr("Record what streams, into a new file, until it is stopped")
        )
        self.record_button.clicked.connect(self.record_wanted)
        self.live_button = QPushButton(tr("Back to live"), self)
        self.live_button.setObjectName("primary")
        self.live_button.setToolTip(tr("Back to the newest sample (End)"))
        self.live_button.clicked.connect(self.live_wanted)
        row.addSpacing(GRID)
        row.addWidget(self.span_list)
        row.addWidget(self.channels_button)
        row.addStretch(1)
        self._actions.addWidget(self.title, 1)
        for button in (self.hold_button, self.live_button, self.record_button):
            self._actions.addWidget(button)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of one of the two rows, which stand one below the other if narrow."""
        return QSize(self._forms.minimumSize().width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Put the buttons that act into a row of their own where one row is too short."""
        super().resizeEvent(event)
        widest = max(self.hold_button.sizeHint().width(), self.live_button.sizeHint().width())
        acting = widest + self.record_button.sizeHint().width() + _FOR_TITLE
        is_wide = self.width() >= self._forms.sizeHint().width() + acting
        direction = QBoxLayout.Direction
        self._rows.setDirection(direction.LeftToRight if is_wide else direction.TopToBottom)

    def set_session(self, session: LiveSession | None) -> None:
        """Offer the forms that a session has."""
        has_model = session is not None and session.model is not None
        conditioned = session is not None and session.is_conditioned
        self._offer(
            SignalView.CONDITIONED, conditioned, _NO_CONDITIONING if has_model else _NO_MODEL
        )
        if conditioned and not has_model:
            self.buttons[SignalView.CONDITIONED].setToolTip(_FOR_LOOKING)
        self._offer(SignalView.STEPS, has_model, _NO_MODEL)
        self._is_board = session is not None and session.is_live
        self.record_button.setVisible(self._is_board)
        self.hold_button.setVisible(self._is_board)

    def show_view(self, view: SignalView) -> None:
        """Show which form is drawn."""
        self.buttons[view].setChecked(True)

    def show_spectrum(self) -> None:
        """Show that the spectrum is drawn."""
        self.spectrum_button.setChecked(True)

    def show_recording(self, words: str) -> None:
        """Show how long the recording takes already; an empty text where there is none."""
        self.record_button.setText(tr("Stop  {words}", words=words) if words else tr("Record"))

    def show_span(self, span_s: float) -> None:
        """Show the seconds in view."""
        position = self.span_list.findData(span_s)
        if position < 0:
            free = self.span_list.count() > len(SPANS_S)
            position = len(SPANS_S)
            words = f"{span_s:.2g} s" if span_s < 10.0 else f"{span_s:.0f} s"
            if free:
                self.span_list.setItemText(position, words)
                self.span_list.setItemData(position, span_s)
            else:
                self.span_list.addItem(words, span_s)
        self.span_list.setCurrentIndex(position)

    def _offer(self, view: SignalView, is_there: bool, why_not: str) -> None:
        self.buttons[view].setEnabled(is_there)
        self.buttons[view].setToolTip(_TIPS[view] if is_there else why_not)

    def show_live(self, live: bool) -> None:
        """Show whether the picture follows the newest sample."""
        self.live_button.setVisible(not live)
        self.hold_button.setVisible(live and self._is_board)
