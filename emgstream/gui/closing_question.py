"""The question before the window closes on something that runs."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtWidgets import QMessageBox, QWidget

from emgstream.translation import tr

__all__ = ["ClosingQuestion"]


class ClosingQuestion(QMessageBox):
    """Tells what would be lost; to stay is what Return and Esc do.

    Parameters
    ----------
    losses
        What would be lost, in sentences.
    parent
        The window.
    """

    def __init__(self, losses: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Close emgstream?"))
        self.setText(tr("Something still runs. Close all the same?"))
        self.setInformativeText("\n\n".join(losses))
        self.stay_button = self.addButton(tr("Stay"), QMessageBox.ButtonRole.RejectRole)
        self.close_button = self.addButton(tr("Close"), QMessageBox.ButtonRole.DestructiveRole)
        if self.stay_button is not None:
            self.stay_button.setObjectName("primary")
            self.setDefaultButton(self.stay_button)
            self.setEscapeButton(self.stay_button)

    def allows(self) -> bool:
        """Ask, and return whether the window may close."""
        self.exec_()
        return self.clickedButton() is self.close_button
