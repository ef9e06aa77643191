"""The dialog that shows what a model file holds: its facts, and its network layer by layer."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.model_details import LAYERS, layer_rows, model_facts
from emgstream.bundle import Model
from emgstream.gui.card import caption, card, fill, row_name
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.figure_table import FigureTable
from emgstream.gui.painting import GRID, font
from emgstream.gui.plain_label import PlainLabel, set_plain_tip
from emgstream.gui.scrolled import scrolled
from emgstream.printable import printable
from emgstream.translation import tr

__all__ = ["ModelDetailsDialog"]

_SIZE = (110 * GRID, 84 * GRID)
_NOTE = tr("Dropout layers act in training only and are not in the file.")


class ModelDetailsDialog(QDialog):
    """Shows one model; raises ModelFileError where its weights are not those of a network.

    Parameters
    ----------
    path
        Its file.
    model
        The model that was read from it.
    parent
        The window.
    """

    def __init__(self, path: Path, model: Model, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Model {name}", name=printable(path.name)))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.title = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self.title.setFont(font(self.font(), 1.4, bold=True))
        self.title.show_text(path.name)
        set_plain_tip(self.title, str(path))
        self.layers = FigureTable(LAYERS, 1, self, n_texts=2)
        self.layers.show_rows(layer_rows(model))
        facts = QWidget(self)
        rows = QFormLayout(facts)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(2 * GRID)
        for name, words in model_facts(model):
            value = PlainLabel(words, facts)
            value.setWordWrap(True)
            value.setMinimumWidth(20 * GRID)  # a long word must not widen the whole sheet
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            rows.addRow(row_name(name), value)
        note = PlainLabel(_NOTE, self)
        note.setObjectName("quiet")
        inside = QWidget(self)
        parts = (caption(tr("Its network, layer by layer")), self.layers, note)
        fill(inside, *parts, caption(tr("All that the file states")), facts, grows=facts)
        close = QPushButton(tr("Close"), self)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self.title)
        column.addWidget(card(self, scrolled(self, inside)), 1)
        column.addLayout(buttons)
        room = parent.size()
        self.resize(min(_SIZE[0], room.width()), min(_SIZE[1], room.height()))
