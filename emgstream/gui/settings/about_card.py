"""Facts about the program: version, licence, how to cite it, and where its log is."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QApplication, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

import emgstream
from emgstream.app.about import LICENCE, citation
from emgstream.gui.card import caption
from emgstream.gui.painting import GRID, font
from emgstream.gui.plain_label import PlainLabel
from emgstream.log_output import log_path, user_log_path
from emgstream.translation import tr

__all__ = ["AboutCard"]


class AboutCard(QWidget):
    """Text that can be selected, and a row of buttons to which others are added."""

    open_wanted = pyqtSignal(object)
    """Emitted with the folder of the log, to be shown in the file manager."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = PlainLabel(f"emgstream {emgstream.__version__}", self)
        self.name.setFont(font(self.font(), 1.4, bold=True))
        self.licence = PlainLabel(LICENCE, self)
        self.licence.setObjectName("quiet")
        self.cite = PlainLabel(citation(), self)
        self.log = PlainLabel(str(self._log()), self)
        for label in (self.name, self.licence, self.cite, self.log):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy_button = QPushButton(tr("Copy the citation"), self)
        self.copy_button.clicked.connect(self._copy)
        self.log_button = QPushButton(tr("Open the log folder"), self)
        self.log_button.setEnabled(self._log().parent.is_dir())
        self.log_button.clicked.connect(lambda: self.open_wanted.emit(self._log().parent))
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(GRID)
        self._buttons.addStretch(1)
        for button in (self.copy_button, self.log_button):
            self.add_button(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.name)
        column.addWidget(self.licence)
        for words, label in ((tr("How to cite"), self.cite), (tr("Log"), self.log)):
            column.addSpacing(GRID)
            column.addWidget(caption(words))
            column.addWidget(label)
        column.addSpacing(GRID)
        column.addLayout(self._buttons)

    def add_button(self, button: QPushButton) -> None:
        """Add a button at the end of the row."""
        self._buttons.insertWidget(self._buttons.count() - 1, button)

    def _log(self) -> Path:
        return log_path() or user_log_path()

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(citation())
            self.copy_button.setText(tr("Copied"))
