"""The running session: the cue on the left, the signals on the right, warnings below."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from emgstream.app.connection_state import ConnectionState
from emgstream.gui.card import card
from emgstream.gui.cue.cue_canvas import CueCanvas
from emgstream.gui.cue.cue_layout import ConnectionLabel, button_row, key_button, side_by_side
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel, set_plain_tip
from emgstream.gui.record.marker_field import MarkerField
from emgstream.gui.status_light import StatusLight
from emgstream.gui.timeline.timeline_canvas import TimelineCanvas
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["RecordGuide"]

_SPAN_S = 5.0
"""One contraction and the rest before it."""
_A_ROW = 5
_WARNINGS = 2
"""Lines of warnings that fit below the cue."""


class RecordGuide(QWidget):
    """Shows one session; its buttons do the same as the keys."""

    space_wanted = pyqtSignal()
    repeat_wanted = pyqtSignal()
    end_wanted = pyqtSignal()
    number_wanted = pyqtSignal(int)
    marker_wanted = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.canvas = CueCanvas(theme, self)
        self.timeline = TimelineCanvas(theme, self)
        self.timeline.set_span(_SPAN_S)
        self.space_button = key_button(tr("Begin"), tr("Space"), self.space_wanted.emit, self)
        self.space_button.setObjectName("primary")
        self.repeat_button = key_button(tr("Repeat the last"), "R", self.repeat_wanted.emit, self)
        self.end_button = key_button(tr("End and keep"), "Esc", self.end_wanted.emit, self)
        self.marker_field = MarkerField(self)
        self.marker_field.marker_wanted.connect(self.marker_wanted)
        self.connection_label = ConnectionLabel(theme, self)
        self.file_label = ElidedLabel(self)
        self.file_label.setObjectName("quiet")
        self.warning_label = PlainLabel(self)
        self.warning_label.setWordWrap(True)
        self.warning_light = StatusLight(theme, self)
        self._numbers = QWidget(self)
        self._number_grid = QGridLayout(self._numbers)
        self._number_grid.setContentsMargins(0, 0, 0, 0)
        self._number_grid.setSpacing(GRID)
        self.number_buttons: list[QPushButton] = []
        self._lay_out()
        self.show_warnings(())

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        for part in (self.canvas, self.timeline, self.connection_label):
            part.set_theme(theme)
        self.warning_light.show_sign("triangle", theme.warning)

    def set_labels(self, known: tuple[str, ...], labels: tuple[str, ...], is_free: bool) -> None:
        """Prepare for a session; ``known`` labels have a colour already."""
        self.canvas.set_labels((*known, *(label for label in labels if label not in known)))
        for button in self.number_buttons:
            self._number_grid.removeWidget(button)
            button.deleteLater()
        names = [*enumerate(labels, start=1), (0, tr("no label"))] if is_free else []
        self.number_buttons = [self._number(number, name) for number, name in names]
        for place, button in enumerate(self.number_buttons):
            self._number_grid.addWidget(button, *divmod(place, _A_ROW))
        self.repeat_button.setText(tr("Take it back") if is_free else tr("Repeat the last"))

    def show_number(self, number: int) -> None:
        """Mark the label that is set; 0 for none, and a number without a button marks nothing."""
        for place, button in enumerate(self.number_buttons, start=1):
            button.setChecked(place % len(self.number_buttons) == number)

    def show_taking(self, takes: bool) -> None:
        """Show the buttons of a session, or those of the signal check before it."""
        is_free = bool(self.number_buttons)
        self.space_button.setVisible(takes and not is_free)
        self.repeat_button.setVisible(takes)
        self.end_button.setText(tr("End and keep") if takes else tr("Back"))
        self._numbers.setVisible(takes and is_free)
        self.marker_field.setVisible(takes)

    def set_space_text(self, words: str) -> None:
        """Show what the space bar does now."""
        if self.space_button.text() != words:
            self.space_button.setText(words)

    def show_state(self, state: ConnectionState, words: str, file_words: str) -> None:
        """Show the state of the connection and of the file."""
        self.connection_label.show_state(state, words)
        self.file_label.show_text(file_words)

    def show_warnings(self, warnings: Sequence[str]) -> None:
        """Show the newest warnings."""
        words = "\n".join(warnings[-_WARNINGS:])
        if len(warnings) > _WARNINGS:
            words += tr("   (and {n_warnings} before)", n_warnings=len(warnings) - _WARNINGS)
        self.warning_label.setText(words)
        set_plain_tip(self.warning_label, "\n".join(warnings))
        self.warning_light.show_sign("triangle", self._theme.warning)
        for part in (self.warning_light, self.warning_label):
            part.setVisible(bool(warnings))

    def _number(self, number: int, name: str) -> QPushButton:
        button = QPushButton(f"{number}  {spoken(name)}", self._numbers)
        button.setCheckable(True)
        button.setFocusPolicy(self.space_button.focusPolicy())
        button.clicked.connect(lambda _: self.number_wanted.emit(number))
        return button

    def _lay_out(self) -> None:
        below = QWidget(self)
        warnings = QHBoxLayout(below)
        warnings.setContentsMargins(0, 0, 0, 0)
        warnings.addWidget(self.warning_light)
        warnings.addWidget(self.warning_label, 1)
        signals = card(
            self, self.connection_label, self.timeline, self.marker_field, self.file_label
        )
        buttons = self.space_button, self.repeat_button, self.end_button
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(side_by_side(self, self.canvas, signals), 1)
        column.addWidget(self._numbers)
        column.addLayout(button_row(buttons, below))
