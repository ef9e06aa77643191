"""The step that saves the sketch, and tells what to press in the Arduino IDE."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import Qt, QUrl
from PyQt5.QtGui import QDesktopServices
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from emgstream.app.board_setup_words import IDE_STEPS
from emgstream.gui.board_setup.numbered_lines import NumberedLines
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.record.record_form import from_home
from emgstream.translation import tr

__all__ = ["SketchSaving"]


class SketchSaving(QWidget):
    """Path of the saved sketch, a button that shows it, and the steps after that."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self.show_button = QPushButton(tr("Show the folder"), self)
        self.show_button.clicked.connect(self._show_folder)
        self.place = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self.place.setObjectName("quiet")
        self.lines = NumberedLines(theme, self)
        self.lines.show_lines(IDE_STEPS, numbered=True)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.place, 1)
        row.addWidget(self.show_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addLayout(row)
        column.addWidget(self.lines)
        self.show_saved(None)

    def show_saved(self, path: Path | None) -> None:
        """Show where the sketch is; None where it is not saved yet."""
        self._path = path
        self.show_button.setVisible(path is not None)
        self.place.show_text("" if path is None else tr("Saved: {path}", path=from_home(path)))
        self.place.setVisible(path is not None)

    def _show_folder(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))
