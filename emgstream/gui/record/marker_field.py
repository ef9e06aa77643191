"""The button that sets a marker while recording, with a field for its text."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from emgstream.gui.cue.cue_layout import key_button
from emgstream.gui.painting import GRID
from emgstream.translation import tr

__all__ = ["MarkerField"]


class _MarkerText(QLineEdit):
    """A field in which Esc only leaves the field, as outside it ends the recording."""

    left = pyqtSignal()

    def event(self, event: QEvent | None) -> bool:
        """Keep Esc from the page."""
        is_key = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if event is not None and is_key:
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self.left.emit()
            return True
        return super().event(event)


class MarkerField(QWidget):
    """Sets markers; Enter in the field does so, too."""

    marker_wanted = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = key_button(tr("Set a marker"), "M", self.marker_wanted.emit, self)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.text = _MarkerText(self)
        self.text.setPlaceholderText(tr("text of the marker, if any; Enter sets it"))
        self.text.setAccessibleName(tr("Text of the marker"))
        self.text.returnPressed.connect(self.marker_wanted)
        self.text.left.connect(self.left)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.button)
        row.addWidget(self.text, 1)
