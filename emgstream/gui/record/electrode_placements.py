"""The places of the electrodes: a picture of where they go, and a field for each channel."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import (
    QFormLayout,
    QFrame,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.electrode_sites import REFERENCE, sites_for
from emgstream.cue_schedule import MOVEMENTS
from emgstream.gui.card import row_name
from emgstream.gui.painting import GRID
from emgstream.gui.placement_picture import PlacementPicture
from emgstream.gui.plain_label import PlainLabel
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["ElectrodePlacements"]

_USUAL = 3
"""Channels of the picture before a board is connected."""
_LEAST = 26 * GRID


class ElectrodePlacements(QScrollArea):
    """The picture, and one field per channel; they scroll where there is no room for all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: dict[str, QLineEdit] = {}
        self._movements: tuple[str, ...] = MOVEMENTS
        self._sheet = QWidget()
        self._sheet.setObjectName("sheet")
        self.picture = PlacementPicture(self._sheet)
        self.words = PlainLabel(self._sheet)
        self.words.setObjectName("quiet")
        self.words.setWordWrap(True)
        self._rows = QFormLayout()
        self._rows.setHorizontalSpacing(2 * GRID)
        self._rows.setVerticalSpacing(GRID)
        self._column = QVBoxLayout(self._sheet)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self._column.addWidget(self.picture)
        self._column.addWidget(self.words)
        self._column.addLayout(self._rows)
        self._column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumHeight(_LEAST)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self._sheet)
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.rangeChanged.connect(self._part_from_bar)
        self._show_sites()

    def _part_from_bar(self, _lowest: int, highest: int) -> None:
        """Leave space beside the scroll bar, where there is one."""
        self._column.setContentsMargins(0, 0, GRID if highest else 0, 0)

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
        for number, name in enumerate(names, start=1):
            line = QLineEdit(typed.get(name, ""), self._sheet)
            self.lines[name] = line
            self._rows.addRow(row_name(f"{number}  {spoken(name)}"), line)
        self._show_sites()

    def show_movements(self, movements: Sequence[str]) -> None:
        """Show where the electrodes go for these movements."""
        if tuple(movements) != self._movements:
            self._movements = tuple(movements)
            self._show_sites()

    def _show_sites(self) -> None:
        n_channels = len(self.lines) or _USUAL
        sites = sites_for(self._movements, n_channels)
        self.picture.show_sites(sites)
        words = [f"{number}  {site.name}: {site.where}" for number, site in enumerate(sites, 1)]
        if n_channels > len(sites):
            words.append(tr("more channels: around the forearm, at the height of these"))
        self.words.setText("\n".join([*words, f"R  {REFERENCE.name}: {REFERENCE.where}"]))
        lines = [*self.lines.values()]
        for line in lines:
            line.setPlaceholderText(tr("place of the electrodes"))
        for line, site in zip(lines, sites, strict=False):
            line.setPlaceholderText(tr("place, for example {name}", name=site.name))
