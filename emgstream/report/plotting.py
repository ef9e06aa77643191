"""The parts of SVG charts: a frame with axes, round ticks, text, a legend."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.report.page_text import page_text
from emgstream.wording import shortened

__all__ = ["COLOURS", "INK", "LETTER", "ChartFrame", "legend", "svg", "text", "ticks"]

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#718096", "#8c510a")
"""Colours that colour-blind people tell apart (Okabe & Ito 2008, jfly.uni-koeln.de/color).

All of them stand out from white as well as from the dark page."""

INK, _SOFT, _GRID = "var(--ink, #2d3748)", "var(--soft, #718096)", "var(--line, #e2e8f0)"
"""Colours of the page (`report_style.STYLE`), light or dark; those of light without it."""
_WIDTH, _HEIGHT = 860.0, 320.0
"""Size of a picture, in pixels: as wide as the text of the page (`report_style.STYLE`)."""
_RIGHT, _TOP, _BOTTOM = 16.0, 30.0, 44.0
"""Margins around the axes, in pixels; the legend is above them and the names are below."""
LETTER = 7.0
"""Width of a letter of 12 pixels, in pixels: the average of sans-serif fonts."""


@dataclass(frozen=True)
class ChartFrame:
    """The mapping from values to pixels of a picture."""

    low_x: float
    high_x: float
    low_y: float
    high_y: float
    left: float = 64.0
    """Width of the margin for the names of the vertical axis."""
    width: float = _WIDTH
    """Width of the whole picture."""
    height: float = _HEIGHT
    """Height of the whole picture."""

    @classmethod
    def of(
        cls,
        low_x: float,
        high_x: float,
        low_y: float,
        high_y: float,
        *,
        left: float = 64.0,
        height: float = _HEIGHT,
    ) -> ChartFrame:
        """Return a frame with these limits of both axes."""
        return cls(low_x, high_x, low_y, high_y, left, _WIDTH, height)

    @classmethod
    def around(cls, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> ChartFrame:
        """Return a frame around the finite ones of some values."""
        x, y = x[np.isfinite(x)], y[np.isfinite(y)]
        if len(x) == 0 or len(y) == 0:
            return cls(0.0, 1.0, 0.0, 1.0)
        low_y, high_y = float(y.min()), float(y.max())
        if low_y == high_y:
            low_y, high_y = low_y - 0.5, high_y + 0.5
        return cls(float(x.min()), float(x.max()) or 1.0, low_y, high_y)

    def x(self, value: float) -> float:
        """Return the distance of a value from the left, in pixels."""
        share = (value - self.low_x) / ((self.high_x - self.low_x) or 1.0)
        return self.left + share * (self.width - self.left - _RIGHT)

    def y(self, value: float) -> float:
        """Return the distance of a value from the top, in pixels."""
        share = (value - self.low_y) / ((self.high_y - self.low_y) or 1.0)
        return self.height - _BOTTOM - share * (self.height - _TOP - _BOTTOM)

    def axes(self, across: str, up: str, *, x_ticks: bool = True, y_ticks: bool = True) -> str:
        """Return the grid lines with their values, and the names of both axes, as SVG."""
        floor, right = self.height - _BOTTOM, self.width - _RIGHT
        drawn = [_rule(self.left, floor, right, floor, _SOFT)]
        for value in ticks(self.low_y, self.high_y) if y_ticks else ():
            y = self.y(value)
            drawn.append(_rule(self.left, y, right, y, _GRID))
            drawn.append(text(self.left - 8, y + 4, f"{value:,g}", anchor="end", colour=_SOFT))
        for value in ticks(self.low_x, self.high_x) if x_ticks else ():
            x = self.x(value)
            drawn.append(_rule(x, _TOP, x, floor, _GRID))
            drawn.append(text(x, floor + 17, f"{value:,g}", anchor="middle", colour=_SOFT))
        drawn.append(
            text((self.left + right) / 2, self.height - 8, across, anchor="middle", colour=INK)
        )
        drawn.append(text(16, (_TOP + floor) / 2, up, anchor="middle", turned=-90, colour=INK))
        return "".join(drawn)

    def name_below(self, value: float, name: str, *, slanted: bool) -> str:
        """Return the name of a value on the horizontal axis, as SVG."""
        x, y = self.x(value), self.height - _BOTTOM + 17
        if slanted:
            return text(x + 4, y, name, anchor="end", turned=-30, colour=INK)
        return text(x, y, name, anchor="middle", colour=INK)


def ticks(low: float, high: float, wanted: int = 6) -> list[float]:
    """Return round values between two limits.

    >>> ticks(0.0, 1.0)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    span = high - low
    if not math.isfinite(span) or span <= 0.0:
        return [low]
    rough = span / (wanted - 1)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def text(
    x: float,
    y: float,
    content: str,
    *,
    anchor: str = "start",
    size: int = 12,
    weight: str = "400",
    turned: int = 0,
    colour: str = INK,
) -> str:
    """Return text at a position, as SVG; ``turned`` is in degrees."""
    if not content:
        return ""
    turn = f' transform="rotate({turned} {x:.1f} {y:.1f})"' if turned else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'font-weight="{weight}" fill="{colour}"{turn}>{page_text(content)}</text>'
    )


def legend(colours: Mapping[str, str], width: float) -> str:
    """Return the names of the colours in a row at the top, as SVG; empty for a single one."""
    if len(colours) < 2:
        return ""
    room = int(((width - _RIGHT) / len(colours) - 26) / LETTER)
    colours = {shortened(name, max(room, 4)): colour for name, colour in colours.items()}
    drawn, x = [], width - _RIGHT - sum(26 + LETTER * len(name) for name in colours)
    for name, colour in colours.items():
        drawn.append(f'<rect x="{x:.1f}" y="8" width="11" height="11" rx="3" fill="{colour}"/>')
        drawn.append(text(x + 16, 18, name))
        x += 26 + LETTER * len(name)
    return "".join(drawn)


def svg(width: float, height: float, drawn: Iterable[str]) -> str:
    """Return an SVG picture of the drawn elements."""
    return (
        f'<svg class="chart" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'style="max-width:{width:.0f}px" font-family="inherit">{"".join(drawn)}</svg>'
    )


def _rule(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        'stroke-width="1"/>'
    )
