"""The page Outputs: switches for all outputs, with their state and their counts."""

from __future__ import annotations

from PyQt5.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from emgstream.app.live_session import LiveSession
from emgstream.app.output_switch import OutputSwitch, SwitchState
from emgstream.gui.card import card, fill
from emgstream.gui.outputs.output_row import OutputRow
from emgstream.gui.palette import Theme
from emgstream.gui.scrolled import scrolled
from emgstream.gui.shell import Shell
from emgstream.gui.window_page import WindowPage
from emgstream.outputs.output_kind import OutputKind
from emgstream.outputs.output_registry import output_kinds

__all__ = ["OutputsPage"]

_ABOUT = (
    "Programs that get the decisions, and over LSL the samples, while a source is connected. "
    "None delays a decision. What is switched on here is switched on at the next start, too."
)


class OutputsPage(WindowPage):
    """Switches every registered output on and off while a session runs."""

    title = "Outputs"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._session: LiveSession | None = None
        self.rows = tuple(self._row(kind) for kind in output_kinds())
        sheet = QWidget(self)
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in self.rows:
            column.addWidget(row)
        about = QLabel(_ABOUT, self)
        about.setObjectName("quiet")
        about.setWordWrap(True)
        area = scrolled(self, sheet)
        area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        whole = card(self, about, area)
        fill(self, whole, grows=whole)

    @property
    def is_busy(self) -> bool:
        """True while an output passes something on."""
        return any(row.switch.state is SwitchState.ON for row in self.rows)

    def begin_session(self, session: LiveSession | None) -> None:
        """Open the outputs that are switched on for a new session."""
        self._session = session
        self._poll()

    def update_figures(self, now_s: float) -> None:  # noqa: ARG002 - the base class passes it
        """Open and close what is due, and show states and counts."""
        self._poll()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for row in self.rows:
            row.set_theme(theme)

    def shut_down(self) -> None:
        """Close all outputs."""
        for row in self.rows:
            row.switch.shut_down()

    def _poll(self) -> None:
        for row in self.rows:
            row.switch.poll(self._session)
            row.show_state()

    def _row(self, kind: OutputKind) -> OutputRow:
        text, is_on = self.shell.settings.output(kind.name)
        switch = OutputSwitch(kind, (kind.default or "") if text is None else text, is_on)

        def keep() -> None:
            self.shell.settings.keep_output(kind.name, switch.text, switch.is_wanted)
            self._poll()

        return OutputRow(switch, self.shell.theme, keep, self)
