"""The progress of a training: its epochs as text, bar and curves, and a button to cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from emgstream.app.training_words import epoch_words
from emgstream.gui.card import card
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID, font
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.train.training_curves import TrainingCurves
from emgstream.translation import tr

__all__ = ["TrainingProgressView"]


class TrainingProgressView(QWidget):
    """Follows one training by its epochs."""

    cancel_wanted = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PlainLabel(self)
        self.title.setFont(font(self.font(), 1.4, bold=True))
        self.facts = ElidedLabel(self)
        self.facts.setObjectName("quiet")
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.curves = TrainingCurves(theme, self)
        self.cancel_button = QPushButton(self)
        self.cancel_button.clicked.connect(self.cancel_wanted)
        head = QWidget(self)
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.title)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card(self, head, self.facts, self.bar, self.curves))

    def begin(self, title: str) -> None:
        """Show a training that has just been started."""
        self.title.setText(title)
        self.facts.show_text(tr("loading TensorFlow and the sessions …"))
        self.curves.clear()
        self.bar.setRange(0, 0)
        self.cancel_button.setText(tr("Cancel"))
        self.cancel_button.setToolTip(tr("Ends after this epoch; the best model so far is kept"))

    def show_epochs(self, epochs: Sequence[Mapping[str, Any]]) -> None:
        """Show epochs that are done, as events of the child process."""
        for epoch in epochs:
            self.curves.show_epoch(epoch)
        if epochs:
            newest = epochs[-1]
            stage = str(newest["stage"])
            self.title.setText(stage[:1].upper() + stage[1:])
            self.facts.show_text(epoch_words(newest))
            is_last = newest["epoch"] >= newest["n_epochs"]
            if is_last:  # what comes now has no epochs: calibration, figures, writing the model
                self.facts.show_text(
                    tr("{epoch}   finishing this stage …", epoch=epoch_words(newest))
                )
            self.bar.setRange(0, 0 if is_last else newest["n_epochs"])
            self.bar.setValue(newest["epoch"])

    def show_cancelling(self) -> None:
        """Show that the training is ending."""
        self.facts.show_text(tr("ending; the best model so far is kept"))
        self.bar.setRange(0, 0)
        self.cancel_button.setText(tr("End at once"))
        self.cancel_button.setToolTip(tr("Does not wait for the epoch; keeps nothing"))
