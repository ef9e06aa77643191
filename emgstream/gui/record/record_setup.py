"""The first step of a recording session: the form, and the button that begins."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtWidgets import QWidget

from emgstream.gui.card import fill
from emgstream.gui.record.record_form import SessionForm
from emgstream.gui.scrolled import ScrolledPart
from emgstream.gui.start_row import BoardStartRow

__all__ = ["RecordSetup"]


class RecordSetup(QWidget):
    """The form, with buttons to begin or to connect a board."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = SessionForm(folder, self)
        self.row = BoardStartRow(self)
        form = ScrolledPart(self.form, self)
        fill(self, form, self.row, grows=form)
        self.form.changed.connect(self._show_movements)
        self._show_movements()

    def _show_movements(self) -> None:
        """Show where the electrodes go for the movements that are chosen."""
        buttons = self.form.movement_buttons
        chosen = [name for name, button in buttons.items() if button.isChecked()]
        self.form.placements.show_movements(chosen)
