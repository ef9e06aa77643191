"""Pictures of an evaluation: accuracies, confusion matrix, recall, and the ribbon of decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PyQt5.QtWidgets import QVBoxLayout, QWidget

from emgstream.app.evaluation_pictures import (
    HeldOutRun,
    ModelAccuracy,
    held_out_runs,
    model_accuracies,
    truth_against_decision,
)
from emgstream.gui.card import caption
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.gui.train.held_out_view import HeldOutView
from emgstream.gui.train.interval_bars import IntervalBar, IntervalBars
from emgstream.gui.train.recognition_view import RecognitionView
from emgstream.significant_digits import percent
from emgstream.tables import ColumnChoice
from emgstream.translation import tr

__all__ = ["EvaluationView"]

_INTERVAL = tr("95 % interval: with more such data the accuracy would lie there in 95 of 100 cases")
_SIGNS = tr(
    "bar: mean of the folds   ○ one fold   ├─┤ 95 % interval   ◇ random split (do not expect it)"
)
_NO_BREAK = "\N{NO-BREAK SPACE}"


class EvaluationView(QWidget):
    """Shows one evaluation; a click on a model shows its pictures below."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._document: Mapping[str, Any] | None = None
        self._models: tuple[ModelAccuracy, ...] = ()
        self._chosen: str | None = None
        self.accuracy = IntervalBars(theme, tr("Balanced accuracy by model"), self, can_choose=True)
        self.signs = PlainLabel(self)
        self.signs.setObjectName("quiet")
        self.signs.setWordWrap(True)
        self.recognition = RecognitionView(theme, self)
        self.held_out = HeldOutView(theme, self)
        self.accuracy.chosen.connect(lambda place: self._choose(self._models[place].name))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        self._title = caption(tr("Balanced accuracy on what was held out"))
        for part in (self._title, self.accuracy, self.signs, self.recognition, self.held_out):
            column.addWidget(part)

    def show_document(
        self, document: Mapping[str, Any], paths: Sequence[Path], columns: ColumnChoice
    ) -> None:
        """Show an evaluation of recordings at ``paths``, in the order of the document."""
        self._document = document
        self._models = model_accuracies(document)
        names = [one.name for one in self._models]
        if self._chosen not in names:
            self._chosen = names[0] if names else None
        self.held_out.show_recordings(document, paths, columns)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        for part in (self.accuracy, self.recognition, self.held_out):
            part.set_theme(theme)
        if self._document is not None:
            self._show()

    def _choose(self, name: str) -> None:
        self._chosen = name
        self._show()

    def _show(self) -> None:
        document, theme = self._document, self._theme
        if document is None:
            return
        place = next((n for n, one in enumerate(self._models) if one.name == self._chosen), None)
        self.accuracy.show_bars(
            [_bar(one, theme, n == place) for n, one in enumerate(self._models)],
            place,
            document.get("chance"),
        )
        chance = percent(document.get("chance")).replace(" ", _NO_BREAK)
        self.signs.setText(
            tr(
                "{signs}   ┆ chance,{no_break}{chance}",
                signs=_SIGNS,
                no_break=_NO_BREAK,
                chance=chance,
            )
        )
        if place is None:
            return
        model = self._models[place]
        self.recognition.show_matrix(truth_against_decision(document, model.name), model.title)
        runs: tuple[HeldOutRun, ...] = held_out_runs(document, model.name)
        self.held_out.show_runs(runs, model.title)


def _bar(one: ModelAccuracy, theme: Theme, is_chosen: bool) -> IntervalBar:
    lines = [f"{one.title}: {percent(one.mean, one.decimals)}"]
    if one.interval is not None:
        low, high = (percent(end, one.decimals) for end in one.interval)
        lines.append(tr("{low} to {high}. {interval}", low=low, high=high, interval=_INTERVAL))
    if one.random_split is not None:
        lines.append(
            tr(
                "on a random split {accuracy}",
                accuracy=percent(one.random_split, one.decimals),
            )
        )
    return IntervalBar(
        name=one.title,
        share=one.mean,
        interval=one.interval,
        figure=percent(one.mean, one.decimals),
        ink=theme.accent if is_chosen else theme.rest,
        hint="\n".join(lines),
        dots=one.folds,
        diamond=one.random_split,
    )
