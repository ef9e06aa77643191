"""Colours, pens, fonts and text drawing that all painted widgets share."""

from __future__ import annotations

from functools import lru_cache

from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QColor, QFont, QPainter, QPen

__all__ = ["GRID", "color", "font", "on", "pen", "text"]

GRID = 8
"""Unit of distances, in logical pixels: nearly every distance in the window is a multiple of it."""


@lru_cache(maxsize=256)
def color(name: str, alpha: float = 1.0) -> QColor:
    """Return the colour of ``#rrggbb``, transparent where ``alpha`` is below 1."""
    found = QColor(name)
    found.setAlphaF(alpha)
    return found


@lru_cache(maxsize=256)
def on(background: str) -> QColor:
    """Return black or white, whichever has more contrast on a background (WCAG's luminance)."""
    parts = (QColor(background).redF(), QColor(background).greenF(), QColor(background).blueF())
    linear = [((part + 0.055) / 1.055) ** 2.4 if part > 0.04045 else part / 12.92 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return QColor("#14181e") if luminance > 0.20 else QColor("#ffffff")


@lru_cache(maxsize=64)
def pen(name: str, alpha: float = 1.0, dashed: bool = False) -> QPen:
    """Return a pen one device pixel wide, as wider ones are drawn many times slower."""
    made = QPen(color(name, alpha), 1)
    made.setCosmetic(True)
    if dashed:
        made.setStyle(Qt.PenStyle.DashLine)
    return made


def font(base: QFont, factor: float = 1.0, bold: bool = False) -> QFont:
    """Return the window's font at ``factor`` times its size, in one of two weights."""
    made = QFont(base)
    if base.pointSizeF() > 0:
        made.setPointSizeF(base.pointSizeF() * factor)
    else:
        made.setPixelSize(max(round(base.pixelSize() * factor), 1))
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return made


def text(
    painter: QPainter, area: QRectF, words: str, alignment: Qt.AlignmentFlag, ink: QColor
) -> None:
    """Draw a text on one line, shortened in the middle where it does not fit."""
    painter.setPen(ink)
    fitted = painter.fontMetrics().elidedText(
        words, Qt.TextElideMode.ElideMiddle, int(area.width())
    )
    flags = int(alignment) | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)
    painter.drawText(area, flags, fitted)
