"""The recording that settings are tried on, and a button to choose another."""

from __future__ import annotations

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QGridLayout, QPushButton, QWidget

from emgstream.app.tuning_recording import AnalysedRecording
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID, font
from emgstream.gui.plain_label import set_plain_tip
from emgstream.translation import tr, tr_n

__all__ = ["RecordingHead"]


class RecordingHead(QWidget):
    """Name and facts of one recording."""

    choose_wanted = pyqtSignal()
    columns_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self.title.setFont(font(self.font(), 1.0, bold=True))
        self.facts = ElidedLabel(self)
        self.facts.setObjectName("quiet")
        self.choose_button = QPushButton(tr("Choose…"), self)
        self.choose_button.setToolTip(
            tr("Try on another recording: one with labels, that the model was not trained on")
        )
        self.choose_button.clicked.connect(self.choose_wanted)
        self.columns_button = QPushButton(tr("Columns…"), self)
        self.columns_button.setToolTip(tr("The role of each column of the file"))
        self.columns_button.clicked.connect(self.columns_wanted)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.title, 0, 0)
        grid.setVerticalSpacing(GRID // 2)
        grid.addWidget(self.facts, 1, 0)
        grid.addWidget(self.choose_button, 0, 1)
        grid.addWidget(self.columns_button, 1, 1)

    def show_nothing(self, name: str) -> None:
        """Show the name of a recording that is not open yet."""
        self.title.show_text(name)
        self.facts.show_text("")

    def show_opened(self, opened: AnalysedRecording) -> None:
        """Show a recording that the model has analysed."""
        table = opened.seen.table
        self.title.show_text(table.path.name)
        set_plain_tip(self.title, str(table.path))
        n = len(set(table.label_names) & set(opened.model.manifest.class_names))
        minutes, seconds = divmod(round(opened.seen.n_windows * opened.seen.hop_s), 60)
        kind = tr("synthetic EMG   ") if opened.is_synthetic else ""
        self.facts.show_text(
            tr(
                "{kind}{minutes}:{seconds:02d} min   {labels}",
                kind=kind,
                minutes=minutes,
                seconds=seconds,
                labels=tr_n("{n:,} label", "{n:,} labels", n),
            )
        )
