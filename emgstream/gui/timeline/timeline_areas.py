"""Places of the timeline's parts on its canvas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from PyQt5.QtCore import QRectF
from PyQt5.QtGui import QFont

from emgstream.gui.painting import GRID, font
from emgstream.gui.palette import Theme

__all__ = ["Areas", "Canvas", "Ribbons", "areas"]

_GUTTER = 14 * GRID
_MARGIN = 2 * GRID
_AXIS = 4 * GRID
_TRUTH = 2.5 * GRID
_DECIDED = 4 * GRID
_BETWEEN = GRID


@dataclass(frozen=True, slots=True)
class Areas:
    """Places of the timeline's parts, in device pixels, all with the same left and right edge."""

    lanes: tuple[QRectF, ...]
    """One lane per channel, from the top."""
    truth: QRectF
    """The ribbon of true labels; empty where none are known."""
    decided: QRectF
    """The ribbon of decisions; empty without a model."""
    axis: QRectF
    """The time axis."""
    gutter: float
    """Width of the names, left of all other parts."""

    @property
    def lines(self) -> tuple[float, ...]:
        """Heights of the lines between lanes."""
        return tuple(
            round((above.bottom() + lane.top()) / 2.0) + 0.5 for above, lane in pairwise(self.lanes)
        )

    @property
    def signals(self) -> QRectF:
        """All lanes, with the space between them."""
        return QRectF(self.lanes[0].topLeft(), self.lanes[-1].bottomRight())

    @property
    def plot(self) -> QRectF:
        """Everything above the time axis."""
        return QRectF(self.lanes[0].topLeft(), self.decided.bottomRight())


@dataclass(frozen=True)
class Canvas:
    """Places, colours and fonts of a timeline."""

    at: Areas
    """The places."""
    theme: Theme
    """The colours."""
    base: QFont
    """The window's font."""
    scale: float
    """Device pixels per logical pixel."""

    @cached_property
    def small_font(self) -> QFont:
        """The font of all texts but the channels' names."""
        return font(self.base, 0.85 * self.scale)


@dataclass(frozen=True, slots=True)
class Ribbons:
    """The ribbons that are drawn below the signals."""

    truth: bool = False
    """True to draw true labels."""
    decided: bool = True
    """True to draw decisions."""


def areas(width: float, height: float, n_lanes: int, ribbons: Ribbons, scale: float) -> Areas:
    """Return the places on a canvas of a size in logical pixels, ``scale`` device pixels each.

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
