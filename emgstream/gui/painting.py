"""What the timeline's painters share: colours, pens, fonts, and where things stand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QColor, QFont, QPainter, QPen

from emgstream.gui.palette import Theme

__all__ = ["GRID", "Areas", "Canvas", "Ribbons", "areas", "color", "font", "on", "pen", "text"]

GRID = 8
"""Every distance is a multiple of this, in logical pixels."""

_GUTTER = 14 * GRID
_MARGIN = 2 * GRID
_AXIS = 4 * GRID
_TRUTH = 2.5 * GRID
_DECIDED = 4 * GRID
_BETWEEN = GRID


@dataclass(frozen=True, slots=True)
class Areas:
    """Where the parts of the timeline stand, in device pixels, left and right edges the same."""

    lanes: tuple[QRectF, ...]
    """One a channel, from the top."""
    truth: QRectF
    """The ribbon of true labels; empty where nobody knows them."""
    decided: QRectF
    """The ribbon of decisions; empty where nothing decides."""
    axis: QRectF
    """The time axis."""
    gutter: float
    """Width left of all of them, for their names."""

    @property
    def lines(self) -> tuple[float, ...]:
        """Heights of the lines between the lanes."""
        return tuple(
            round((above.bottom() + lane.top()) / 2.0) + 0.5 for above, lane in pairwise(self.lanes)
        )

    @property
    def signals(self) -> QRectF:
        """All lanes, and what is between them."""
        return QRectF(self.lanes[0].topLeft(), self.lanes[-1].bottomRight())

    @property
    def plot(self) -> QRectF:
        """Everything that shares the time axis, without the axis."""
        return QRectF(self.lanes[0].topLeft(), self.decided.bottomRight())


@dataclass(frozen=True)
class Canvas:
    """Where the timeline is drawn, and in what look."""

    at: Areas
    """Where things stand."""
    theme: Theme
    """The colours."""
    base: QFont
    """The window's font."""
    scale: float
    """Device pixels a logical one."""

    @cached_property
    def small_font(self) -> QFont:
        """The font of all words but the names of channels."""
        return font(self.base, 0.85 * self.scale)


@dataclass(frozen=True, slots=True)
class Ribbons:
    """Which ribbons there are below the signals."""

    truth: bool = False
    """That of true labels."""
    decided: bool = True
    """That of decisions."""


def areas(width: float, height: float, n_lanes: int, ribbons: Ribbons, scale: float) -> Areas:
    """Return where things stand on a canvas of so many logical pixels, ``scale`` device ones each.

    The edges are whole device pixels, so that a column of samples is a column of pixels.
    """
    left = round(_GUTTER * scale)
    plot_width = max(round(width * scale) - left - round(_MARGIN * scale), 16)
    axis_top = round((height - _AXIS) * scale)
    decided_top = axis_top - (round(_DECIDED * scale) if ribbons.decided else 0)
    truth_height = round(_TRUTH * scale) if ribbons.truth else 0
    lanes_bottom = decided_top - truth_height - round(_BETWEEN * scale)
    pitch = max(lanes_bottom // n_lanes, 16)
    inset = round(_BETWEEN / 2 * scale)
    return Areas(
        lanes=tuple(
            QRectF(left, number * pitch + inset, plot_width, pitch - 2 * inset)
            for number in range(n_lanes)
        ),
        truth=QRectF(left, decided_top - truth_height, plot_width, truth_height),
        decided=QRectF(left, decided_top, plot_width, axis_top - decided_top),
        axis=QRectF(left, axis_top, plot_width, round(_AXIS * scale)),
        gutter=left,
    )


@lru_cache(maxsize=256)
def color(name: str, alpha: float = 1.0) -> QColor:
    """Return a colour of ``#rrggbb``, see-through where ``alpha`` is below 1."""
    found = QColor(name)
    found.setAlphaF(alpha)
    return found


@lru_cache(maxsize=256)
def on(background: str) -> QColor:
    """Return black or white, whichever reads better on a colour (WCAG's relative luminance)."""
    parts = (QColor(background).redF(), QColor(background).greenF(), QColor(background).blueF())
    linear = [((part + 0.055) / 1.055) ** 2.4 if part > 0.04045 else part / 12.92 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return QColor("#14181e") if luminance > 0.20 else QColor("#ffffff")


@lru_cache(maxsize=64)
def pen(name: str, alpha: float = 1.0, dashed: bool = False) -> QPen:
    """Return a pen one device pixel wide: a wider one is drawn many times slower."""
    made = QPen(color(name, alpha), 1)
    made.setCosmetic(True)
    if dashed:
        made.setStyle(Qt.PenStyle.DashLine)
    return made


def font(base: QFont, factor: float = 1.0, bold: bool = False) -> QFont:
    """Return the window's font at another size, in one of its two weights."""
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
    """Draw words on one line; where they do not fit, their middle gives way: ends tell apart."""
    painter.setPen(ink)
    fitted = painter.fontMetrics().elidedText(
        words, Qt.TextElideMode.ElideMiddle, int(area.width())
    )
    flags = int(alignment) | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)
    painter.drawText(area, flags, fitted)
