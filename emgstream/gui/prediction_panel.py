"""The prediction: readable from two metres, with a bar for every class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PyQt5.QtCore import QRectF, QSize, Qt
from PyQt5.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.gui.painting import GRID, color, font, on, text
from emgstream.gui.palette import Theme, class_codes, class_colors, spoken

__all__ = ["Prediction", "PredictionPanel"]

_LEFT = Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignRight
_LARGEST = 8.0
_LABEL = (8 * GRID, 24 * GRID)
_LABEL_SHARE = 0.19
_BELOW = 5 * GRID
_ROW = 5.0 * GRID
_LEAST_ROW = 2.5 * GRID
_CHIP = 3.5 * GRID
_PERCENT = 8.0 * GRID


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the panel shows."""

    probabilities: tuple[float, ...]
    """One a class, 0 to 1."""
    chosen: int
    """Number of the class decided for."""
    accepted: bool
    """Whether it is a decision to act on."""
    truth: str | None
    """The true label, where it is known."""


class PredictionPanel(QWidget):
    """Draws a prediction; nothing moves but the bars."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._prediction: Prediction | None = None
        self._instead = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Current movement")

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the room for the label and a row a class."""
        return QSize(36 * GRID, round(_LABEL[0] + _BELOW + len(self._names) * _ROW))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least room."""
        return QSize(30 * GRID, round(_LABEL[0] + _BELOW + len(self._names) * _LEAST_ROW))

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def set_classes(self, class_names: tuple[str, ...]) -> None:
        """Show the classes of a model, with nothing decided yet."""
        self._names, self._prediction = class_names, None
        self.updateGeometry()
        self.update()

    def show_prediction(self, prediction: Prediction | None, instead: str = "") -> None:
        """Show the newest prediction; None for none, and ``instead`` says why."""
        if (prediction, instead) != (self._prediction, self._instead):
            self._prediction, self._instead = prediction, instead
            self.setAccessibleDescription(self._spoken_label())
            self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the label and the bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._names:
            height = min(max(_LABEL_SHARE * self.width(), _LABEL[0]), _LABEL[1])
            head = height + _BELOW
            self._draw_head(painter, QRectF(0, 0, self.width(), height))
            self._draw_bars(painter, QRectF(0, head, self.width(), self.height() - head))
        painter.end()

    def _spoken_label(self) -> str:
        if self._prediction is None:
            return "nothing decided yet"
        return spoken(self._names[self._prediction.chosen])

    def _draw_head(self, painter: QPainter, area: QRectF) -> None:
        theme, prediction = self._theme, self._prediction
        painter.setFont(self._label_font(area))
        ink = theme.text if prediction is not None and prediction.accepted else theme.quiet
        label = self._spoken_label() if prediction is not None else "–"
        text(painter, area, label, _LEFT, color(ink))
        line = QRectF(0, area.bottom(), area.width(), 3 * GRID)
        painter.setFont(font(self.font(), 1.0))
        if prediction is None:
            text(painter, line, self._instead, _LEFT, color(theme.quiet))
            return
        confidence = prediction.probabilities[prediction.chosen]
        words = f"{confidence:.0%} sure" if prediction.accepted else "not sure enough"
        text(painter, line, words, _LEFT, color(theme.quiet))
        if prediction.truth is not None:
            self._draw_truth(painter, line, prediction)

    def _draw_truth(self, painter: QPainter, line: QRectF, prediction: Prediction) -> None:
        agrees = prediction.truth == self._names[prediction.chosen]
        ink = self._theme.good if agrees else self._theme.warning
        words = f"{'✓' if agrees else '✗'} true: {spoken(prediction.truth or '')}"
        text(painter, line.adjusted(10 * GRID, 0, 0, 0), words, _RIGHT, color(ink))

    def _label_font(self, area: QRectF) -> QFont:
        """Return the largest font in which every class fits: the label never changes its size."""
        factor = _LARGEST
        names = [spoken(name) for name in self._names]
        metrics = QFontMetricsF(font(self.font(), factor, bold=True))
        longest = max(metrics.horizontalAdvance(name) for name in names)
        shrink = min(1.0, (area.width() - GRID) / longest, area.height() / metrics.height())
        return font(self.font(), factor * shrink, bold=True)

    def _draw_bars(self, painter: QPainter, area: QRectF) -> None:
        height = min(_ROW, area.height() / len(self._names))
        colors = class_colors(self._names, self._theme)
        codes = class_codes(self._names)
        painter.setFont(font(self.font()))
        name_width = self._name_width(area.width())
        for number, name in enumerate(self._names):
            row = QRectF(area.left(), area.top() + number * height, area.width(), height)
            share = 0.0 if self._prediction is None else self._prediction.probabilities[number]
            chosen = self._prediction is not None and self._prediction.chosen == number
            self._draw_chip(painter, row, codes[number], colors[number])
            painter.setFont(font(self.font(), 1.0, bold=chosen))
            ink = color(self._theme.text if chosen else self._theme.quiet)
            left = _CHIP + GRID
            text(painter, row.adjusted(left, 0, 0, 0), spoken(name), _LEFT, ink)
            text(painter, row, f"{share:.0%}", _RIGHT, ink)
            bar = row.adjusted(left + name_width, 0, -_PERCENT, 0)
            self._draw_bar(painter, bar, share, colors[number])

    def _name_width(self, width: float) -> float:
        """Return the width of the names' column: what the longest one takes in bold."""
        metrics = QFontMetricsF(font(self.font(), 1.0, bold=True))
        longest = max(metrics.horizontalAdvance(spoken(name)) for name in self._names)
        return min(longest + 2 * GRID, width * 0.5)

    def _draw_chip(self, painter: QPainter, row: QRectF, code: str, background: str) -> None:
        height = min(2.5 * GRID, row.height() - 4)
        chip = QRectF(row.left(), row.center().y() - height / 2, _CHIP, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(background))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setFont(font(self.font(), 0.8, bold=True))
        painter.setPen(on(background))
        painter.drawText(chip, int(Qt.AlignmentFlag.AlignCenter), code)

    def _draw_bar(self, painter: QPainter, place: QRectF, share: float, ink: str) -> None:
        bar = QRectF(place.left(), place.center().y() - GRID / 2, max(place.width(), 0.0), GRID)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.sunken))
        painter.drawRoundedRect(bar, GRID / 2, GRID / 2)
        filled = QRectF(bar)
        filled.setWidth(bar.width() * float(np.clip(share, 0.0, 1.0)))
        if filled.width() >= 1.0:
            painter.setBrush(color(ink))
            painter.drawRoundedRect(filled, min(GRID / 2, filled.width() / 2), GRID / 2)
