"""A folder of the user's, with buttons to choose another and to open it."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.record.record_form import from_home
from emgstream.translation import tr

__all__ = ["FolderRow"]


class FolderRow(QWidget):
    """The path of a folder and two buttons.

    Parameters
    ----------
    question
        Title of the dialog that asks for another folder.
    parent
        The widget it is part of.
    """

    chosen = pyqtSignal(object)
    """Emitted with the folder that the user chose."""
    open_wanted = pyqtSignal(object)
    """Emitted with the folder, to be shown in the file manager."""

    def __init__(self, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question = question
        self._folder = Path.home()
        self.path_label = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self.choose_button = QPushButton(tr("Choose…"), self)
        self.choose_button.clicked.connect(self._choose)
        self.open_button = QPushButton(tr("Open"), self)
        self.open_button.setToolTip(tr("Show the folder in the file manager"))
        self.open_button.clicked.connect(lambda: self.open_wanted.emit(self._folder))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.path_label, 1)
        row.addWidget(self.choose_button)
        row.addWidget(self.open_button)

    def show_folder(self, folder: Path, words: str = "") -> None:
        """Show a folder, or ``words`` in the place of its path."""
        self._folder = folder
        self.path_label.show_text(words or str(from_home(folder)))
        self.open_button.setEnabled(folder.is_dir())

    def _choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self._question, str(self._folder))
        if name:
            self.chosen.emit(Path(name))
