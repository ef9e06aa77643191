"""Drawing of the spectrum: one lane per channel, with the mains frequency and its harmonics."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PyQt5.QtGui import QPainter, QPaintEvent
from PyQt5.QtWidgets import QSizePolicy, QWidget

from emgstream.app.lane_choices import LaneChoices
from emgstream.app.signal_spectrum import SpectrumFigures
from emgstream.gui.painting import GRID, color, font, pen, text
from emgstream.gui.palette import Theme
from emgstream.translation import tr
from emgstream.wording import spoken

__all__ = ["SpectrumCanvas"]

_GUTTER = 14 * GRID
_AXIS = 4 * GRID
_MARGIN = 2 * GRID
_LANE_GAP = GRID
_HIGHEST_HZ = 500.0
"""Surface EMG has little power above (De Luca 1997, doi:10.1123/jab.13.2.135)."""
_STEP_DB = 20.0
_TICKS_HZ = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_TICK = 80.0
_SEEN_HUM = 0.1
"""Share of the power from which the hum is written in the colour of a warning. A choice: from
there on it is seen in the signal at rest."""
_WAIT = tr("A few seconds of signal are needed, and a known sampling rate.")


class SpectrumCanvas(QWidget):
    """Shows power by frequency; hum stands on the marked lines."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._figures: SpectrumFigures | None = None
        self._names: tuple[str, ...] = ()
        self._choices = LaneChoices()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(tr("Spectrum of each channel"))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the smallest size at which every lane can be read."""
        return QSize(480, 280)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def set_choices(self, choices: LaneChoices) -> None:
        """Show other channels."""
        self._choices = choices
        self.update()

    def show_figures(self, figures: SpectrumFigures | None, names: tuple[str, ...]) -> None:
        """Show a spectrum; None where there is none yet."""
        self._figures, self._names = figures, names
        hums = () if figures is None else figures.hum_shares
        words = (
            tr("{name} {share:.0f} % hum", name=name, share=100 * share)
            for name, share in zip(names, hums, strict=False)
        )
        self.setAccessibleDescription(", ".join(words))
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Draw the lanes, or what is waited for."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(self._theme.surface))
        figures = self._figures
        if figures is None or len(figures.decibels) != len(self._names):
            painter.setPen(color(self._theme.quiet))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), _WAIT)
        else:
            self._draw(painter, figures)
        painter.end()

    def _draw(self, painter: QPainter, figures: SpectrumFigures) -> None:
        highest_hz = min(float(figures.frequencies_hz[-1]), _HIGHEST_HZ)
        inside = (figures.frequencies_hz > 0.0) & (figures.frequencies_hz <= highest_hz)
        channels = self._choices.shown(self._names)
        levels = figures.decibels[list(channels)][:, inside]
        low = math.floor(float(np.percentile(levels, 1)) / _STEP_DB) * _STEP_DB
        high = math.ceil((float(levels.max()) + 1.0) / _STEP_DB) * _STEP_DB
        wide = self.width() - _GUTTER - _MARGIN
        bottom = self.height() - _AXIS
        pitch = bottom / len(channels)
        self._draw_axis(painter, QRectF(_GUTTER, bottom, wide, _AXIS), highest_hz)
        for lane, channel in enumerate(channels):
            place = QRectF(_GUTTER, lane * pitch + _LANE_GAP / 2, wide, pitch - _LANE_GAP)
            self._draw_grid(painter, place, (low, high), highest_hz, figures.mains_hz)
            x = place.left() + figures.frequencies_hz[inside] / highest_hz * place.width()
            share = (levels[lane] - low) / (high - low)
            y = np.clip(place.bottom() - share * place.height(), place.top(), place.bottom())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(pen(self._theme.trace))
            painter.drawPath(pg.arrayToQPath(x, y))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            self._draw_words(painter, place, channel, figures, (low, high))

    def _draw_grid(
        self,
        painter: QPainter,
        place: QRectF,
        ends: tuple[float, float],
        highest_hz: float,
        mains_hz: float,
    ) -> None:
        theme = self._theme
        painter.setPen(pen(theme.line))
        for level in np.arange(ends[0], ends[1] + 1.0, _STEP_DB):
            y = place.bottom() - (level - ends[0]) / (ends[1] - ends[0]) * place.height()
            painter.drawLine(QLineF(place.left(), y, place.right(), y))
        painter.setPen(pen(theme.warning, 0.45, dashed=True))
        for line_hz in np.arange(mains_hz, highest_hz + 0.1, mains_hz):
            x = place.left() + line_hz / highest_hz * place.width()
            painter.drawLine(QLineF(x, place.top(), x, place.bottom()))

    def _draw_words(
        self,
        painter: QPainter,
        place: QRectF,
        channel: int,
        figures: SpectrumFigures,
        ends: tuple[float, float],
    ) -> None:
        theme, row = self._theme, 18.0
        right = Qt.AlignmentFlag.AlignRight
        gutter = QRectF(0.0, place.center().y() - row, _GUTTER - GRID, row)
        painter.setFont(font(self.font(), 1.0, bold=True))
        name = spoken(self._choices.title(self._names[channel]))
        text(painter, gutter, name, right, color(theme.text))
        small = font(self.font(), 0.85)
        painter.setFont(small)
        text(painter, gutter.translated(0.0, row), tr("dB per Hz"), right, color(theme.quiet))
        if place.height() > 4.2 * row:
            for level, top in ((ends[1], place.top()), (ends[0], place.bottom() - row)):
                area = QRectF(0.0, top, _GUTTER - GRID, row)
                text(painter, area, f"{level:.0f}", right, color(theme.quiet))
        share = figures.hum_shares[channel]
        is_seen = share >= _SEEN_HUM
        words = tr(
            "mains hum, {mains_hz:.0f} Hz: {share:.0f} % of the power",
            mains_hz=figures.mains_hz,
            share=100 * share,
        )
        wide = painter.fontMetrics().horizontalAdvance(words) + 2 * GRID
        chip = QRectF(place.right() - wide, place.top() + 2, wide, row + 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(theme.surface, 0.9))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(color(theme.warning if is_seen else theme.quiet))
        painter.drawText(chip, int(Qt.AlignmentFlag.AlignCenter), words)

    def _draw_axis(self, painter: QPainter, place: QRectF, highest_hz: float) -> None:
        least_hz = highest_hz * _TICK / max(place.width(), 1.0)
        step_hz = next((one for one in _TICKS_HZ if one >= least_hz), _TICKS_HZ[-1])
        painter.setFont(font(self.font(), 0.85))
        painter.setPen(color(self._theme.quiet))
        for at_hz in np.arange(0.0, highest_hz + 0.1, step_hz):
            x = place.left() + at_hz / highest_hz * place.width()
            area = QRectF(x - _TICK / 2, place.top(), _TICK, place.height())
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), f"{at_hz:.0f}")
        unit = QRectF(0.0, place.top(), _GUTTER - GRID, place.height())
        text(painter, unit, "Hz", Qt.AlignmentFlag.AlignRight, color(self._theme.quiet))
        painter.setPen(pen(self._theme.line))
        painter.drawLine(QLineF(QPointF(place.topLeft()), QPointF(place.topRight())))
