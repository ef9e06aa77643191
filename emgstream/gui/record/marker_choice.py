"""The choice of another program whose markers are recorded, too."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from emgstream.app.list_choice import ListChoice
from emgstream.gui.card import row_name
from emgstream.gui.check_box import CheckBox
from emgstream.gui.drop_down_list import DropDownList
from emgstream.gui.painting import GRID
from emgstream.translation import tr

__all__ = ["MarkerChoice"]


class MarkerChoice(QWidget):
    """A list of the LSL streams of markers in the network, and whether their texts are labels."""

    changed = pyqtSignal()
    chosen = pyqtSignal()
    """Emitted after the user has chosen a stream, or none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._streams: list[ListChoice] = []
        self._is_free = False
        self._preferred = ""
        self.streams = DropDownList(self)
        self.streams.setAccessibleName(tr("Markers of another program"))
        self.streams.setToolTip(
            tr(
                "Programs of experiments send markers over LSL, a stream of text in the network. "
                "The key M sets markers in any case"
            )
        )
        self.labels_box = CheckBox(tr("The texts of these markers are the labels"), self)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(row_name(tr("Markers")))
        line.addWidget(self.streams, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(line)
        column.addWidget(self.labels_box)
        self._fill("")
        self.streams.activated.connect(self._choose)
        self.labels_box.toggled.connect(lambda _: self.changed.emit())

    @property
    def address(self) -> str | None:
        """The address of the stream that is chosen; None for none."""
        return str(self.streams.currentData()) or None

    @property
    def are_labels(self) -> bool:
        """True if the texts of the markers are to be the labels."""
        return self._is_free and self.address is not None and self.labels_box.isChecked()

    def prefer(self, address: str) -> None:
        """Choose the stream at an address as soon as it is there; an empty one is none."""
        self._preferred = address

    def set_streams(self, found: Sequence[ListChoice]) -> None:
        """Offer these streams; one that is chosen stays, also if it is gone."""
        if list(found) != self._streams:
            self._streams = list(found)
            is_there = self._preferred in (stream.value for stream in found)
            self._fill(self.address or (self._preferred if is_there else ""))

    def set_free(self, is_free: bool) -> None:
        """Offer labels by markers in a free recording only: else cues set them."""
        self._is_free = is_free
        self._follow_choice()

    def _fill(self, chosen: str) -> None:
        self.streams.clear()
        self.streams.addItem(tr("None"), "")
        for stream in self._streams:
            self.streams.addItem(stream.title, stream.value)
        if self.streams.findData(chosen) < 0:
            self.streams.addItem(tr("{chosen} (not there now)", chosen=chosen), chosen)
        self.streams.setCurrentIndex(self.streams.findData(chosen))
        self._follow_choice()

    def _choose(self) -> None:
        self._preferred = self.address or ""
        self._follow_choice()
        self.chosen.emit()

    def _follow_choice(self) -> None:
        self.labels_box.setVisible(self._is_free and self.address is not None)
        self.changed.emit()
