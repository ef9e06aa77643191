"""The dialog with the checks of this computer."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from emgstream.gui.card import card
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.settings.doctor_view import DoctorView
from emgstream.translation import tr

__all__ = ["DoctorDialog"]

_SIZE = (100 * GRID, 72 * GRID)


class DoctorDialog(QDialog):
    """Shows the checks of this computer beside the window, and ends them as it closes.

    Parameters
    ----------
    theme
        Colours to draw in.
    parent
        The page that opened it.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(tr("Check this computer"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.view = DoctorView(theme, self)
        close = QPushButton(tr("Close"), self)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(card(self, self.view), 1)
        column.addLayout(buttons)
        self.resize(min(_SIZE[0], parent.width()), min(_SIZE[1], parent.height()))

    def done(self, result: int) -> None:
        """End the checks, whatever closes the dialog."""
        self.view.shut_down()
        super().done(result)
