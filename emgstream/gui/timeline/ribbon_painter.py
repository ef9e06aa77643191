"""Drawing of the ribbons: the decisions and, above them, the true labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QBrush, QPainter

from emgstream.app.decision_log import NONE, DecisionStrip
from emgstream.gui.painting import color, on
from emgstream.gui.palette import Theme, blended, class_codes, class_colors
from emgstream.wording import spoken

__all__ = ["RibbonPainter"]

_DIM = 0.35
"""Opacity of a rejected decision: still seen, and not mistaken for one to act on."""


@dataclass(frozen=True, slots=True)
class _RibbonStretch:
    """Consecutive columns with the same decision."""

    first: int
    end: int
    number: int
    accepted: bool


class RibbonPainter:
    """Draws both ribbons of one session.

    Parameters
    ----------
    label_names
        Classes first, then labels the model was not taught.
    theme
        The colours.
    """

    def __init__(self, label_names: tuple[str, ...], theme: Theme) -> None:
        self._theme = theme
        self._names = tuple(spoken(name) for name in label_names)
        self._codes = class_codes(label_names)
        self._colors = class_colors(label_names, theme)

    def draw_decided(
        self, painter: QPainter, area: QRectF, strip: DecisionStrip, known: slice
    ) -> None:
        """Draw the decisions; columns within ``known`` that have none are hatched."""
        theme = self._theme
        for stretch in _stretches(strip.classes, strip.accepted):
            place = _place(area, stretch.first, stretch.end)
            if stretch.number != NONE:
                self._draw_class(painter, place, stretch)
                continue
            first, end = max(stretch.first, known.start), min(stretch.end, known.stop)
            if first < end:
                hatch = QBrush(color(theme.quiet, 0.55), Qt.BrushStyle.BDiagPattern)
                painter.fillRect(_place(area, first, end), hatch)

    def draw_truth(self, painter: QPainter, area: QRectF, strip: DecisionStrip) -> None:
        """Draw the true labels."""
        always = np.ones(len(strip.truths), dtype=np.bool_)
        for stretch in _stretches(strip.truths, always):
            if stretch.number != NONE:
                self._draw_class(painter, _place(area, stretch.first, stretch.end), stretch)

    def _draw_class(self, painter: QPainter, place: QRectF, stretch: _RibbonStretch) -> None:
        background = self._colors[stretch.number]
        if not stretch.accepted:
            background = blended(background, self._theme.surface, _DIM)
        painter.fillRect(place, color(background))
        words = self._fitting(painter, place.width(), stretch.number)
        if words:
            painter.setPen(on(background))
            room = place.adjusted(_padding(painter), 0.0, 0.0, 0.0)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), words)

    def _fitting(self, painter: QPainter, width: float, number: int) -> str:
        """Return the name where it fits, else the code, else nothing."""
        metrics, padding = painter.fontMetrics(), _padding(painter)
        for words in (self._names[number], self._codes[number]):
            if metrics.horizontalAdvance(words) + 2.0 * padding <= width:
                return words
        return ""


def _padding(painter: QPainter) -> float:
    return painter.fontMetrics().height() * 0.3


def _place(area: QRectF, first: int, end: int) -> QRectF:
    return QRectF(area.left() + first, area.top(), end - first, area.height())


def _stretches(
    numbers: npt.NDArray[np.int16], accepted: npt.NDArray[np.bool_]
) -> list[_RibbonStretch]:
    changes = (np.diff(numbers) != 0) | (np.diff(accepted.astype(np.int8)) != 0)
    starts = np.concatenate(([0], np.flatnonzero(changes) + 1))
    ends = np.concatenate((starts[1:], [len(numbers)]))
    return [
        _RibbonStretch(int(first), int(end), int(numbers[first]), bool(accepted[first]))
        for first, end in zip(starts, ends, strict=True)
    ]
