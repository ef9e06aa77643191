"""The scores of the settings, beside those of the model's own and of no settings at all."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QGridLayout, QLabel, QWidget

from emgstream.app.tuning_words import LIKELIEST, MODEL, WANTED, score_rows
from emgstream.gui.painting import GRID, font
from emgstream.gui.plain_label import PlainLabel
from emgstream.translation import tr
from emgstream.trial import DecisionScore

__all__ = ["TuningFigures"]

_COLUMNS = {LIKELIEST: tr("likeliest"), MODEL: tr("the model"), WANTED: tr("yours")}
_WIDTH = 9 * GRID
_TIPS = {
    tr("active errors"): tr("Decisions that would move something wrongly, of all"),
    tr("abstained"): tr("Rejected, unknown or in a gap, of all"),
    tr("changes within a movement"): tr(
        "Decisions that differ from the one before, of those decided"
    ),
    tr("false activations per hour of rest"): tr("Movements decided for while the person rests"),
    tr("later by"): tr(
        "How much later a movement is first named than by the likeliest class, on average"
    ),
}


class TuningFigures(QWidget):
    """A grid of scores; the last column is of the present settings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells: dict[str, list[QLabel]] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.setColumnStretch(1 + len(_COLUMNS), 1)  # figures stand near their names
        self._heads = [self._cell(name, "caption") for name in _COLUMNS.values()]
        for column, head in enumerate(self._heads, start=1):
            self._grid.addWidget(head, 0, column)
            self._grid.setColumnMinimumWidth(column, _WIDTH)

    def show_scores(self, scores: Mapping[str, DecisionScore]) -> None:
        """Show other scores, as `emgstream.app.tuning_words.compared` returns them."""
        has_own = MODEL in scores
        plain = scores[LIKELIEST]
        for name, *values in score_rows([scores.get(column, plain) for column in _COLUMNS]):
            if name not in self.cells:
                self._add(name)
            for cell, value in zip(self.cells[name], values, strict=True):
                cell.setText(value)
            self.cells[name][1].setVisible(has_own)
        self._heads[1].setVisible(has_own)
        self._grid.setColumnMinimumWidth(2, _WIDTH if has_own else 0)

    def values(self, name: str) -> list[str]:
        """Return the texts of a row."""
        return [cell.text() for cell in self.cells[name]]

    def _add(self, name: str) -> None:
        row = len(self.cells) + 1
        words = PlainLabel(name, self)
        words.setToolTip(_TIPS.get(name, ""))
        self._grid.addWidget(words, row, 0)
        self.cells[name] = [self._cell("", "quiet"), self._cell("", ""), self._cell("", "")]
        self.cells[name][-1].setFont(font(self.font(), 1.0, bold=True))
        for column, cell in enumerate(self.cells[name], start=1):
            self._grid.addWidget(cell, row, column)

    def _cell(self, words: str, name: str) -> QLabel:
        cell = PlainLabel(words, self)
        cell.setObjectName(name)
        right = Qt.Alignment(Qt.AlignmentFlag.AlignRight)
        cell.setAlignment(right | Qt.AlignmentFlag.AlignVCenter)
        return cell
