"""The buttons that use the settings live, save them in a model, or reset them."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QPushButton, QWidget

from emgstream.decisions import DecisionSettings
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.translation import tr

__all__ = ["TunedModelActions"]

_JUDGED = tr("a test is running with the settings from its start; end it to use others")


class TunedModelActions(QWidget):
    """Three buttons, and a line on the settings in use."""

    use_wanted = pyqtSignal()
    save_wanted = pyqtSignal()
    reset_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.use_button = QPushButton(tr("Use live"), self)
        self.use_button.setObjectName("primary")
        self.use_button.setMinimumWidth(12 * GRID)
        self.save_button = QPushButton(tr("Save as…"), self)
        self.reset_button = QPushButton(tr("Back to the model's own"), self)
        self.words = ElidedLabel(self)
        self.words.setObjectName("quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for button, wanted in (
            (self.use_button, self.use_wanted),
            (self.save_button, self.save_wanted),
            (self.reset_button, self.reset_wanted),
        ):
            button.clicked.connect(wanted)
            row.addWidget(button)
        row.addSpacing(GRID)
        row.addWidget(self.words, 1)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show that there are no settings yet."""
        for button in (self.use_button, self.save_button, self.reset_button):
            button.setEnabled(False)
        self.words.show_text("")

    def show_ready(
        self,
        wanted: DecisionSettings,
        own: DecisionSettings,
        used: DecisionSettings | None,
        judged: bool,
    ) -> None:
        """Enable what can be done.

        ``wanted`` are the settings as they stand, ``own`` the model's, and ``used`` those that the
        stream decides by; None where no stream decides by this model. While its decisions are
        ``judged``, they stay as they are.
        """
        self.use_button.setEnabled(used is not None and used != wanted and not judged)
        self.save_button.setEnabled(True)
        self.reset_button.setEnabled(wanted != own)
        self.words.show_text(_JUDGED if judged else _words(wanted, own, used))


def _words(wanted: DecisionSettings, own: DecisionSettings, used: DecisionSettings | None) -> str:
    if used is None:
        return tr("nothing runs with this model: connect, or play a recording")
    if used == own:
        return tr("live decides by the model's own settings")
    if used == wanted:
        return tr("live decides by these; save them to keep them")
    return tr("live decides by settings used before")
