"""The row of one kind of output: its switch, its value and its state."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QFrame, QGridLayout, QLineEdit, QWidget

from emgstream.app.output_switch import OutputSwitch, SwitchState
from emgstream.app.window_words import window_words
from emgstream.gui.check_box import CheckBox
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.status_light import StatusLight
from emgstream.outputs.output_kind import OutputKind
from emgstream.translation import tr

__all__ = ["OutputRow"]

_VALUE_WIDTH = 34 * GRID
"""Width of the field in pixels: a choice, as long as the usual addresses."""


class OutputRow(QFrame):
    """A switch with a field for the value, a light, and the state in words.

    Parameters
    ----------
    switch
        The output that it switches.
    changed
        Called after the user has changed something.
    """

    def __init__(
        self, switch: OutputSwitch, theme: Theme, changed: Callable[[], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("row")
        self.switch = switch
        self._theme = theme
        self._changed = changed
        self.box = CheckBox(tr(switch.kind.shown_title), self)
        self.box.setChecked(switch.is_wanted)
        self.field = QLineEdit(switch.text, self)
        self.field.setPlaceholderText(_hint(switch.kind))
        self.field.setAccessibleName(tr("value of {output}", output=tr(switch.kind.shown_title)))
        self.field.setFixedWidth(_VALUE_WIDTH)
        self.light = StatusLight(theme, self)
        self.words = PlainLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.help = PlainLabel(tr(switch.kind.shown_help), self)
        self.help.setObjectName("quiet")
        self.help.setWordWrap(True)
        self._lay_out()
        self.box.clicked.connect(self._switch)
        self.field.editingFinished.connect(self._switch_if_other)
        self.show_state()

    def align(self, width: int) -> None:
        """Let the field begin right of a switch of this width, as in the other rows."""
        if self._grid.columnMinimumWidth(0) != width:  # else Qt lays the row out once more
            self._grid.setColumnMinimumWidth(0, width)

    def show_state(self) -> None:
        """Show the state of the output."""
        state, theme = self.switch.state, self._theme
        shape, ink = {
            SwitchState.ON: ("disc", theme.good),
            SwitchState.FAILED: ("triangle", theme.error),
        }.get(state, ("ring", theme.quiet))
        self.light.show_sign(shape, ink)
        words = window_words(self.switch.words)
        if self.words.text() != words:
            self.words.setText(words)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.show_state()

    def _lay_out(self) -> None:
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, GRID, 0, GRID)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(3, 1)
        grid.addWidget(self.box, 0, 0)
        grid.addWidget(self.field, 0, 1)
        grid.addWidget(self.light, 0, 2)
        grid.addWidget(self.words, 0, 3)
        grid.addWidget(self.help, 1, 1, 1, 3)

    def _switch(self) -> None:
        self.switch.switch(self.box.isChecked(), self.field.text().strip())
        self._changed()

    def _switch_if_other(self) -> None:
        if self.field.text().strip() != self.switch.text:
            self._switch()


def _hint(kind: OutputKind) -> str:
    if kind.writes_file:
        return tr("name of a new file")
    return tr("name of a file") if kind.reads_file else kind.metavar
