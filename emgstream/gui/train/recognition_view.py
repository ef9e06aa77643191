"""Confusion matrix and recall of each movement, side by side."""

from __future__ import annotations

from PyQt5.QtWidgets import QGridLayout, QWidget

from emgstream.app.evaluation_pictures import ClassRecall, TruthAgainstDecision, class_recalls
from emgstream.gui.card import caption
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme, class_codes, class_colors
from emgstream.gui.train.confusion_view import ConfusionView
from emgstream.gui.train.interval_bars import IntervalBar, IntervalBars
from emgstream.significant_digits import decimals_of, percent
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["RecognitionView"]


class RecognitionView(QWidget):
    """A confusion matrix, and beside it the recall of each movement."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._matrix: TruthAgainstDecision | None = None
        self.confusion = ConfusionView(theme, self)
        self.recall = IntervalBars(theme, tr("Recall of each movement"), self)
        self._matrix_title = caption("")
        self._recall_title = caption(tr("Recognised of each, with 95 % interval"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, GRID, 0, 0)
        self._grid.setHorizontalSpacing(3 * GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        for row, parts in enumerate(
            ((self._matrix_title, self._recall_title), (self.confusion, self.recall))
        ):
            for column, part in enumerate(parts):
                self._grid.addWidget(part, row, column)

    def show_matrix(self, matrix: TruthAgainstDecision | None, whose: str) -> None:
        """Show the decisions of a model; None for none."""
        self._matrix = matrix
        self.setVisible(matrix is not None)
        self._matrix_title.setText(tr("{whose}: true in rows, decided in columns, %", whose=whose))
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.confusion.set_theme(theme)
        self.recall.set_theme(theme)
        self._show()

    def _show(self) -> None:
        matrix = self._matrix
        self.confusion.show_matrix(matrix)
        if matrix is None:
            return
        inks = class_colors(matrix.class_names, self._theme)
        codes = class_codes(matrix.class_names)
        recalls = class_recalls(matrix)
        bars = [_bar(one, ink, code) for one, ink, code in zip(recalls, inks, codes, strict=True)]
        self.recall.show_bars(bars)


def _bar(one: ClassRecall, ink: str, code: str) -> IntervalBar:
    name = spoken(one.label)
    if one.share is None or one.interval is None:
        return IntervalBar(name, None, None, percent(None), ink, tr("not tested"), code=code)
    low, high = one.interval
    decimals = decimals_of((high - low) / 2.0)
    hint = tr("{name}: {share} recognised", name=name, share=percent(one.share, decimals))
    hint += tr(
        "; 95 % interval {low} to {high}", low=percent(low, decimals), high=percent(high, decimals)
    )
    if one.taken_for:
        hint += tr("\nmost often decided as {taken_for}", taken_for=spoken(one.taken_for))
    return IntervalBar(
        name, one.share, one.interval, percent(one.share, decimals), ink, hint, code=code
    )
