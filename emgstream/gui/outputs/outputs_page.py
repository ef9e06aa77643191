"""The page Outputs: switches for all outputs, with their state and their counts."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QVBoxLayout, QWidget

from emgstream.app.key_bindings import KeyBindings
from emgstream.app.live_session import LiveSession
from emgstream.app.output_switch import OutputSwitch, SwitchState
from emgstream.gui.card import card, fill
from emgstream.gui.outputs.key_bindings_card import KeyBindingsCard
from emgstream.gui.outputs.output_row import OutputRow
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.scrolled import scrolled
from emgstream.gui.shell import Shell
from emgstream.gui.window_page import WindowPage
from emgstream.outputs.output_kind import OutputKind
from emgstream.outputs.output_registry import output_kinds
from emgstream.translation import tr

__all__ = ["OutputsPage"]

_CONTROL = "control"
_ABOUT = tr(
    "Programs that get the decisions, and over LSL the samples, while a source is connected. "
    "None delays a decision. What is switched on here is switched on at the next start, too."
)


class OutputsPage(WindowPage):
    """Switches every registered output on and off while a session runs."""

    title = tr("Outputs")

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._session: LiveSession | None = None
        self.rows = tuple(self._row(kind) for kind in output_kinds())
        self._align_rows()
        sheet = QWidget(self)
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in self.rows:
            column.addWidget(row)
        self._control = next((one for one in self.rows if one.switch.kind.name == _CONTROL), None)
        self.keys_card = KeyBindingsCard(
            KeyBindings(self._bindings_path()), shell.theme, self._keep_bindings, self
        )
        column.addWidget(self.keys_card)
        column.addStretch(1)
        about = PlainLabel(_ABOUT, self)
        about.setObjectName("quiet")
        about.setWordWrap(True)
        area = scrolled(self, sheet)
        self.keys_card.learn_button.clicked.connect(
            lambda: QTimer.singleShot(0, lambda: area.ensureWidgetVisible(self.keys_card.pad))
        )
        whole = card(self, about, area)
        fill(self, whole, grows=whole)

    @property
    def is_busy(self) -> bool:
        """True while an output passes something on."""
        return any(row.switch.state is SwitchState.ON for row in self.rows)

    def begin_session(self, session: LiveSession | None) -> None:
        """Open the outputs that are switched on for a new session."""
        self._session = session
        self.keys_card.begin_session(session)
        self._poll()

    def update_picture(self, now_s: float, has_samples: bool) -> None:  # noqa: ARG002
        """Follow a movement that is being learnt."""
        self.keys_card.follow(now_s)

    def update_figures(self, now_s: float) -> None:  # noqa: ARG002 - the base class passes it
        """Open and close what is due, and show states and counts."""
        self._poll()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for row in self.rows:
            row.set_theme(theme)
        self.keys_card.set_theme(theme)

    def shut_down(self) -> None:
        """Close all outputs."""
        for row in self.rows:
            row.switch.shut_down()

    def _poll(self) -> None:
        for row in self.rows:
            row.switch.poll(self._session)
            row.show_state()
        self._align_rows()  # the size of text may have changed
        self.keys_card.show_state()

    def _align_rows(self) -> None:
        """Let the fields of all rows begin at the same place."""
        width = max((row.box.sizeHint().width() for row in self.rows), default=0)
        for row in self.rows:
            row.align(width)

    def _bindings_path(self) -> Path:
        """Return the file that the output control reads, or the one that is made for it."""
        text = "" if self._control is None else self._control.field.text().strip()
        return Path(text) if text else self.shell.settings.key_bindings

    def _keep_bindings(self) -> None:
        """Let the output control use the bindings that were changed."""
        row, path = self._control, str(self.keys_card.bindings.path)
        if row is None:
            return
        row.field.setText(path)
        if row.switch.text == path:
            row.switch.reopen()
        else:
            row.switch.switch(row.switch.is_wanted, path)
        self.shell.settings.keep_output(_CONTROL, path, row.switch.is_wanted)
        self._poll()

    def _row(self, kind: OutputKind) -> OutputRow:
        text, is_on = self.shell.settings.output(kind.name)
        switch = OutputSwitch(kind, (kind.default or "") if text is None else text, is_on)

        def keep() -> None:
            self.shell.settings.keep_output(kind.name, switch.text, switch.is_wanted)
            if kind.name == _CONTROL and Path(switch.text) != self.keys_card.bindings.path:
                self.keys_card.set_bindings(KeyBindings(self._bindings_path()))
            self._poll()

        return OutputRow(switch, self.shell.theme, keep, self)
