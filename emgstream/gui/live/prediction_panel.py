"""The prediction, readable from two metres, with a bar for every class."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import QRectF, QSize, Qt
from PyQt5.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.app.shown_decision import ShownDecision
from emgstream.gui.live.label_painter import LabelPainter
from emgstream.gui.painting import GRID, color, font, on, text
from emgstream.gui.palette import Theme, class_codes, class_colors
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["PredictionPanel"]

_LEFT = Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignRight
_LINE = (7 * GRID, 20 * GRID)
_LINE_SHARE = 0.2
_SURE = 1.4
_DIM = 0.35
_BELOW = 7 * GRID
_ROW = 5.0 * GRID
_SNUG_ROW = 3.5 * GRID
_LEAST_ROW = 2.25 * GRID
_FULL_ROW = 2.5 * GRID
_CHIP = 3.5 * GRID
_MARK = GRID / 4


class PredictionPanel(QWidget):
    """Draws a prediction; only the bars change their size."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._prediction: ShownDecision | None = None
        self._instead = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Current movement"))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the label and one row per class."""
        return QSize(36 * GRID, round(2 * _LINE[0] + _BELOW + len(self._names) * _ROW))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the smallest size."""
        least_row = max(_LEAST_ROW, self._line_height())
        return QSize(30 * GRID, round(_LINE[0] + _BELOW + len(self._names) * least_row))

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def set_classes(self, class_names: tuple[str, ...]) -> None:
        """Show the classes of a model, with nothing decided yet."""
        self._names, self._prediction = class_names, None
        self.updateGeometry()
        self.update()

    def show_prediction(self, prediction: ShownDecision | None, instead: str = "") -> None:
        """Show the newest prediction; for None, the text ``instead``."""
        if (prediction, instead) != (self._prediction, self._instead):
            self._prediction, self._instead = prediction, instead
            self.setAccessibleDescription(self._spoken_label())
            self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the label and the bars."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(self._theme.surface))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._names:
            height = self._label_height()
            head = height + _BELOW
            self._draw_head(painter, QRectF(0, 0, self.width(), height))
            self._draw_bars(painter, QRectF(0, head, self.width(), self.height() - head))
        painter.end()

    def _label_height(self) -> float:
        """Return the height of the label: two lines, where the bars leave room."""
        line = min(max(_LINE_SHARE * self.width(), _LINE[0]), _LINE[1])
        left_over = self.height() - _BELOW - len(self._names) * _SNUG_ROW
        return min(max(left_over, _LINE[0]), 2 * line)

    def _spoken_label(self) -> str:
        if self._prediction is None:
            return tr("nothing decided yet")
        return spoken(self._names[self._prediction.chosen])

    def _draw_head(self, painter: QPainter, area: QRectF) -> None:
        theme, prediction = self._theme, self._prediction
        if prediction is None:
            painter.setFont(font(self.font(), _SURE))
            painter.setPen(color(theme.quiet))
            flags = int(Qt.AlignmentFlag.AlignBottom) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(area, flags, self._instead)
            return
        mark = class_colors(self._names, theme)[prediction.chosen]
        ink = theme.text if prediction.accepted else theme.quiet
        label = LabelPainter(tuple(map(spoken, self._names)), self.font())
        share = 1.0 if prediction.accepted else _DIM
        label.draw(painter, area, self._spoken_label(), color(ink), color(mark, share))
        below = QRectF(0, area.bottom() + GRID / 2, area.width(), _BELOW - GRID)
        self._draw_sure(painter, below, prediction)

    def _draw_sure(self, painter: QPainter, below: QRectF, prediction: ShownDecision) -> None:
        """Draw the confidence and the true label: on one line, or on two where that is too long."""
        words, truth, ink = prediction.words, "", self._theme.quiet
        if prediction.truth is not None:
            sign, ink = _verdict(prediction, self._names, self._theme)
            truth = tr("{sign}true: {name}", sign=sign, name=spoken(prediction.truth))
        truth_width = QFontMetricsF(self.font()).horizontalAdvance(truth) + 2 * GRID
        line = QRectF(below.left(), below.top(), below.width(), 4 * GRID)
        size = _SURE
        if self._width_of(words, _SURE) + truth_width > line.width():
            size = 1.0
        second = line
        if truth and self._width_of(words, size) + truth_width > line.width():
            line.setHeight(below.height() / 2)
            second = line.translated(0, line.height())
        painter.setFont(font(self.font(), size))
        text(painter, line, words, _LEFT, color(self._theme.quiet))
        painter.setFont(font(self.font()))
        text(painter, second, truth, _RIGHT if second is line else _LEFT, color(ink))

    def _draw_bars(self, painter: QPainter, area: QRectF) -> None:
        height = min(_ROW, area.height() / len(self._names))
        full_row = max(_FULL_ROW, 1.25 * self._line_height())
        size = min(1.0, height / full_row)  # in a low window the words shrink with their rows
        colors = class_colors(self._names, self._theme)
        codes = class_codes(self._names)
        left = _CHIP + GRID
        name_width = min(self._longest_name() + 1.5 * GRID, (area.width() - left) * 0.65)
        for number, name in enumerate(self._names):
            row = QRectF(area.left(), area.top() + number * height, area.width(), height)
            self._draw_chip(painter, row, codes[number], colors[number], size)
            chosen = self._prediction is not None and self._prediction.chosen == number
            painter.setFont(font(self.font(), size, bold=chosen))
            ink = color(self._theme.text if chosen else self._theme.quiet)
            place = QRectF(row.left() + left, row.top(), name_width - GRID, height)
            text(painter, place, spoken(name), _LEFT, ink)
            share = needed = 0.0
            if self._prediction is not None:
                share = self._prediction.bar_of(number)
                needed = self._prediction.needed if chosen else 0.0
            bar = row.adjusted(left + name_width, 0, 0, 0)  # no figure: the confidence stands above
            self._draw_bar(painter, bar, share, colors[number], needed)

    def _line_height(self) -> float:
        return QFontMetricsF(self.font()).lineSpacing()

    def _longest_name(self) -> float:
        return max(self._width_of(spoken(name), bold=True) for name in self._names)

    def _width_of(self, words: str, size: float = 1.0, *, bold: bool = False) -> float:
        return QFontMetricsF(font(self.font(), size, bold=bold)).horizontalAdvance(words)

    def _draw_chip(
        self, painter: QPainter, row: QRectF, code: str, background: str, size: float
    ) -> None:
        height = min(2.5 * GRID, row.height() - GRID / 4)
        chip = QRectF(row.left(), row.center().y() - height / 2, _CHIP, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(background))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setFont(font(self.font(), 0.8 * size, bold=True))
        painter.setPen(on(background))
        painter.drawText(chip, int(Qt.AlignmentFlag.AlignCenter), code)

    def _draw_bar(
        self, painter: QPainter, place: QRectF, share: float, ink: str, needed: float
    ) -> None:
        """Draw a bar of a share, and the mark that it has to reach; 0 for none."""
        bar = QRectF(place.left(), place.center().y() - GRID / 2, max(place.width(), 0.0), GRID)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.sunken))
        painter.drawRoundedRect(bar, GRID / 2, GRID / 2)
        filled = QRectF(bar)
        filled.setWidth(bar.width() * float(np.clip(share, 0.0, 1.0)))
        if filled.width() >= 1.0:
            painter.setBrush(color(ink))
            painter.drawRoundedRect(filled, min(GRID / 2, filled.width() / 2), GRID / 2)
        if needed:
            left = bar.left() + (bar.width() - _MARK) * needed
            mark = QRectF(left, bar.top() - GRID / 4, _MARK, 1.5 * GRID)
            painter.fillRect(mark, color(self._theme.text))


def _verdict(prediction: ShownDecision, names: tuple[str, ...], theme: Theme) -> tuple[str, str]:
    """Return the sign before the true label, and its colour; empty where nothing was decided."""
    if not prediction.decides:
        return "", theme.quiet
    agrees = prediction.truth == names[prediction.chosen]
    return ("✓ ", theme.good) if agrees else ("✗ ", theme.warning)
