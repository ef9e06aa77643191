"""The recordings of the recordings folder, each to be added with one click."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.recordings_folder import FoundRecording, found_recordings
from emgstream.gui.card import caption, empty
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.painting import GRID
from emgstream.gui.record.record_form import from_home
from emgstream.translation import tr

__all__ = ["OfferedRecordings"]

_MOST = 50
"""Recordings that are listed: a choice, more than a person looks through; the dialog has all."""
_ROWS_HIGH = 3
"""Rows in view: the sessions that are picked need the room."""
_ROW = 4 * GRID


class OfferedRecordings(QWidget):
    """A list of recordings that are not picked yet, newest first; hidden where there are none."""

    picked = pyqtSignal(object)
    """Emitted with the path of a recording to add."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[Path, QPushButton] = {}
        self._shown: tuple[FoundRecording, ...] = ()
        self._caption = caption("")
        self._sheet = QWidget()
        self._sheet.setObjectName("sheet")
        self._rows = QVBoxLayout(self._sheet)
        self._rows.setContentsMargins(0, 0, GRID, 0)
        self._rows.setSpacing(0)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._sheet)
        self._scroll = scroll
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._caption)
        column.addWidget(scroll)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_folder(self, folder: Path, but: Collection[Path]) -> None:
        """Offer the recordings of a folder, without those in ``but``."""
        self._caption.setText(tr("Recordings in {folder}", folder=from_home(folder)))
        found = tuple(found_recordings(folder, but)[:_MOST])
        self.setVisible(bool(found))
        if found == self._shown:
            return
        self._shown, self.buttons = found, {}
        empty(self._rows)
        for recording in found:
            self._rows.addWidget(self._row(recording))
        self._scroll.setFixedHeight(min(len(found), _ROWS_HIGH) * _ROW)

    def _row(self, recording: FoundRecording) -> QWidget:
        row = QWidget(self._sheet)
        row.setFixedHeight(_ROW)
        inside = QHBoxLayout(row)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GRID)
        name = ElidedLabel(row, Qt.TextElideMode.ElideMiddle)
        name.show_text(recording.path.name)
        facts = ElidedLabel(row)
        facts.setObjectName("quiet")
        facts.show_text(recording.facts)
        button = QPushButton(tr("Add"), row)
        button.setObjectName("flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(tr("Add {name}", name=recording.path.name))
        button.clicked.connect(lambda: self.picked.emit(recording.path))
        self.buttons[recording.path] = button
        inside.addWidget(name, 3)
        inside.addWidget(facts, 2)
        inside.addWidget(button)
        return row
