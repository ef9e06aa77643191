"""Drawing of the current movement, large enough to be read across a room."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QColor, QFont, QFontMetricsF, QPainter

from emgstream.gui.painting import GRID, font, text

__all__ = ["LabelPainter", "in_two_lines"]

# Text sizes relative to the window's font: the largest fills the panel of a large screen.
_LARGEST = 9.0
_SMALLEST = 1.5
_LEADING = 0.92
"""Distance of two lines, relative to the height of one."""
_BAR = 0.75 * GRID
_INDENT = 2.0 * GRID


@dataclass(frozen=True)
class LabelPainter:
    """Draws one of several names in the one size at which all of them fit."""

    names: tuple[str, ...]
    """All names that may be drawn."""
    base: QFont
    """The window's font."""

    def draw(self, painter: QPainter, area: QRectF, name: str, ink: QColor, mark: QColor) -> None:
        """Draw a name at the bottom of ``area``, beside a bar in the colour of its class."""
        room = area.adjusted(_INDENT, 0.0, 0.0, 0.0)
        factor, splits = self._fit(room)
        lines = in_two_lines(name) if splits else (name,)
        painter.setFont(font(self.base, factor, bold=True))
        height = painter.fontMetrics().height()
        pitch = height * _LEADING
        top = area.bottom() - pitch * len(lines)
        for number, line in enumerate(lines):
            middle = top + (number + 0.5) * pitch
            row = QRectF(room.left(), middle - height / 2, room.width(), height)  # with its tails
            text(painter, row, line, Qt.AlignmentFlag.AlignLeft, ink)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mark)
        bar = QRectF(area.left(), top + 0.12 * pitch, _BAR, pitch * (len(lines) - 0.24))
        painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)

    def _fit(self, room: QRectF) -> tuple[float, bool]:
        """Return the size at which every name fits, and whether they take two lines."""
        whole = self._factor(room, [(name,) for name in self.names])
        halves = self._factor(room, [in_two_lines(name) for name in self.names])
        return max(whole, halves, _SMALLEST), halves > whole

    def _factor(self, room: QRectF, names: list[tuple[str, ...]]) -> float:
        metrics = QFontMetricsF(font(self.base, _LARGEST, bold=True))
        widest = max(metrics.horizontalAdvance(line) for lines in names for line in lines)
        tallest = max(len(lines) for lines in names) * metrics.height() * _LEADING
        return _LARGEST * min(1.0, room.width() / widest, room.height() / tallest)


def in_two_lines(name: str) -> tuple[str, ...]:
    """Return a name split between two of its words, as evenly as possible.

    >>> in_two_lines("thumb index pinch"), in_two_lines("rest")
    (('thumb', 'index pinch'), ('rest',))
    """
    words = name.split()
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return min(cuts, key=lambda lines: max(map(len, lines)), default=(name,))
