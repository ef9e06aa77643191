"""The fields for the placement of each channel's electrodes."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QFormLayout, QFrame, QLineEdit, QScrollArea, QWidget

from emgstream.gui.card import row_name
from emgstream.gui.painting import GRID
from emgstream.wording import spoken

__all__ = ["ElectrodePlacements"]


class ElectrodePlacements(QScrollArea):
    """One field per channel; they scroll where there is no room for all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: dict[str, QLineEdit] = {}
        self._sheet = QWidget()
        self._sheet.setObjectName("sheet")
        self._rows = QFormLayout(self._sheet)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(2 * GRID)
        self._rows.setVerticalSpacing(GRID)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self._sheet)
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.rangeChanged.connect(self._part_from_bar)

    def _part_from_bar(self, _lowest: int, highest: int) -> None:
        """Leave space beside the scroll bar, where there is one."""
        self._rows.setContentsMargins(0, 0, GRID if highest else 0, 0)

    @property
    def places(self) -> dict[str, str]:
        """The texts that were typed, by channel."""
        return {name: line.text().strip() for name, line in self.lines.items()}

    def set_channels(self, names: Sequence[str]) -> None:
        """Show one field per channel; what was typed stays."""
        if tuple(names) == tuple(self.lines):
            return
        typed = {name: line.text() for name, line in self.lines.items()}
        while self._rows.rowCount():
            self._rows.removeRow(0)
        self.lines = {}
        for name in names:
            line = QLineEdit(typed.get(name, ""), self._sheet)
            line.setPlaceholderText("where the electrodes sit")
            self.lines[name] = line
            self._rows.addRow(row_name(spoken(name)), line)
